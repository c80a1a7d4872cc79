// What a file describes, and the steps towards it.
#include "facegate/registry/description.h"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "facegate/model/api_json.h"
#include "support/base/temp_dir.h"

namespace facegate::registry {
namespace {

using Action = Step::Action;

constexpr char kOffice[] = R"(operator:
  id: acme
  display_name: Acme AG
  kind: private
  staff_training: {on: 2026-03-01, by: human resources}
  sites:
    - id: lobby
      display_name: Lobby
      venue_kind: OFFICE
      country: CH
      cameras:
        - id: door
          use: door
          access_point: main
          region_of_interest: {x0: 0.25, y0: 0, x1: 1, y1: 1}
      access_points:
        - id: main
          display_name: Main door
          heartbeat_s_max: 60
          alternatives:
            - {kind: CARD, display_name: badge reader, wait_s: 5}
            - {kind: staff_desk, display_name: reception}
      signage:
        - id: spring
          photo_sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
          attested_by: facility desk
          verify_time: 2026-03-01T08:00:00Z
          layer1_fields: [CONTROLLER, contact]
  purposes:
    - id: entry
      category: ACCESS_CONTROL
      necessity_statement: Cards are passed on.
      notices:
        - {language: en, text: We compare your face.}
      assessments:
        - {id: v1, sections: [PURPOSE_NECESSITY]}
)";

// The register that such a description is applied to, as far as a plan needs one: what the server
// would answer to each step.
class FakeRegister {
 public:
  void Take(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      if (step.action == Action::kDelete) answers_.erase(step.name);
      if (step.action == Action::kCreate || step.action == Action::kUpdate) Put(step);
    }
  }
  const Registered& answers() const { return answers_; }
  void Set(const std::string& name, const std::string& field, core::Json value) {
    answers_.at(name).Set(field, std::move(value));
  }

 private:
  static std::string Camel(const std::string& name) {
    std::string camel;
    for (std::size_t i = 0; i < name.size(); ++i) {
      camel += name[i] == '_' ? static_cast<char>(name[++i] - 'a' + 'A') : name[i];
    }
    return camel;
  }
  static core::Json Camels(const core::Json& json) {
    if (json.is_array()) {
      core::Json list = core::Json::MakeArray();
      for (const core::Json& each : json.AsArray()) list.Push(Camels(each));
      return list;
    }
    if (!json.is_object()) return json;
    core::Json object = core::Json::MakeObject();
    for (const auto& [name, value] : json.AsObject()) object.Set(Camel(name), Camels(value));
    return object;
  }
  void Put(const Step& step) {
    core::Json answer = Camels(step.body);
    answer.Set("name", step.name).Set("etag", "r" + std::to_string(++revision_));
    if (step.spelling.noun == "Purpose") answer.Set("version", 1);
    answers_[step.name] = answer;
  }

  Registered answers_;
  int revision_ = 0;
};

class Descriptions : public ::testing::Test {
 protected:
  static Description Parsed(const std::string& yaml) {
    auto description = Description::Parse("site.yaml", yaml);
    EXPECT_TRUE(description.ok()) << description.status().ToString();
    FG_CHECK(description.ok());
    return std::move(description).value();
  }
  static std::string ErrorOf(const std::string& yaml) {
    const auto description = Description::Parse("site.yaml", yaml);
    EXPECT_FALSE(description.ok());
    if (description.ok()) return "";
    EXPECT_EQ(description.status().reason(), "BAD_DESCRIPTION");
    return description.status().message();
  }
  static std::string Replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    FG_CHECK(at != std::string::npos);
    return text.replace(at, from.size(), to);
  }
  std::vector<Step> Plan(const std::string& yaml, bool prune = false) const {
    const auto steps = Parsed(yaml).Plan(registered_.answers(), prune);
    EXPECT_TRUE(steps.ok()) << steps.status().ToString();
    return steps.ok() ? *steps : std::vector<Step>();
  }
  std::string ConflictOf(const std::string& yaml) const {
    const auto steps = Parsed(yaml).Plan(registered_.answers(), false);
    EXPECT_EQ(steps.status().code(), core::Code::kFailedPrecondition);
    EXPECT_EQ(steps.status().reason(), "PLAN_CONFLICT");
    return steps.status().message();
  }
  // The only step that does something.
  std::optional<Step> OnlyChange(const std::string& yaml) const {
    std::optional<Step> change;
    for (const Step& step : Plan(yaml)) {
      if (step.action == Action::kUnchanged) continue;
      EXPECT_FALSE(change.has_value()) << step.name;
      change = step;
    }
    return change;
  }
  static std::vector<std::string> FieldsOf(const Step& step) {
    std::vector<std::string> fields;
    for (const Difference& each : step.differences) fields.push_back(each.field);
    return fields;
  }

  FakeRegister registered_;
};

