// pass issue, badge add|list|remove, alternatives report, report alternatives: the ways through a
// door without a face.
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "apps/cli/commands.h"
#include "apps/cli/receipt_output.h"
#include "facegate/core/time.h"
#include "facegate/documents/qr_code.h"

namespace facegate::apps {
namespace {

constexpr std::int64_t kMsPerMinute = 60'000;

struct PassFlags {
  std::string site;
  std::string access_point;
  std::string from;
  int minutes = 60;
  bool many_uses = false;
  bool qr = false;
  std::string svg_file;
  std::string receipt_file;
};

struct BadgeFlags {
  std::string badge;
  std::vector<std::string> sites;
  int days = 0;
};

struct ReportFlags {
  std::string access_point;
  std::vector<std::string> working;
  std::vector<std::string> broken;
  std::vector<std::string> waits;
};

struct CompareFlags {
  std::string site;
  std::string from;
  std::string until;
};

// ---- Passes ----

core::Result<Exit> IssuePass(Session& session, const PassFlags& flags) {
  core::Timestamp from = core::SystemClock().Now();
  core::Json request = core::Json::MakeObject();
  request.Set("site", session.FullName(flags.site));
  if (!flags.access_point.empty()) {
    request.Set("access_point", session.FullName(flags.access_point));
  }
  if (!flags.from.empty()) {
    FG_ASSIGN_OR_RETURN(from, core::ParseRfc3339(flags.from));
    request.Set("not_before_time", flags.from);
  }
  request.Set("expire_time", core::FormatRfc3339(from + flags.minutes * kMsPerMinute));
  request.Set("many_uses", flags.many_uses);
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("AlternativeService/IssuePass", request));
  const std::string pass = answer.StringOr("pass", "");
  const core::Json& receipt = MemberOrNull(answer, "receipt");
  FG_RETURN_IF_ERROR(SaveReceipt(flags.receipt_file, receipt));
  if (!flags.svg_file.empty()) {
    FG_ASSIGN_OR_RETURN(const std::string svg, documents::QrCodeSvg(pass));
    FG_RETURN_IF_ERROR(WriteWholeFile(flags.svg_file, svg));
  }
  std::string lines = pass;
  if (flags.qr) {
    FG_ASSIGN_OR_RETURN(const std::string text, documents::QrCodeText(pass));
    lines += "\n" + text;
  }
  session.Answer(answer, lines);
  if (!session.json()) {
    std::cerr << "valid until " << answer.StringOr("expireTime", "") << ", "
              << (flags.many_uses ? "for many uses" : "for one use") << "; "
              << ReceiptWords(receipt) << '\n';
  }
  return Exit::kYes;
}

void AddPassCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "pass", "Short-lived passes in place of a face");
  CLI::App* issue = AddCommand(*group, "issue", "Makes a pass and prints it",
                               "facegate --operator acme pass issue --site sites/lobby --minutes "
                               "480 --qr");
  auto flags = std::make_shared<PassFlags>();
  issue->add_option("--site", flags->site, "Whose doors it opens")->required();
  issue->add_option("--access-point", flags->access_point, "Only this one");
  issue->add_option("--from", flags->from, "From when, as 2026-03-02T08:00:00Z; else from now");
  issue->add_option("--minutes", flags->minutes, "How long it is valid, 1 to 1440")
      ->check(CLI::Range(1, 1440))
      ->capture_default_str();
  issue->add_flag("--many-uses", flags->many_uses, "Opens as often as it is shown; else once");
  issue->add_flag("--qr", flags->qr, "Also draws the QR code in the terminal");
  issue->add_option("--svg", flags->svg_file, "Writes the QR code to this SVG file");
  issue->add_option("--receipt", flags->receipt_file, "Write the receipt to this file");
  SetRun(*issue, session, flags, IssuePass);
}

// ---- Badges ----

// What is on the badge: the argument, or a line of stdin, where other users do not see it.
std::string OnBadge(const BadgeFlags& flags) {
  if (flags.badge != "-") return flags.badge;
  std::string line;
  std::getline(std::cin, line);
  return line;
}

