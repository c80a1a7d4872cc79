#include "apps/audit/copy_commands.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "apps/cli/command.h"
#include "apps/cli/log_keys.h"
#include "facegate/report/compare.h"
#include "facegate/report/copy_reader.h"
#include "facegate/report/explain.h"
#include "facegate/report/gaps.h"
#include "facegate/report/held_checkpoint.h"
#include "facegate/report/log_copy.h"
#include "facegate/report/log_totals.h"
#include "facegate/report/quorum.h"
#include "facegate/report/reconcile.h"
#include "facegate/report/record_filter.h"
#include "facegate/tlog/policy.h"

namespace facegate::apps {
namespace {

using core::Json;
using core::Result;
using core::Status;

struct CopyFlags {
  std::string directory;
  std::string later;  // with compare
  std::vector<std::string> log_keys;
  std::string older, policy_file;
  bool quick = false;
  std::uint64_t index = 0;
  report::RecordFilter filter;
  std::string from, until;
  std::string door_log;
  std::string proof_file, record_file, out_file, receipt_file, secret_file;
};

Result<report::CopyOptions> OptionsOf(const CopyFlags& flags) {
  report::CopyOptions options;
  if (flags.quick) options.signatures = report::Signatures::kCheckpoint;
  if (flags.older.empty()) return options;
  FG_ASSIGN_OR_RETURN(const std::string held, ReadWholeFile(flags.older));
  FG_ASSIGN_OR_RETURN(options.older_checkpoint, report::HeldCheckpoint(held));
  return options;
}

Result<report::RecordFilter> FilterOf(const CopyFlags& flags) {
  report::RecordFilter filter = flags.filter;
  if (!flags.from.empty()) {
    FG_ASSIGN_OR_RETURN(filter.from, core::ParseRfc3339(flags.from));
  }
  if (!flags.until.empty()) {
    FG_ASSIGN_OR_RETURN(filter.until, core::ParseRfc3339(flags.until));
  }
  return filter;
}

// Verifies the whole copy while `visit` hears of each record.
Result<report::CopyReport> Walk(const CopyFlags& flags, const std::string& label,
                                report::RecordVisitor visit) {
  FG_ASSIGN_OR_RETURN(const report::LogKeys keys, ReadLogKeys(flags.log_keys));
  FG_ASSIGN_OR_RETURN(report::CopyOptions options, OptionsOf(flags));
  options.visit = std::move(visit);
  ProgressBar bar(label);
  return report::VerifyLogCopy(
      flags.directory, keys,
      [&bar](std::uint64_t done, std::uint64_t total) { bar.Show(done, total); }, options);
}

// What was found in a copy that is good; of a bad one, why it is bad.
Exit AnswerOf(const Console& console, const report::CopyReport& copy, std::string_view name,
              Json found, const std::string& text, bool is_yes) {
  Json json = Json::MakeObject();
  json.Set("copy", report::CopyReportJson(copy));
  if (!copy.ok()) {
    console.Answer(json, report::CopyReportText(copy));
    return Exit::kNo;
  }
  json.Set(name, std::move(found));
  const std::string verified = report::CopyReportText(copy);
  console.Answer(json, text + "\n" + verified.substr(0, verified.find('\n')));
  return is_yes ? Exit::kYes : Exit::kNo;
}

// Whether the copy's checkpoint carries the policy's quorum; adds who cosigned to both answers.
Result<bool> CheckCosignatures(const CopyFlags& flags, Json& json, std::string& text) {
  FG_ASSIGN_OR_RETURN(const std::string held, ReadWholeFile(flags.policy_file));
  FG_ASSIGN_OR_RETURN(const tlog::WitnessPolicy policy, tlog::WitnessPolicy::Parse(held));
  FG_ASSIGN_OR_RETURN(const report::QuorumReport quorum,
                      report::CheckQuorum(flags.directory, policy));
  Json cosigners = Json::MakeObject();
  std::string names;
  for (const auto& [name, time] : quorum.cosigners) {
    cosigners.Set(name, core::FormatRfc3339(time));
    names += " " + name;
  }
  json.Set("ok", quorum.is_met).Set("cosigners", std::move(cosigners)).Set("quorum", quorum.is_met);
  if (names.empty()) names = " nobody";
  const std::string first = text.substr(0, text.find('\n'));
  text = quorum.is_met ? first + ", cosigned by" + names + text.substr(first.size())
                       : "BAD: checkpoint: QUORUM_MISSING: cosigned by" + names;
  return quorum.is_met;
}

Result<Exit> Verify(Console& console, const CopyFlags& flags) {
  FG_ASSIGN_OR_RETURN(const report::CopyReport copy, Walk(flags, "verify", nullptr));
  Json json = report::CopyReportJson(copy);
  std::string text = report::CopyReportText(copy);
  bool is_good = copy.ok();
  if (is_good && !flags.policy_file.empty()) {
    FG_ASSIGN_OR_RETURN(is_good, CheckCosignatures(flags, json, text));
  }
  console.Answer(json, text);
  return is_good ? Exit::kYes : Exit::kNo;
}

Result<Exit> Compare(Console& console, const CopyFlags& flags) {
  FG_ASSIGN_OR_RETURN(const report::LogKeys keys, ReadLogKeys(flags.log_keys));
  FG_ASSIGN_OR_RETURN(const report::CopyOptions options, OptionsOf(flags));
  const Result<report::Comparison> comparison = [&] {
    ProgressBar bar("compare");
    return report::CompareLogCopies(
        flags.directory, flags.later, keys,
        [&bar](std::uint64_t done, std::uint64_t total) { bar.Show(done, total); }, options);
  }();
  if (!comparison.ok()) return comparison.status();
  console.Answer(report::ComparisonJson(*comparison), report::ComparisonText(*comparison));
  return comparison->ok() ? Exit::kYes : Exit::kNo;
}

// Lines come as they are read; that the copy is bad shows after them.
Result<Exit> List(Console& console, const CopyFlags& flags) {
  FG_ASSIGN_OR_RETURN(const report::RecordFilter filter, FilterOf(flags));
  FG_ASSIGN_OR_RETURN(
      const report::CopyReport copy, Walk(flags, "list", [&](const report::OpenedRecord& record) {
        if (!filter.Matches(record)) return;
        console.Say(console.json() ? record.line.Dump() : report::RecordLine(record));
      }));
  if (copy.ok()) return Exit::kYes;
  console.Complain(report::CopyReportText(copy));
  return Exit::kNo;
}

Result<Exit> Report(Console& console, const CopyFlags& flags) {
  FG_ASSIGN_OR_RETURN(const report::RecordFilter filter, FilterOf(flags));
  report::LogTotals totals;
  FG_ASSIGN_OR_RETURN(const report::CopyReport copy,
                      Walk(flags, "report", [&](const report::OpenedRecord& record) {
                        if (filter.Matches(record)) totals.Add(record);
                      }));
  return AnswerOf(console, copy, "totals", totals.ToJson(), totals.Text(), true);
}

Result<Exit> FindGaps(Console& console, const CopyFlags& flags) {
  report::GapFinder finder;
  FG_ASSIGN_OR_RETURN(
      const report::CopyReport copy,
      Walk(flags, "gaps", [&](const report::OpenedRecord& record) { finder.Add(record); }));
  const report::Gaps gaps = finder.Finish();
  return AnswerOf(console, copy, "gaps", report::GapsJson(gaps), report::GapsText(gaps), gaps.ok());
}

Result<Exit> Reconcile(Console& console, const CopyFlags& flags) {
  if (flags.filter.camera.empty() && flags.filter.fingerprint.empty()) {
    return Status(core::Code::kInvalidArgument, "CALLER_MISSING",
                  "say whose log it is: --camera (with --site), or --fingerprint");
  }
  FG_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(flags.door_log));
  FG_ASSIGN_OR_RETURN(std::vector<report::DoorEntry> door,
                      report::ParseDoorLog(flags.door_log, text));
  FG_ASSIGN_OR_RETURN(report::RecordFilter filter, FilterOf(flags));
  report::Reconciler reconciler(std::move(door), std::move(filter));
  FG_ASSIGN_OR_RETURN(const report::CopyReport copy,
                      Walk(flags, "reconcile",
                           [&](const report::OpenedRecord& record) { reconciler.Add(record); }));
  const report::Reconciliation found = reconciler.Finish();
  return AnswerOf(console, copy, "reconciliation", report::ReconciliationJson(found),
                  report::ReconciliationText(found), found.ok());
}

Result<report::ConsentOpening> OpeningOf(const CopyFlags& flags) {
  report::ConsentOpening opening;
  if (!flags.receipt_file.empty()) {
    FG_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(flags.receipt_file));
    FG_ASSIGN_OR_RETURN(opening.receipt, Json::Parse(text));
  }
  if (!flags.secret_file.empty()) {
    FG_ASSIGN_OR_RETURN(std::string text, ReadWholeFile(flags.secret_file));
    while (text.ends_with('\n')) text.pop_back();
    FG_ASSIGN_OR_RETURN(opening.secret, core::HexDecode(text));
  }
  return opening;
}

