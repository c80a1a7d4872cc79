// From the configuration to the parts that facegated is made of, one function a part.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "apps/signals.h"
#include "facegate/audit/ledger.h"
#include "facegate/audit/pruning.h"
#include "facegate/backup/backup.h"
#include "facegate/config/config.h"
#include "facegate/core/status.h"
#include "facegate/frame/image.h"
#include "facegate/gallery/gallery.h"
#include "facegate/gateway/presence.h"
#include "facegate/policy/engine.h"
#include "facegate/publication/publisher.h"
#include "facegate/rpc/consent_pages.h"
#include "facegate/rpc/log_pages.h"
#include "facegate/rpc/metrics_listener.h"
#include "facegate/rpc/server.h"
#include "facegate/rules/rule_set.h"
#include "facegate/storage/store.h"
#include "facegate/vision/face_engine.h"

namespace facegate::apps {

// How long calls under way may still take when the server stops.
constexpr std::int64_t kDrainMs = 10'000;

// Mutual TLS from the configuration, or none where it was spelled out on the command line.
// Returns FAILED_PRECONDITION TLS_MISSING where neither was given, INSECURE_WITH_TLS where both.
core::Result<rpc::Authentication> AuthenticationOf(const config::ServerConfig& config,
                                                   bool insecure_for_development);

// Makes the folder of the data where there is none. Returns UNAVAILABLE DATA_DIR_UNWRITABLE, and
// what storage::OpenSqliteStore returns.
core::Result<std::unique_ptr<storage::Store>> OpenStore(const config::ServerConfig& config);

// Returns as rules::RuleSet::Load, or FAILED_PRECONDITION RETENTION_TOO_SHORT where logs are pruned
// sooner than a rule of a loaded pack asks.
core::Result<std::shared_ptr<const rules::RuleSet>> LoadRules(const config::ServerConfig& config);
core::Result<std::unique_ptr<vision::FaceEngine>> LoadModels(const config::ServerConfig& config,
                                                             core::Metrics& metrics);
core::Result<std::unique_ptr<gallery::Gallery>> LoadGallery(
    const config::ServerConfig& config, const storage::Store& store, const crypto::KeyRing& keys,
    const core::Clock& clock, core::Metrics& metrics, const vision::FaceEngine& faces);

// Who hears of permits that were dropped unspent: the ledger, so that no client can turn such a bug
// into an outage; nobody in a debug build, which then aborts.
std::shared_ptr<policy::AbandonSink> AbandonSinkOf(audit::Ledger& ledger);

gateway::PresenceOptions PresenceOptionsOf(const config::ServerConfig& config,
                                           std::int64_t sweep_ms);
// `publisher` says whether decisions may be answered; without one, always.
audit::LedgerOptions LedgerOptionsOf(const config::ServerConfig& config,
                                     const publication::Publisher* publisher = nullptr);
// `publisher` as above.
audit::PruningOptions PruningOptionsOf(const config::ServerConfig& config,
                                       const publication::Publisher* publisher = nullptr);
backup::KeeperOptions BackupOptionsOf(const config::ServerConfig& config);
policy::EngineOptions EngineOptionsOf(const config::ServerConfig& config);
frame::Limits ImageLimitsOf(const config::ServerConfig& config);
rpc::ServerOptions ServerOptionsOf(const config::ServerConfig& config);
rpc::ServerInfo ServerInfoOf(const vision::FaceEngine& faces);

// Who asks the witnesses, not yet asking; nothing where the configuration has no witnesses. Returns
// what reading the policy and publication::Publisher::Open return.
core::Result<std::unique_ptr<publication::Publisher>> OpenPublisher(
    const config::ServerConfig& config, const storage::Store& store, const core::Clock& clock,
    core::Metrics& metrics, core::Logger& logger);

// The pages of metrics and health, or nothing where the configuration has none.
core::Result<std::unique_ptr<rpc::MetricsListener>> StartMetrics(
    const config::ServerConfig& config, const rpc::PrometheusMetrics& metrics,
    const rpc::Server& server);

// The pages for the people in front of the camera, or nothing where the configuration has none.
core::Result<std::unique_ptr<rpc::LogPages>> StartLogPages(const config::ServerConfig& config,
                                                           const rpc::Parts& parts);
core::Result<std::unique_ptr<rpc::ConsentPages>> StartConsentPages(
    const config::ServerConfig& config, rpc::Parts parts);

// Reads the configuration's section policy again, with the files that it names, and puts those
// rules in force; says in the process log how that went. A mistake in any file leaves everything as
// it was. The reading of the rules (policy.profile) stays that of the start.
void ReloadRules(const std::string& config_path, policy::Engine& engine,
                 const storage::Store& store, audit::Ledger& ledger, core::Logger& logger);

// Waits for SIGTERM, SIGINT or SIGHUP; those from before count. One a process.
class StopSignal {
 public:
  // Stops the process as a signal would, and has Wait return `why`. Thread-safe.
  void Raise(const core::Status& why);
  // Calls `on_hangup` for every SIGHUP. Returns ok for another signal from outside.
  core::Status Wait(const std::function<void()>& on_hangup);

 private:
  Signals signals_;
  std::mutex mutex_;
  core::Status why_;
};

}  // namespace facegate::apps