core::Result<Exit> AddBadge(Session& session, const BadgeFlags& flags) {
  core::Json sites = core::Json::MakeArray();
  for (const std::string& site : flags.sites) sites.Push(session.FullName(site));
  core::Json badge = core::Json::MakeObject();
  badge.Set("sites", std::move(sites));
  if (flags.days > 0) badge.Set("expire_time", DaysFromNow(flags.days));
  core::Json request = core::Json::MakeObject();
  request.Set("parent", session.OperatorName()).Set("badge_id", OnBadge(flags));
  request.Set("badge", std::move(badge));
  FG_ASSIGN_OR_RETURN(const core::Json made,
                      session.Call("AlternativeService/CreateBadge", request));
  session.Answer(made, "registered " + session.ShortName(made.StringOr("name", "")) + ", record " +
                           std::to_string(made.IntOr("logIndex", 0)));
  return Exit::kYes;
}

std::string BadgeWords(const Session& session, const core::Json& badge) {
  std::string line = session.ShortName(badge.StringOr("name", ""));
  const std::string until = badge.StringOr("expireTime", "");
  if (!until.empty()) line += ", until " + until;
  const core::Json& sites = MemberOrNull(badge, "sites");
  if (!sites.is_array() || sites.AsArray().empty()) return line + ", every site";
  for (const core::Json& site : sites.AsArray()) line += ", " + session.ShortName(site.AsString());
  return line;
}

core::Result<Exit> ListBadges(Session& session) {
  core::Json request = core::Json::MakeObject();
  request.Set("parent", session.OperatorName());
  core::Json all = core::Json::MakeArray();
  const auto take = [&](const core::Json& badge) {
    if (!session.json()) session.Say(BadgeWords(session, badge));
    all.Push(badge);
    return core::Status::Ok();
  };
  FG_RETURN_IF_ERROR(session.ForEach("AlternativeService/ListBadges", request, "badges", take));
  if (session.json()) session.Say(all.DumpPretty());
  return Exit::kYes;
}

core::Result<Exit> RemoveBadge(Session& session, const BadgeFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("name", session.FullName(flags.badge));
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("AlternativeService/DeleteBadge", request));
  session.Answer(answer, "removed " + flags.badge);
  return Exit::kYes;
}

void AddBadgeCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "badge", "Badges in place of a face");
  auto flags = std::make_shared<BadgeFlags>();
  CLI::App* add = AddCommand(*group, "add", "Registers a badge, by a keyed hash of what is on it",
                             "facegate --operator acme badge add --site sites/lobby 04A1B2C3");
  add->add_option("badge", flags->badge, "What the reader reads off it; - reads a line of stdin")
      ->required();
  add->add_option("--site", flags->sites, "Only at this site; repeatable");
  add->add_option("--days", flags->days, "Until so many days from now; else until it is removed")
      ->check(CLI::Range(1, 3650));
  SetRun(*add, session, flags, AddBadge);
  CLI::App* list = AddCommand(*group, "list", "Lists the registered badges",
                              "facegate --operator acme badge list");
  list->callback([&session] { session.SetAction([&session] { return ListBadges(session); }); });
  CLI::App* remove = AddCommand(*group, "remove", "Removes a badge",
                                "facegate --operator acme badge remove badges/5f0c9b2e");
  remove->add_option("name", flags->badge, "Its name, as `badge list` shows it")->required();
  SetRun(*remove, session, flags, RemoveBadge);
}

// ---- What works ----

// "CARD=30" as its parts.
core::Status AddWait(const std::string& text, std::map<std::string, int>& waits) {
  const std::size_t equals = text.find('=');
  int seconds = -1;
  std::istringstream number(equals == std::string::npos ? "" : text.substr(equals + 1));
  if (!(number >> seconds) || !number.eof()) {
    return core::Status(core::Code::kInvalidArgument, "BAD_WAIT", "--wait is KIND=SECONDS");
  }
  waits[text.substr(0, equals)] = seconds;
  return core::Status::Ok();
}

