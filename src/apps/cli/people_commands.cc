// subject create|list|export|restrict|release|erase, consent request|refuse|grant|withdraw|list:
// what people decide about their face.
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "apps/cli/commands.h"
#include "apps/cli/receipt_output.h"
#include "apps/cli/subject_paper.h"
#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"
#include "facegate/documents/composer.h"
#include "facegate/documents/render.h"

namespace facegate::apps {
namespace {

struct SubjectFlags {
  std::string name;
  std::string receipt_file;
  std::string folder;
  std::string forms = "config/documents";
  std::vector<std::string> languages;
  double age_years = -1;
  std::string country;
  std::string region;
  std::string role;
  bool needs_accessibility = false;
};

constexpr std::size_t kDayChars = 10;  // of a time: 2026-03-02

struct ConsentFlags {
  std::string name;  // of the subject, or of the consent where it is withdrawn
  std::string id;
  std::string site;
  std::string purpose;
  int purpose_version = 1;
  std::string form = "SEPARATE";
  std::string given_by = "SELF";
  std::vector<std::string> scopes;
  std::string notice_sha256;
  std::string evidence_sha256;
  std::string guardian_evidence_sha256;
  std::string guardian_verified_by;
  std::string alternative;
  std::string channel;
  int days = 30;
  std::string receipt_file;
  std::string token_file;
  bool images_only = false;
};

core::Result<Exit> CreateSubject(Session& session, const SubjectFlags& flags) {
  const std::string name = session.FullName(flags.name);
  const std::size_t at = name.find("/subjects/");
  if (at == std::string::npos) {
    return core::Status(core::Code::kInvalidArgument, "BAD_NAME",
                        "a subject is operators/{operator}/subjects/{subject}");
  }
  core::Json subject = core::Json::MakeObject();
  if (flags.age_years >= 0) subject.Set("age_years", flags.age_years);
  if (!flags.country.empty()) subject.Set("country", flags.country);
  if (!flags.region.empty()) subject.Set("region", flags.region);
  if (!flags.role.empty()) subject.Set("role", "SUBJECT_ROLE_" + flags.role);
  if (flags.needs_accessibility) subject.Set("needs_accessibility", true);
  core::Json request = core::Json::MakeObject();
  request.Set("parent", name.substr(0, at));
  request.Set("subject_id", name.substr(at + std::string_view("/subjects/").size()));
  request.Set("subject", std::move(subject));
  FG_ASSIGN_OR_RETURN(const core::Json made, session.Call("ConsentService/CreateSubject", request));
  session.Answer(made, "created " + session.ShortName(made.StringOr("name", "")) + ", record " +
                           std::to_string(made.IntOr("logIndex", 0)));
  return Exit::kYes;
}

// A paragraph in lines that fit a terminal.
std::string Folded(const std::string& text) {
  constexpr std::size_t kColumnsMax = 100;
  std::istringstream words(text);
  std::string folded;
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && line.size() + 1 + word.size() > kColumnsMax) {
      folded.append(line).append("\n");
      line.clear();
    }
    if (!line.empty()) line.append(" ");
    line.append(word);
  }
  return folded + line;
}

// " and 2 images"; nothing where there were none.
std::string ImagesWords(const core::Json& answer) {
  const std::int64_t images = answer.IntOr("imagesDestroyed", 0);
  return images == 0 ? "" : " and " + std::to_string(images) + (images == 1 ? " image" : " images");
}

// Papers in each language that was asked for: a page and a PDF.
class Papers {
 public:
  // Reads every form, so that nothing that is done later fails for want of one.
  static core::Result<Papers> Load(const SubjectFlags& flags) {
    Papers papers;
    if (flags.languages.empty()) return papers;
    FG_ASSIGN_OR_RETURN(papers.css_, ReadWholeFile(flags.forms + "/style.css"));
    for (const std::string& language : flags.languages) {
      const auto which =
          language == "zh" ? documents::Language::kChinese : documents::Language::kEnglish;
      FG_ASSIGN_OR_RETURN(auto composer, documents::Composer::Load(flags.forms, which));
      papers.composers_.emplace_back(language, std::move(composer));
    }
    std::error_code error;
    std::filesystem::create_directories(flags.folder, error);
    return papers;
  }

