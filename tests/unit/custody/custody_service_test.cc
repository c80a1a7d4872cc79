#include "facegate/custody/custody_service.h"

#include <gtest/gtest.h>

#include "facegate/crypto/primitives.h"
#include "facegate/custody/holder_token.h"
#include "support/world/world.h"

namespace facegate::custody {
namespace {

using model::Reason;
using testing::World;

// A world whose people hold their templates, and a person in it with a token.
class CustodyTest : public ::testing::Test {
 protected:
  CustodyTest() {
    world.HaveTemplatesHeld();
    world.AddSubject("person-a");
    consent = world.Grant("person-a");
    token = world.HandOut("person-a");
  }

  std::optional<Reason> ProblemOf(const std::string& text) {
    return world.tokens->Judge(text, World::op(), world.clock.Now()).problem;
  }
  std::vector<IssuedToken> Listed(std::string_view subject = "person-a") {
    auto listed = service.List(World::subject(subject));
    EXPECT_TRUE(listed.ok()) << listed.status().ToString();
    return std::move(listed).value();
  }
  std::string LastRecord() {
    const auto size = world.store->GetLogHead(World::op())->size;
    return world.store->ReadEntries(World::op(), size - 1, 1)->front().entry;
  }

  World world;
  CustodyService service{*world.store, *world.ledger, *world.keys, world.clock};
  const Caller caller{{model::Role::kEnroller, "test", ""}, crypto::RandomUuid()};
  model::Consent consent;
  std::string token;
};

// ---- What a token is worth ----

TEST_F(CustodyTest, FindsAGoodTokenGood) {
  const policy::JudgedToken judged = world.tokens->Judge(token, World::op(), world.clock.Now());
  EXPECT_EQ(judged.problem, std::nullopt);
  EXPECT_EQ(judged.subject, model::SubjectId("person-a"));
  EXPECT_EQ(judged.good_until, consent.expires_at);
  EXPECT_TRUE(world.tokens->IsBoundTo(token, consent));
}

TEST_F(CustodyTest, SaysWhatIsWrongWithOne) {
  EXPECT_EQ(ProblemOf("FGH1:AAAA"), Reason::kHolderTokenBad);
  EXPECT_EQ(world.tokens->Judge(token, model::OperatorId("other"), world.clock.Now()).problem,
            Reason::kHolderTokenBad);
  world.clock.Advance(consent.expires_at - world.clock.Now() - 1);
  EXPECT_EQ(ProblemOf(token), std::nullopt);
  world.clock.Advance(1);
  EXPECT_EQ(ProblemOf(token), Reason::kHolderTokenExpired);
}

TEST_F(CustodyTest, BindsAConsentsEpoch) {
  model::Consent moved = consent;
  ++moved.epoch;
  EXPECT_FALSE(world.tokens->IsBoundTo(token, moved));
}

// ---- Keys ----

TEST_F(CustodyTest, HonoursARetiredKeyForTheDaysOfGrace) {
  const auto key = service.RotateKey(caller, World::op());
  ASSERT_TRUE(key.ok()) << key.status().ToString();
  EXPECT_EQ(key->version, 2);
  EXPECT_NE(LastRecord().find("\"type\":\"key.rotated\""), std::string::npos);
  const std::string newer = world.HandOut("person-a");
  EXPECT_EQ(ProblemOf(token), std::nullopt);
  const core::Timestamp end = key->since + World::kGraceDays * core::kMsPerDay;
  EXPECT_EQ(world.tokens->Judge(token, World::op(), world.clock.Now()).good_until, end);
  world.clock.Advance(end - world.clock.Now() - 1);
  EXPECT_EQ(ProblemOf(token), std::nullopt);
  world.clock.Advance(1);
  EXPECT_EQ(ProblemOf(token), Reason::kHolderTokenKeyRetired);
  EXPECT_EQ(ProblemOf(newer), std::nullopt);
}

TEST_F(CustodyTest, SealsUnderTheNewKeyAndCountsOn) {
  ASSERT_TRUE(service.RotateKey(caller, World::op()).ok());
  EXPECT_EQ(service.RotateKey(caller, World::op())->version, 3);
  EXPECT_EQ(ReadToken(*world.keys, World::op(), world.HandOut("person-a"))->head.key_version, 3);
  EXPECT_EQ(*CurrentKeyVersion(*world.store, model::OperatorId("other")), 1);
  EXPECT_EQ(service.RotateKey(caller, model::OperatorId("nobody")).status().reason(),
            "RESOURCE_NOT_FOUND");
}

// A database that was set back knows fewer keys than tokens were sealed under.
TEST_F(CustodyTest, RefusesAKeyThatTheStoreHasForgotten) {
  TokenHead head{2, ReadToken(*world.keys, World::op(), token)->head.id, consent.expires_at};
  const std::string ahead = SealToken(*world.keys, head, BindingOf(consent), "model",
                                      crypto::SecretBytes(kHeldTemplateBytes).span());
  EXPECT_EQ(ProblemOf(ahead), Reason::kHolderTokenBad);
}

// ---- What there is ----

TEST_F(CustodyTest, ListsWhatWasHandedOutUnderConsentsThatStand) {
  world.clock.Advance(2 * core::kMsPerDay);  // under another pseudonym
  world.HandOut("person-a");
  const std::vector<IssuedToken> listed = Listed();
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].id, ReadToken(*world.keys, World::op(), token)->head.id);
  EXPECT_EQ(listed[0].purpose, World::purpose());
  EXPECT_EQ(listed[0].site, World::site());
  EXPECT_EQ(listed[0].key_version, 1);
  EXPECT_EQ(listed[0].expires_at, consent.expires_at);
  EXPECT_LT(listed[0].log_index, listed[1].log_index);
  EXPECT_FALSE(listed[0].revoked_by.has_value());
  world.AddSubject("person-b");
  EXPECT_TRUE(Listed("person-b").empty());
  world.Withdraw(consent);
  EXPECT_TRUE(Listed().empty());
  EXPECT_EQ(service.List(World::subject("nobody")).status().reason(), "SUBJECT_NOT_FOUND");
}

