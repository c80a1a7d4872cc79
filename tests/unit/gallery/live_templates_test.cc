#include "gallery/live_templates.h"

#include <gtest/gtest.h>

namespace facegate::gallery {
namespace {

const model::OperatorId kOp("acme");
const model::PurposeId kEntry("entry");
const model::PurposeId kLunch("lunch");
const model::SiteId kSite("hq");

model::Template Of(std::string_view subject, const model::PurposeId& purpose = kEntry,
                   const model::OperatorId& op = kOp) {
  model::Template value;
  value.op = op;
  value.subject = model::SubjectId(subject);
  value.purpose = purpose;
  value.site = kSite;
  value.id = model::TemplateId("t1");
  value.consent = model::ConsentId("c1");
  return value;
}

crypto::SecretBytes Steps() { return crypto::SecretBytes(kTemplateBytes); }
model::SubjectRef Ref(std::string_view subject) { return {kOp, model::SubjectId(subject)}; }

TEST(LiveTemplates, FindsWhatWasAdded) {
  LiveTemplates live;
  EXPECT_TRUE(live.Add(Of("ann"), Steps(), 5));
  const Shelf* shelf = live.Find({kOp, kEntry, kSite});
  ASSERT_NE(shelf, nullptr);
  EXPECT_EQ(shelf->count(model::SubjectId("ann")), 1u);
  EXPECT_EQ(live.size(), 1u);
}

TEST(LiveTemplates, KeepsSitesPurposesAndOperatorsApart) {
  LiveTemplates live;
  live.Add(Of("ann"), Steps(), 5);
  EXPECT_EQ(live.Find({kOp, kEntry, model::SiteId("lab")}), nullptr);
  EXPECT_EQ(live.Find({kOp, kLunch, kSite}), nullptr);
  EXPECT_EQ(live.Find({model::OperatorId("other"), kEntry, kSite}), nullptr);
}

TEST(LiveTemplates, DropsOnePurpose) {
  LiveTemplates live;
  live.Add(Of("ann"), Steps(), 5);
  live.Add(Of("ann", kLunch), Steps(), 6);
  live.Drop(Ref("ann"), kEntry, 7);
  EXPECT_EQ(live.Find({kOp, kEntry, kSite}), nullptr);
  EXPECT_NE(live.Find({kOp, kLunch, kSite}), nullptr);
  EXPECT_EQ(live.size(), 1u);
}

TEST(LiveTemplates, DropsEveryPurpose) {
  LiveTemplates live;
  live.Add(Of("ann"), Steps(), 5);
  live.Add(Of("ann", kLunch), Steps(), 6);
  live.Drop(Ref("ann"), std::nullopt, 7);
  EXPECT_EQ(live.size(), 0u);
}

TEST(LiveTemplates, DropsNobodyElse) {
  LiveTemplates live;
  live.Add(Of("ann"), Steps(), 5);
  live.Add(Of("bob"), Steps(), 6);
  live.Add(Of("ann", kEntry, model::OperatorId("other")), Steps(), 6);
  live.Drop(Ref("ann"), std::nullopt, 7);
  EXPECT_EQ(live.size(), 2u);
}

TEST(LiveTemplates, IgnoresALateAddAfterADropOfThePurpose) {
  LiveTemplates live;
  live.Drop(Ref("ann"), kEntry, 7);
  EXPECT_FALSE(live.Add(Of("ann"), Steps(), 6));
  EXPECT_TRUE(live.Add(Of("ann", kLunch), Steps(), 6));
  EXPECT_EQ(live.size(), 1u);
}

TEST(LiveTemplates, IgnoresALateAddAfterADropOfEverything) {
  LiveTemplates live;
  live.Drop(Ref("ann"), std::nullopt, 7);
  EXPECT_FALSE(live.Add(Of("ann"), Steps(), 6));
  EXPECT_EQ(live.size(), 0u);
}

TEST(LiveTemplates, TakesAnEnrolmentThatFollowsTheDrop) {
  LiveTemplates live;
  live.Drop(Ref("ann"), kEntry, 7);
  EXPECT_TRUE(live.Add(Of("ann"), Steps(), 8));
  EXPECT_EQ(live.size(), 1u);
}

TEST(LiveTemplates, RemembersTheLatestDrop) {
  LiveTemplates live;
  live.Drop(Ref("ann"), kEntry, 9);
  live.Drop(Ref("ann"), kEntry, 7);
  EXPECT_FALSE(live.Add(Of("ann"), Steps(), 8));
}

TEST(LiveTemplatesDeathTest, RefusesATemplateOfAnotherSize) {
  LiveTemplates live;
  EXPECT_DEATH(live.Add(Of("ann"), crypto::SecretBytes(64), 1), "check failed");
}

}  // namespace
}  // namespace facegate::gallery