  // FOLDER/STEM.LANGUAGE.html and .pdf
  template <class Model>
  core::Status Write(Session& session, const std::string& stem, const Model& model) const {
    for (const auto& [language, composer] : composers_) {
      FG_ASSIGN_OR_RETURN(const documents::Paper paper, composer.Compose(model));
      const std::string path = std::string(stem).append(".").append(language);
      FG_ASSIGN_OR_RETURN(const std::string page, documents::RenderHtml(paper, css_));
      FG_RETURN_IF_ERROR(WriteWholeFile(path + ".html", page));
      FG_ASSIGN_OR_RETURN(const std::string pdf, documents::RenderPdf(paper));
      FG_RETURN_IF_ERROR(WriteWholeFile(path + ".pdf", pdf));
      session.Say("wrote " + path + ".html and .pdf");
    }
    return core::Status::Ok();
  }

 private:
  std::string css_;
  std::vector<std::pair<std::string, documents::Composer>> composers_;
};

// Who answers for a person's data and where to ask; their name alone where the caller may not look.
void AddController(Session& session, documents::ErasureModel& model) {
  const std::string name = model.person.substr(0, model.person.find("/subjects/"));
  core::Json request = core::Json::MakeObject();
  request.Set("name", name);
  const auto found = session.Call("RegistryService/GetOperator", request);
  model.controller = found.ok() ? found->StringOr("displayName", name) : name;
  const std::string contact = found.ok() ? found->StringOr("complaintChannel", "") : "";
  if (!contact.empty()) model.contact = contact;
}

core::Result<Exit> EraseSubject(Session& session, const SubjectFlags& flags) {
  if (!flags.languages.empty() && flags.folder.empty()) {
    return core::Status(core::Code::kInvalidArgument, "OUT_MISSING",
                        "--lang needs --out: the folder for the paper");
  }
  documents::ErasureModel paper;
  paper.person = session.FullName(flags.name);
  FG_ASSIGN_OR_RETURN(const Papers papers, Papers::Load(flags));
  if (!flags.languages.empty()) AddController(session, paper);
  core::Json request = core::Json::MakeObject();
  request.Set("name", paper.person);
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("ConsentService/EraseSubject", request));
  const core::Json& receipt = MemberOrNull(answer, "receipt");
  paper.erased_at = receipt.StringOr("recordTime", "");
  paper.dated = {paper.erased_at.substr(0, kDayChars)};
  paper.templates_destroyed = answer.IntOr("templatesDestroyed", 0);
  paper.log_origin = receipt.StringOr("logOrigin", "");
  paper.record = receipt.IntOr("index", 0);
  paper.backups_until = {answer.StringOr("backupsExpireTime", "").substr(0, kDayChars)};
  FG_RETURN_IF_ERROR(SaveReceipt(flags.receipt_file, receipt));
  session.Answer(answer, "erased " + session.ShortName(answer.StringOr("name", "")) + ": " +
                             std::to_string(answer.IntOr("templatesDestroyed", 0)) + " templates" +
                             ImagesWords(answer) + " destroyed, the id fenced, " +
                             ReceiptWords(receipt) + "\n" + Folded(answer.StringOr("limits", "")));
  const core::Status written = papers.Write(session, flags.folder + "/erased", paper);
  if (!written.ok()) return written.WithContext("the person is erased, the paper is not written");
  return Exit::kYes;
}

