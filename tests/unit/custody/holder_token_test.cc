#include "facegate/custody/holder_token.h"

#include <gtest/gtest.h>

#include <set>

#include "facegate/audit/contexts.h"
#include "facegate/crypto/primitives.h"
#include "facegate/documents/qr_code.h"

namespace facegate::custody {
namespace {

constexpr std::string_view kModel = "model-1";
constexpr std::string_view kPrefix = "FGH1:";

class HolderTokenTest : public ::testing::Test {
 protected:
  HolderTokenTest() {
    for (std::size_t i = 0; i < kHeldTemplateBytes; ++i) {
      steps.mutable_span()[i] = static_cast<std::uint8_t>(i * 7);
    }
    head.id = model::HolderTokenId("0123456789abcdef01234567");
    head.expires_at = {1'800'000'000'000};
    binding.consent = {op, model::SubjectId("p-7"), model::ConsentId("c1")};
    binding.epoch = 3;
    binding.site = model::SiteId("lobby");
    binding.purpose = model::PurposeId("access");
  }
  std::string Seal() const { return SealToken(*keys, head, binding, kModel, steps.span()); }
  core::Bytes BytesOf(const std::string& text) const {
    return *crypto::Base64Decode(std::string_view(text).substr(kPrefix.size()));
  }
  static std::string TextOf(const core::Bytes& bytes) {
    return std::string(kPrefix) + crypto::Base64Encode(bytes);
  }
  std::string ReasonOf(const std::string& text) const {
    return ReadToken(*keys, op, text).status().reason();
  }
  bool Opens(const HolderToken& token, const TokenBinding& as, std::string_view model = kModel) {
    return OpenToken(*keys, token, as, model).ok();
  }

  const std::unique_ptr<crypto::KeyRing> keys = crypto::KeyRing::Ephemeral();
  const model::OperatorId op{"acme"};
  crypto::SecretBytes steps{kHeldTemplateBytes};
  TokenHead head;
  TokenBinding binding;
};

TEST_F(HolderTokenTest, GivesBackWhatWasSealed) {
  const auto token = ReadToken(*keys, op, Seal());
  ASSERT_TRUE(token.ok()) << token.status().ToString();
  EXPECT_EQ(token->head.id, head.id);
  EXPECT_EQ(token->head.key_version, 1);
  EXPECT_EQ(token->head.expires_at, head.expires_at);
  EXPECT_EQ(token->subject, binding.consent.subject);
  EXPECT_TRUE(IsBoundTo(*keys, *token, binding));
  const auto opened = OpenToken(*keys, *token, binding, kModel);
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(crypto::EqualSecrets(opened->span(), steps.span()));
}

TEST_F(HolderTokenTest, NamesAPersonOfTheLongestId) {
  binding.consent.subject = model::SubjectId(std::string(63, 'x'));
  const auto token = ReadToken(*keys, op, Seal());
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(token->subject.str(), std::string(63, 'x'));
}

TEST_F(HolderTokenTest, FitsOneQrCodeAndShowsNobodysId) {
  for (const std::string& id : {std::string("p-7"), std::string(63, 'x')}) {
    binding.consent.subject = model::SubjectId(id);
    const std::string text = Seal();
    EXPECT_LE(text.size(), 412u);  // what version 16 holds at level M is 450
    EXPECT_TRUE(documents::QrCodeSvg(text).ok());
    const core::Bytes bytes = BytesOf(text);
    EXPECT_EQ(core::AsText(bytes).find(id), std::string_view::npos);
    EXPECT_EQ(core::AsText(bytes).find(core::AsText(steps.span().first(8))),
              std::string_view::npos);
  }
}

TEST_F(HolderTokenTest, IsRefusedWithAnyByteChanged) {
  const core::Bytes good = BytesOf(Seal());
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const std::uint8_t flip : {0x01, 0x80}) {
      core::Bytes bad = good;
      bad[i] ^= flip;
      EXPECT_EQ(ReasonOf(TextOf(bad)), "HOLDER_TOKEN_BAD") << "byte " << i;
    }
  }
}

TEST_F(HolderTokenTest, IsRefusedWithAnotherLengthOrForm) {
  const std::string good = Seal();
  const core::Bytes bytes = BytesOf(good);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const core::Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(ReasonOf(TextOf(cut)), "HOLDER_TOKEN_BAD") << size;
  }
  core::Bytes longer = bytes;
  longer.push_back(0);
  for (const std::string& bad :
       {TextOf(longer), good + " ", std::string("FGH2:") + good.substr(5), std::string(),
        std::string(kPrefix), std::string(513, 'A'), good.substr(5)}) {
    EXPECT_EQ(ReasonOf(bad), "HOLDER_TOKEN_BAD") << bad.size();
  }
}