TEST_F(Descriptions, CreateEverythingParentsFirst) {
  std::vector<std::string> names;
  for (const Step& step : Plan(kOffice)) {
    EXPECT_EQ(step.action, Action::kCreate);
    names.push_back(step.name);
  }
  ASSERT_EQ(names.size(), 8u);
  EXPECT_EQ(names[0], "operators/acme");
  EXPECT_EQ(names[1], "operators/acme/sites/lobby");
  EXPECT_EQ(names[2], "operators/acme/sites/lobby/accessPoints/main");
  EXPECT_EQ(names[3], "operators/acme/sites/lobby/cameras/door");
  EXPECT_EQ(names[4], "operators/acme/purposes/entry");
  EXPECT_TRUE(names[5].starts_with("operators/acme/purposes/entry/notices/en-v1-")) << names[5];
  EXPECT_EQ(names[6], "operators/acme/sites/lobby/signage/spring");
  EXPECT_EQ(names[7], "operators/acme/purposes/entry/assessments/v1");
}

TEST_F(Descriptions, SayWhatTheFileSays) {
  const std::vector<Step> steps = Plan(kOffice);
  EXPECT_EQ(steps[0].body.StringOr("kind", ""), "ORG_KIND_PRIVATE");
  EXPECT_EQ(steps[0].body.Find("staff_training")->StringOr("on", ""), "2026-03-01");
  EXPECT_EQ(steps[0].where, "site.yaml:2:3");
  EXPECT_EQ(steps[3].body.StringOr("access_point", ""),
            "operators/acme/sites/lobby/accessPoints/main");
  EXPECT_EQ(steps[3].body.Find("region_of_interest")->NumberOr("x0", 0), 0.25);
  EXPECT_EQ(steps[3].spelling.noun, "Camera");
  EXPECT_EQ(steps[6].body.Find("layer1_fields")->AsArray().size(), 2u);
}

TEST_F(Descriptions, HaveNothingToDoTheSecondTime) {
  registered_.Take(Plan(kOffice));
  for (const Step& step : Plan(kOffice, /*prune=*/true)) {
    EXPECT_EQ(step.action, Action::kUnchanged) << step.name;
  }
}

TEST_F(Descriptions, ChangeOnlyWhatDiffers) {
  registered_.Take(Plan(kOffice));
  const auto change = OnlyChange(Replaced(kOffice, "country: CH", "country: DE"));
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->action, Action::kUpdate);
  EXPECT_EQ(change->name, "operators/acme/sites/lobby");
  EXPECT_EQ(FieldsOf(*change), std::vector<std::string>{"country"});
  EXPECT_EQ(change->differences[0].from.AsString(), "CH");
  EXPECT_EQ(change->differences[0].to.AsString(), "DE");
  EXPECT_EQ(change->etag, "r2");
}

TEST_F(Descriptions, LeaveWhatTheyDoNotMention) {
  registered_.Take(Plan(kOffice));
  const std::string main = "operators/acme/sites/lobby/accessPoints/main";
  registered_.Set("operators/acme/sites/lobby", "city", "Bern");
  core::Json alternatives = *registered_.answers().at(main).Find("alternatives");
  std::vector<core::Json> list = alternatives.AsArray();
  list[0].Set("heartbeatTime", "2026-03-02T08:00:00Z").Set("operational", false);
  registered_.Set(main, "alternatives", core::Json(list));
  EXPECT_FALSE(OnlyChange(kOffice).has_value());
  const auto change = OnlyChange(Replaced(kOffice, "wait_s: 5", "wait_s: 6"));
  ASSERT_TRUE(change.has_value());
  const core::Json& card = change->body.Find("alternatives")->AsArray()[0];
  EXPECT_EQ(card.IntOr("wait_s", 0), 6);
  EXPECT_EQ(card.StringOr("heartbeat_time", ""), "2026-03-02T08:00:00.000Z");
  EXPECT_FALSE(card.BoolOr("operational", true));
}

