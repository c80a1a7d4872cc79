#include "facegate/rules/pack_docs.h"

#include <algorithm>
#include <filesystem>

#include "facegate/rules/document.h"
#include "rules/text.h"

namespace facegate::rules {
namespace {

constexpr std::string_view kVectorsSuffix = ".test.yaml";

constexpr std::string_view kInputsHead = R"(# Inputs

What rules may read. Generated from `config/policies/vocabulary.yaml` by
`facegate policy doc inputs --out docs/INPUTS.md`; a test compares.

Stages: a `request` input is known from the registers, the clock and the request; a `candidate`
input is that of the person claimed or, in a search, of each enrolled person; a `detection` input
is known once faces were found. A rule is judged in the latest stage of its inputs. What no source
supplies is missing, and a missing input is never a grant. An input that is *asserted* has no
other witness than the caller: a rule that denies is refused at load where such inputs alone could
satisfy its check ([POLICY.md](POLICY.md)).

| Input | Type | Stage | Source |
|---|---|---|---|
)";

constexpr std::string_view kComplianceHead = R"(# Compliance

Every rule of every pack. Generated from `config/policies` by `facegate policy doc compliance
--out docs/COMPLIANCE.md`; a test compares. This is a research summary in our own words for
software design, **not legal advice**; the official text of each instrument prevails, and
`confidence` says how sure each rule is. How packs are chosen and rules judged:
[POLICY.md](POLICY.md).

Effects: *deny* refuses. *require* owes something: `block_until_met` refuses in the phases request
and deploy until it is met; `escalating` warns first, and refuses enrolments or everything once
its deadline has passed where the rule says so (`at_deadline`). *warn* and *report* refuse
nothing.

Where a rule is judged, by its phase and the stage of its inputs:

| Phase | Stage | Step |
|---|---|---|
| deploy | any | the register, which refuses what nothing can meet any more; then every request |
| request | request | `Decide`, before the picture is decoded |
| request | candidate | `Decide`, on the person claimed; in a search, on each who is enrolled |
| request | detection | `Admit`, when faces were found and before any is embedded |
| selection | any | the choice of packs for a site |
| scheduled | any | sweeps and reviews; with every request where a deadline stops it |
| doc | any | the generated documents |
)";

// One line for a table's cell.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell += '\\';
    cell += c == '\n' ? ' ' : c;
  }
  return cell;
}

// One paragraph.
std::string Line(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string Joined(const std::vector<std::string>& words, std::string_view by) {
  std::string text;
  for (const std::string& word : words) Append(text, {text.empty() ? "" : by, Line(word)});
  return text;
}

std::string DayText(Day day) { return core::FormatRfc3339({day * core::kMsPerDay}).substr(0, 10); }

std::string DaysText(const EffectiveDays& days) {
  std::string text;
  if (days.from) Append(text, {"from ", DayText(*days.from)});
  if (days.until) Append(text, {text.empty() ? "" : " ", "until ", DayText(*days.until)});
  return text;
}

std::string TypeText(const InputSpec& spec) {
  std::string text(TypeWord(spec.type));
  if (!spec.values.empty()) Append(text, {": ", Joined(spec.values, ", ")});
  return text;
}

void AppendItem(std::string_view name, const std::string& value, std::string& page) {
  if (!value.empty()) Append(page, {"- ", name, ": ", value, "\n"});
}

// "deploy, request; inputs of stage candidate".
std::string WhereText(const Rule& rule) {
  std::string text;
  for (const Phase phase : rule.phases) {
    Append(text, {text.empty() ? "" : ", ", PhaseWord(phase)});
  }
  return Concat({text, "; inputs of stage ", StageWord(rule.stage)});
}

std::string EffectText(const Rule& rule) {
  std::string text(EffectWord(rule.effect));
  if (rule.severity != Severity::kNone) Append(text, {" ", SeverityWord(rule.severity)});
  if (rule.absolute) text += ", absolute";
  return text;
}

std::string ProfilesText(const Rule& rule) {
  std::vector<std::string> words;
  for (const ProfileWording& wording : rule.profiles) {
    words.emplace_back(ProfileWord(wording.profile));
  }
  return Joined(words, ", ");
}

void AppendRule(const Rule& rule, const std::string& vectors, std::string& page) {
  Append(page, {"\n### ", rule.id, "\n\n**", Line(rule.title), "** (", Line(rule.article), "). ",
                Line(rule.statement), "\n\n"});
  AppendItem("effect", EffectText(rule), page);
  AppendItem("judged", WhereText(rule), page);
  AppendItem("days", DaysText(rule.days), page);
  AppendItem("owed", Line(rule.obligation), page);
  AppendItem("evidence", Joined(rule.evidence, "; "), page);
  AppendItem("exceptions", Line(rule.exceptions), page);
  AppendItem("worded otherwise under the profiles", ProfilesText(rule), page);
  if (rule.machine_checkable != MachineCheckable::kFull) {
    AppendItem("machine checkable", std::string(MachineCheckableWord(rule.machine_checkable)),
               page);
  }
  AppendItem("with people", Line(rule.people), page);
  AppendItem("supersedes", Joined(rule.supersedes, ", "), page);
  AppendItem("vectors", vectors, page);
  AppendItem("confidence", std::string(ConfidenceWord(rule.confidence)), page);
  AppendItem("sources", Joined(rule.sources, ", "), page);
  AppendItem("note", Line(rule.note), page);
}

void AppendPackHead(const Pack& pack, std::string& page) {
  Append(page, {"\n## ", pack.info.id, "\n\n"});
  if (!pack.name.empty()) Append(page, {Line(pack.name), "\n\n"});
  AppendItem("version", pack.info.version, page);
  AppendItem("jurisdiction", pack.jurisdiction, page);
  AppendItem("status", std::string(PackStatusWord(pack.status)), page);
  AppendItem("days", DaysText(pack.days), page);
  AppendItem("superseded by", pack.superseded_by, page);
  AppendItem("note", Line(pack.note), page);
}

// "X.test.yaml" beside "X.yaml".
std::string VectorsBeside(const std::string& pack_file) {
  return std::filesystem::path(pack_file).replace_extension().string() +
         std::string(kVectorsSuffix);
}

}  // namespace

