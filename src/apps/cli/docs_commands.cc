// docs KIND|lint|fields: documents from models, and words that a notice must not have. A model
// comes from a file, or is made by the gateway from its registers and log.
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "apps/cli/commands.h"
#include "facegate/core/text.h"
#include "facegate/documents/composer.h"
#include "facegate/documents/render.h"
#include "facegate/wording/wording.h"

namespace facegate::apps {
namespace {

struct DocsFlags {
  std::string forms = "config/documents";
  documents::Kind kind = documents::Kind::kSign;
  std::string input;
  std::string language = "en";
  std::string out_file;
  bool example = false;
  std::string site, purpose, incident, from, until, whom;  // of a model made by the gateway
  std::string notice;
};

documents::Language LanguageOf(const DocsFlags& flags) {
  return flags.language == "zh" ? documents::Language::kChinese : documents::Language::kEnglish;
}

core::Result<Exit> PrintExample(const Session& session, const DocsFlags& flags) {
  FG_ASSIGN_OR_RETURN(std::string text,
                      ReadWholeFile(flags.forms + "/" + flags.language + "/examples/" +
                                    std::string(documents::WordOf(flags.kind)) + ".json"));
  if (text.ends_with('\n')) text.pop_back();
  session.Say(text);
  return Exit::kYes;
}

// What the file's name asks for.
core::Result<std::string> Render(const DocsFlags& flags, const documents::Paper& paper) {
  if (flags.out_file.ends_with(".pdf")) return documents::RenderPdf(paper);
  if (flags.out_file.ends_with(".txt")) return documents::RenderText(paper);
  if (flags.out_file.ends_with(".html")) {
    FG_ASSIGN_OR_RETURN(const std::string css, ReadWholeFile(flags.forms + "/style.css"));
    return documents::RenderHtml(paper, css);
  }
  return core::Status(core::Code::kInvalidArgument, "DOCUMENT_KIND_UNKNOWN",
                      "--out ends with .html, .pdf or .txt");
}

// Renders the model where --out says.
core::Result<Exit> Write(Session& session, const DocsFlags& flags, const core::Json& model) {
  FG_ASSIGN_OR_RETURN(const auto composer,
                      documents::Composer::Load(flags.forms, LanguageOf(flags)));
  FG_ASSIGN_OR_RETURN(const documents::Paper paper, composer.Compose(flags.kind, model));
  if (flags.out_file.empty()) {
    std::string plain = documents::RenderText(paper);
    plain.pop_back();  // Say ends the line
    session.Say(plain);
    return Exit::kYes;
  }
  FG_ASSIGN_OR_RETURN(const std::string bytes, Render(flags, paper));
  FG_RETURN_IF_ERROR(WriteWholeFile(flags.out_file, bytes));
  const int unwritten = paper.unwritten();
  core::Json answer = core::Json::MakeObject();
  answer.Set("file", flags.out_file).Set("unwritten", unwritten);
  session.Answer(answer, "wrote " + flags.out_file +
                             (unwritten == 0 ? ""
                                             : "; parts that people have yet to write: " +
                                                   std::to_string(unwritten)));
  return Exit::kYes;
}

// ---- Models made by the gateway ----

struct Draft {
  core::Json model;
  std::string missing;  // paths, joined with commas
};

core::Result<Draft> AskGateway(Session& session, const DocsFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("parent", session.OperatorName())
      .Set("kind", "DOCUMENT_KIND_" + core::AsciiUpper(documents::WordOf(flags.kind)))
      .Set("language_code", flags.language)
      .Set("from_date", flags.from)
      .Set("until_date", flags.until);
  const auto set = [&](const char* member, const std::string& name) {
    if (!name.empty()) request.Set(member, session.FullName(name));
  };
  set("site", flags.site);
  set("purpose", flags.purpose);
  set("incident", flags.incident);
  if (!flags.whom.empty()) request.Set("addressee", "ADDRESSEE_" + core::AsciiUpper(flags.whom));
  FG_ASSIGN_OR_RETURN(const core::Json answer, session.Call("DutyService/DraftDocument", request));
  Draft draft;
  FG_ASSIGN_OR_RETURN(draft.model, core::Json::Parse(answer.StringOr("modelJson", "")));
  if (const core::Json& missing = MemberOrNull(answer, "missing"); missing.is_array()) {
    for (const core::Json& path : missing.AsArray()) {
      draft.missing += (draft.missing.empty() ? "" : ", ") + path.AsString();
    }
  }
  return draft;
}

core::Result<Exit> GenerateFromGateway(Session& session, const DocsFlags& flags) {
  FG_ASSIGN_OR_RETURN(const Draft draft, AskGateway(session, flags));
  const std::string lack =
      draft.missing.empty() ? "nothing is missing" : "still missing: " + draft.missing;
  if (flags.out_file.ends_with(".json")) {
    FG_RETURN_IF_ERROR(WriteWholeFile(flags.out_file, draft.model.DumpPretty() + "\n"));
    core::Json answer = core::Json::MakeObject();
    answer.Set("file", flags.out_file).Set("missing", draft.missing);
    session.Answer(answer, "wrote " + flags.out_file + "; " + lack);
    return Exit::kYes;
  }
  if (session.json() && flags.out_file.empty()) {
    session.Say(draft.model.DumpPretty());
    if (!draft.missing.empty()) std::cerr << lack << '\n';
    return Exit::kYes;
  }
  const core::Result<Exit> written = Write(session, flags, draft.model);
  if (written.ok() || written.status().reason() != "BAD_DOCUMENT_MODEL") return written;
  return core::Status(core::Code::kFailedPrecondition, "DOCUMENT_INCOMPLETE",
                      lack +
                          "; write the model with --out FILE.json, complete it, and render it "
                          "with --input FILE.json");
}

core::Result<Exit> Generate(Session& session, const DocsFlags& flags) {
  if (flags.example) return PrintExample(session, flags);
  if (flags.input.empty() && !session.flags().op.empty()) {
    return GenerateFromGateway(session, flags);
  }
  if (flags.input.empty()) {
    return core::Status(core::Code::kInvalidArgument, "INPUT_MISSING",
                        "--input names the model, --example prints one; with --operator the "
                        "gateway makes one");
  }
  FG_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(flags.input));
  FG_ASSIGN_OR_RETURN(const core::Json model, core::Json::Parse(text));
  return Write(session, flags, model);
}

core::Json ToJson(const wording::Finding& finding) {
  core::Json json = core::Json::MakeObject();
  json.Set("id", finding.phrase->id).Set("kind", wording::KindWord(finding.phrase->kind));
  json.Set("line", finding.line).Set("column", finding.column).Set("words", finding.words);
  json.Set("why", finding.phrase->why).Set("suggestion", finding.phrase->suggestion);
  return json;
}

core::Result<Exit> Lint(Session& session, const DocsFlags& flags) {
  FG_ASSIGN_OR_RETURN(const auto list, wording::Wordlist::Load(flags.forms + "/wording.yaml"));
  FG_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(flags.notice));
  const std::optional<wording::Language> language = wording::LanguageFromTag(flags.language);
  const std::vector<wording::Finding> findings = list.Lint(text, language);
  core::Json answer = core::Json::MakeArray();
  std::string lines;
  for (const wording::Finding& finding : findings) {
    answer.Push(ToJson(finding));
    lines += flags.notice + ":" + std::to_string(finding.line) + ":" +
             std::to_string(finding.column) + ": " +
             std::string(wording::KindWord(finding.phrase->kind)) + " " + finding.phrase->id +
             ": \"" + finding.words + "\"\n  " + finding.phrase->why +
             "\n  instead: " + finding.phrase->suggestion + "\n";
  }
  session.Answer(answer, lines + flags.notice + ": findings: " + std::to_string(findings.size()));
  return findings.empty() ? Exit::kYes : Exit::kNo;
}