// What a bad copy, proof or receipt makes of an answer: no, with the reason.
Result<Exit> NoOrError(const Console& console, const Status& status) {
  if (status.code() != core::Code::kPermissionDenied) return status;
  Json json = Json::MakeObject();
  json.Set("ok", false).Set("reason", status.reason()).Set("what", status.message());
  console.Answer(json, "BAD: " + status.reason() + ": " + status.message());
  return Exit::kNo;
}

Result<Exit> Explain(Console& console, const CopyFlags& flags) {
  FG_ASSIGN_OR_RETURN(const report::LogKeys keys, ReadLogKeys(flags.log_keys));
  FG_ASSIGN_OR_RETURN(const report::ConsentOpening opening, OpeningOf(flags));
  const Result<report::CopyReader> copy = report::CopyReader::Open(flags.directory, keys);
  if (!copy.ok()) return NoOrError(console, copy.status());
  const Result<report::RecordStory> story =
      report::ExplainRecord(*copy, flags.index, keys, opening);
  if (!story.ok()) return NoOrError(console, story.status());
  console.Answer(report::StoryJson(*story), report::StoryText(*story));
  return story->ok() ? Exit::kYes : Exit::kNo;
}

Result<Exit> Prove(Console& console, const CopyFlags& flags) {
  FG_ASSIGN_OR_RETURN(const report::LogKeys keys, ReadLogKeys(flags.log_keys));
  const Result<report::CopyReader> copy = report::CopyReader::Open(flags.directory, keys);
  if (!copy.ok()) return NoOrError(console, copy.status());
  const Result<report::ProvedRecord> proved = copy->Read(flags.index);
  if (!proved.ok()) return NoOrError(console, proved.status());
  const std::string file = tlog::EncodeProofFile(proved->proof);
  if (!flags.out_file.empty()) FG_RETURN_IF_ERROR(WriteWholeFile(flags.out_file, file));
  if (!flags.record_file.empty()) {
    FG_RETURN_IF_ERROR(WriteWholeFile(flags.record_file, proved->entry));
  }
  Json json = Json::MakeObject();
  json.Set("ok", true).Set("index", flags.index).Set("proofFile", file);
  json.Set("record", proved->record.line);
  console.Answer(json, flags.out_file.empty() ? std::string_view(file).substr(0, file.size() - 1)
                                              : "wrote " + flags.out_file);
  return Exit::kYes;
}

