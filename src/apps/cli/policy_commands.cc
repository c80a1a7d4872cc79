// policy check|test|evaluate|explain|diff|doc: rules as data, without a server; explain and diff of
// recorded decisions and review ask one.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/cli/commands.h"
#include "facegate/rules/document.h"
#include "facegate/rules/explain.h"
#include "facegate/rules/pack_docs.h"
#include "facegate/rules/rule_view.h"
#include "facegate/rules/vectors.h"

namespace facegate::apps {
namespace {

constexpr std::string_view kVectorsSuffix = ".test.yaml";

struct PolicyFlags {
  std::string policies = "config/policies";
  std::string calendar = "config/calendars/cn.yaml";
  std::vector<std::string> files;
  std::vector<std::string> packs;
  std::vector<std::string> profiles;
  std::string phase;
  std::string input;
  std::string before, after;
  std::string record;           // of explain: an index, or a record's name
  bool recorded = false;        // of diff
  std::string camera, purpose;  // of review
  std::string out_file;
};

core::Result<std::shared_ptr<const rules::Vocabulary>> LoadVocabulary(const PolicyFlags& flags) {
  return rules::Vocabulary::Load(flags.policies + "/vocabulary.yaml");
}

core::Result<std::shared_ptr<const rules::RuleSet>> Load(const PolicyFlags& flags,
                                                         const std::vector<std::string>& files) {
  FG_ASSIGN_OR_RETURN(auto vocabulary, LoadVocabulary(flags));
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

core::Result<std::optional<rules::Phase>> PhaseOf(const PolicyFlags& flags) {
  if (flags.phase.empty()) return std::optional<rules::Phase>();
  const std::optional<rules::Phase> phase = rules::PhaseFromWord(flags.phase);
  if (!phase) {
    return core::Status(core::Code::kInvalidArgument, "PHASE_UNKNOWN",
                        "--phase is selection, deploy, request, scheduled or doc");
  }
  return phase;
}

core::Result<std::vector<rules::Profile>> ProfilesOf(const PolicyFlags& flags) {
  std::vector<rules::Profile> profiles;
  for (const std::string& word : flags.profiles) {
    const std::optional<rules::Profile> profile = rules::ProfileFromWord(word);
    if (!profile) {
      return core::Status(core::Code::kInvalidArgument, "PROFILE_UNKNOWN",
                          "--profiles are strict and seed_literal, not " + rules::Quoted(word));
    }
    profiles.push_back(*profile);
  }
  return profiles;
}

core::Result<rules::Inputs> ReadInputs(const rules::RuleSet& rules, const std::string& file) {
  FG_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(file));
  core::Result<core::Json> json = core::Json::Parse(text);
  if (!json.ok())
    return core::Status(json.status().code(), json.status().reason(),
                        file + ": " + json.status().message());
  return rules::Inputs::FromJson(rules.vocabulary(), *json);
}

// What a recorded decision was judged by, from the server.
struct Recorded {
  core::Json inputs;
  std::vector<std::string> packs;
  std::vector<std::string> profiles;
};

std::vector<std::string> TextsIn(const core::Json& json, std::string_view name) {
  std::vector<std::string> texts;
  const core::Json& list = MemberOrNull(json, name);
  if (!list.is_array()) return texts;
  for (const core::Json& item : list.AsArray()) texts.push_back(item.AsString());
  return texts;
}

core::Result<Recorded> ReadRecorded(Session& session, const std::string& record) {
  const bool is_index = record.find('/') == std::string::npos;
  core::Json request = core::Json::MakeObject();
  request.Set("name", is_index ? session.OperatorName() + "/records/" + record : record);
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("AuditService/ReplayDecision", request));
  Recorded recorded;
  FG_ASSIGN_OR_RETURN(recorded.inputs, core::Json::Parse(answer.StringOr("inputsJson", "{}")));
  recorded.packs = TextsIn(answer, "packs");
  recorded.profiles = TextsIn(answer, "profiles");
  return recorded;
}

// What --packs, --profiles, --phase and --input name together.
struct Scenario {
  std::shared_ptr<const rules::RuleView> view;
  rules::Inputs inputs;
  std::optional<rules::Phase> phase;
};

// `read` makes the inputs for the rules that were loaded.
core::Result<Scenario> LoadUnder(
    const PolicyFlags& flags,
    const std::function<core::Result<rules::Inputs>(const rules::RuleSet&)>& read) {
  std::vector<std::string> files;
  for (const std::string& pack : flags.packs) {
    files.push_back(flags.policies + "/" + pack + ".yaml");
  }
  FG_ASSIGN_OR_RETURN(const auto rules, Load(flags, files));
  FG_ASSIGN_OR_RETURN(const auto profiles, ProfilesOf(flags));
  FG_ASSIGN_OR_RETURN(const auto phase, PhaseOf(flags));
  FG_ASSIGN_OR_RETURN(rules::Inputs inputs, read(*rules));
  return Scenario{rules->Everything(profiles), std::move(inputs), phase};
}

core::Result<Scenario> LoadScenario(const PolicyFlags& flags) {
  return LoadUnder(flags,
                   [&](const rules::RuleSet& rules) { return ReadInputs(rules, flags.input); });
}

// The same of a recorded decision, under the packs and readings that it was decided under where
// none are named.
core::Result<Scenario> LoadRecorded(Session& session, PolicyFlags flags) {
  FG_ASSIGN_OR_RETURN(const Recorded recorded, ReadRecorded(session, flags.record));
  if (flags.packs.empty()) flags.packs = recorded.packs;
  if (flags.profiles.empty()) flags.profiles = recorded.profiles;
  return LoadUnder(flags, [&](const rules::RuleSet& rules) {
    return rules::Inputs::FromJson(rules.vocabulary(), recorded.inputs);
  });
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
    unmet.Push(json.Set("blocks", finding.blocks));
    if (!finding.rule->obligation.empty()) obligations.Push(finding.rule->obligation);
  }
  core::Json json = core::Json::MakeObject();
  json.Set("applies", std::move(applies)).Set("unmet", std::move(unmet));
  json.Set("decision", scenario.evaluation.denied() ? "deny" : "permit");
  json.Set("obligations", std::move(obligations)).Set("left_out", std::move(left_out));
  json.Set("provisional", scenario.evaluation.provisional);
  return json;
}

