// The server's configuration: config/facegate.yaml read once, into plain values.
//
// Every key, with its unit, range and default, is in docs/CONFIGURATION.md and commented in
// config/facegate.yaml; both are what the loader's own table prints, and a test compares.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "facegate/core/log.h"
#include "facegate/core/status.h"

namespace facegate::config {

enum class StoreDriver { kSqlite, kMemory };

// Paths are absolute or relative to the process: LoadServerConfig resolved those of the file
// against the file's own folder. An empty path is "none". Limits carry their unit last.
// What the gateway does while no quorum of witnesses cosigns its logs.
enum class OnMissingQuorum { kContinue, kStop };
// Which reading of the rules: their own, or one of rules::Profile.
enum class PolicyProfile { kNone, kStrict, kSeedLiteral };
// The words of the inputs storage.location and storage.key_custody.
enum class StorageLocation { kSubjectToken, kFrDevice, kEdgeLan, kOperatorCentral, kCloud };
enum class KeyCustody { kSubject, kOperator, kThirdParty };
// Their word in the file, which is the input's.
std::string_view Word(StorageLocation location);
std::string_view Word(KeyCustody custody);

struct ServerConfig {
  std::string gateway_name = "facegate";

  struct Listen {
    std::string grpc = "127.0.0.1:8443";
    std::string http = "127.0.0.1:9464";  // metrics and health; empty: off
    std::string log;                      // the logs' files; empty: off
  } listen;

  // The pages for the people in front of the camera.
  struct ConsentPage {
    std::string listen;      // plain HTTP; empty: off
    std::string public_url;  // where people reach them; empty: on no sign and no receipt
    std::int64_t bad_tokens_per_minute_max = 30;  // from one address; 0: no limit
  } consent_page;

  // All three or none; a server without them needs its own, spelled-out flag.
  struct Tls {
    std::string cert;
    std::string key;
    std::string client_ca;
  } tls;

  std::string keys_dir = "../var/keys";
  std::string data_dir = "../var/data";

  struct Store {
    StoreDriver driver = StoreDriver::kSqlite;
    std::string path = "../var/data/facegate.db";  // kSqlite
  } store;

  struct Models {
    std::string dir = "../build/models";
    std::string manifest = "../models/manifest.yaml";
    std::string decision_tables = "../models/decision_tables.yaml";
  } models;

  struct Vision {
    std::int64_t workers = 2;
    std::int64_t batch_max = 8;
    std::int64_t queue_max = 64;
  } vision;

  // The fields of frame::Limits, and whether anything is kept.
  struct Image {
    std::int64_t image_bytes_max = 8 << 20;
    std::int64_t width_px_max = 8192;
    std::int64_t height_px_max = 8192;
    std::int64_t pixels_max = 16'000'000;
    bool keep_images = false;  // policy::EngineOptions::keeps_images
  } image;

  struct Match {
    double fmr_max = 0.0001;
    double fpir_max = 0.01;
  } match;

  struct Policy {
    std::vector<std::string> packs = {
        "policies/core.yaml",           "policies/cn23.yaml",    "policies/cn25.yaml",
        "policies/cnpipl.yaml",         "policies/cnspc.yaml",   "policies/cnnds.yaml",
        "policies/cnminor.yaml",        "policies/gdpr.yaml",    "policies/edpb.yaml",
        "policies/aiact.yaml",          "policies/uk.yaml",      "policies/us.il.bipa.yaml",
        "policies/us.tx.cubi.yaml",     "policies/us.wa.yaml",   "policies/us.nyc.yaml",
        "policies/us.or.portland.yaml", "policies/in.dpdp.yaml", "policies/br.lgpd.yaml"};
    PolicyProfile profile = PolicyProfile::kNone;
    std::string vocabulary = "policies/vocabulary.yaml";
    std::string calendar = "calendars/cn.yaml";
    std::string wording = "documents/wording.yaml";
  } policy;

  // What rules ask about where templates lie; the gateway itself measures the rest.
  struct Placement {
    StorageLocation location = StorageLocation::kOperatorCentral;
    KeyCustody key_custody = KeyCustody::kOperator;
    std::string country;
    bool leaves_device_via_internet = false;
  } placement;

  struct Audit {
    std::int64_t retained_days = 1095;
    bool prune = false;
    std::int64_t heartbeat_s = 3600;
    std::string witness_policy;  // empty: no witnesses
    OnMissingQuorum on_missing_quorum = OnMissingQuorum::kContinue;
    std::int64_t publish_interval_s = 60;
    std::int64_t published_age_s_max = 600;
  } audit;

  struct Backup {
    std::string dir = "../var/backups";  // empty: no backups
    std::int64_t backup_days_max = 30;
  } backup;

  struct Retention {
    std::int64_t unconsented_days_max = 365;
  } retention;

  struct Custody {
    std::int64_t holder_token_grace_days = 30;
  } custody;

  struct Permit {
    std::int64_t permit_ms_max = 5'000;
    std::int64_t lease_ms_max = 10'000;
    std::int64_t sitting_ms_max = 60'000;
  } permit;

  struct Rpc {
    std::int64_t request_bytes_max = 10 << 20;
    std::int64_t concurrent_requests_max = 64;
  } rpc;

  struct Log {
    core::LogLevel level = core::LogLevel::kInfo;
    bool json = false;
  } log;
};

// Reads and checks `path`. A key that is absent keeps its default.
//
// Returns NOT_FOUND BAD_CONFIG where the file cannot be read; INVALID_ARGUMENT BAD_CONFIG with
// `file:line:column: what` for an unknown key (with the nearest one), a value of another type or
// out of its range, and for values that contradict each other.
core::Result<ServerConfig> LoadServerConfig(const std::string& path);

// One line of the reference.
struct ConfigKey {
  std::string key;       // "vision.workers"
  std::string type;      // "integer", "path"
  std::string range;     // "1..64"; empty where any value of the type will do
  std::string fallback;  // the default as it stands in the file; empty: none
  std::string meaning;
};
std::vector<ConfigKey> ConfigKeys();

// The text of docs/CONFIGURATION.md.
std::string ConfigMarkdown();
// The text of config/facegate.yaml: every key at its default, with its comment.
std::string ConfigYaml();

}  // namespace facegate::config