core::Result<Exit> SetRestriction(Session& session, const SubjectFlags& flags,
                                  const std::string& method, const std::string& word) {
  core::Json request = core::Json::MakeObject();
  request.Set("name", session.FullName(flags.name));
  FG_ASSIGN_OR_RETURN(const core::Json answer, session.Call("ConsentService/" + method, request));
  const core::Json& receipt = MemberOrNull(answer, "receipt");
  FG_RETURN_IF_ERROR(SaveReceipt(flags.receipt_file, receipt));
  session.Answer(
      answer, word + " " + session.ShortName(MemberOrNull(answer, "subject").StringOr("name", "")) +
                  ", " + ReceiptWords(receipt));
  return Exit::kYes;
}

std::string ConsentWords(const Session& session, const core::Json& consent) {
  return ShortWord(consent.StringOr("status", ""), "CONSENT_STATUS_") + " " +
         session.ShortName(consent.StringOr("name", ""));
}

// The terms of a consent, as asking, refusing and granting name them.
core::Json TermsOf(const Session& session, const ConsentFlags& flags) {
  core::Json scopes = core::Json::MakeArray();
  for (const std::string& scope : flags.scopes) scopes.Push("CONSENT_SCOPE_" + scope);
  core::Json request = core::Json::MakeObject();
  request.Set("parent", session.FullName(flags.name)).Set("consent_id", flags.id);
  request.Set("site", session.FullName(flags.site));
  request.Set("purpose", session.FullName(flags.purpose));
  request.Set("purpose_version", flags.purpose_version);
  request.Set("scopes", std::move(scopes)).Set("notice_sha256", flags.notice_sha256);
  if (!flags.alternative.empty()) {
    request.Set("alternative_offered", "ALTERNATIVE_KIND_" + flags.alternative);
  }
  if (!flags.channel.empty()) request.Set("channel", "CONSENT_CHANNEL_" + flags.channel);
  return request;
}

// Records that somebody was asked, or said no.
core::Result<Exit> AskOrRefuse(Session& session, const std::string& method,
                               const core::Json& request, const ConsentFlags& flags) {
  FG_ASSIGN_OR_RETURN(const core::Json answer, session.Call("ConsentService/" + method, request));
  const core::Json& receipt = MemberOrNull(answer, "receipt");
  FG_RETURN_IF_ERROR(SaveReceipt(flags.receipt_file, receipt));
  FG_RETURN_IF_ERROR(SaveToken(flags.token_file, answer));
  session.Answer(answer, ConsentWords(session, MemberOrNull(answer, "consent")) + ", " +
                             ReceiptWords(receipt));
  return Exit::kYes;
}

core::Result<Exit> Refuse(Session& session, const ConsentFlags& flags) {
  const std::string name = session.FullName(flags.name);
  const std::size_t at = name.find("/consents/");
  if (at == std::string::npos) {
    return AskOrRefuse(session, "RefuseConsent", TermsOf(session, flags), flags);
  }
  core::Json request = core::Json::MakeObject();
  request.Set("parent", name.substr(0, at));
  request.Set("consent_id", name.substr(at + std::string_view("/consents/").size()));
  return AskOrRefuse(session, "RefuseConsent", request, flags);
}

core::Result<Exit> Grant(Session& session, const ConsentFlags& flags) {
  core::Json request = TermsOf(session, flags);
  request.Set("form", "CONSENT_FORM_" + flags.form);
  request.Set("given_by", "CONSENT_GIVER_" + flags.given_by);
  request.Set("evidence_sha256", flags.evidence_sha256);
  request.Set("guardian_evidence_sha256", flags.guardian_evidence_sha256);
  request.Set("guardian_verified_by", flags.guardian_verified_by);
  request.Set("expire_time", DaysFromNow(flags.days));
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("ConsentService/GrantConsent", request));
  const core::Json& receipt = MemberOrNull(answer, "receipt");
  FG_RETURN_IF_ERROR(SaveReceipt(flags.receipt_file, receipt));
  FG_RETURN_IF_ERROR(SaveToken(flags.token_file, answer));
  const core::Json& consent = MemberOrNull(answer, "consent");
  session.Answer(answer, ConsentWords(session, consent) + " until " +
                             consent.StringOr("expireTime", "").substr(0, 10) + ", " +
                             ReceiptWords(receipt));
  return Exit::kYes;
}