core::Result<Exit> Fields(Session& session, const DocsFlags&) {
  std::string tables = documents::ModelTables();
  while (tables.ends_with('\n')) tables.pop_back();
  session.Say(tables);
  return Exit::kYes;
}

std::string WhatOf(documents::Kind kind) {
  switch (kind) {
    case documents::Kind::kFiling:
      return "The packet for the cyberspace authority";
    case documents::Kind::kAssessment:
      return "The impact assessment, with what people have yet to write";
    case documents::Kind::kSign:
      return "The sign at a door: one A4 page with a QR code";
    case documents::Kind::kNotice:
      return "The privacy notice";
    case documents::Kind::kLeaflet:
      return "The leaflet for children and guardians";
    case documents::Kind::kTransparency:
      return "The transparency report: exemptions and figures";
    case documents::Kind::kCompliance:
      return "The compliance report of a site and period";
    case documents::Kind::kDuties:
      return "The summary of duties and their cost";
    case documents::Kind::kNotification:
      return "What an authority or people are told of an incident, or in a drill";
    case documents::Kind::kReceipt:
      return "A consent receipt as a page, from its model; `facegate receipt get` makes both";
    case documents::Kind::kAccess:
      return "What is held about a person, for them; subject export makes the model";
    case documents::Kind::kErasure:
      return "What a person keeps of their erasure; subject erase makes the model";
  }
  FG_CHECK(false);
}

