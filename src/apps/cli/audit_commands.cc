// audit: reading the log from the server, and with the auditor's commands checking copies of it.
#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "apps/audit/copy_commands.h"
#include "apps/cli/commands.h"
#include "facegate/core/text.h"
#include "facegate/crypto/primitives.h"
#include "facegate/report/log_copy.h"
#include "facegate/report/record.h"
#include "facegate/tlog/note.h"

namespace facegate::apps {
namespace {

struct AuditFlags {
  std::string parent;  // the operator
  std::string type, site, camera, verdict, reason, rule, from, until;
  std::string access_point, purpose, pseudonym, subject;
  std::string by, format = "json";
  bool follow = false;
  std::uint64_t index = 0;
  std::string directory;
  std::string out_file;
  bool newest = false;
  bool dry_run = false, now = false;
};

std::string OperatorName(const Session& session, const AuditFlags& flags) {
  return flags.parent.empty() ? session.OperatorName() : flags.parent;
}

// The line of JSON inside a record, as the server sends it in base64.
core::Result<core::Json> LineOf(const core::Json& record) {
  FG_ASSIGN_OR_RETURN(const core::Bytes entry, crypto::Base64Decode(record.StringOr("entry", "")));
  FG_ASSIGN_OR_RETURN(const tlog::Note note, tlog::ParseNote(core::AsText(entry)));
  return core::Json::Parse(std::string_view(note.text).substr(0, note.text.size() - 1));
}

void SayRecord(const Session& session, const core::Json& record, const core::Json& line) {
  std::string number = std::to_string(record.IntOr("index", 0));
  number.insert(0, number.size() < 4 ? 4 - number.size() : 0, ' ');
  session.Say(number + "  " + line.StringOr("time", "") + "  " + report::SummaryOf(line));
}

core::Json FilterOf(const Session& session, const AuditFlags& flags) {
  core::Json request = core::Json::MakeObject();
  if (!flags.type.empty()) request.Set("type", flags.type);
  if (!flags.site.empty()) request.Set("site", session.FullName(flags.site));
  if (!flags.access_point.empty()) {
    request.Set("access_point", session.FullName(flags.access_point));
  }
  if (!flags.camera.empty()) request.Set("camera", session.FullName(flags.camera));
  if (!flags.purpose.empty()) request.Set("purpose", session.FullName(flags.purpose));
  if (!flags.pseudonym.empty()) request.Set("subject_pseudonym", flags.pseudonym);
  if (!flags.verdict.empty()) request.Set("verdict", "VERDICT_" + flags.verdict);
  if (!flags.reason.empty()) request.Set("reason", "REASON_" + flags.reason);
  if (!flags.rule.empty()) request.Set("rule", flags.rule);
  if (!flags.from.empty()) request.Set("start_time", flags.from);
  if (!flags.until.empty()) request.Set("end_time", flags.until);
  return request;
}

core::Result<Exit> List(Session& session, const AuditFlags& flags) {
  core::Json lines = core::Json::MakeArray();
  core::Json request = FilterOf(session, flags);
  request.Set("parent", OperatorName(session, flags));
  FG_RETURN_IF_ERROR(session.ForEach("AuditService/ListRecords", request, "records",
                                     [&](const core::Json& record) -> core::Status {
                                       FG_ASSIGN_OR_RETURN(core::Json line, LineOf(record));
                                       if (!session.json()) SayRecord(session, record, line);
                                       lines.Push(std::move(line));
                                       return core::Status::Ok();
                                     }));
  if (session.json()) session.Say(lines.DumpPretty());
  return Exit::kYes;
}

constexpr std::array<std::string_view, 10> kKeys = {"type",    "site",    "access_point", "camera",
                                                    "purpose", "verdict", "reason",       "rule",
                                                    "day",     "hour"};

core::Result<Exit> Count(Session& session, const AuditFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("parent", OperatorName(session, flags))
      .Set("filter", FilterOf(session, flags))
      .Set("group_by", "RECORD_KEY_" + core::AsciiUpper(flags.by));
  FG_ASSIGN_OR_RETURN(const core::Json answer, session.Call("AuditService/CountRecords", request));
  if (session.json()) {
    session.Say(answer.DumpPretty());
    return Exit::kYes;
  }
  const core::Json& counts = MemberOrNull(answer, "counts");
  if (!counts.is_array()) return Exit::kYes;
  std::int64_t most = 1;
  std::size_t widest = 0;
  for (const core::Json& count : counts.AsArray()) {
    most = std::max(most, count.IntOr("records", 0));
    widest = std::max(widest, count.StringOr("value", "").size());
  }
  constexpr std::int64_t kBarMax = 40;
  for (const core::Json& count : counts.AsArray()) {
    const std::int64_t records = count.IntOr("records", 0);
    std::string value = count.StringOr("value", "");
    value.resize(widest, ' ');
    std::string number = std::to_string(records);
    number.insert(0, number.size() < 9 ? 9 - number.size() : 0, ' ');
    const auto bar = static_cast<std::size_t>((records * kBarMax + most - 1) / most);
    session.Say(value + number + "  " + std::string(bar, '#'));
  }
  return Exit::kYes;
}

constexpr std::array<std::string_view, 10> kColumns = {
    "index",  "time",    "type",    "site",   "access_point",
    "camera", "purpose", "outcome", "reason", "request_id"};

// Ids, words and times: nothing in them needs quotes.
std::string CsvLine(const core::Json& line) {
  std::string text;
  for (const std::string_view column : kColumns) {
    if (column != kColumns.front()) text += ',';
    const core::Json* value = line.Find(column);
    if (value == nullptr) continue;
    text += value->is_string() ? value->AsString() : value->Dump();
  }
  return text;
}

// A line a record, as it is or as a row of a table. Following goes on after a break, from where it
// was.
core::Result<Exit> Stream(Session& session, const AuditFlags& flags) {
  core::Json filter = FilterOf(session, flags);
  FG_ASSIGN_OR_RETURN(client::Client * client, session.Connect());
  const bool as_table = flags.format == "csv";
  if (as_table) {
    std::string header;
    for (const std::string_view column : kColumns) {
      if (!header.empty()) header += ',';
      header += column;
    }
    session.Say(header);
  }
  std::int64_t next = static_cast<std::int64_t>(flags.index);
  for (;;) {
    core::Json request = core::Json::MakeObject();
    request.Set("parent", OperatorName(session, flags))
        .Set("filter", filter.Set("first_index", next))
        .Set("follow", flags.follow);
    const core::Status status = client->CallStreaming(
        "AuditService/StreamRecords", request, [&](const core::Json& part) -> core::Status {
          if (const core::Json* record = part.Find("record"); record != nullptr) {
            FG_ASSIGN_OR_RETURN(const core::Json line, LineOf(*record));
            session.Say(as_table ? CsvLine(line) : line.Dump());
          } else {
            std::cout.flush();  // whoever reads along has all there is
          }
          next = std::max(next, part.IntOr("nextIndex", 0));
          return core::Status::Ok();
        });
    if (!flags.follow) {
      FG_RETURN_IF_ERROR(status);
      return Exit::kYes;
    }
    const bool goes_on =
        status.code() == core::Code::kDeadlineExceeded || status.code() == core::Code::kUnavailable;
    if (!goes_on) return status;
    if (status.code() == core::Code::kUnavailable) {
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }
}

core::Result<Exit> Get(Session& session, const AuditFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("name", OperatorName(session, flags) + "/records/" + std::to_string(flags.index));
  FG_ASSIGN_OR_RETURN(const core::Json record, session.Call("AuditService/GetRecord", request));
  FG_ASSIGN_OR_RETURN(const core::Json line, LineOf(record));
  session.Say(line.DumpPretty());
  return Exit::kYes;
}

std::string KeyLines(const core::Json& keys) {
  return keys.StringOr("checkpointVkey", "") + "\n" + keys.StringOr("recordVkey", "") + "\n";
}

core::Result<Exit> Keys(Session& session, const AuditFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("parent", OperatorName(session, flags));
  FG_ASSIGN_OR_RETURN(const core::Json keys, session.Call("AuditService/GetLogKeys", request));
  std::string text;
  const core::Json& generations = MemberOrNull(keys, "generations");
  if (generations.is_array()) {
    for (const core::Json& generation : generations.AsArray()) text += KeyLines(generation);
  } else {
    text = KeyLines(keys);  // of a gateway from before there were generations
  }
  if (!flags.out_file.empty()) FG_RETURN_IF_ERROR(WriteWholeFile(flags.out_file, text));
  session.Answer(keys, std::string_view(text).substr(0, text.size() - 1));
  return Exit::kYes;
}

core::Result<Exit> Export(Session& session, const AuditFlags& flags) {
  FG_ASSIGN_OR_RETURN(report::LogCopyWriter writer, report::LogCopyWriter::Open(flags.directory));
  // What is there already is gone on from.
  const std::uint64_t first = writer.FullUpTo();
  const std::optional<std::string> origin = writer.Origin();
  core::Json request = core::Json::MakeObject();
  request.Set("parent", OperatorName(session, flags))
      .Set("newest", flags.newest)
      .Set("first_index", first);
  FG_ASSIGN_OR_RETURN(client::Client * client, session.Connect());
  std::int64_t files = 0, records = 0;
  ProgressBar bar("export");
  const core::Status exported = client->CallStreaming(
      "AuditService/ExportEntries", request, [&](const core::Json& part) -> core::Status {
        if (const core::Json* header = part.Find("header"); header != nullptr) {
          records = MemberOrNull(*header, "checkpoint").IntOr("size", 0);
          const std::string theirs = MemberOrNull(*header, "keys").StringOr("origin", "");
          if (!origin || *origin == theirs) return core::Status::Ok();
          return core::Status(core::Code::kFailedPrecondition, "COPY_OF_ANOTHER_LOG",
                              flags.directory + " holds a copy of " + *origin);
        }
        const core::Json& file = MemberOrNull(part, "file");
        FG_ASSIGN_OR_RETURN(const core::Bytes content,
                            crypto::Base64Decode(file.StringOr("content", "")));
        // One bundle and one tile per 256 records, and a little above them.
        bar.Show(static_cast<std::uint64_t>(++files),
                 static_cast<std::uint64_t>(
                     2 * ((records - static_cast<std::int64_t>(first)) / 256 + 1) + 2));
        return writer.Add(file.StringOr("path", ""), content);
      });
  if (exported.reason() == "INDEX_OUT_OF_RANGE") {
    return core::Status(core::Code::kFailedPrecondition, "COPY_IS_LONGER",
                        flags.directory +
                            " holds more records than are exported: export to "
                            "another directory and compare the two");
  }
  FG_RETURN_IF_ERROR(exported);
  session.Say("exported " + std::to_string(records) + " records to " + flags.directory +
              (first > 0 ? ", from record " + std::to_string(first) + " on" : ""));
  return Exit::kYes;
}

core::Result<Exit> Prove(Session& session, const AuditFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("parent", OperatorName(session, flags)).Set("index", flags.index);
  FG_ASSIGN_OR_RETURN(const core::Json proof,
                      session.Call("AuditService/GetInclusionProof", request));
  const std::string file = proof.StringOr("proofFile", "");
  if (!flags.out_file.empty()) FG_RETURN_IF_ERROR(WriteWholeFile(flags.out_file, file));
  session.Answer(proof, file);
  return Exit::kYes;
}

constexpr std::array<std::string_view, 4> kResolutionReasons = {"RIGHTS_REQUEST", "INCIDENT",
                                                                "LEGAL_ORDER", "COMPLAINT"};

core::Json ResolveRequest(const std::string& name, const AuditFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("name", name).Set("reason", "RESOLUTION_REASON_" + flags.reason);
  return request;
}

core::Result<Exit> Resolve(Session& session, const AuditFlags& flags) {
  core::Json request = ResolveRequest(session.FullName(flags.subject), flags);
  if (!flags.site.empty()) request.Set("site", session.FullName(flags.site));
  if (!flags.purpose.empty()) request.Set("purpose", session.FullName(flags.purpose));
  if (!flags.from.empty()) request.Set("start_time", flags.from);
  if (!flags.until.empty()) request.Set("end_time", flags.until);
  request.Set("page_size", 500);  // every page is a record
  core::Json lines = core::Json::MakeArray();
  FG_RETURN_IF_ERROR(session.ForEach("AuditService/ResolveSubject", request, "records",
                                     [&](const core::Json& record) -> core::Status {
                                       FG_ASSIGN_OR_RETURN(core::Json line, LineOf(record));
                                       if (!session.json()) SayRecord(session, record, line);
                                       lines.Push(std::move(line));
                                       return core::Status::Ok();
                                     }));
  const bool has_any = !lines.AsArray().empty();
  if (session.json()) {
    session.Say(lines.DumpPretty());
  } else if (!has_any) {
    session.Say("no records");
  }
  return has_any ? Exit::kYes : Exit::kNo;
}

core::Result<Exit> Whose(Session& session, const AuditFlags& flags) {
  const std::string name = OperatorName(session, flags) + "/records/" + std::to_string(flags.index);
  FG_ASSIGN_OR_RETURN(const core::Json answer,
                      session.Call("AuditService/ResolveRecord", ResolveRequest(name, flags)));
  std::string people;
  if (const core::Json& found = MemberOrNull(answer, "subjects"); found.is_array()) {
    for (const core::Json& person : found.AsArray()) {
      people += (people.empty() ? "" : "\n") + session.ShortName(person.AsString());
    }
  }
  session.Answer(answer, people.empty() ? "about nobody who is known now" : people);
  return people.empty() ? Exit::kNo : Exit::kYes;
}

// "CONSENT" of PRUNING_HOLD_CONSENT, in words.
std::string WhyHeld(const std::string& hold) {
  if (hold == "PRUNING_HOLD_CONSENT") return "a consent that stands rests on the next";
  if (hold == "PRUNING_HOLD_RESTRICTION") return "the next may be about somebody who is restricted";
  if (hold == "PRUNING_HOLD_DUTY") return "a complaint, a rights request or an incident is open";
  if (hold == "PRUNING_HOLD_PASS") return "the next issued a pass that is still good";
  if (hold == "PRUNING_HOLD_WITNESS") return "no quorum of witnesses cosigned the next";
  return "the next are not old enough";
}

core::Result<Exit> Prune(Session& session, const AuditFlags& flags) {
  core::Json request = core::Json::MakeObject();
  request.Set("parent", OperatorName(session, flags)).Set("dry_run", flags.dry_run);
  FG_ASSIGN_OR_RETURN(const core::Json answer, session.Call("AuditService/PruneLog", request));
  const std::string end = std::to_string(answer.IntOr("minimumIndex", 0));
  std::string words = std::to_string(answer.IntOr("prunedRecords", 0)) +
                      (flags.dry_run ? " records would go" : " records went") + ", those below " +
                      end + " are gone" + (flags.dry_run ? " then" : "") + "; " +
                      WhyHeld(answer.StringOr("heldBy", ""));
  if (answer.BoolOr("pending", false)) {
    words += "\non record, and deleted once a quorum of witnesses cosigned that";
  }
  session.Answer(answer, words);
  return Exit::kYes;
}

using Run = core::Result<Exit> (*)(Session&, const AuditFlags&);

CLI::App* AddAuditCommand(CLI::App& group, Session& session, const std::string& name,
                          const std::string& what, const std::string& example,
                          const std::shared_ptr<AuditFlags>& flags, Run run) {
  CLI::App* command = AddCommand(group, name, what, example);
  SetRun(*command, session, flags, run);
  return command;
}

void AddParent(CLI::App* command, AuditFlags& flags) {
  command->add_option("--parent", flags.parent, "Name of the operator; --operator if absent");
}

void AddFilters(CLI::App* command, AuditFlags& flags) {
  command->add_option("--type", flags.type, "Such as decision or consent.withdrawn");
  command->add_option("--site", flags.site, "Name of a site");
  command->add_option("--access-point", flags.access_point, "Name of an access point");
  command->add_option("--camera", flags.camera, "Name of a camera");
  command->add_option("--purpose", flags.purpose, "Name of a purpose");
  command->add_option("--verdict", flags.verdict, "ALLOW, USE_ALTERNATIVE or DENY");
  command->add_option("--reason", flags.reason, "Such as CONSENT_WITHDRAWN");
  command->add_option("--rule", flags.rule, "Id of a rule that was not met");
  command->add_option("--pseudonym", flags.pseudonym, "A pseudonym as records have it, in hex");
  command->add_option("--from", flags.from, "At or after this RFC 3339 time");
  command->add_option("--until", flags.until, "Before this RFC 3339 time");
}

void AddResolutionReason(CLI::App* command, AuditFlags& flags) {
  command
      ->add_option("--reason", flags.reason,
                   "What for: RIGHTS_REQUEST, INCIDENT, LEGAL_ORDER or COMPLAINT; it is recorded")
      ->required()
      ->check(CLI::IsMember(
          std::vector<std::string>(kResolutionReasons.begin(), kResolutionReasons.end())));
}

// What only the role RESOLVER may ask.
void AddResolvers(CLI::App& group, Session& session) {
  auto flags = std::make_shared<AuditFlags>();
  CLI::App* resolve = AddAuditCommand(
      group, session, "resolve",
      "Lists the records about a person, which is recorded first; for the role RESOLVER (exit 1 if "
      "there are none)",
      "facegate --operator acme audit resolve --subject subjects/p-7 --reason RIGHTS_REQUEST",
      flags, Resolve);
  resolve->add_option("--subject", flags->subject, "Name of the person")->required();
  AddResolutionReason(resolve, *flags);
  resolve->add_option("--site", flags->site, "Name of a site");
  resolve->add_option("--purpose", flags->purpose, "Name of a purpose");
  resolve->add_option("--from", flags->from, "At or after this RFC 3339 time");
  resolve->add_option("--to", flags->until, "Before this RFC 3339 time");

  CLI::App* whose = AddAuditCommand(
      group, session, "whose",
      "Tells whom a record is about, which is recorded first; for the role RESOLVER (exit 1 if it "
      "is nobody known now)",
      "facegate --operator acme audit whose 7 --reason COMPLAINT", flags, Whose);
  AddParent(whose, *flags);
  whose->add_option("index", flags->index, "Index in the log")->required();
  AddResolutionReason(whose, *flags);
}

void AddReaders(CLI::App& group, Session& session) {
  auto flags = std::make_shared<AuditFlags>();
  CLI::App* list =
      AddAuditCommand(group, session, "list", "Lists records",
                      "facegate --operator acme audit list --verdict USE_ALTERNATIVE", flags, List);
  AddParent(list, *flags);
  AddFilters(list, *flags);

  CLI::App* count = AddAuditCommand(
      group, session, "count", "Counts records by one of their keys, as a histogram",
      "facegate --operator acme audit count --by reason --type decision", flags, Count);
  AddParent(count, *flags);
  AddFilters(count, *flags);
  count
      ->add_option("--by", flags->by,
                   "type, site, access_point, camera, purpose, verdict, reason, "
                   "rule, day or hour")
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>(kKeys.begin(), kKeys.end())));

