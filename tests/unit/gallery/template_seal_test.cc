#include "gallery/template_seal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "facegate/crypto/primitives.h"
#include "gallery/protected_template.h"

namespace facegate::gallery {
namespace {

model::Template Description() {
  model::Template value;
  value.op = model::OperatorId("acme");
  value.subject = model::SubjectId("s1");
  value.purpose = model::PurposeId("entry");
  value.site = model::SiteId("hq");
  value.id = model::TemplateId("t1");
  value.consent = model::ConsentId("c1");
  value.model_id = "model-v1";
  return value;
}

core::Bytes Steps() {
  core::Bytes steps(kTemplateBytes);
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i] = static_cast<std::uint8_t>(i);
  return steps;
}

const core::Bytes kKey(kTemplateKeyBytes, 9);

TEST(TemplateSeal, OpensToWhatWasSealed) {
  model::Template value = Description();
  SealTemplate(kKey, Steps(), value);
  const auto opened = OpenTemplate(kKey, value);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  EXPECT_TRUE(std::ranges::equal(opened->span(), Steps()));
}

TEST(TemplateSeal, HidesTheSteps) {
  model::Template value = Description();
  SealTemplate(kKey, Steps(), value);
  const core::Bytes steps = Steps();
  EXPECT_EQ(std::search(value.sealed.begin(), value.sealed.end(), steps.begin(), steps.begin() + 8),
            value.sealed.end());
}

TEST(TemplateSeal, GivesOtherBytesEachTime) {
  model::Template one = Description();
  model::Template two = Description();
  SealTemplate(kKey, Steps(), one);
  SealTemplate(kKey, Steps(), two);
  EXPECT_NE(one.sealed, two.sealed);
}

struct Change {
  const char* field;
  std::function<void(model::Template&)> apply;
};

class TemplateSealBinds : public ::testing::TestWithParam<Change> {};

TEST_P(TemplateSealBinds, TheField) {
  model::Template value = Description();
  SealTemplate(kKey, Steps(), value);
  GetParam().apply(value);
  const auto opened = OpenTemplate(kKey, value);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), core::Code::kDataLoss);
  EXPECT_EQ(opened.status().reason(), "TEMPLATE_BROKEN");
}

INSTANTIATE_TEST_SUITE_P(
    EveryField, TemplateSealBinds,
    ::testing::Values(
        Change{"Operator", [](model::Template& v) { v.op = model::OperatorId("other"); }},
        Change{"Subject", [](model::Template& v) { v.subject = model::SubjectId("s2"); }},
        Change{"Purpose", [](model::Template& v) { v.purpose = model::PurposeId("exit"); }},
        Change{"Site", [](model::Template& v) { v.site = model::SiteId("lab"); }},
        Change{"Consent", [](model::Template& v) { v.consent = model::ConsentId("c2"); }},
        Change{"Model", [](model::Template& v) { v.model_id = "model-v2"; }},
        Change{"TemplateId", [](model::Template& v) { v.id = model::TemplateId("t2"); }},
        Change{"Bytes", [](model::Template& v) { v.sealed[20] ^= 1; }},
        Change{"Length", [](model::Template& v) { v.sealed.pop_back(); }}),
    [](const auto& change) { return std::string(change.param.field); });

TEST(TemplateSeal, DoesNotOpenWithAnotherKey) {
  model::Template value = Description();
  SealTemplate(kKey, Steps(), value);
  EXPECT_FALSE(OpenTemplate(core::Bytes(kTemplateKeyBytes, 8), value).ok());
}

TEST(TemplateSeal, RefusesAnotherSize) {
  model::Template value = Description();
  value.sealed = crypto::Seal(kKey, core::Bytes(64), TemplateAssociatedData(value));
  const auto opened = OpenTemplate(kKey, value);
  EXPECT_EQ(opened.status().reason(), "TEMPLATE_BROKEN");
}

TEST(TemplateSeal, NamesTheBrokenTemplateAndNobody) {
  model::Template value = Description();
  value.subject = model::SubjectId("somebody");
  const auto opened = OpenTemplate(kKey, value);
  EXPECT_NE(opened.status().message().find("t1"), std::string::npos);
  EXPECT_EQ(opened.status().message().find("somebody"), std::string::npos);
}

TEST(TemplateAssociatedData, IsByteForByteAsDocumented) {
  model::Template value = Description();
  std::string expected = "facegate template";
  expected += '\x01';
  for (const std::string field : {"acme", "s1", "entry", "hq", "c1", "model-v1", "t1"}) {
    expected += '\0';
    expected += static_cast<char>(field.size());
    expected += field;
  }
  EXPECT_EQ(core::AsText(TemplateAssociatedData(value)), expected);
}

TEST(TemplateAssociatedData, KeepsNeighbouringFieldsApart) {
  model::Template one = Description();
  one.op = model::OperatorId("ab");
  one.subject = model::SubjectId("c");
  model::Template two = Description();
  two.op = model::OperatorId("a");
  two.subject = model::SubjectId("bc");
  EXPECT_NE(TemplateAssociatedData(one), TemplateAssociatedData(two));
}

TEST(WrapContexts, NameKindAndResource) {
  EXPECT_EQ(GallerySecretContext({model::OperatorId("acme"), model::PurposeId("entry")}),
            "gallery-secret operators/acme/purposes/entry");
  EXPECT_EQ(TemplateKeyContext({model::OperatorId("acme"), model::SubjectId("s1")},
                               model::PurposeId("entry")),
            "template-key operators/acme/subjects/s1/purposes/entry");
}

TEST(TemplateSealDeathTest, RefusesWrongSizes) {
  model::Template value = Description();
  EXPECT_DEATH(SealTemplate(core::Bytes(16), Steps(), value), "check failed");
  EXPECT_DEATH(SealTemplate(kKey, core::Bytes(127), value), "check failed");
  EXPECT_DEATH((void)OpenTemplate(core::Bytes(16), value), "check failed");
  value.model_id = std::string(65536, 'm');
  EXPECT_DEATH((void)TemplateAssociatedData(value), "check failed");
}

}  // namespace
}  // namespace facegate::gallery