core::Result<Exit> SendReport(Session& session, const ReportFlags& flags) {
  std::map<std::string, int> waits;
  for (const std::string& wait : flags.waits) FG_RETURN_IF_ERROR(AddWait(wait, waits));
  core::Json reports = core::Json::MakeArray();
  const auto add = [&](const std::string& kind, bool operational) {
    core::Json report = core::Json::MakeObject();
    report.Set("kind", "ALTERNATIVE_KIND_" + kind).Set("operational", operational);
    if (const auto wait = waits.find(kind); wait != waits.end()) report.Set("wait_s", wait->second);
    reports.Push(std::move(report));
  };
  for (const std::string& kind : flags.working) add(kind, true);
  for (const std::string& kind : flags.broken) add(kind, false);
  core::Json request = core::Json::MakeObject();
  request.Set("access_point", session.FullName(flags.access_point));
  request.Set("reports", std::move(reports));
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("AlternativeService/ReportAlternatives", request));
  const std::int64_t index = answer.IntOr("logIndex", -1);
  session.Answer(answer, std::to_string(answer.IntOr("working", 0)) + " working" +
                             (index < 0 ? "" : ", record " + std::to_string(index)));
  return Exit::kYes;
}

void AddReportingCommand(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "alternatives", "Which alternatives work");
  CLI::App* beat =
      AddCommand(*group, "report", "Says which alternatives of an access point work now",
                 "facegate --operator acme --role CONTROLLER alternatives report "
                 "sites/lobby/accessPoints/main --working CARD --wait CARD=10 --broken "
                 "STAFF_DESK");
  auto flags = std::make_shared<ReportFlags>();
  beat->add_option("access-point", flags->access_point, "Where")->required();
  beat->add_option("--working", flags->working, "A kind that works, such as CARD; repeatable");
  beat->add_option("--broken", flags->broken, "A kind that does not; repeatable");
  beat->add_option("--wait", flags->waits, "KIND=SECONDS that people wait now; repeatable");
  SetRun(*beat, session, flags, SendReport);
}

// ---- The comparison ----

std::string SpreadWords(const core::Json& spread) {
  if (spread.IntOr("count", 0) == 0) return "not known";
  return spread.StringOr("median", "") + ", 95 in 100 " + spread.StringOr("p95", "");
}

std::string WayWords(const Session& session, const core::Json& way) {
  std::ostringstream line;
  line << session.ShortName(way.StringOr("accessPoint", "")) << " "
       << ShortWord(way.StringOr("credential", ""), "CREDENTIAL_KIND_") << ": "
       << way.IntOr("uses", 0) << " uses, " << way.IntOr("letThrough", 0) << " let through, "
       << way.IntOr("refused", 0) << " refused, " << way.IntOr("faults", 0) << " faults; took "
       << SpreadWords(MemberOrNull(way, "took")) << "; waited "
       << SpreadWords(MemberOrNull(way, "waited"));
  const core::Json& ratio = MemberOrNull(way, "waitRatio");
  if (ratio.is_number()) {
    line << "; " << std::fixed << std::setprecision(2) << ratio.AsNumber() << " times the face's";
  }
  return line.str();
}

core::Result<Exit> Compare(Session& session, const CompareFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("site", session.FullName(flags.site));
  request.Set("start_time", flags.from.empty() ? DaysFromNow(-30) : flags.from);
  request.Set("end_time", flags.until.empty() ? DaysFromNow(1) : flags.until);
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("AlternativeService/GetAlternativesReport", request));
  if (session.json()) {
    session.Say(answer.DumpPretty());
    return Exit::kYes;
  }
  const core::Json& ways = MemberOrNull(answer, "ways");
  if (!ways.is_array() || ways.AsArray().empty()) session.Say("nobody came in that time");
  if (ways.is_array()) {
    for (const core::Json& way : ways.AsArray()) session.Say(WayWords(session, way));
  }
  return Exit::kYes;
}

void AddCompareCommand(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "report", "Figures from the log");
  CLI::App* compare = AddCommand(*group, "alternatives",
                                 "Compares the face with the other ways: uses, refusals, faults, "
                                 "times and waits",
                                 "facegate --operator acme report alternatives --site sites/lobby "
                                 "--json");
  auto flags = std::make_shared<CompareFlags>();
  compare->add_option("--site", flags->site, "Which site")->required();
  compare->add_option("--from", flags->from,
                      "From when, as 2026-03-02T08:00:00Z; else 30 days ago");
  compare->add_option("--until", flags->until, "Until when; else until now");
  SetRun(*compare, session, flags, Compare);
}

}  // namespace

void AddAlternativeCommands(CLI::App& app, Session& session) {
  AddPassCommands(app, session);
  AddBadgeCommands(app, session);
  AddReportingCommand(app, session);
  AddCompareCommand(app, session);
}

}  // namespace facegate::apps
