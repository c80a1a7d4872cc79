// backup create|list|prune|restore: copies of a gateway's database, and the way back from one.
#include <memory>
#include <string>
#include <vector>

#include "apps/cli/commands.h"
#include "facegate/backup/backup.h"
#include "facegate/config/config.h"
#include "facegate/core/log.h"
#include "facegate/tlog/origin.h"

namespace facegate::apps {
namespace {

struct BackupFlags {
  std::string folder;
  backup::RestoreOptions restore;
  std::string config_path = "config/facegate.yaml";
};

core::Result<Exit> Create(Session& session) {
  FG_ASSIGN_OR_RETURN(const core::Json made,
                      session.Call("GatewayService/CreateBackup", core::Json::MakeObject()));
  session.Answer(made, made.StringOr("file", "") + ", " +
                           std::to_string(made.IntOr("sizeBytes", 0)) + " bytes, until " +
                           made.StringOr("expireTime", "").substr(0, 10));
  return Exit::kYes;
}

core::Json ListedJson(const backup::Listed& one, core::Timestamp now) {
  core::Json json = core::Json::MakeObject();
  json.Set("path", one.path);
  if (!one.manifest.ok()) return json.Set("problem", one.manifest.status().reason());
  return json.Set("created_at", core::FormatRfc3339(one.manifest->created_at))
      .Set("expires_at", core::FormatRfc3339(one.manifest->expires_at))
      .Set("expired", now >= one.manifest->expires_at)
      .Set("size_bytes", one.manifest->size_bytes)
      .Set("sha256", one.manifest->sha256);
}

core::Result<Exit> List(Session& session, const BackupFlags& flags) {
  FG_ASSIGN_OR_RETURN(const auto found, backup::List(flags.folder));
  const core::Timestamp now = core::SystemClock().Now();
  core::Json all = core::Json::MakeArray();
  for (const backup::Listed& one : found) {
    const core::Json json = ListedJson(one, now);
    if (!session.json()) {
      const bool is_expired = json.BoolOr("expired", false);
      session.Say(one.manifest.ok() ? one.path + (is_expired ? " expired " : " until ") +
                                          json.StringOr("expires_at", "") + ", " +
                                          std::to_string(one.manifest->size_bytes) + " bytes"
                                    : one.path + " " + one.manifest.status().ToString());
    }
    all.Push(json);
  }
  if (session.json()) session.Say(all.DumpPretty());
  return Exit::kYes;
}

core::Result<Exit> Prune(Session& session, const BackupFlags& flags) {
  FG_ASSIGN_OR_RETURN(const int pruned, backup::Prune(flags.folder, core::SystemClock().Now()));
  core::Json answer = core::Json::MakeObject();
  answer.Set("pruned", pruned);
  session.Answer(answer, "deleted " + std::to_string(pruned) + " expired backups");
  return Exit::kYes;
}

core::Result<Exit> Restore(Session& session, const BackupFlags& flags) {
  FG_ASSIGN_OR_RETURN(const config::ServerConfig config,
                      config::LoadServerConfig(flags.config_path));
  if (config.store.driver != config::StoreDriver::kSqlite) {
    return core::Status(core::Code::kFailedPrecondition, "BACKUP_UNSUPPORTED",
                        "that configuration keeps nothing in a file");
  }
  FG_ASSIGN_OR_RETURN(const auto keys, crypto::KeyRing::Load(config.keys_dir));
  backup::RestoreOptions options = flags.restore;
  options.store_path = config.store.path;
  options.data_dir = config.data_dir;
  options.gateway_name = config.gateway_name;
  options.days_max = static_cast<int>(config.backup.backup_days_max);
  const core::SystemClock clock;
  core::StderrLogger logger(core::LogLevel::kWarning, session.json());
  FG_ASSIGN_OR_RETURN(const backup::Restored restored,
                      backup::Restore(options, *keys, clock, logger));
  core::Json logs = core::Json::MakeArray();
  for (const auto& [op, log] : restored.logs) {
    core::Json json = core::Json::MakeObject();
    json.Set("operator", op.str())
        .Set("records", log.backup_size)
        .Set("tail", log.tail)
        .Set("lost", log.lost)
        .Set("origin", log.origin);
    if (!log.succeeds.empty()) json.Set("succeeds", log.succeeds);
    if (!session.json()) {
      session.Say("operators/" + op.str() + ": " + std::to_string(log.backup_size) +
                  " records of the backup, " + std::to_string(log.tail) + " put back after them");
      if (!log.succeeds.empty()) {
        session.Say("operators/" + op.str() + ": log " + log.succeeds + " is closed, " +
                    std::to_string(log.lost) + " of its records are known to be lost; " +
                    log.origin + " succeeds it: give its keys (`keys public --successor " +
                    std::to_string(tlog::ParseOrigin(log.origin).number) +
                    "`) to auditors and witnesses");
      }
    }
    logs.Push(std::move(json));
  }
  core::Json answer = core::Json::MakeObject();
  answer.Set("created_at", core::FormatRfc3339(restored.manifest.created_at))
      .Set("logs", std::move(logs));
  session.Answer(answer, "restored the database of " +
                             core::FormatRfc3339(restored.manifest.created_at) +
                             "; start the gateway, then register and ask for again what changed "
                             "since");
  return Exit::kYes;
}

void AddRestore(CLI::App& group, Session& session, const std::shared_ptr<BackupFlags>& flags) {
  CLI::App* restore = AddCommand(
      group, "restore", "Puts a backup in the place of the database; the gateway must not run",
      "facegate backup restore backups/facegate-20261125T090000.000Z.db --config facegate.yaml");
  restore->add_option("file", flags->restore.backup_path, "The backup, with its manifest beside it")
      ->required();
  restore->add_option("--config", flags->config_path, "The gateway's configuration")
      ->capture_default_str();
  restore->add_option(
      "--log-copy", flags->restore.log_copies,
      "A copy of a log (`audit export`), where the present database cannot give the "
      "records after the backup; repeatable");
  restore->add_flag(
      "--without-tail", flags->restore.without_tail,
      "Where the records after the backup are lost: closes such a log, and begins one "
      "that succeeds it");
  SetRun(*restore, session, flags, Restore);
}

}  // namespace

void AddBackupCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "backup", "Copies of a gateway's database, which expire");
  auto flags = std::make_shared<BackupFlags>();

  CLI::App* create = AddCommand(*group, "create", "Has the gateway copy its database",
                                "facegate --timeout-ms 600000 backup create");
  create->callback([&session] { session.SetAction([&session] { return Create(session); }); });

  CLI::App* list = AddCommand(*group, "list", "Lists the backups in a folder, and until when",
                              "facegate backup list var/backups");
  list->add_option("folder", flags->folder, "The folder")->required();
  SetRun(*list, session, flags, List);

  CLI::App* prune = AddCommand(*group, "prune", "Deletes the backups whose time is up",
                               "facegate backup prune var/backups");
  prune->add_option("folder", flags->folder, "The folder")->required();
  SetRun(*prune, session, flags, Prune);
  AddRestore(*group, session, flags);
}

}  // namespace facegate::apps
