#include "facegate/alternatives/pass.h"

#include <gtest/gtest.h>

#include <string>

#include "facegate/core/bytes.h"
#include "facegate/crypto/key_ring.h"

namespace facegate::alternatives {
namespace {

using model::Reason;

const model::AccessPointRef kFront{model::OperatorId("acme"), model::SiteId("lobby"),
                                   model::AccessPointId("front")};
const model::SiteRef kLobby{kFront.op, kFront.site};

Pass APass() {
  Pass pass;
  pass.id = model::PassId("00112233445566778899aabbccddeeff");
  pass.not_before = {1'000'000};
  pass.expires_at = {2'000'000};
  pass.issued_by = 77;
  pass.site = SiteMark(kLobby);
  pass.access_point = AccessPointMark(kFront);
  return pass;
}

crypto::SigningKey Key(std::uint8_t seed = 1) { return crypto::SigningKey(core::Bytes(32, seed)); }

TEST(Pass, SaysWhatItWasMadeOf) {
  const crypto::SigningKey key = Key();
  Pass made = APass();
  made.many_uses = true;
  const auto opened = OpenPass(EncodePass(made, key), key.public_key());
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->id, made.id);
  EXPECT_TRUE(opened->many_uses);
  EXPECT_EQ(opened->not_before, made.not_before);
  EXPECT_EQ(opened->expires_at, made.expires_at);
  EXPECT_EQ(opened->issued_by, 77u);
  EXPECT_EQ(opened->site, made.site);
  EXPECT_EQ(opened->access_point, made.access_point);
}

TEST(Pass, FitsAQrCodeAndNamesNoPlace) {
  const std::string text = EncodePass(APass(), Key());
  EXPECT_LT(text.size(), 180u);
  EXPECT_EQ(text.find("lobby"), std::string::npos);
}

TEST(Pass, DoesNotOpenWithAnyCharacterChanged) {
  const crypto::SigningKey key = Key();
  const std::string text = EncodePass(APass(), key);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(OpenPass(changed, key.public_key()).status().reason(), "PASS_BAD_SIGNATURE") << i;
  }
}

TEST(Pass, DoesNotOpenCutOrLengthenedOrWithAnotherKey) {
  const crypto::SigningKey key = Key();
  const std::string text = EncodePass(APass(), key);
  for (const std::string& other : {std::string(), text.substr(1), text + "A", text + "\n",
                                   text.substr(0, text.size() - 4), std::string(10'000, 'A')}) {
    EXPECT_EQ(OpenPass(other, key.public_key()).status().reason(), "PASS_BAD_SIGNATURE") << other;
  }
  EXPECT_FALSE(OpenPass(text, Key(2).public_key()).ok());
}

// An operator's key signs no other operator's passes, and none of its log.
TEST(Pass, HasAKeyOfItsOperator) {
  const auto keys = crypto::KeyRing::Ephemeral();
  const auto acme = keys->PassKey("operators/acme").public_key();
  EXPECT_EQ(acme, keys->PassKey("operators/acme").public_key());
  EXPECT_NE(acme, keys->PassKey("operators/other").public_key());
  EXPECT_NE(acme, keys->RecordKey("operators/acme").public_key());
  EXPECT_NE(acme, keys->CheckpointKey("operators/acme").public_key());
}

TEST(JudgePass, TakesItAtItsDoorInItsTime) {
  EXPECT_EQ(JudgePass(APass(), kFront, {999'999}), Reason::kPassNotYetValid);
  EXPECT_EQ(JudgePass(APass(), kFront, {1'000'000}), Reason::kPassAccepted);
  EXPECT_EQ(JudgePass(APass(), kFront, {1'999'999}), Reason::kPassAccepted);
  EXPECT_EQ(JudgePass(APass(), kFront, {2'000'000}), Reason::kPassExpired);
}

TEST(JudgePass, RefusesOtherPlacesWhateverTheTime) {
  model::AccessPointRef back = kFront;
  back.access_point = model::AccessPointId("back");
  EXPECT_EQ(JudgePass(APass(), back, {1'500'000}), Reason::kPassOtherAccessPoint);
  model::AccessPointRef annexe = kFront;
  annexe.site = model::SiteId("annexe");
  EXPECT_EQ(JudgePass(APass(), annexe, {1'500'000}), Reason::kPassOtherSite);
  EXPECT_EQ(JudgePass(APass(), annexe, {9'000'000}), Reason::kPassOtherSite);
  Pass any = APass();
  any.access_point = 0;
  EXPECT_EQ(JudgePass(any, back, {1'500'000}), Reason::kPassAccepted);
  EXPECT_EQ(JudgePass(any, annexe, {1'500'000}), Reason::kPassOtherSite);
}

}  // namespace
}  // namespace facegate::alternatives