// A proof's record, from a file or from a copy.
Result<std::string> RecordOf(const CopyFlags& flags, const report::LogKeys& keys,
                             const tlog::ProofFile& proof) {
  if (!flags.record_file.empty()) return ReadWholeFile(flags.record_file);
  if (flags.directory.empty()) {
    return Status(core::Code::kInvalidArgument, "RECORD_MISSING",
                  "give the record that it proves: --record, or --copy to take it from");
  }
  FG_ASSIGN_OR_RETURN(const report::CopyReader copy,
                      report::CopyReader::Open(flags.directory, keys));
  FG_ASSIGN_OR_RETURN(report::ProvedRecord record, copy.Read(proof.index));
  return std::move(record.entry);
}

Result<Exit> CheckProof(Console& console, const CopyFlags& flags) {
  FG_ASSIGN_OR_RETURN(const report::LogKeys keys, ReadLogKeys(flags.log_keys));
  FG_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(flags.proof_file));
  FG_ASSIGN_OR_RETURN(const tlog::ProofFile proof, tlog::ParseProofFile(text));
  const Result<std::string> entry = RecordOf(flags, keys, proof);
  if (!entry.ok()) return NoOrError(console, entry.status());
  const Result<tlog::Checkpoint> checkpoint =
      report::VerifyProof(proof, core::AsBytes(*entry), keys);
  if (!checkpoint.ok()) return NoOrError(console, checkpoint.status());
  const Result<report::OpenedRecord> record = report::OpenRecord(*entry, keys);
  if (!record.ok()) return NoOrError(console, record.status());
  Json json = Json::MakeObject();
  json.Set("ok", true).Set("origin", checkpoint->origin).Set("size", checkpoint->size);
  json.Set("index", proof.index).Set("record", record->line);
  console.Answer(json, "proved: record " + std::to_string(proof.index) + " is in " +
                           checkpoint->origin + ", a log of " + std::to_string(checkpoint->size) +
                           ": " + report::SummaryOf(record->line));
  return Exit::kYes;
}