core::Result<Exit> Withdraw(Session& session, const ConsentFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("name", session.FullName(flags.name)).Set("images_only", flags.images_only);
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("ConsentService/WithdrawConsent", request));
  const core::Json& receipt = MemberOrNull(answer, "receipt");
  FG_RETURN_IF_ERROR(SaveReceipt(flags.receipt_file, receipt));
  session.Answer(answer, ConsentWords(session, MemberOrNull(answer, "consent")) +
                             (flags.images_only ? ": no image is kept any more, "
                                                : ": templates and their key destroyed, ") +
                             ReceiptWords(receipt));
  return Exit::kYes;
}

// The document, once it is whole: what an erasure cut short is written nowhere.
core::Result<Exit> ExportSubject(Session& session, const SubjectFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("name", session.FullName(flags.name));
  FG_ASSIGN_OR_RETURN(client::Client* const client, session.Connect());
  std::string text;
  FG_RETURN_IF_ERROR(client->CallStreaming(
      "ConsentService/ExportSubject", request, [&](const core::Json& part) -> core::Status {
        FG_ASSIGN_OR_RETURN(const core::Bytes piece,
                            crypto::Base64Decode(part.StringOr("piece", "")));
        text += core::AsText(piece);
        return core::Status::Ok();
      }));
  FG_ASSIGN_OR_RETURN(const core::Json document, core::Json::Parse(text));
  if (!document.BoolOr("complete", false)) {
    return core::Status(core::Code::kDataLoss, "EXPORT_INCOMPLETE", "the document broke off");
  }
  std::error_code error;
  std::filesystem::create_directories(flags.folder, error);
  const std::string path = flags.folder + "/subject.json";
  FG_RETURN_IF_ERROR(WriteWholeFile(path, document.DumpPretty() + "\n"));
  session.Say("wrote " + path + ": " + std::to_string(document.Find("records")->AsArray().size()) +
              " records, record " + std::to_string(document.IntOr("record", 0)) +
              " says that it was given");
  if (flags.languages.empty()) return Exit::kYes;
  FG_ASSIGN_OR_RETURN(const documents::AccessModel model, AccessModelOf(document));
  FG_ASSIGN_OR_RETURN(const Papers papers, Papers::Load(flags));
  FG_RETURN_IF_ERROR(papers.Write(session, flags.folder + "/subject", model));
  return Exit::kYes;
}

void AddPaper(CLI::App& command, SubjectFlags& flags) {
  command.add_option("--lang", flags.languages, "Also printable, in en or zh; repeatable")
      ->check(CLI::IsMember({"en", "zh"}));
  command.add_option("--forms", flags.forms, "Folder of forms")->capture_default_str();
}

void AddExport(CLI::App& group, Session& session) {
  auto flags = std::make_shared<SubjectFlags>();
  CLI::App* command = AddCommand(group, "export", "Writes everything held about a person, for them",
                                 "facegate subject export operators/acme/subjects/p-7 --out p-7");
  command->add_option("name", flags->name, "The subject")->required();
  command->add_option("--out", flags->folder, "The folder for it, made where there is none")
      ->required();
  AddPaper(*command, *flags);
  SetRun(*command, session, flags, ExportSubject);
}

void AddRestriction(CLI::App& group, Session& session) {
  auto flags = std::make_shared<SubjectFlags>();
  const auto add = [&](const std::string& name, const std::string& what, const std::string& method,
                       const std::string& word) {
    CLI::App* command =
        AddCommand(group, name, what, "facegate subject " + name + " operators/acme/subjects/p-7");
    command->add_option("name", flags->name, "The subject")->required();
    command->add_option("--receipt", flags->receipt_file,
                        "Write the person's receipt to this file");
    command->callback([&session, flags, method, word] {
      session.SetAction([&session, flags, method, word] {
        return SetRestriction(session, *flags, method, word);
      });
    });
  };
  add("restrict", "Freezes what is held about a person: kept, and used for nothing",
      "RestrictSubject", "restricted");
  add("release", "Lets what is held about a person be used again", "ReleaseSubject", "released");
}