core::Result<std::vector<std::string>> PackFilesIn(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.ends_with(".yaml") && !name.ends_with(kVectorsSuffix) && name != "vocabulary.yaml") {
      files.push_back(at->path().string());
    }
  }
  if (error) {
    return core::Status(core::Code::kNotFound, "BAD_PACK", folder + ": " + error.message());
  }
  std::sort(files.begin(), files.end(), [](const std::string& a, const std::string& b) {
    const bool a_is_core = a.ends_with("/core.yaml");
    const bool b_is_core = b.ends_with("/core.yaml");
    return a_is_core != b_is_core ? a_is_core : a < b;
  });
  return files;
}

core::Result<std::map<std::string, int>> CountVectors(const std::string& path) {
  FG_ASSIGN_OR_RETURN(const Document document, Document::Load(path, "BAD_VECTORS"));
  FG_ASSIGN_OR_RETURN(const Node* vectors, document.Require(document.root(), "vectors"));
  std::map<std::string, int> counts;
  for (const Node& vector : vectors->items()) {
    if (const Node* rule = vector.Find("rule")) ++counts[rule->text()];
  }
  return counts;
}

std::string InputsPage(const Vocabulary& vocabulary) {
  std::string page(kInputsHead);
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    const InputSpec& spec = vocabulary.at(i);
    Append(page, {"| `", spec.name, "` | ", Cell(TypeText(spec)), " | ", StageWord(spec.stage),
                  " | ", Cell(spec.source), spec.asserted ? " (*asserted*)" : "", " |\n"});
  }
  return page;
}

core::Result<std::string> CompliancePage(std::shared_ptr<const Vocabulary> vocabulary,
                                         const std::string& folder,
                                         std::shared_ptr<const WorkCalendar> calendar) {
  FG_ASSIGN_OR_RETURN(const std::vector<std::string> files, PackFilesIn(folder));
  FG_ASSIGN_OR_RETURN(const auto rules,
                      RuleSet::Load(std::move(vocabulary), files, std::move(calendar)));
  std::string page(kComplianceHead);
  std::size_t next = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {  // packs stand in the files' order
    const Pack& pack = rules->pack_files()[i];
    AppendPackHead(pack, page);
    const std::string vectors = VectorsBeside(files[i]);
    std::map<std::string, int> counts;
    if (std::filesystem::exists(vectors)) {
      FG_ASSIGN_OR_RETURN(counts, CountVectors(vectors));
    }
    for (; next < rules->rules().size() && rules->rules()[next].pack == pack.info.id; ++next) {
      const Rule& rule = rules->rules()[next];
      const std::string file = std::filesystem::path(vectors).filename().string();
      AppendRule(rule, Concat({std::to_string(counts[rule.id]), " in ", file}), page);
    }
  }
  return page;
}

}  // namespace facegate::rules
