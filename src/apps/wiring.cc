#include "apps/wiring.h"

#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "facegate/core/durable_file.h"
#include "facegate/core/text.h"
#include "facegate/gateway/policy_reload.h"

namespace facegate::apps {
namespace {

constexpr std::int64_t kMsPerSecond = 1'000;

// What the gateway can say of itself because it is so: templates are sealed, every decision is
// recorded, keys lie apart from the data; callers are authenticated where TLS is set up.
policy::GatewayFacts GatewayFactsOf(const config::ServerConfig& config) {
  policy::GatewayFacts facts;
  facts.controls = {"encryption", "security_audit", "template_protection"};
  if (!config.tls.cert.empty()) facts.controls.insert("access_control");
  if (config.keys_dir != config.data_dir) facts.controls.insert("key_separation");
  facts.storage_location = config::Word(config.placement.location);
  facts.key_custody = config::Word(config.placement.key_custody);
  facts.storage_country = config.placement.country;
  facts.leaves_device_via_internet = config.placement.leaves_device_via_internet;
  facts.log_retained_days = static_cast<double>(config.audit.retained_days);
  return facts;
}

// For how many days a rule asks that the log is kept, where its check asks for just that.
std::optional<std::uint64_t> RetentionAskedBy(const rules::Rule& rule) {
  constexpr std::string_view kAsks = "log.retained_days >= ";
  if (!rule.check.starts_with(kAsks)) return std::nullopt;
  return core::ParseDecimal(std::string_view(rule.check).substr(kAsks.size()));
}

// Whether a rule applies depends on the place and the day, and what was pruned never comes back: so
// a rule of any loaded pack counts. Without pruning it is the rule's to judge.
core::Status CheckRetention(const config::ServerConfig& config, const rules::RuleSet& rules) {
  if (!config.audit.prune) return core::Status::Ok();
  for (const rules::Rule& rule : rules.rules()) {
    const auto days = RetentionAskedBy(rule);
    if (!days || static_cast<std::uint64_t>(config.audit.retained_days) >= *days) continue;
    return core::Status(core::Code::kFailedPrecondition, "RETENTION_TOO_SHORT",
                        "audit.prune with audit.retained_days " +
                            std::to_string(config.audit.retained_days) + ": rule " + rule.id +
                            " of a loaded pack asks for " + std::to_string(*days));
  }
  return core::Status::Ok();
}

// Where files beside the database go; "": nowhere, where the store forgets.
std::string DataDirOf(const config::ServerConfig& config) {
  return config.store.driver == config::StoreDriver::kMemory ? "" : config.data_dir;
}

}  // namespace

core::Result<rpc::Authentication> AuthenticationOf(const config::ServerConfig& config,
                                                   bool insecure_for_development) {
  const bool has_tls = !config.tls.cert.empty();
  if (insecure_for_development && has_tls) {
    return core::Status(core::Code::kFailedPrecondition, "INSECURE_WITH_TLS",
                        "--insecure-development contradicts tls in the configuration");
  }
  if (insecure_for_development) return rpc::Authentication(rpc::InsecureForDevelopment{});
  if (!has_tls) {
    return core::Status(core::Code::kFailedPrecondition, "TLS_MISSING",
                        "set tls.cert, tls.key and tls.client_ca in the configuration");
  }
  return rpc::Authentication(rpc::MutualTls{config.tls.cert, config.tls.key, config.tls.client_ca});
}

core::Result<std::unique_ptr<storage::Store>> OpenStore(const config::ServerConfig& config) {
  namespace fs = std::filesystem;
  if (config.store.driver == config::StoreDriver::kMemory) return storage::OpenMemoryStore();
  for (const fs::path& folder :
       {fs::path(config.data_dir), fs::path(config.store.path).parent_path()}) {
    std::error_code error;
    if (folder.empty() || fs::exists(folder, error)) continue;
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) {
      return core::Status(core::Code::kUnavailable, "DATA_DIR_UNWRITABLE",
                          "cannot make " + folder.string() + ": " + error.message());
    }
  }
  storage::SqliteOptions options;
  options.path = config.store.path;
  return storage::OpenSqliteStore(options);
}

core::Result<std::shared_ptr<const rules::RuleSet>> LoadRules(const config::ServerConfig& config) {
  FG_ASSIGN_OR_RETURN(auto vocabulary, rules::Vocabulary::Load(config.policy.vocabulary));
  std::shared_ptr<const rules::WorkCalendar> calendar;
  if (!config.policy.calendar.empty()) {
    FG_ASSIGN_OR_RETURN(calendar, rules::WorkCalendar::Load(config.policy.calendar));
  }
  FG_ASSIGN_OR_RETURN(auto rules, rules::RuleSet::Load(std::move(vocabulary), config.policy.packs,
                                                       std::move(calendar)));
  FG_RETURN_IF_ERROR(CheckRetention(config, *rules));
  return rules;
}

