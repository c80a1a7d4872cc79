// docs KIND|lint|fields: documents from models, and words that a notice must not have. Needs no
// server.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "apps/cli/commands.h"
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

core::Result<Exit> Generate(Session& session, const DocsFlags& flags) {
  if (flags.example) return PrintExample(session, flags);
  if (flags.input.empty()) {
    return core::Status(core::Code::kInvalidArgument, "INPUT_MISSING",
                        "--input names the model; --example prints one");
  }
  FG_ASSIGN_OR_RETURN(const auto composer,
                      documents::Composer::Load(flags.forms, LanguageOf(flags)));
  FG_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(flags.input));
  FG_ASSIGN_OR_RETURN(const core::Json model, core::Json::Parse(text));
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
  }
  FG_CHECK(false);
}

void AddKind(CLI::App& group, Session& session, documents::Kind kind) {
  const std::string word(documents::WordOf(kind));
  auto flags = std::make_shared<DocsFlags>();
  flags->kind = kind;
  CLI::App* command =
      AddCommand(group, word, WhatOf(kind),
                 "facegate docs " + word + " --input model.json --lang zh --out " + word + ".pdf");
  command->add_option("--forms", flags->forms, "Folder of forms")->capture_default_str();
  command->add_option("--input", flags->input, "The model, a JSON file");
  command->add_option("--lang", flags->language, "en or zh")
      ->check(CLI::IsMember({"en", "zh"}))
      ->capture_default_str();
  command->add_option("--out", flags->out_file,
                      "FILE.html, FILE.pdf or FILE.txt; plain text to stdout if absent");
  command->add_flag("--example", flags->example, "Prints a model to start from");
  command->callback([&session, flags] {
    session.SetAction([&session, flags] { return Generate(session, *flags); });
  });
}

}  // namespace

void AddDocsCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "docs", "Documents; needs no server, and is no legal advice");
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
  lint->callback([&session, flags] {
    session.SetAction([&session, flags] { return Lint(session, *flags); });
  });

  CLI::App* fields = AddCommand(*group, "fields", "Prints the members of every model, as Markdown",
                                "facegate docs fields");
  fields->callback([&session, flags] {
    session.SetAction([&session, flags] { return Fields(session, *flags); });
  });
}

}  // namespace facegate::apps