// What the gateway needs to make a model of that kind.
std::string QuestionOf(documents::Kind kind) {
  switch (kind) {
    case documents::Kind::kCompliance:
      return "--site sites/lobby --from 2026-01-01 --to 2026-03-31";
    case documents::Kind::kTransparency:
      return "--from 2026-01-01 --to 2026-03-31";
    case documents::Kind::kSign:
    case documents::Kind::kNotice:
    case documents::Kind::kAssessment:
      return "--site sites/lobby --purpose purposes/entry";
    case documents::Kind::kNotification:
      return "--incident incidents/spring-drill --whom authority";
    case documents::Kind::kFiling:
    case documents::Kind::kDuties:
      return "";
    case documents::Kind::kLeaflet:
    case documents::Kind::kReceipt:
    case documents::Kind::kAccess:
    case documents::Kind::kErasure:
      return "--input model.json";
  }
  FG_CHECK(false);
}

void AddQuestion(CLI::App& command, DocsFlags& flags) {
  command.add_option("--site", flags.site, "The gateway makes the model: of this site");
  command.add_option("--purpose", flags.purpose, "and this purpose");
  command.add_option("--from", flags.from, "and of the days from this one, 2026-01-01");
  command.add_option("--to", flags.until, "to this one");
  command.add_option("--incident", flags.incident, "or of this incident");
  command.add_option("--whom", flags.whom, "Who is told of it: authority or people")
      ->check(CLI::IsMember({"authority", "people"}));
}

void AddKind(CLI::App& group, Session& session, documents::Kind kind) {
  const std::string word(documents::WordOf(kind));
  const std::string question = QuestionOf(kind);
  auto flags = std::make_shared<DocsFlags>();
  flags->kind = kind;
  CLI::App* command =
      AddCommand(group, word, WhatOf(kind),
                 "facegate docs " + word + (question.empty() ? "" : " " + question) +
                     " --lang zh --out " + word + ".pdf");
  command->add_option("--forms", flags->forms, "Folder of forms")->capture_default_str();
  command->add_option("--input", flags->input, "The model, a JSON file");
  command->add_option("--lang", flags->language, "en or zh")
      ->check(CLI::IsMember({"en", "zh"}))
      ->capture_default_str();
  command->add_option(
      "--out", flags->out_file,
      "FILE.html, FILE.pdf or FILE.txt, or FILE.json for the gateway's model; plain text "
      "to stdout if absent");
  command->add_flag("--example", flags->example, "Prints a model to start from");
  const bool is_drafted = kind != documents::Kind::kLeaflet && kind != documents::Kind::kReceipt &&
                          kind != documents::Kind::kAccess && kind != documents::Kind::kErasure;
  if (is_drafted) AddQuestion(*command, *flags);
  SetRun(*command, session, flags, Generate);
}

}  // namespace

void AddDocsCommands(CLI::App& app, Session& session) {
  CLI::App* group =
      AddGroup(app, "docs", "Documents from models, or from the gateway; no legal advice");
  for (const documents::Kind kind : documents::kKinds) AddKind(*group, session, kind);

  auto flags = std::make_shared<DocsFlags>();
  flags->language = "";
  CLI::App* lint =
      AddCommand(*group, "lint", "Looks for bundled, misleading and pressing words (exit 1 if any)",
                 "facegate docs lint notice.txt --lang en");
  lint->add_option("--forms", flags->forms, "Folder of forms")->capture_default_str();
  lint->add_option("--lang", flags->language, "en or zh; both if absent")
      ->check(CLI::IsMember({"en", "zh"}));
  lint->add_option("notice", flags->notice, "A text file")->required();
  SetRun(*lint, session, flags, Lint);

  CLI::App* fields = AddCommand(*group, "fields", "Prints the members of every model, as Markdown",
                                "facegate docs fields");
  SetRun(*fields, session, flags, Fields);
}

}  // namespace facegate::apps