core::Result<std::unique_ptr<vision::FaceEngine>> LoadModels(const config::ServerConfig& config,
                                                             core::Metrics& metrics) {
  vision::DlibOptions options;
  options.models_dir = config.models.dir;
  options.manifest_path = config.models.manifest;
  options.workers = static_cast<int>(config.vision.workers);
  options.batch_max = static_cast<int>(config.vision.batch_max);
  options.queue_max = static_cast<int>(config.vision.queue_max);
  return vision::LoadDlibEngine(options, metrics);
}

core::Result<std::unique_ptr<gallery::Gallery>> LoadGallery(
    const config::ServerConfig& config, const storage::Store& store, const crypto::KeyRing& keys,
    const core::Clock& clock, core::Metrics& metrics, const vision::FaceEngine& faces) {
  FG_ASSIGN_OR_RETURN(
      gallery::DecisionTable table,
      gallery::LoadDecisionTable(config.models.decision_tables, faces.embedding_model_id()));
  gallery::MatchOptions options;
  options.fmr_max = config.match.fmr_max;
  options.fpir_max = config.match.fpir_max;
  auto gallery = std::make_unique<gallery::Gallery>(store, keys, clock, metrics, std::move(table),
                                                    options, faces.embedding_model_id());
  FG_RETURN_IF_ERROR(gallery->Load());
  return gallery;
}

std::shared_ptr<policy::AbandonSink> AbandonSinkOf([[maybe_unused]] audit::Ledger& ledger) {
#ifdef NDEBUG
  return ledger.abandon_sink();
#else
  return nullptr;
#endif
}

audit::LedgerOptions LedgerOptionsOf(const config::ServerConfig& config,
                                     const publication::Publisher* publisher) {
  audit::LedgerOptions options;
  options.gateway_name = config.gateway_name;
  options.data_dir = DataDirOf(config);
  if (publisher != nullptr) {
    options.may_answer = [publisher](const model::OperatorId& log) {
      return publisher->MayAnswer(log);
    };
  }
  return options;
}

audit::PruningOptions PruningOptionsOf(const config::ServerConfig& config,
                                       const publication::Publisher* publisher) {
  audit::PruningOptions options;
  options.is_on = config.audit.prune;
  options.retained_days = config.audit.retained_days;
  if (publisher != nullptr) {
    options.published = [publisher](const model::OperatorId& log) {
      return publisher->Published(log);
    };
  }
  return options;
}

gateway::PresenceOptions PresenceOptionsOf(const config::ServerConfig& config,
                                           std::int64_t sweep_ms) {
  gateway::PresenceOptions options;
  options.version = FACEGATE_VERSION;
  options.heartbeat_s = config.audit.heartbeat_s;
  options.beat_ms = sweep_ms;
  return options;
}

core::Result<std::unique_ptr<publication::Publisher>> OpenPublisher(
    const config::ServerConfig& config, const storage::Store& store, const core::Clock& clock,
    core::Metrics& metrics, core::Logger& logger) {
  const config::ServerConfig::Audit& audit = config.audit;
  if (audit.witness_policy.empty()) return std::unique_ptr<publication::Publisher>();
  FG_ASSIGN_OR_RETURN(const std::string text,
                      core::ReadWholeFile(audit.witness_policy, tlog::kPolicyBytesMax));
  auto policy = tlog::WitnessPolicy::Parse(text);
  if (!policy.ok()) return policy.status().WithContext(audit.witness_policy);
  publication::PublisherOptions options;
  options.policy = std::move(policy).value();
  options.on_missing_quorum = audit.on_missing_quorum == config::OnMissingQuorum::kStop
                                  ? publication::OnMissingQuorum::kStop
                                  : publication::OnMissingQuorum::kContinue;
  options.data_dir = DataDirOf(config);
  options.interval_ms = audit.publish_interval_s * kMsPerSecond;
  options.age_ms_max = audit.published_age_s_max * kMsPerSecond;
  return publication::Publisher::Open(store, clock, metrics, logger, std::move(options));
}

backup::KeeperOptions BackupOptionsOf(const config::ServerConfig& config) {
  backup::KeeperOptions options;
  options.folder = config.backup.dir;
  options.gateway_name = config.gateway_name;
  options.days_max = static_cast<int>(config.backup.backup_days_max);
  return options;
}

