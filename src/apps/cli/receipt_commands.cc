// receipt get|verify|show|withdraw|records: receipts in somebody's hand, with and without the
// server.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/cli/commands.h"
#include "apps/cli/log_keys.h"
#include "apps/cli/receipt_output.h"
#include "facegate/core/text.h"
#include "facegate/documents/composer.h"
#include "facegate/documents/render.h"
#include "facegate/report/consent_receipt.h"
#include "facegate/report/receipt.h"
#include "facegate/report/record.h"

namespace facegate::apps {
namespace {

struct ReceiptFlags {
  std::string name;  // of the consent
  std::string format = "iso27560";
  std::string language = "en";
  std::string forms = "config/documents";
  std::string out_file;
  std::string token_file;
  std::string receipt_file;
  std::optional<std::int64_t> index;  // of a record
  std::vector<std::string> log_keys;
};

// Tokens come from a file or, for "-", from stdin: command lines are seen by others.
core::Result<std::string> ReadToken(const std::string& file) {
  FG_ASSIGN_OR_RETURN(std::string token, ReadWholeFile(file == "-" ? "/dev/stdin" : file));
  while (token.ends_with('\n')) token.pop_back();
  return token;
}

bool IsPage(const std::string& file) {
  return file.ends_with(".html") || file.ends_with(".pdf") || file.ends_with(".txt");
}

core::Result<std::string> RenderPage(const ReceiptFlags& flags, const core::Json& model) {
  const auto language =
      flags.language == "zh" ? documents::Language::kChinese : documents::Language::kEnglish;
  FG_ASSIGN_OR_RETURN(const auto composer, documents::Composer::Load(flags.forms, language));
  FG_ASSIGN_OR_RETURN(const documents::Paper paper,
                      composer.Compose(documents::Kind::kReceipt, model));
  if (flags.out_file.ends_with(".pdf")) return documents::RenderPdf(paper);
  if (flags.out_file.ends_with(".txt")) return documents::RenderText(paper);
  FG_ASSIGN_OR_RETURN(const std::string css, ReadWholeFile(flags.forms + "/style.css"));
  return documents::RenderHtml(paper, css);
}

core::Result<Exit> GetReceipt(Session& session, const ReceiptFlags& flags) {
  const bool is_page = IsPage(flags.out_file);
  core::Json request = core::Json::MakeObject();
  request.Set("name", session.FullName(flags.name)).Set("language_code", flags.language);
  const std::string format = flags.format == "kantara" ? "KANTARA" : "ISO_27560";
  request.Set("format", "CONSENT_RECEIPT_FORMAT_" + (is_page ? "PAGE" : format));
  if (!flags.token_file.empty()) {
    FG_ASSIGN_OR_RETURN(std::string token, ReadToken(flags.token_file));
    request.Set("receipt_token", std::move(token));
  }
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("ConsentService/GetConsentReceipt", request));
  FG_ASSIGN_OR_RETURN(const core::Json receipt, core::Json::Parse(answer.StringOr("json", "")));
  if (flags.out_file.empty()) {
    session.Say(receipt.DumpPretty());
    return Exit::kYes;
  }
  std::string bytes = receipt.DumpPretty() + "\n";
  if (is_page) {
    FG_ASSIGN_OR_RETURN(bytes, RenderPage(flags, receipt));
  }
  FG_RETURN_IF_ERROR(WriteWholeFile(flags.out_file, bytes));
  session.Answer(answer, "wrote " + flags.out_file);
  return Exit::kYes;
}

core::Result<Exit> SayBad(Session& session, const core::Status& why) {
  session.Say("BAD: " + why.ToString());
  return Exit::kNo;
}

core::Result<Exit> VerifyConsent(Session& session, const core::Json& receipt,
                                 const report::LogKeys& keys) {
  const auto proof = report::VerifyConsentReceipt(receipt, keys);
  if (!proof.ok()) return SayBad(session, proof.status());
  std::string line = "proved: a consent that is " + proof->status + ", by";
  for (const auto& event : proof->events) {
    line += " record " + std::to_string(event.index) + " (" + event.type + ", " + event.time + ")";
  }
  session.Say(line + " of " + proof->origin);
  return Exit::kYes;
}

core::Result<Exit> VerifyReceipt(Session& session, const ReceiptFlags& flags) {
  FG_ASSIGN_OR_RETURN(const report::LogKeys keys, ReadLogKeys(flags.log_keys));
  FG_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(flags.receipt_file));
  const core::Result<core::Json> json = core::Json::Parse(text);
  if (json.ok() && report::IsConsentReceipt(*json)) return VerifyConsent(session, *json, keys);
  FG_ASSIGN_OR_RETURN(const report::HeldReceipt receipt, report::ParseReceipt(text));
  const core::Result<report::ReceiptProof> proof = report::VerifyReceipt(receipt, keys);
  if (!proof.ok()) return SayBad(session, proof.status());
  session.Say("proved: record " + std::to_string(proof->index) + " is in " + receipt.origin +
              ", a log of " + std::to_string(proof->log_size) +
              (proof->record ? ": " + report::SummaryOf(*proof->record) : ""));
  return Exit::kYes;
}