  CLI::App* stream = AddAuditCommand(
      group, session, "stream", "Writes records as JSON Lines or CSV, for other systems",
      "facegate --operator acme audit stream --format csv --follow", flags, Stream);
  AddParent(stream, *flags);
  AddFilters(stream, *flags);
  stream->add_option("--first", flags->index, "Index to begin with; 0 if absent");
  stream->add_option("--format", flags->format, "json (as records hold it, a line each) or csv")
      ->check(CLI::IsMember({"json", "csv"}));
  stream->add_flag("--follow", flags->follow, "Goes on with new records until it is stopped");

  CLI::App* get = AddAuditCommand(group, session, "get", "Shows one record",
                                  "facegate --operator acme audit get 7", flags, Get);
  AddParent(get, *flags);
  get->add_option("index", flags->index, "Index in the log")->required();

  CLI::App* keys = AddAuditCommand(
      group, session, "keys", "Shows the log's public keys, oldest first: get them once, keep them",
      "facegate --operator acme audit keys --out log.vkeys", flags, Keys);
  AddParent(keys, *flags);
  keys->add_option("--out", flags->out_file, "Also write them to this file");

  CLI::App* prove =
      AddAuditCommand(group, session, "prove", "Gives a C2SP tlog-proof file of one record",
                      "facegate --operator acme audit prove 7 --out 7.tlog-proof", flags, Prove);
  AddParent(prove, *flags);
  prove->add_option("index", flags->index, "Index in the log")->required();
  prove->add_option("--out", flags->out_file, "Also write it to this file");