TEST_F(Descriptions, KnowAnAlternativeByItsKind) {
  registered_.Take(Plan(kOffice));
  const auto change =
      OnlyChange(Replaced(kOffice, "{kind: CARD, display_name: badge reader, wait_s: 5}",
                          "{kind: PIN, display_name: keypad}"));
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->body.Find("alternatives")->AsArray()[0].Find("wait_s"), nullptr);
}

TEST_F(Descriptions, EmptyAMemberThatIsNull) {
  registered_.Take(Plan(kOffice));
  const auto change = OnlyChange(Replaced(
      kOffice, "staff_training: {on: 2026-03-01, by: human resources}", "staff_training: null"));
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(FieldsOf(*change), std::vector<std::string>{"staff_training"});
  EXPECT_TRUE(change->differences[0].to.is_null());
  EXPECT_EQ(change->body.Find("staff_training"), nullptr);
}

TEST_F(Descriptions, DeleteOnlyWhenPruningAndChildrenFirst) {
  registered_.Take(Plan(kOffice));
  const std::string bare = "operator: {id: acme}\n";
  for (const Step& step : Plan(bare)) EXPECT_EQ(step.action, Action::kUnchanged);
  std::vector<std::string> deleted;
  for (const Step& step : Plan(bare, /*prune=*/true)) {
    if (step.action == Action::kDelete) deleted.push_back(step.name);
  }
  ASSERT_EQ(deleted.size(), 7u);
  EXPECT_EQ(deleted.front(), "operators/acme/purposes/entry/assessments/v1");
  EXPECT_EQ(deleted.back(), "operators/acme/sites/lobby");
}

// ---- Notices and versions ----

TEST_F(Descriptions, MakeAnotherNoticeOfAnotherText) {
  registered_.Take(Plan(kOffice));
  const auto change = OnlyChange(Replaced(kOffice, "We compare", "We also compare"));
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->action, Action::kCreate);
  EXPECT_EQ(change->spelling.noun, "Notice");
}

TEST_F(Descriptions, MakeAnotherNoticeOfAnotherPurposeVersion) {
  registered_.Take(Plan(kOffice));
  std::vector<Step> changes;
  for (Step& step : Plan(Replaced(kOffice, "Cards are passed on.", "Cards get lost."))) {
    if (step.action != Action::kUnchanged) changes.push_back(std::move(step));
  }
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].name, "operators/acme/purposes/entry");
  EXPECT_EQ(changes[1].action, Action::kCreate);
  EXPECT_EQ(changes[1].body.IntOr("purpose_version", 0), 2);
  EXPECT_NE(changes[1].name.find("/notices/en-v2-"), std::string::npos);
}

TEST_F(Descriptions, CannotChangeANoticeThatHasAnId) {
  const std::string named = Replaced(kOffice, "{language: en,", "{id: first, language: en,");
  registered_.Take(Plan(named));
  EXPECT_FALSE(OnlyChange(named).has_value());
  const std::string conflict = ConflictOf(Replaced(named, "We compare", "We also compare"));
  EXPECT_NE(conflict.find("site.yaml:34:11: NOTICE_IMMUTABLE"), std::string::npos) << conflict;
  EXPECT_NE(ConflictOf(Replaced(named, "Cards are passed on.", "Cards get lost."))
                .find("give the notice another id"),
            std::string::npos);
}

TEST_F(Descriptions, ReadTextsFromFilesBesideThem) {
  const facegate::testing::TempDir folder;
  std::ofstream(folder / "site.yaml")
      << Replaced(kOffice, "text: We compare your face.", "text_file: notice.txt");
  const auto missing = Description::Load(folder / "site.yaml");
  EXPECT_EQ(missing.status().reason(), "BAD_DESCRIPTION");
  EXPECT_NE(missing.status().message().find("site.yaml:34:37"), std::string::npos)
      << missing.status().message();
  std::ofstream(folder / "notice.txt") << "From a file.";
  const auto description = Description::Load(folder / "site.yaml");
  ASSERT_TRUE(description.ok()) << description.status().ToString();
  EXPECT_EQ((*description->Plan({}, false))[5].body.StringOr("text", ""), "From a file.");
}