std::string StateOf(const core::Json& answer) {
  const core::Json& consent = MemberOrNull(answer, "consent");
  return ShortWord(consent.StringOr("status", ""), "CONSENT_STATUS_") + " " +
         consent.StringOr("name", "");
}

core::Result<core::Json> RequestByToken(const ReceiptFlags& flags) {
  core::Json request = core::Json::MakeObject();
  FG_ASSIGN_OR_RETURN(std::string token, ReadToken(flags.token_file));
  request.Set("receipt_token", std::move(token));
  return request;
}

core::Result<Exit> Show(Session& session, const ReceiptFlags& flags) {
  FG_ASSIGN_OR_RETURN(const core::Json request, RequestByToken(flags));
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("ConsentService/GetConsentByToken", request));
  session.Answer(answer, StateOf(answer));
  return Exit::kYes;
}

core::Result<Exit> Withdraw(Session& session, const ReceiptFlags& flags) {
  FG_ASSIGN_OR_RETURN(const core::Json request, RequestByToken(flags));
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("ConsentService/WithdrawByToken", request));
  const core::Json& receipt = MemberOrNull(answer, "receipt");
  FG_RETURN_IF_ERROR(SaveReceipt(flags.receipt_file, receipt));
  session.Answer(answer, StateOf(answer) + ", " + ReceiptWords(receipt));
  return Exit::kYes;
}

// "7  2026-11-23T08:00:00.000Z  decision ALLOW MATCHED at sites/lobby, rests on this consent".
std::string OwnRecordLine(const Session& session, const core::Json& record) {
  std::string number = std::to_string(record.IntOr("index", 0));
  number.insert(0, number.size() < 4 ? 4 - number.size() : 0, ' ');
  std::string text =
      number + "  " + record.StringOr("recordTime", "") + "  " + record.StringOr("type", "");
  constexpr std::pair<const char*, std::string_view> kWords[] = {
      {"verdict", "VERDICT_"}, {"reason", "REASON_"}, {"resolutionReason", "RESOLUTION_REASON_"}};
  for (const auto& [member, prefix] : kWords) {
    const std::string word = ShortWord(record.StringOr(member, ""), prefix);
    if (!word.empty() && word != "UNSPECIFIED") text += " " + word;
  }
  if (const std::string site = record.StringOr("site", ""); !site.empty()) {
    text += " at " + session.ShortName(site);
  }
  if (record.BoolOr("restsOnConsent", false)) text += ", rests on this consent";
  return text;
}

// Whether one record rests on the consent of the token, in words and as the exit code.
core::Result<Exit> SayWhetherItRests(Session& session, const core::Json& request,
                                     std::int64_t index) {
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("ConsentService/ListRecordsByToken", request));
  const core::Json& records = MemberOrNull(answer, "records");
  const bool is_listed = records.is_array() && !records.AsArray().empty();
  const bool rests = is_listed && records.AsArray().front().BoolOr("restsOnConsent", false);
  session.Answer(answer, "record " + std::to_string(index) +
                             (rests ? " rests on the consent of this receipt"
                                    : " does not rest on the consent of this receipt"));
  return rests ? Exit::kYes : Exit::kNo;
}

