#include <gtest/gtest.h>

#include "facegate/rules/rule_set.h"

namespace facegate::rules {
namespace {

const std::string kPolicies = std::string(FACEGATE_SOURCE_DIR) + "/config/policies/";

TEST(CorePack, LoadsAgainstTheVocabulary) {
  const auto vocabulary = Vocabulary::Load(kPolicies + "vocabulary.yaml");
  ASSERT_TRUE(vocabulary.ok()) << vocabulary.status().ToString();
  const auto rules = RuleSet::Load(*vocabulary, {kPolicies + "core.yaml"});
  ASSERT_TRUE(rules.ok()) << rules.status().ToString();
  EXPECT_EQ((*rules)->packs().at(0).id, "core");
}

}  // namespace
}  // namespace facegate::rules