// Adds commands to one group; each has flags of its own.
class Adder {
 public:
  using Run = Result<Exit> (*)(Console&, const CopyFlags&);

  Adder(CLI::App& group, Console& console, std::string program)
      : group_(group), console_(console), program_(std::move(program)) {}

  // A command about the copy in `argument`, or about none where that is empty.
  CLI::App& Add(const std::string& name, const std::string& what, const std::string& example,
                const std::string& argument, Run run) {
    flags_ = std::make_shared<CopyFlags>();
    CLI::App* command = AddCommand(group_, name, what, program_ + " " + example);
    SetRun(*command, console_, flags_, run);
    AddLogKeys(*command, flags_->log_keys);
    if (!argument.empty()) {
      command->add_option(argument, flags_->directory, "The copy, a directory")->required();
    }
    return *command;
  }
  // Of the command that was added last.
  CopyFlags& flags() { return *flags_; }

  void AddQuick(CLI::App& command) {
    command.add_flag("--quick", flags_->quick,
                     "Checks the checkpoint's signature and every hash, and not each record's "
                     "signature");
  }
  void AddOlder(CLI::App& command) {
    command.add_option("--older", flags_->older,
                       "An older checkpoint of this log, or a receipt or proof that holds one: "
                       "shows that nothing was cut off or changed since");
  }
  void AddFilter(CLI::App& command) {
    report::RecordFilter& filter = flags_->filter;
    command.add_option("--from", flags_->from, "At or after this RFC 3339 time");
    command.add_option("--until", flags_->until, "Before this RFC 3339 time");
    command.add_option("--first", filter.first_index, "At or after this index");
    command.add_option("--type", filter.type, "Such as decision or consent.withdrawn");
    command.add_option("--site", filter.site, "Id of a site");
    command.add_option("--access-point", filter.access_point, "Id of an access point");
    command.add_option("--camera", filter.camera, "Id of a camera");
    command.add_option("--purpose", filter.purpose, "Id of a purpose");
    command.add_option("--outcome", filter.outcome, "ALLOW, USE_ALTERNATIVE or DENY");
    command.add_option("--reason", filter.reason, "Such as CONSENT_WITHDRAWN");
    command.add_option("--rule", filter.rule, "Id of a rule that was not met");
    command.add_option("--fingerprint", filter.fingerprint, "Of the caller's certificate");
  }

