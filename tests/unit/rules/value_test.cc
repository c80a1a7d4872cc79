#include "facegate/rules/value.h"

#include <gmock/gmock.h>

#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

using ::testing::HasSubstr;

TEST(Vocabulary, FindsInputsByName) {
  const auto vocabulary = SmallVocabulary();
  ASSERT_TRUE(vocabulary->Find("kind").has_value());
  EXPECT_EQ(vocabulary->at(*vocabulary->Find("kind")).type, Type::kEnum);
  EXPECT_EQ(vocabulary->at(*vocabulary->Find("consent.status")).stage, Stage::kCandidate);
  EXPECT_EQ(vocabulary->at(*vocabulary->Find("a")).stage, Stage::kRequest);
  EXPECT_FALSE(vocabulary->Find("kin").has_value());
  EXPECT_EQ(vocabulary->Names().size(), vocabulary->size());
}

TEST(Vocabulary, RefusesEntriesThatMakeNoSense) {
  const auto error = [](const std::string& entry) {
    return Vocabulary::Parse("v", "inputs:\n  " + entry).status().message();
  };
  EXPECT_THAT(error("x: {type: boll, source: s}"), HasSubstr("v:2:13: \"boll\" is not one of"));
  EXPECT_THAT(error("x: {type: boll, source: s}"), HasSubstr("did you mean \"bool\"?"));
  EXPECT_THAT(error("x: {type: enum, source: s}"), HasSubstr("v:2:3: an enum or a set needs"));
  EXPECT_THAT(error("x: {type: bool, values: [a], source: s}"), HasSubstr("only enums and sets"));
  EXPECT_THAT(error("x: {type: set, values: [a, a], source: s}"),
              HasSubstr("v:2:30: this value is listed twice"));
  EXPECT_THAT(error("x: {type: bool}"), HasSubstr("missing key \"source\""));
  EXPECT_THAT(error("X.y: {type: bool, source: s}"), HasSubstr("lower-case words and dots"));
  EXPECT_THAT(error("x..y: {type: bool, source: s}"), HasSubstr("lower-case words and dots"));
  EXPECT_THAT(error("x: {type: bool, stge: request, source: s}"),
              HasSubstr("v:2:19: unknown key \"stge\" (did you mean \"stage\"?)"));
  EXPECT_EQ(Vocabulary::Parse("v", "inputs: 3").status().reason(), "BAD_VOCABULARY");
  EXPECT_EQ(Vocabulary::Load("/nowhere.yaml").status().code(), core::Code::kNotFound);
}

TEST(Vocabulary, ShipsWithOneSourceForEveryInput) {
  const auto vocabulary = Vocabulary::Load(kConfig + "/policies/vocabulary.yaml");
  ASSERT_TRUE(vocabulary.ok()) << vocabulary.status().ToString();
  EXPECT_EQ((*vocabulary)->size(), 163u);
  for (std::size_t i = 0; i < (*vocabulary)->size(); ++i) {
    const InputSpec& spec = (*vocabulary)->at(i);
    EXPECT_FALSE(spec.source.empty()) << spec.name;
    const std::string family = spec.name.substr(0, spec.name.find('.'));
    const bool person = family == "consent" || family == "subject" || family == "guardian" ||
                        spec.name == "notice.given_before" ||
                        spec.name == "retention.last_interaction_on" ||
                        spec.name == "pressure.reprompts_after_refusal";
    EXPECT_EQ(spec.stage == Stage::kCandidate, person) << spec.name;
    const bool seen = family == "faces" || spec.name == "image.bystander_present";
    EXPECT_EQ(spec.stage == Stage::kDetection, seen) << spec.name;
  }
}

TEST(Inputs, AreMissingUntilSetAndAfterClearing) {
  Inputs inputs(SmallVocabulary());
  EXPECT_EQ(inputs.Get("a"), Value());
  inputs.Set("a", true);
  EXPECT_EQ(inputs.Get("a"), Value(true));
  inputs.Set("a", Value());
  EXPECT_EQ(inputs.Get("a"), Value());
}