core::Result<Exit> Records(Session& session, const ReceiptFlags& flags) {
  FG_ASSIGN_OR_RETURN(core::Json request, RequestByToken(flags));
  if (flags.index) {
    request.Set("index", *flags.index);
    return SayWhetherItRests(session, request, *flags.index);
  }
  core::Json all = core::Json::MakeArray();
  FG_RETURN_IF_ERROR(session.ForEach("ConsentService/ListRecordsByToken", request, "records",
                                     [&](const core::Json& record) {
                                       if (!session.json()) {
                                         session.Say(OwnRecordLine(session, record));
                                       }
                                       all.Push(record);
                                       return core::Status::Ok();
                                     }));
  if (session.json()) session.Say(all.DumpPretty());
  return Exit::kYes;
}

using Run = core::Result<Exit> (*)(Session&, const ReceiptFlags&);

CLI::App* AddReceiptCommand(CLI::App& group, Session& session, const std::string& name,
                            const std::string& what, const std::string& example,
                            const std::shared_ptr<ReceiptFlags>& flags, Run run) {
  CLI::App* command = AddCommand(group, name, what, example);
  SetRun(*command, session, flags, run);
  return command;
}

void AddGet(CLI::App& group, Session& session) {
  auto flags = std::make_shared<ReceiptFlags>();
  CLI::App* get = AddReceiptCommand(
      group, session, "get", "Gets the consent receipt of a consent, signed; or its page",
      "facegate receipt get operators/acme/subjects/p-7/consents/c-1 --out receipt.pdf --lang zh",
      flags, GetReceipt);
  get->add_option("consent", flags->name, "The consent")->required();
  get->add_option("--format", flags->format, "iso27560 (JSON-LD) or kantara (v1.1)")
      ->check(CLI::IsMember({"iso27560", "kantara"}))
      ->capture_default_str();
  get->add_option("--out", flags->out_file,
                  "FILE.html, FILE.pdf or FILE.txt for the page; any other name for the format; "
                  "stdout if absent");
  get->add_option("--lang", flags->language, "en or zh")
      ->check(CLI::IsMember({"en", "zh"}))
      ->capture_default_str();
  get->add_option(
      "--token-file", flags->token_file,
      "The receipt's token, a file or -: the page's code then leads to the person's own");
  get->add_option("--forms", flags->forms, "Folder of forms")->capture_default_str();
}

void AddTokenCommands(CLI::App& group, Session& session) {
  auto flags = std::make_shared<ReceiptFlags>();
  CLI::App* show = AddReceiptCommand(group, session, "show", "Shows the consent of a token",
                                     "facegate receipt show --token-file token", flags, Show);
  show->add_option("--token-file", flags->token_file, "The receipt's token, a file or -")
      ->required();
  CLI::App* withdraw = AddReceiptCommand(
      group, session, "withdraw", "Says no with a token alone: refuses, or withdraws",
      "facegate receipt withdraw --token-file token --receipt withdrawn.json", flags, Withdraw);
  withdraw->add_option("--token-file", flags->token_file, "The receipt's token, a file or -")
      ->required();
  withdraw->add_option("--receipt", flags->receipt_file, "Write the person's receipt to this file");
  CLI::App* records =
      AddReceiptCommand(group, session, "records",
                        "Lists what the log has under the consent of a token; with --index, "
                        "whether that record rests "
                        "on it (exit 1 if not)",
                        "facegate receipt records --token-file token --index 7", flags, Records);
  records->add_option("--token-file", flags->token_file, "The receipt's token, a file or -")
      ->required();
  records->add_option("--index", flags->index, "Index of a record in the log")
      ->check(CLI::NonNegativeNumber);
}

}  // namespace

void AddReceiptCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "receipt", "Receipts in somebody's hand");
  AddGet(*group, session);
  AddTokenCommands(*group, session);
  auto flags = std::make_shared<ReceiptFlags>();
  CLI::App* check = AddReceiptCommand(
      *group, session, "verify", "Checks a receipt; needs no server (exit 1 if it is bad)",
      "facegate receipt verify --log-key log.vkeys receipt.json", flags, VerifyReceipt);
  check->add_option("file", flags->receipt_file, "The receipt: as --receipt or `get` wrote it")
      ->required();
  AddLogKeys(*check, flags->log_keys);
}

}  // namespace facegate::apps