  CLI::App* copy =
      AddAuditCommand(group, session, "export", "Copies the log into a C2SP tlog-tiles directory",
                      "facegate --operator acme audit export copy", flags, Export);
  AddParent(copy, *flags);
  copy->add_option("directory", flags->directory, "Made where it is missing")->required();
  copy->add_flag("--newest", flags->newest,
                 "To the last record, whether witnesses cosigned it or not: for a restore");
}

void AddPrune(CLI::App& group, Session& session) {
  auto flags = std::make_shared<AuditFlags>();
  CLI::App* prune = AddAuditCommand(group, session, "prune",
                                    "Deletes the oldest records that need not be kept; hashes stay",
                                    "facegate --operator acme audit prune --dry-run", flags, Prune);
  AddParent(prune, *flags);
  auto* how = prune->add_option_group("how");
  how->add_flag("--dry-run", flags->dry_run, "Says what would go, and leaves it");
  how->add_flag("--now", flags->now, "Deletes it: export a copy first (docs/LOG_RETENTION.md)");
  how->require_option(1);
}

}  // namespace

void AddAuditCommands(CLI::App& app, Session& session) {
  CLI::App* audit = AddGroup(app, "audit", "The log: read, copy, prove, verify, prune");
  AddReaders(*audit, session);
  AddResolvers(*audit, session);
  AddPrune(*audit, session);
  AddFsckCommand(*audit, session);
  AddCopyCommands(*audit, session, "facegate audit");
}

}  // namespace facegate::apps