TEST(InputsDeathTest, RefuseWhatTheVocabularyDoesNotKnow) {
  Inputs inputs(SmallVocabulary());
  EXPECT_DEATH(inputs.Set("nope", true), "check failed");
  EXPECT_DEATH(inputs.Get("nope"), "check failed");
  EXPECT_DEATH(inputs.Set("a", 1.0), "check failed");
  EXPECT_DEATH(inputs.Set("a", std::string("true")), "check failed");
  EXPECT_DEATH(inputs.Set("kind", std::string("fob")), "check failed");
  EXPECT_DEATH(inputs.Set("kinds", std::vector<std::string>{"pin", "fob"}), "check failed");
  EXPECT_DEATH(inputs.Set("count", 1.5), "check failed");
  EXPECT_DEATH(inputs.Set("age.years", std::numeric_limits<double>::quiet_NaN()), "check failed");
  EXPECT_DEATH(inputs.Set("day.from", core::Timestamp{1}), "check failed");
  EXPECT_DEATH(inputs.Set("now", std::string("2025-01-01")), "check failed");
}

core::Result<Inputs> FromText(std::string_view json) {
  return Inputs::FromJson(SmallVocabulary(), core::Json::Parse(json).value());
}

TEST(InputsFromJson, ReadsEveryType) {
  const auto inputs = FromText(
      R"({"a": true, "count": 3, "age.years": 13.99, "city": "Portland", "kind": "pin",
          "kinds": ["pin", "card"], "now": "2025-06-01T08:00:00+08:00", "day.from": "2025-06-01",
          "day.to": "2025-06-02T15:00:00Z", "doc": "d-1", "b": null})");
  ASSERT_TRUE(inputs.ok()) << inputs.status().ToString();
  EXPECT_EQ(inputs->Get("a"), Value(true));
  EXPECT_EQ(inputs->Get("count"), Value(3.0));
  EXPECT_EQ(inputs->Get("age.years"), Value(13.99));
  EXPECT_EQ(inputs->Get("kind"), Value(std::string("pin")));
  EXPECT_EQ(inputs->Get("kinds"), Value(std::vector<std::string>{"pin", "card"}));
  EXPECT_EQ(inputs->Get("now"), Value(At("2025-06-01T00:00:00Z")));
  EXPECT_EQ(inputs->Get("day.from"), Value(Day0("2025-06-01")));
  EXPECT_EQ(inputs->Get("day.to"), Value(Day0("2025-06-02")));
  EXPECT_EQ(inputs->Get("b"), Value());
}

TEST(InputsFromJson, NamesTheMemberThatIsWrong) {
  const std::pair<const char*, const char*> mistakes[] = {
      {R"({"kinf": "pin"})", "unknown input \"kinf\" (did you mean \"kind\"?)"},
      {R"({"kind": "fob"})", "\"kind\": not one of its values"},
      {R"({"kind": 3})", "\"kind\": expected a string"},
      {R"({"kinds": ["fob"]})", "\"kinds\": not one of its values"},
      {R"({"kinds": "pin"})", "\"kinds\": expected a list of words"},
      {R"({"kinds": [1]})", "\"kinds\": expected a list of words"},
      {R"({"a": "true"})", "\"a\": expected true or false"},
      {R"({"count": 1.5})", "\"count\": expected a whole number"},
      {R"({"count": "1"})", "\"count\": expected a number"},
      {R"({"now": "soon"})", "\"now\": expected a day"},
      {R"({"now": 3})", "\"now\": expected a day"},
      {R"([])", "expected an object"},
  };
  for (const auto& [json, message] : mistakes) {
    const core::Status status = FromText(json).status();
    EXPECT_EQ(status.reason(), "BAD_INPUT") << json;
    EXPECT_THAT(status.message(), HasSubstr(message)) << json;
  }
}

}  // namespace
}  // namespace facegate::rules