policy::EngineOptions EngineOptionsOf(const config::ServerConfig& config) {
  policy::EngineOptions options;
  options.gateway = GatewayFactsOf(config);
  switch (config.policy.profile) {
    case config::PolicyProfile::kNone:
      break;
    case config::PolicyProfile::kStrict:
      options.profiles = {rules::Profile::kStrict};
      break;
    case config::PolicyProfile::kSeedLiteral:
      options.profiles = {rules::Profile::kSeedLiteral};
      break;
  }
  options.permit_ms_max = config.permit.permit_ms_max;
  options.lease_ms_max = config.permit.lease_ms_max;
  options.keeps_images = config.image.keep_images;
  options.sitting_ms_max = config.permit.sitting_ms_max;
  return options;
}

frame::Limits ImageLimitsOf(const config::ServerConfig& config) {
  frame::Limits limits;
  limits.image_bytes_max = static_cast<std::size_t>(config.image.image_bytes_max);
  limits.width_px_max = static_cast<int>(config.image.width_px_max);
  limits.height_px_max = static_cast<int>(config.image.height_px_max);
  limits.pixels_max = config.image.pixels_max;
  return limits;
}

rpc::ServerOptions ServerOptionsOf(const config::ServerConfig& config) {
  rpc::ServerOptions options;
  options.listen_address = config.listen.grpc;
  options.message_bytes_max = static_cast<int>(config.rpc.request_bytes_max);
  options.requests_max = static_cast<int>(config.rpc.concurrent_requests_max);
  options.public_url = config.consent_page.public_url;
  options.backup_days_max = static_cast<int>(config.backup.backup_days_max);
  return options;
}

rpc::ServerInfo ServerInfoOf(const vision::FaceEngine& faces) {
  return rpc::ServerInfo{FACEGATE_VERSION, faces.models()};
}

core::Result<std::unique_ptr<rpc::MetricsListener>> StartMetrics(
    const config::ServerConfig& config, const rpc::PrometheusMetrics& metrics,
    const rpc::Server& server) {
  if (config.listen.http.empty()) return std::unique_ptr<rpc::MetricsListener>();
  return rpc::MetricsListener::Start(config.listen.http, metrics,
                                     [&server] { return server.serving(); });
}

core::Result<std::unique_ptr<rpc::LogPages>> StartLogPages(const config::ServerConfig& config,
                                                           const rpc::Parts& parts) {
  if (config.listen.log.empty()) return std::unique_ptr<rpc::LogPages>();
  FG_ASSIGN_OR_RETURN(auto pages, rpc::LogPages::Start(config.listen.log, parts.store, parts.ledger,
                                                       parts.publisher));
  parts.logger.Info("log_pages_ready", {{"port", std::to_string(pages->port())}});
  return pages;
}

core::Result<std::unique_ptr<rpc::ConsentPages>> StartConsentPages(
    const config::ServerConfig& config, rpc::Parts parts) {
  if (config.consent_page.listen.empty()) return std::unique_ptr<rpc::ConsentPages>();
  rpc::ConsentPageOptions options;
  options.listen_address = config.consent_page.listen;
  options.public_url = config.consent_page.public_url;
  FG_ASSIGN_OR_RETURN(auto pages, rpc::ConsentPages::Start(options, parts));
  parts.logger.Info("consent_pages_ready", {{"port", std::to_string(pages->port())}});
  return pages;
}

void ReloadRules(const std::string& config_path, policy::Engine& engine,
                 const storage::Store& store, audit::Ledger& ledger, core::Logger& logger) {
  std::shared_ptr<const rules::RuleSet> rules;
  const core::Status reloaded = [&]() -> core::Status {
    FG_ASSIGN_OR_RETURN(const config::ServerConfig config, config::LoadServerConfig(config_path));
    FG_ASSIGN_OR_RETURN(rules, LoadRules(config));
    return gateway::ReloadPolicy(rules, engine, store, ledger);
  }();
  if (reloaded.ok()) {
    logger.Info("policy_reloaded", {{"packs", std::to_string(rules->packs().size())},
                                    {"rules", std::to_string(rules->rules().size())}});
  } else {
    logger.Error("policy_not_reloaded",
                 {{"reason", reloaded.reason()}, {"message", reloaded.message()}});
  }
}

void StopSignal::Raise(const core::Status& why) {
  {
    const std::lock_guard lock(mutex_);
    if (why_.ok()) why_ = why;
  }
  kill(getpid(), SIGTERM);
}

core::Status StopSignal::Wait(const std::function<void()>& on_hangup) {
  while (signals_.Wait() == SIGHUP) on_hangup();
  const std::lock_guard lock(mutex_);
  return why_;
}

}  // namespace facegate::apps