void AddSubjectCommands(CLI::App& app, Session& session) {
  CLI::App* group =
      AddGroup(app, "subject", "People known to an operator, by ids that say nothing");
  auto flags = std::make_shared<SubjectFlags>();

  CLI::App* create = AddCommand(*group, "create", "Registers a person",
                                "facegate subject create operators/acme/subjects/p-7 --age 41");
  create->add_option("name", flags->name, "The subject's name to be")->required();
  create->add_option("--age", flags->age_years, "Age in years; rules about children ask for it")
      ->check(CLI::Range(0.0, 150.0));
  create->add_option("--country", flags->country, "ISO 3166-1 alpha-2");
  create->add_option("--region", flags->region, "Whose law follows the person: EU, US-IL");
  create->add_option("--role", flags->role,
                     "EMPLOYEE, CUSTOMER, TENANT, VISITOR, STUDENT, PASSENGER, PATIENT or PUBLIC");
  create->add_flag("--needs-accessibility", flags->needs_accessibility,
                   "Needs accessible notices and ways");
  SetRun(*create, session, flags, CreateSubject);

  CLI::App* list = AddCommand(*group, "list", "Lists the people of an operator",
                              "facegate subject list operators/acme");
  list->add_option("parent", flags->name, "Name of the operator; --operator if absent");
  list->callback([&session, flags] {
    session.SetAction([&session, flags] {
      const std::string parent = flags->name.empty() ? session.OperatorName() : flags->name;
      return ListAll(session, "ConsentService/ListSubjects", "subjects", parent,
                     [&session](const core::Json& subject) {
                       return session.ShortName(subject.StringOr("name", ""));
                     });
    });
  });

  AddExport(*group, session);
  AddRestriction(*group, session);
  CLI::App* erase =
      AddCommand(*group, "erase", "Destroys everything held about a person, and fences the id",
                 "facegate subject erase operators/acme/subjects/p-7 --receipt erased.json");
  erase->add_option("name", flags->name, "The subject")->required();
  erase->add_option("--receipt", flags->receipt_file, "Write the person's receipt to this file");
  erase->add_option("--out", flags->folder, "A folder for a paper that the person keeps");
  AddPaper(*erase, *flags);
  SetRun(*erase, session, flags, EraseSubject);
}

void AddTerms(CLI::App& command, const std::shared_ptr<ConsentFlags>& flags, bool required) {
  command.add_option("--id", flags->id, "Id of the consent; made if absent");
  command.add_option("--site", flags->site, "Where")->required(required);
  command.add_option("--purpose", flags->purpose, "What for")
      ->required(required)
      ->envname("FACEGATE_PURPOSE");
  command.add_option("--purpose-version", flags->purpose_version, "What the person was told");
  command.add_option("--scope", flags->scopes, "VERIFY, IDENTIFY, ...; repeatable")
      ->required(required);
  command.add_option("--notice-sha256", flags->notice_sha256, "Hash of the notice that was shown")
      ->required(required);
  command.add_option(
      "--alternative", flags->alternative,
      "What was offered instead: CARD, PIN, DOCUMENT_CHECK, STAFF_DESK, QR, KEY, FOB");
  command.add_option("--channel", flags->channel,
                     "Where they were asked: DESK, KIOSK, WEB, PAPER or PHONE");
  command.add_option("--receipt", flags->receipt_file, "Write the person's receipt to this file");
}

void AddTokenFile(CLI::App& command, const std::shared_ptr<ConsentFlags>& flags) {
  command.add_option("--token-file", flags->token_file,
                     "Write the receipt's token to this file: for the person alone");
}

