// policy check|test|evaluate: rules as data, without a server.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/cli/commands.h"
#include "facegate/rules/rule_set.h"
#include "facegate/rules/vectors.h"

namespace facegate::apps {
namespace {

constexpr std::string_view kVectorsSuffix = ".test.yaml";

struct PolicyFlags {
  std::string policies = "config/policies";
  std::string calendar = "config/calendars/cn.yaml";
  std::vector<std::string> files;
  std::vector<std::string> packs;
  std::string phase;
  std::string input;
};

core::Result<std::shared_ptr<const rules::RuleSet>> Load(const PolicyFlags& flags,
                                                         const std::vector<std::string>& files) {
  FG_ASSIGN_OR_RETURN(auto vocabulary,
                      rules::Vocabulary::Load(flags.policies + "/vocabulary.yaml"));
  FG_ASSIGN_OR_RETURN(auto calendar, rules::WorkCalendar::Load(flags.calendar));
  return rules::RuleSet::Load(std::move(vocabulary), files, std::move(calendar));
}

core::Result<Exit> Check(Session& session, const PolicyFlags& flags) {
  const auto rules = Load(flags, flags.files);
  if (!rules.ok()) {
    session.Say(rules.status().message());
    return Exit::kNo;
  }
  for (const rules::PackInfo& pack : (*rules)->packs()) {
    session.Say(pack.id + " " + pack.version + " sha256 " + pack.sha256);
  }
  session.Say(std::to_string((*rules)->rules().size()) + " rules, no mistakes");
  return Exit::kYes;
}

// core.test.yaml tests core.yaml beside it, unless --pack says otherwise.
std::vector<std::string> PacksOf(const PolicyFlags& flags, const std::string& vectors) {
  if (!flags.packs.empty()) return flags.packs;
  if (!vectors.ends_with(kVectorsSuffix)) return {};
  return {vectors.substr(0, vectors.size() - kVectorsSuffix.size()) + ".yaml"};
}

core::Result<Exit> Test(Session& session, const PolicyFlags& flags) {
  Exit exit = Exit::kYes;
  for (const std::string& file : flags.files) {
    FG_ASSIGN_OR_RETURN(const auto rules, Load(flags, PacksOf(flags, file)));
    FG_ASSIGN_OR_RETURN(const rules::VectorReport report, rules::RunVectors(*rules, file));
    for (const std::string& failure : report.failures) session.Say(failure);
    for (const std::string& rule : report.uncovered) session.Say(file + ": not covered: " + rule);
    session.Say(file + ": " + std::to_string(report.run) + " vectors, " +
                std::to_string(report.failures.size()) + " failed");
    if (!report.failures.empty()) exit = Exit::kNo;
  }
  return exit;
}

core::Json ToJson(const rules::ScenarioEvaluation& scenario) {
  core::Json applies = core::Json::MakeArray(), unmet = core::Json::MakeArray();
  core::Json obligations = core::Json::MakeArray(), left_out = core::Json::MakeArray();
  for (const rules::Rule* rule : scenario.evaluation.applies) applies.Push(rule->id);
  for (const rules::Rule* rule : scenario.left_out) left_out.Push(rule->id);
  for (const rules::Finding& finding : scenario.evaluation.unmet) {
    core::Json missing = core::Json::MakeArray();
    for (const std::string& input : finding.missing) missing.Push(input);
    core::Json json = core::Json::MakeObject();
    json.Set("id", finding.rule->id).Set("effect", rules::EffectWord(finding.rule->effect));
    json.Set("article", finding.rule->article).Set("missing", std::move(missing));
    unmet.Push(std::move(json));
    if (!finding.rule->obligation.empty()) obligations.Push(finding.rule->obligation);
  }
  core::Json json = core::Json::MakeObject();
  json.Set("applies", std::move(applies)).Set("unmet", std::move(unmet));
  json.Set("decision", scenario.evaluation.denied() ? "deny" : "permit");
  json.Set("obligations", std::move(obligations)).Set("left_out", std::move(left_out));
  return json;
}

core::Result<Exit> Evaluate(Session& session, const PolicyFlags& flags) {
  std::vector<std::string> files;
  for (const std::string& pack : flags.packs)
    files.push_back(flags.policies + "/" + pack + ".yaml");
  FG_ASSIGN_OR_RETURN(const auto rules, Load(flags, files));
  std::optional<rules::Phase> phase;
  if (!flags.phase.empty()) {
    phase = rules::PhaseFromWord(flags.phase);
    if (!phase) {
      return core::Status(core::Code::kInvalidArgument, "PHASE_UNKNOWN",
                          "--phase is selection, deploy, request, scheduled or doc");
    }
  }
  FG_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(flags.input));
  FG_ASSIGN_OR_RETURN(const core::Json json, core::Json::Parse(text));
  FG_ASSIGN_OR_RETURN(const rules::Inputs inputs,
                      rules::Inputs::FromJson(rules->vocabulary(), json));
  const rules::ScenarioEvaluation scenario = rules::EvaluateScenario(*rules, inputs, phase);
  const bool denied = scenario.evaluation.denied();
  std::string line = denied ? "deny" : "permit";
  for (const rules::Finding& finding : scenario.evaluation.unmet) {
    line += "\n  " + std::string(rules::EffectWord(finding.rule->effect)) + " " + finding.rule->id +
            " (" + finding.rule->article + "): " + finding.rule->title;
    for (const std::string& input : finding.missing) line += ", missing " + input;
  }
  session.Answer(ToJson(scenario), line);
  return denied ? Exit::kNo : Exit::kYes;
}

using Run = core::Result<Exit> (*)(Session&, const PolicyFlags&);

CLI::App* AddPolicyCommand(CLI::App& group, Session& session, const std::string& name,
                           const std::string& what, const std::string& example,
                           const std::shared_ptr<PolicyFlags>& flags, Run run) {
  CLI::App* command = AddCommand(group, name, what, example);
  command->add_option("--policies", flags->policies, "Folder of packs and vocabulary")
      ->capture_default_str();
  command->add_option("--calendar", flags->calendar, "Working days")->capture_default_str();
  command->callback([&session, flags, run] {
    session.SetAction([&session, flags, run] { return run(session, *flags); });
  });
  return command;
}

}  // namespace

void AddPolicyCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "policy", "Rules as data; needs no server");
  auto flags = std::make_shared<PolicyFlags>();
  AddPolicyCommand(*group, session, "check", "Reads packs as a server would (exit 1 on a mistake)",
                   "facegate policy check config/policies/core.yaml", flags, Check)
      ->add_option("files", flags->files, "Packs")
      ->required();

  CLI::App* test =
      AddPolicyCommand(*group, session, "test", "Runs test vectors (exit 1 if one fails)",
                       "facegate policy test config/policies/core.test.yaml", flags, Test);
  test->add_option("files", flags->files, "Vectors; X.test.yaml tests X.yaml beside it")
      ->required();
  test->add_option("--pack", flags->packs, "The packs under test instead; repeatable");

  CLI::App* evaluate = AddPolicyCommand(
      *group, session, "evaluate", "Judges a flat object of inputs (exit 1 for deny)",
      "facegate policy evaluate --packs core --phase request --input scenario.json --json", flags,
      Evaluate);
  evaluate->add_option("--packs", flags->packs, "Ids of packs in --policies")
      ->delimiter(',')
      ->required();
  evaluate->add_option("--phase", flags->phase, "One phase; all if absent");
  evaluate->add_option("--input", flags->input, "A JSON file of inputs")->required();
}

}  // namespace facegate::apps