TEST_F(CustodyTest, RecordsNothingOfTheTokenItHandedOut) {
  const std::string record = LastRecord();
  EXPECT_NE(record.find("\"type\":\"template.issued_to_holder\""), std::string::npos);
  EXPECT_NE(record.find("\"key_version\":1"), std::string::npos);
  const HolderToken read = *ReadToken(*world.keys, World::op(), token);
  EXPECT_EQ(record.find(read.head.id.str()), std::string::npos);
  EXPECT_EQ(record.find(MarkOf(*world.keys, World::op(), read.head.id).str()), std::string::npos);
  EXPECT_EQ(record.find(token.substr(5, 40)), std::string::npos);
  EXPECT_EQ(record.find("person-a"), std::string::npos);
}

// ---- What was lost ----

TEST_F(CustodyTest, RevokesATokenByItsName) {
  const model::HolderTokenRef ref{World::op(), model::SubjectId("person-a"), Listed()[0].id};
  const auto revoked = service.Revoke(caller, ref);
  ASSERT_TRUE(revoked.ok()) << revoked.status().ToString();
  EXPECT_FALSE(revoked->was_revoked);
  EXPECT_EQ(ProblemOf(token), Reason::kHolderTokenRevoked);
  EXPECT_EQ(Listed()[0].revoked_by, revoked->token.log_index);
  const std::string record = LastRecord();
  EXPECT_NE(record.find("\"type\":\"token.revoked\""), std::string::npos);
  EXPECT_NE(record.find("pseudonym"), std::string::npos);
  EXPECT_EQ(record.find(ref.token.str()), std::string::npos);
  const auto again = service.Revoke(caller, ref);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->was_revoked);
  EXPECT_EQ(again->token.log_index, revoked->token.log_index);
}

TEST_F(CustodyTest, RevokesATokenAtHandAndNoOther) {
  const std::string second = world.HandOut("person-a");
  ASSERT_TRUE(service.RevokeShown(caller, World::op(), token).ok());
  EXPECT_EQ(ProblemOf(token), Reason::kHolderTokenRevoked);
  EXPECT_EQ(ProblemOf(second), std::nullopt);
  EXPECT_EQ(service.RevokeShown(caller, World::op(), "FGH1:AAAA").status().reason(),
            "HOLDER_TOKEN_BAD");
}

TEST_F(CustodyTest, RevokesNoTokenThatThePersonWasNotHanded) {
  world.AddSubject("person-b");
  const model::HolderTokenId id = Listed()[0].id;
  EXPECT_EQ(
      service.Revoke(caller, {World::op(), model::SubjectId("person-b"), id}).status().reason(),
      "HOLDER_TOKEN_NOT_FOUND");
  EXPECT_EQ(service.Revoke(caller, {World::op(), model::SubjectId("nobody"), id}).status().reason(),
            "SUBJECT_NOT_FOUND");
}

TEST_F(CustodyTest, GivesARestoreWhatItsRecordsChanged) {
  ASSERT_TRUE(service.RevokeShown(caller, World::op(), token).ok());
  const auto of_revocation = ChangesOf(*storage::LineOf(LastRecord()), World::op());
  ASSERT_TRUE(of_revocation.ok());
  ASSERT_EQ(of_revocation->size(), 1u);
  const auto& revoked = std::get<storage::RevokeToken>(of_revocation->front());
  EXPECT_EQ(revoked.token.id,
            MarkOf(*world.keys, World::op(), ReadToken(*world.keys, World::op(), token)->head.id));
  EXPECT_EQ(revoked.token.expires_at, consent.expires_at);
  ASSERT_TRUE(service.RotateKey(caller, World::op()).ok());
  const auto of_rotation = ChangesOf(*storage::LineOf(LastRecord()), World::op());
  ASSERT_EQ(of_rotation->size(), 1u);
  EXPECT_EQ(std::get<storage::PutHolderKey>(of_rotation->front()).key.version, 2);
  EXPECT_TRUE(ChangesOf(*core::Json::Parse(R"({"type":"decision"})"), World::op())->empty());
  EXPECT_EQ(
      ChangesOf(*core::Json::Parse(R"({"type":"token.revoked"})"), World::op()).status().reason(),
      "BAD_RECORD");
}

}  // namespace
}  // namespace facegate::custody
