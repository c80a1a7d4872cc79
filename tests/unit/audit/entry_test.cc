// What a record can be searched by is in the record: an index that is rebuilt from a log is the one
// that was written with it.
#include "audit/entry.h"

#include <gtest/gtest.h>

namespace facegate::audit {
namespace {

constexpr std::uint64_t kIndex = 7;
const core::Timestamp kTime{1'772'438'400'000};

policy::Grounds AtTheDoor(model::CredentialKind credential) {
  policy::Grounds grounds;
  grounds.claim.caller.role = model::Role::kController;
  grounds.claim.camera = {model::OperatorId("acme"), model::SiteId("lobby"),
                          model::CameraId("door")};
  grounds.claim.purpose = model::PurposeId("entry");
  grounds.claim.credential = credential;
  grounds.access_point = model::AccessPointId("front");
  grounds.decided_at = kTime;
  return grounds;
}

void ExpectRebuilt(const Draft& draft) {
  const storage::IndexKeys written = KeysOf(draft, kTime);
  const auto rebuilt = KeysOfEntry(EntryJson(draft, kIndex, kTime), kIndex);
  ASSERT_TRUE(rebuilt.ok()) << rebuilt.status().ToString();
  EXPECT_EQ(rebuilt->type, written.type);
  EXPECT_EQ(rebuilt->time, written.time);
  EXPECT_EQ(rebuilt->site, written.site);
  EXPECT_EQ(rebuilt->access_point, written.access_point);
  EXPECT_EQ(rebuilt->camera, written.camera);
  EXPECT_EQ(rebuilt->purpose, written.purpose);
  EXPECT_EQ(rebuilt->verdict, written.verdict);
  EXPECT_EQ(rebuilt->reason, written.reason);
  EXPECT_EQ(rebuilt->rules, written.rules);
  EXPECT_EQ(rebuilt->subject_pseudonym, written.subject_pseudonym);
  EXPECT_EQ(rebuilt->other_pseudonyms, written.other_pseudonyms);
}

TEST(KeysOfEntry, AreThoseOfADecisionAboutFaces) {
  Outcome outcome;
  outcome.verdict = model::Verdict::kUseAlternative;
  outcome.reason = model::Reason::kPolicyDenied;
  Draft draft = DecisionDraft(AtTheDoor(model::CredentialKind::kFace), outcome,
                              {{"core.one", "1", {}}, {"core.two", "2", {"site.kind"}}});
  for (int i = 0; i < 3; ++i) draft.people.push_back({crypto::RandomSecret(32), std::nullopt});
  ExpectRebuilt(draft);
}

TEST(KeysOfEntry, AreThoseOfADecisionAboutAnotherCredential) {
  Outcome outcome;
  outcome.verdict = model::Verdict::kAllow;
  outcome.reason = model::Reason::kPassAccepted;
  const Draft draft = DecisionDraft(AtTheDoor(model::CredentialKind::kPass), outcome, {});
  EXPECT_EQ(KeysOf(draft, kTime).reason, "PASS_ACCEPTED");
  ExpectRebuilt(draft);
}

TEST(KeysOfEntry, AreThoseOfAnEventWhoseReasonIsNoDecisions) {
  Event event;
  event.type = "registry.refused";
  event.log = model::OperatorId("acme");
  event.site = model::SiteId("lobby");
  event.body.Set("reason", "RULE_REFUSED");
  ExpectRebuilt(EventDraft(event));
}

TEST(KeysOfEntry, AreNoneOfARecordOfAnotherIndex) {
  const Draft draft = DecisionDraft(AtTheDoor(model::CredentialKind::kBadge), Outcome{}, {});
  const std::string line = EntryJson(draft, kIndex, kTime);
  EXPECT_EQ(KeysOfEntry(line, kIndex + 1).status().reason(), "BAD_RECORD");
  EXPECT_EQ(KeysOfEntry("not json", kIndex).status().reason(), "BAD_RECORD");
}

}  // namespace
}  // namespace facegate::audit