core::Result<Exit> Evaluate(Session& session, const PolicyFlags& flags) {
  FG_ASSIGN_OR_RETURN(const Scenario given, LoadScenario(flags));
  const rules::ScenarioEvaluation scenario =
      rules::EvaluateScenario(*given.view, given.inputs, given.phase);
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

core::Result<Exit> Explain(Session& session, const PolicyFlags& flags) {
  const bool is_recorded = !flags.record.empty();
  if (is_recorded != flags.input.empty() || (!is_recorded && flags.packs.empty())) {
    return core::Status(core::Code::kInvalidArgument, "BAD_FLAG",
                        "name --packs and --input, or --record");
  }
  FG_ASSIGN_OR_RETURN(const Scenario given,
                      is_recorded ? LoadRecorded(session, flags) : LoadScenario(flags));
  const rules::Explanation explanation =
      rules::Explain(*given.view, given.inputs, given.phase,
                     is_recorded ? rules::Judging::kLive : rules::Judging::kOnPaper);
  std::string text = rules::ExplanationText(explanation);
  text.pop_back();  // Say ends the line
  session.Answer(rules::ExplanationJson(explanation), text);
  return explanation.denied ? Exit::kNo : Exit::kYes;
}

core::Result<Exit> Review(Session& session, const PolicyFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("parent", session.OperatorName());
  request.Set("camera", session.FullName(flags.camera));
  request.Set("purpose", session.FullName(flags.purpose));
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("AuditService/ReviewDeployment", request));
  std::string text;
  int owed = 0;
  bool refused = false;
  const core::Json& reviewed = MemberOrNull(answer, "rules");
  const bool is_list = reviewed.is_array();
  for (std::size_t i = 0; is_list && i < reviewed.AsArray().size(); ++i) {
    const core::Json& rule = reviewed.AsArray()[i];
    if (rule.BoolOr("met", false)) continue;
    ++owed;
    const bool blocks = rule.BoolOr("blocks", false);
    refused = refused || blocks;
    text += rule.StringOr("phase", "") + " " + rule.StringOr("effect", "") + " " +
            rule.StringOr("rule", "") + " (" + rule.StringOr("article", "") + ")" +
            (blocks ? ", refuses requests" : "") + ": " + rule.StringOr("obligation", "");
    for (const std::string& input : TextsIn(rule, "missing")) text += ", missing " + input;
    text += "\n";
  }
  const std::size_t judged = is_list ? reviewed.AsArray().size() : 0;
  session.Answer(answer, text + std::to_string(judged) + " rules judged, " + std::to_string(owed) +
                             " not met");
  return refused ? Exit::kNo : Exit::kYes;
}