 private:
  CLI::App& group_;
  Console& console_;
  const std::string program_;
  std::shared_ptr<CopyFlags> flags_;
};

void AddChecks(Adder& add) {
  CLI::App& verify = add.Add("verify", "Checks a copy of the log (exit 1 if it is bad)",
                             "verify --log-key log.vkeys copy", "directory", Verify);
  add.AddOlder(verify);
  add.AddQuick(verify);
  verify.add_option("--policy", add.flags().policy_file,
                    "A C2SP policy file: its quorum of witnesses must have cosigned the copy");

  CLI::App& compare =
      add.Add("compare",
              "Compares two copies: SAME, EXTENDS, or SUCCEEDS with nothing missing "
              "(exit 0), FORK, ROLLBACK, DAMAGE or MISSING (exit 1)",
              "compare --log-key log.vkeys copy-may copy-june", "earlier", Compare);
  compare.add_option("later", add.flags().later, "The newer copy, a directory")->required();
  add.AddQuick(compare);

  CLI::App& check =
      add.Add("check-proof", "Checks a C2SP tlog-proof file (exit 1 if it is bad)",
              "check-proof --log-key log.vkeys --record 7.record 7.tlog-proof", "", CheckProof);
  check.add_option("proof", add.flags().proof_file, "The file")->required();
  check.add_option("--record", add.flags().record_file, "The record that it proves, a file");
  check.add_option("--copy", add.flags().directory, "Or a copy that has the record");
}

void AddAnswers(Adder& add) {
  CLI::App& report =
      add.Add("report", "Counts records by day, type, outcome, reason, rule, place",
              "report --log-key log.vkeys --from 2026-05-01T00:00:00Z copy", "directory", Report);
  add.AddFilter(report);
  add.AddQuick(report);

  CLI::App& explain =
      add.Add("explain", "Why a decision came out so, record by record",
              "explain --log-key log.vkeys --receipt receipt.jsonld copy 7", "directory", Explain);
  explain.add_option("index", add.flags().index, "Index in the log")->required();
  CLI::Option* receipt =
      explain.add_option("--receipt", add.flags().receipt_file,
                         "The person's consent receipt: follows the link to their consent");
  explain
      .add_option("--secret-file", add.flags().secret_file,
                  "The person's secret in hex, where somebody may know it: proves that link")
      ->needs(receipt);

  CLI::App& gaps =
      add.Add("gaps", "What the log itself shows to be missing (exit 1 if anything is)",
              "gaps --log-key log.vkeys copy", "directory", FindGaps);
  add.AddQuick(gaps);

  CLI::App& reconcile =
      add.Add("reconcile", "Compares a door's own log with the copy (exit 1 if they differ)",
              "reconcile --log-key log.vkeys --site lobby --camera door copy door.csv", "directory",
              Reconcile);
  reconcile
      .add_option("door-log", add.flags().door_log,
                  "CSV or JSON Lines: client_counter, request_id, time, outcome")
      ->required();
  add.AddFilter(reconcile);
  add.AddQuick(reconcile);
}

}  // namespace

void AddCopyCommands(CLI::App& group, Console& console, const std::string& program) {
  Adder add(group, console, program);
  AddChecks(add);
  AddAnswers(add);
}

void AddCopyReaders(CLI::App& group, Console& console, const std::string& program) {
  Adder add(group, console, program);
  CLI::App& list =
      add.Add("list", "Lists records (--json: one to a line, as they are in the log)",
              "list --log-key log.vkeys --outcome DENY --site lobby copy", "directory", List);
  add.AddFilter(list);
  add.AddQuick(list);

  CLI::App& prove =
      add.Add("prove", "Gives a C2SP tlog-proof file of one record",
              "prove --log-key log.vkeys --out 7.tlog-proof copy 7", "directory", Prove);
  prove.add_option("index", add.flags().index, "Index in the log")->required();
  prove.add_option("--out", add.flags().out_file, "Also write it to this file");
  prove.add_option("--record-out", add.flags().record_file, "Write the record itself to this file");
}

}  // namespace facegate::apps