// ---- Filings ----

constexpr char kFiling[] = R"(operator:
  id: acme
  filings:
    - {id: f, authority: Office, status: ACCEPTED,
       submitted_on: 2026-01-10, accepted_on: 2026-01-20}
)";

TEST_F(Descriptions, LeadAFilingStatusByStatus) {
  std::vector<std::string> statuses;
  const std::vector<Step> steps = Plan(kFiling);
  for (const Step& step : steps) {
    if (step.spelling.noun == "Filing") statuses.push_back(step.body.StringOr("status", ""));
  }
  EXPECT_EQ(statuses, (std::vector<std::string>{"FILING_STATUS_DRAFT", "FILING_STATUS_SUBMITTED",
                                                "FILING_STATUS_ACCEPTED"}));
  EXPECT_EQ(steps[1].action, Action::kCreate);
  EXPECT_EQ(steps[2].action, Action::kUpdate);
  EXPECT_EQ(FieldsOf(steps[2]), std::vector<std::string>{"status"});
  registered_.Take(steps);
  EXPECT_FALSE(OnlyChange(kFiling).has_value());
}

TEST_F(Descriptions, CannotLeadAFilingBack) {
  registered_.Take(Plan(kFiling));
  EXPECT_NE(ConflictOf(Replaced(kFiling, "ACCEPTED", "SUBMITTED"))
                .find("a filing does not go from ACCEPTED to SUBMITTED"),
            std::string::npos);
}

// ---- Mistakes ----

TEST_F(Descriptions, TellMistakesWithTheirPlace) {
  const auto expect = [](const std::string& from, const std::string& to, const std::string& told) {
    const std::string error = ErrorOf(Replaced(kOffice, from, to));
    EXPECT_NE(error.find(told), std::string::npos) << error;
  };
  expect("venue_kind", "venue_kid",
         "site.yaml:9:7: unknown key \"venue_kid\" (did you mean "
         "\"venue_kind\"?)");
  expect("OFFICE", "OFICE", "site.yaml:9:19: \"OFICE\" is not one of");
  expect("OFFICE", "OFICE", "(did you mean \"OFFICE\"?)");
  expect("cameras:", "camera:", "(did you mean \"cameras\"?)");
  expect("wait_s: 5", "wait_s: five", "expected a whole number");
  expect("wait_s: 5", "wait: 5", "site.yaml:21:56: unknown key \"wait\"");
  expect("on: 2026-03-01", "on: 2026-02-30", "site.yaml:5:24: expected a day");
  expect("2026-03-01T08:00:00Z", "yesterday", "expected RFC 3339");
  expect("country: CH", "country: ch", "site.yaml:7:7: BAD_COUNTRY");
  expect("      venue_kind: OFFICE\n", "", "site.yaml:7:7: missing key \"venue_kind\"");
  expect("access_point: main", "access_point: Main Door", "access_point is no id");
  expect("- id: lobby", "- name: lobby", "unknown key \"name\"");
  expect("id: entry", "id: Entry Hall", "an id is 1 to 63");
  expect("Cards are passed on.", "Sorting by religion.", "SENSITIVE_LABEL");
  expect("operator:", "operators:", "unknown key \"operators\" (did you mean \"operator\"?)");
}

TEST_F(Descriptions, TellANameThatIsThereTwice) {
  const std::string twice =
      "operator: {id: acme, filings: [{id: f, authority: A, status: DRAFT}, "
      "{id: f, authority: B, status: DRAFT}]}";
  EXPECT_NE(ErrorOf(twice).find("operators/acme/filings/f is there twice"), std::string::npos);
}

TEST_F(Descriptions, NameAFileThatIsNotThere) {
  EXPECT_EQ(Description::Load("/nowhere/site.yaml").status().code(), core::Code::kNotFound);
}

}  // namespace
}  // namespace facegate::registry