// The file, or the *.json of the folder by name.
core::Result<std::vector<std::string>> ScenarioFiles(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".json") files.push_back(at->path().string());
  }
  if (error || files.empty()) {
    return core::Status(core::Code::kNotFound, "FILE_UNREADABLE",
                        path + ": " + (error ? error.message() : "no *.json there"));
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string_view DecisionWord(bool denied) { return denied ? "deny" : "permit"; }

// "absent" where that version has no such rule in the phase.
std::string_view VerdictWord(const std::optional<rules::RuleVerdict>& verdict) {
  return verdict ? rules::RuleVerdictWord(*verdict) : "absent";
}

core::Json DiffJson(const std::string& file, const rules::ScenarioDiff& diff) {
  core::Json changes = core::Json::MakeArray();
  for (const rules::RuleChange& change : diff.changes) {
    core::Json json = core::Json::MakeObject();
    json.Set("id", change.id).Set("before", VerdictWord(change.before));
    changes.Push(json.Set("after", VerdictWord(change.after)));
  }
  core::Json json = core::Json::MakeObject();
  json.Set("scenario", file).Set("before", DecisionWord(diff.denied_before));
  return json.Set("after", DecisionWord(diff.denied_after)).Set("rules", std::move(changes));
}

std::string DiffText(const std::string& file, const rules::ScenarioDiff& diff) {
  std::string text = file + ": " + std::string(DecisionWord(diff.denied_before));
  if (diff.denied_before != diff.denied_after) {
    text += " -> " + std::string(DecisionWord(diff.denied_after));
  }
  for (const rules::RuleChange& change : diff.changes) {
    text += "\n  " + change.id + ": " + std::string(VerdictWord(change.before)) + " -> " +
            std::string(VerdictWord(change.after));
  }
  return text;
}

// The names of the recorded decisions, by index; requests that ended before a camera, a site and a
// purpose were found, and those without a face, were judged by no rule.
core::Status ForEachDecision(Session& session,
                             const std::function<core::Status(const std::string&)>& take) {
  core::Json request = core::Json::MakeObject();
  request.Set("parent", session.OperatorName()).Set("type", "decision");
  return session.ForEach("AuditService/ListRecords", request, "records",
                         [&](const core::Json& record) -> core::Status {
                           const core::Status taken = take(record.StringOr("name", ""));
                           const bool unjudged =
                               taken.reason() == "BAD_RECORD" || taken.reason() == "NOT_A_DECISION";
                           return unjudged ? core::Status::Ok() : taken;
                         });
}

core::Result<Exit> Diff(Session& session, const PolicyFlags& flags) {
  FG_ASSIGN_OR_RETURN(const auto vocabulary, LoadVocabulary(flags));
  FG_ASSIGN_OR_RETURN(const auto calendar, rules::WorkCalendar::Load(flags.calendar));
  FG_ASSIGN_OR_RETURN(const auto profiles, ProfilesOf(flags));
  FG_ASSIGN_OR_RETURN(const auto phase, PhaseOf(flags));
  if (flags.recorded == !flags.input.empty()) {
    return core::Status(core::Code::kInvalidArgument, "BAD_FLAG", "name --input, or --recorded");
  }
  std::vector<std::shared_ptr<const rules::RuleView>> versions;
  for (const std::string& version : {flags.before, flags.after}) {
    std::vector<std::string> packs = {version};
    packs.insert(packs.end(), flags.packs.begin(), flags.packs.end());
    FG_ASSIGN_OR_RETURN(const auto rules, rules::RuleSet::Load(vocabulary, packs, calendar));
    versions.push_back(rules->Everything(profiles));
  }
  core::Json scenarios = core::Json::MakeArray();
  std::string text;
  int changed = 0;
  int compared = 0;
  const auto compare = [&](const std::string& name, const rules::Inputs& inputs,
                           rules::Judging judging) {
    const rules::ScenarioDiff diff =
        rules::DiffScenario(*versions[0], *versions[1], inputs, phase, judging);
    ++compared;
    changed += diff.empty() ? 0 : 1;
    scenarios.Push(DiffJson(name, diff));
    if (!diff.empty()) text += DiffText(name, diff) + "\n";
  };
  if (flags.recorded) {
    FG_RETURN_IF_ERROR(ForEachDecision(session, [&](const std::string& name) -> core::Status {
      FG_ASSIGN_OR_RETURN(const Recorded recorded, ReadRecorded(session, name));
      FG_ASSIGN_OR_RETURN(const rules::Inputs inputs,
                          rules::Inputs::FromJson(vocabulary, recorded.inputs));
      compare(session.ShortName(name), inputs, rules::Judging::kLive);
      return core::Status::Ok();
    }));
  } else {
    FG_ASSIGN_OR_RETURN(const std::vector<std::string> files, ScenarioFiles(flags.input));
    for (const std::string& file : files) {
      FG_ASSIGN_OR_RETURN(const rules::Inputs inputs, ReadInputs(versions[0]->rule_set(), file));
      compare(file, inputs, rules::Judging::kOnPaper);
    }
  }
  core::Json json = core::Json::MakeObject();
  json.Set("scenarios", std::move(scenarios)).Set("changed", changed);
  session.Answer(json, text + std::to_string(changed) + " of " + std::to_string(compared) +
                           (flags.recorded ? " decisions differ" : " scenarios differ"));
  return changed == 0 ? Exit::kYes : Exit::kNo;
}

core::Result<Exit> Give(Session& session, const PolicyFlags& flags, const std::string& page) {
  if (!flags.out_file.empty()) {
    FG_RETURN_IF_ERROR(WriteWholeFile(flags.out_file, page));
  } else {
    session.Say(std::string_view(page).substr(0, page.size() - 1));
  }
  return Exit::kYes;
}

core::Result<Exit> DocInputs(Session& session, const PolicyFlags& flags) {
  FG_ASSIGN_OR_RETURN(const auto vocabulary, LoadVocabulary(flags));
  return Give(session, flags, rules::InputsPage(*vocabulary));
}

core::Result<Exit> DocCompliance(Session& session, const PolicyFlags& flags) {
  FG_ASSIGN_OR_RETURN(auto vocabulary, LoadVocabulary(flags));
  FG_ASSIGN_OR_RETURN(auto calendar, rules::WorkCalendar::Load(flags.calendar));
  FG_ASSIGN_OR_RETURN(
      const std::string page,
      rules::CompliancePage(std::move(vocabulary), flags.policies, std::move(calendar)));
  return Give(session, flags, page);
}

using Run = core::Result<Exit> (*)(Session&, const PolicyFlags&);

CLI::App* AddPolicyCommand(CLI::App& group, Session& session, const std::string& name,
                           const std::string& what, const std::string& example,
                           const std::shared_ptr<PolicyFlags>& flags, Run run) {
  CLI::App* command = AddCommand(group, name, what, example);
  command->add_option("--policies", flags->policies, "Folder of packs and vocabulary")
      ->capture_default_str();
  command->add_option("--calendar", flags->calendar, "Working days")->capture_default_str();
  SetRun(*command, session, flags, run);
  return command;
}

void AddJudging(CLI::App* command, PolicyFlags& flags) {
  command->add_option("--phase", flags.phase, "One phase; all if absent");
  command->add_option("--profiles", flags.profiles, "strict, seed_literal")->delimiter(',');
}

void AddScenario(CLI::App* command, PolicyFlags& flags) {
  command->add_option("--packs", flags.packs, "Ids of packs in --policies; these and no others")
      ->delimiter(',')
      ->required();
  AddJudging(command, flags);
  command->add_option("--input", flags.input, "A JSON file of inputs")->required();
}

void AddDocs(CLI::App& policy, Session& session, const std::shared_ptr<PolicyFlags>& flags) {
  CLI::App* group = AddGroup(policy, "doc", "Pages generated from packs and vocabulary");
  CLI::App* inputs =
      AddPolicyCommand(*group, session, "inputs", "What rules may read, and where it comes from",
                       "facegate policy doc inputs --out docs/INPUTS.md", flags, DocInputs);
  CLI::App* compliance = AddPolicyCommand(
      *group, session, "compliance", "Every rule, where it is enforced, and what shows it",
      "facegate policy doc compliance --out docs/COMPLIANCE.md", flags, DocCompliance);
  for (CLI::App* page : {inputs, compliance}) {
    page->add_option("--out", flags->out_file, "Write it to this file instead");
  }
}

}  // namespace

void AddPolicyCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "policy", "Rules as data, and what they made of decisions");
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

  AddScenario(
      AddPolicyCommand(
          *group, session, "evaluate",
          "Judges a flat object of inputs, whatever the packs' days (exit 1 for deny)",
          "facegate policy evaluate --packs core --phase request --input scenario.json --json",
          flags, Evaluate),
      *flags);
  CLI::App* explain =
      AddPolicyCommand(*group, session, "explain",
                       "Says of each rule what it saw and why it decided so (exit 1 for deny)",
                       "facegate --operator acme policy explain --record 7", flags, Explain);
  explain->add_option("--packs", flags->packs, "Ids of packs in --policies; these and no others")
      ->delimiter(',');
  AddJudging(explain, *flags);
  explain->add_option("--input", flags->input, "A JSON file of inputs");
  explain->add_option("--record", flags->record,
                      "Index of a decision in the log, instead: under the packs it names");

  CLI::App* review =
      AddPolicyCommand(*group, session, "review",
                       "What stands and what is owed at a deployment (exit 1 if it refuses)",
                       "facegate --operator acme policy review --camera sites/lobby/cameras/door "
                       "--purpose purposes/building_access",
                       flags, Review);
  review->add_option("--camera", flags->camera, "Its camera")
      ->required()
      ->envname("FACEGATE_CAMERA");
  review->add_option("--purpose", flags->purpose, "What for")
      ->required()
      ->envname("FACEGATE_PURPOSE");

  CLI::App* diff =
      AddPolicyCommand(*group, session, "diff",
                       "Compares two versions of a pack over scenarios (exit 1 if one "
                       "differs)",
                       "facegate policy diff old.yaml new.yaml --input scenarios", flags, Diff);
  diff->add_option("before", flags->before, "A pack")->required();
  diff->add_option("after", flags->after, "Its other version")->required();
  diff->add_option("--input", flags->input, "A JSON file of inputs, or a folder of them");
  diff->add_flag("--recorded", flags->recorded, "The decisions of the log of --operator, instead");
  diff->add_option("--pack", flags->packs, "A pack that stands beside both; repeatable");
  AddJudging(diff, *flags);
  AddDocs(*group, session, flags);
}

}  // namespace facegate::apps