void AddAskAndRefuse(CLI::App& group, Session& session) {
  auto flags = std::make_shared<ConsentFlags>();
  CLI::App* ask = AddCommand(group, "request", "Records that a person is asked for consent",
                             "facegate consent request operators/acme/subjects/p-7 --id ask-1 "
                             "--site operators/acme/sites/lobby --purpose "
                             "operators/acme/purposes/building_access --scope VERIFY "
                             "--notice-sha256 9f86... --alternative CARD --channel DESK");
  ask->add_option("subject", flags->name, "The person")->required();
  AddTokenFile(*ask, flags);
  AddTerms(*ask, flags, true);
  ask->callback([&session, flags] {
    session.SetAction([&session, flags] {
      return AskOrRefuse(session, "RequestConsent", TermsOf(session, *flags), *flags);
    });
  });

  auto refused = std::make_shared<ConsentFlags>();
  CLI::App* refuse =
      AddCommand(group, "refuse", "Records that a person said no",
                 "facegate consent refuse operators/acme/subjects/p-7/consents/ask-1");
  refuse
      ->add_option("name", refused->name,
                   "The consent that was asked for; or the person, with what they refuse")
      ->required();
  AddTerms(*refuse, refused, false);
  refuse->callback([&session, refused] {
    session.SetAction([&session, refused] { return Refuse(session, *refused); });
  });
}

void AddGrant(CLI::App& group, Session& session) {
  auto flags = std::make_shared<ConsentFlags>();
  CLI::App* grant =
      AddCommand(group, "grant", "Records an individual consent",
                 "facegate consent grant operators/acme/subjects/p-7 --site "
                 "operators/acme/sites/lobby --purpose operators/acme/purposes/building_access "
                 "--scope VERIFY --notice-sha256 9f86... --days 30");
  grant->add_option("subject", flags->name, "The person")->required();
  AddTokenFile(*grant, flags);
  AddTerms(*grant, flags, true);
  grant->add_option("--form", flags->form, "SEPARATE, EXPLICIT, WRITTEN or ESIGNATURE");
  grant->add_option("--given-by", flags->given_by,
                    "SELF, PARENT, GUARDIAN or AUTHORIZED_REPRESENTATIVE");
  grant->add_option("--evidence-sha256", flags->evidence_sha256, "Hash of what was signed");
  grant->add_option("--guardian-evidence-sha256", flags->guardian_evidence_sha256,
                    "Hash of what shows that a parent or guardian is one");
  grant->add_option("--guardian-verified-by", flags->guardian_verified_by,
                    "Who looked at it: a function or a staff number");
  grant->add_option("--days", flags->days, "Ends after so many days")->check(CLI::Range(1, 3650));
  SetRun(*grant, session, flags, Grant);
}

void AddConsentCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "consent", "What people agreed to, and took back");
  AddAskAndRefuse(*group, session);
  AddGrant(*group, session);
  auto flags = std::make_shared<ConsentFlags>();

  CLI::App* withdraw =
      AddCommand(*group, "withdraw", "Ends a consent and destroys what rested on it",
                 "facegate consent withdraw operators/acme/subjects/p-7/consents/c-1");
  withdraw->add_option("name", flags->name, "The consent")->required();
  withdraw->add_flag("--images-only", flags->images_only,
                     "Takes back alone that images are kept; the consent stands for the rest");
  withdraw->add_option("--receipt", flags->receipt_file, "Write the person's receipt to this file");
  SetRun(*withdraw, session, flags, Withdraw);

  CLI::App* list = AddCommand(*group, "list", "Lists the consents of a person",
                              "facegate consent list operators/acme/subjects/p-7");
  list->add_option("subject", flags->name, "The person")->required();
  list->callback([&session, flags] {
    session.SetAction([&session, flags] {
      return ListAll(
          session, "ConsentService/ListConsents", "consents", session.FullName(flags->name),
          [&session](const core::Json& consent) { return ConsentWords(session, consent); });
    });
  });
}

}  // namespace

void AddPeopleCommands(CLI::App& app, Session& session) {
  AddSubjectCommands(app, session);
  AddConsentCommands(app, session);
}

}  // namespace facegate::apps
