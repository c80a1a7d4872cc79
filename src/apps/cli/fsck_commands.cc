// audit fsck: the logs of a gateway that does not run, looked through in its own files.
#include <memory>
#include <string>
#include <vector>

#include "apps/cli/commands.h"
#include "facegate/audit/inspection.h"
#include "facegate/config/config.h"

namespace facegate::apps {
namespace {

struct FsckFlags {
  std::string config_path = "config/facegate.yaml";
  bool rebuild_index = false;
};

core::Json FaultJson(const audit::LogFault& fault) {
  core::Json json = core::Json::MakeObject();
  json.Set("kind", audit::IllWord(fault.ill));
  if (fault.record) json.Set("record", *fault.record);
  return json.Set("what", fault.what);
}

core::Json InspectionJson(const model::OperatorId& log, const audit::Inspection& found) {
  core::Json faults = core::Json::MakeArray();
  for (const audit::LogFault& fault : found.faults) faults.Push(FaultJson(fault));
  core::Json unproven = core::Json::MakeArray();
  for (const std::string& sentence : found.unproven) unproven.Push(sentence);
  core::Json json = core::Json::MakeObject();
  json.Set("operator", log.str())
      .Set("origin", found.origin)
      .Set("ok", found.ok())
      .Set("size", found.size)
      .Set("minimumIndex", found.minimum_index)
      .Set("recordsChecked", found.records_checked)
      .Set("faults", std::move(faults))
      .Set("indexRowsWrong", found.index_rows_wrong);
  if (found.first_index_row_wrong) json.Set("firstIndexRowWrong", *found.first_index_row_wrong);
  if (found.first_record_not_found) json.Set("firstRecordNotFound", *found.first_record_not_found);
  return json.Set("unproven", std::move(unproven));
}

void Say(const Session& session, const audit::Inspection& found, std::uint64_t rebuilt) {
  for (const audit::LogFault& fault : found.faults) {
    session.Say(found.origin + ": " + std::string(audit::IllWord(fault.ill)) +
                (fault.record ? " at record " + std::to_string(*fault.record) : "") + ": " +
                fault.what);
  }
  if (found.index_rows_wrong > 0) {
    session.Say(found.origin + ": INDEX: " + std::to_string(found.index_rows_wrong) +
                " rows of the search index are not those of their records, the first of record " +
                std::to_string(*found.first_index_row_wrong) +
                "; --rebuild-index makes them again");
  }
  if (found.first_record_not_found) {
    session.Say(found.origin + ": INDEX: a search passes over record " +
                std::to_string(*found.first_record_not_found) +
                " and maybe others, whose rows are right; --rebuild-index mends that");
  }
  if (rebuilt > 0) {
    session.Say(found.origin + ": " + std::to_string(rebuilt) +
                " rows of the search index were made again");
  }
  if (found.ok()) {
    session.Say(found.origin + ": " + std::to_string(found.size) + " records" +
                (found.minimum_index > 0
                     ? ", those below " + std::to_string(found.minimum_index) + " pruned"
                     : "") +
                ", nothing is wrong");
  }
  for (const std::string& sentence : found.unproven) session.Say("  not shown: " + sentence);
}

core::Result<Exit> Fsck(Session& session, const FsckFlags& flags) {
  FG_ASSIGN_OR_RETURN(const config::ServerConfig config,
                      config::LoadServerConfig(flags.config_path));
  if (config.store.driver != config::StoreDriver::kSqlite) {
    return core::Status(core::Code::kFailedPrecondition, "NOTHING_TO_CHECK",
                        "that configuration keeps nothing in a file");
  }
  FG_ASSIGN_OR_RETURN(const auto keys, crypto::KeyRing::Load(config.keys_dir));
  storage::SqliteOptions options;
  options.path = config.store.path;
  FG_ASSIGN_OR_RETURN(const auto store, storage::OpenSqliteStore(options));
  FG_ASSIGN_OR_RETURN(const auto logs, audit::KnownLogs(*store, config.data_dir));
  bool is_ok = true;
  core::Json all = core::Json::MakeArray();
  for (const model::OperatorId& log : logs) {
    std::uint64_t rebuilt = 0;
    if (flags.rebuild_index) {
      ProgressBar bar("index");
      FG_ASSIGN_OR_RETURN(rebuilt, audit::RebuildIndex(*store, log, [&bar](auto done, auto total) {
                            bar.Show(done, total);
                          }));
    }
    audit::Inspection found;
    {
      ProgressBar bar("fsck");
      FG_ASSIGN_OR_RETURN(
          found, audit::InspectLog(*store, *keys, config.gateway_name, config.data_dir, log,
                                   [&bar](auto done, auto total) { bar.Show(done, total); }));
    }
    is_ok = is_ok && found.ok();
    if (!session.json()) Say(session, found, rebuilt);
    all.Push(InspectionJson(log, found).Set("indexRowsRebuilt", rebuilt));
  }
  if (session.json()) session.Say(all.DumpPretty());
  return is_ok ? Exit::kYes : Exit::kNo;
}

}  // namespace

void AddFsckCommand(CLI::App& group, Session& session) {
  auto flags = std::make_shared<FsckFlags>();
  CLI::App* fsck = AddCommand(
      group, "fsck",
      "Looks through the logs in a gateway's files, record by record; the gateway must not run "
      "(exit 1 if something is wrong)",
      "facegate audit fsck --config facegate.yaml");
  fsck->add_option("--config", flags->config_path, "The gateway's configuration")
      ->capture_default_str();
  fsck->add_flag("--rebuild-index", flags->rebuild_index,
                 "Makes what the search index has wrong again, from the records");
  SetRun(*fsck, session, flags, Fsck);
}

}  // namespace facegate::apps