TEST_F(HolderTokenTest, IsNobodyElsesToRead) {
  const std::string text = Seal();
  EXPECT_FALSE(ReadToken(*keys, model::OperatorId("other"), text).ok());
  EXPECT_FALSE(ReadToken(*crypto::KeyRing::Ephemeral(), op, text).ok());
}

// Every field of what it is bound to, one after the other.
TEST_F(HolderTokenTest, OpensForNothingThatItIsNotBoundTo) {
  const HolderToken token = *ReadToken(*keys, op, Seal());
  TokenBinding others[6];
  for (TokenBinding& other : others) other = binding;
  others[0].consent.op = model::OperatorId("other");
  others[1].consent.subject = model::SubjectId("p-8");
  others[2].consent.consent = model::ConsentId("c2");
  others[3].epoch = 4;
  others[4].site = model::SiteId("annexe");
  others[5].purpose = model::PurposeId("payment");
  for (const TokenBinding& other : others) {
    EXPECT_FALSE(IsBoundTo(*keys, token, other));
    EXPECT_FALSE(Opens(token, other));
  }
  EXPECT_FALSE(Opens(token, binding, "model-2"));
  HolderToken longer = token;
  longer.head.expires_at = token.head.expires_at + 1;
  EXPECT_FALSE(Opens(longer, binding));
  EXPECT_FALSE(IsBoundTo(*keys, longer, binding));
  HolderToken renamed = token;
  renamed.head.id = model::HolderTokenId("0123456789abcdef01234568");
  EXPECT_FALSE(Opens(renamed, binding));
  EXPECT_TRUE(Opens(token, binding));
}

// The part of one token in another's place.
TEST_F(HolderTokenTest, TakesNoPartOfAnotherToken) {
  const core::Bytes first = BytesOf(Seal());
  head.id = model::HolderTokenId("89abcdef0123456789abcdef");
  const core::Bytes second = BytesOf(Seal());
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t cut = 1; cut < first.size(); cut += 5) {
    core::Bytes mixed(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(cut));
    mixed.insert(mixed.end(), second.begin() + static_cast<std::ptrdiff_t>(cut), second.end());
    if (mixed == second || mixed == first) continue;
    EXPECT_EQ(ReasonOf(TextOf(mixed)), "HOLDER_TOKEN_BAD") << cut;
  }
}

TEST_F(HolderTokenTest, IsSealedUnderTheKeyOfItsVersion) {
  head.key_version = 0x0102;
  const auto token = ReadToken(*keys, op, Seal());
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(token->head.key_version, 0x0102);
  HolderToken older = *token;
  older.head.key_version = 1;
  EXPECT_FALSE(Opens(older, binding));
}

TEST_F(HolderTokenTest, HasAnIdThatOnlyThePersonsSecretTells) {
  const model::SubjectRef subject{op, model::SubjectId("p-7")};
  const crypto::SecretBytes secret = crypto::RandomSecret(32);
  const core::Bytes wrapped =
      keys->Wrap(secret.span(), audit::SubjectSecretContext(op, subject.subject));
  const auto id = TokenIdFor(*keys, subject, wrapped, "request-1");
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(*TokenIdFor(*keys, subject, wrapped, "request-1"), *id);
  EXPECT_NE(*TokenIdFor(*keys, subject, wrapped, "request-2"), *id);
  const crypto::SecretBytes others = crypto::RandomSecret(32);
  const core::Bytes wrapped_others =
      keys->Wrap(others.span(), audit::SubjectSecretContext(op, subject.subject));
  EXPECT_NE(*TokenIdFor(*keys, subject, wrapped_others, "request-1"), *id);
  EXPECT_FALSE(TokenIdFor(*keys, {op, model::SubjectId("p-8")}, wrapped, "request-1").ok());
}

TEST_F(HolderTokenTest, HasAMarkOfItsOperatorsThatDoesNotShowItsId) {
  const model::TokenMark mark = MarkOf(*keys, op, head.id);
  EXPECT_EQ(MarkOf(*keys, op, head.id), mark);
  EXPECT_NE(MarkOf(*keys, model::OperatorId("other"), head.id), mark);
  EXPECT_NE(MarkOf(*crypto::KeyRing::Ephemeral(), op, head.id), mark);
  EXPECT_EQ(mark.str().find(head.id.str()), std::string::npos);
}

using HolderTokenDeathTest = HolderTokenTest;

TEST_F(HolderTokenDeathTest, IsOfAWholeTemplateAndAnIdOfItsOwnForm) {
  EXPECT_DEATH(SealToken(*keys, head, binding, kModel, steps.span().first(127)), "steps");
  head.id = model::HolderTokenId("short");
  EXPECT_DEATH(Seal(), "id");
}

}  // namespace
}  // namespace facegate::custody
