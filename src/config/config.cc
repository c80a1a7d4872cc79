#include "facegate/config/config.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <sstream>
#include <string_view>
#include <variant>

#include "facegate/rules/document.h"

namespace facegate::config {
namespace {

using core::Result;
using core::Status;
using rules::Document;
using rules::Node;

// One kind of value each, with where it goes and what it may be.
struct TextField {
  std::string& (*to)(ServerConfig&);
};
struct PathField {
  std::string& (*to)(ServerConfig&);
};
struct PathsField {
  std::vector<std::string>& (*to)(ServerConfig&);
};
struct IntField {
  std::int64_t& (*to)(ServerConfig&);
  std::int64_t min;
  std::int64_t max;
};
struct RateField {
  double& (*to)(ServerConfig&);
  double min;
  double max;
};
struct BoolField {
  bool& (*to)(ServerConfig&);
};
// An enum whose values are those of `words`, in order.
struct WordField {
  void (*set)(ServerConfig&, std::size_t);
  std::size_t (*get)(const ServerConfig&);
  std::span<const std::string_view> words;
};

struct Field {
  std::string_view key;
  std::variant<TextField, PathField, PathsField, IntField, RateField, BoolField, WordField> kind;
  std::string_view meaning;
};

constexpr std::string_view kDrivers[] = {"sqlite", "memory"};
constexpr std::string_view kProfiles[] = {"none", "strict", "seed_literal"};
constexpr std::string_view kLocations[] = {"subject_token", "fr_device", "edge_lan",
                                           "operator_central", "cloud"};
constexpr std::string_view kCustodians[] = {"subject", "operator", "third_party"};
constexpr std::string_view kOnMissingQuorum[] = {"continue", "stop"};
constexpr std::string_view kLevels[] = {"debug", "info", "warning", "error"};

using C = ServerConfig;

// The one list of what the loader knows: keys, ranges, the reference and the tests come from it.
constexpr Field kFields[] = {
    {"gateway_name", TextField{[](C& c) -> std::string& { return c.gateway_name; }},
     "The name of this gateway: it stands in every checkpoint that it signs, so it stays the "
     "same "
     "for the life of the log."},
    {"listen.grpc", TextField{[](C& c) -> std::string& { return c.listen.grpc; }},
     "Address and port of the API. Port 0 takes a free one."},
    {"listen.http", TextField{[](C& c) -> std::string& { return c.listen.http; }},
     "Address and port of the metrics (`/metrics`) and health pages, plain HTTP: keep it on an "
     "internal interface. Empty: off."},
    {"listen.log", TextField{[](C& c) -> std::string& { return c.listen.log; }},
     "Address and port where the logs are read as C2SP tlog-tiles (`/<operator>/checkpoint`, "
     "`/<operator>/tile/...`), plain HTTP and without asking who reads: keep it on loopback, with "
     "a "
     "server in front of it that asks and adds TLS. Empty: off."},
    {"consent_page.listen", TextField{[](C& c) -> std::string& { return c.consent_page.listen; }},
     "Address and port of the pages where people read the notice and refuse or withdraw, plain "
     "HTTP: keep it on loopback, with a server in front of it that adds TLS. Empty: off."},
    {"consent_page.public_url",
     TextField{[](C& c) -> std::string& { return c.consent_page.public_url; }},
     "Where people reach those pages: `https://` and a name, no slash at the end. Codes on signs "
     "and receipts lead there. Empty: they do not."},
    {"consent_page.bad_tokens_per_minute_max",
     IntField{[](C& c) -> std::int64_t& { return c.consent_page.bad_tokens_per_minute_max; }, 0,
              100'000},
     "Unknown receipt tokens from one address in a minute, by page or API; the address then waits "
     "for the minute's end. Behind a server that hides addresses set 0 (no limit) and limit "
     "there."},
    {"tls.cert", PathField{[](C& c) -> std::string& { return c.tls.cert; }},
     "The server's certificate chain, PEM. Set all three of tls or none; without them the server "
     "starts only where it is told to be insecure for development."},
    {"tls.key", PathField{[](C& c) -> std::string& { return c.tls.key; }},
     "The private key of that certificate, PEM."},
    {"tls.client_ca", PathField{[](C& c) -> std::string& { return c.tls.client_ca; }},
     "The authority that signs callers' certificates, PEM; their names are what callers may do."},
    {"keys_dir", PathField{[](C& c) -> std::string& { return c.keys_dir; }},
     "The folder of the signing key and the key-encryption keys. Keep it, and its backups, apart "
     "from the data."},
    {"data_dir", PathField{[](C& c) -> std::string& { return c.data_dir; }},
     "The folder of the log's checkpoints and of the suppression file."},
    {"store.driver",
     WordField{[](C& c, std::size_t i) { c.store.driver = static_cast<StoreDriver>(i); },
               [](const C& c) { return static_cast<std::size_t>(c.store.driver); }, kDrivers},
     "Where records are kept. `memory` forgets everything at exit: for trying things out."},
    {"store.path", PathField{[](C& c) -> std::string& { return c.store.path; }},
     "The database file of the driver sqlite."},
    {"models.dir", PathField{[](C& c) -> std::string& { return c.models.dir; }},
     "The folder of the model files that `scripts/setup.sh` fetched."},
    {"models.manifest", PathField{[](C& c) -> std::string& { return c.models.manifest; }},
     "The list of models with their hashes; a file that differs stops the start."},
    {"models.decision_tables",
     PathField{[](C& c) -> std::string& { return c.models.decision_tables; }},
     "Which distance supports which false match rate, by the evidence there is."},
    {"vision.workers", IntField{[](C& c) -> std::int64_t& { return c.vision.workers; }, 1, 64},
     "Threads that detect and embed, each with networks of its own in memory."},
    {"vision.batch_max", IntField{[](C& c) -> std::int64_t& { return c.vision.batch_max; }, 1, 64},
     "Faces embedded in one pass of the network."},
    {"vision.queue_max",
     IntField{[](C& c) -> std::int64_t& { return c.vision.queue_max; }, 1, 4096},
     "Calls waiting for a worker; more are refused with QUEUE_FULL."},
    {"image.image_bytes_max",
     IntField{[](C& c) -> std::int64_t& { return c.image.image_bytes_max; }, 1024, 64 << 20},
     "Bytes of one encoded picture."},
    {"image.width_px_max",
     IntField{[](C& c) -> std::int64_t& { return c.image.width_px_max; }, 64, 16384},
     "Width of a picture in pixels, read from its header before anything is decoded."},
    {"image.height_px_max",
     IntField{[](C& c) -> std::int64_t& { return c.image.height_px_max; }, 64, 16384},
     "Height of a picture in pixels."},
    {"image.pixels_max",
     IntField{[](C& c) -> std::int64_t& { return c.image.pixels_max; }, 4096, 268'435'456},
     "Width times height of a picture: three bytes of memory each."},
    {"image.keep_images", BoolField{[](C& c) -> bool& { return c.image.keep_images; }},
     "Whether an image of the face is kept, sealed, from an enrolment whose purpose says so and "
     "whose person agreed to that by its own scope. Rules judge what purposes would keep either "
     "way."},
    {"match.fmr_max", RateField{[](C& c) -> double& { return c.match.fmr_max; }, 1e-9, 0.1},
     "The false match rate you accept for 1:1, as a share (0.0001 is one in ten thousand). A "
     "rate that the decision table's evidence cannot support opens no door."},
    {"match.fpir_max", RateField{[](C& c) -> double& { return c.match.fpir_max; }, 1e-9, 0.1},
     "The share of searches you accept to end at a wrong person, 1:N, over everyone compared."},
    {"policy.packs", PathsField{[](C& c) -> std::vector<std::string>& { return c.policy.packs; }},
     "The rule packs, at least one. Keep core.yaml among them: packs can tighten it, none can "
     "loosen it."},
    {"policy.profile",
     WordField{[](C& c, std::size_t i) { c.policy.profile = static_cast<PolicyProfile>(i); },
               [](const C& c) { return static_cast<std::size_t>(c.policy.profile); }, kProfiles},
     "A reading of the rules: `strict` takes the stricter one where a law can be read in two ways; "
     "`seed_literal` takes the 2023 draft at its letter and lets a smaller picture be kept."},
    {"policy.vocabulary", PathField{[](C& c) -> std::string& { return c.policy.vocabulary; }},
     "The inputs that rules may read."},
    {"policy.calendar", PathField{[](C& c) -> std::string& { return c.policy.calendar; }},
     "The working days that `workdays_cn` counts. Empty: packs that use it are refused."},
    {"policy.wording", PathField{[](C& c) -> std::string& { return c.policy.wording; }},
     "The phrases that every notice is searched for when it is registered."},
    {"placement.location",
     WordField{[](C& c, std::size_t i) { c.placement.location = static_cast<StorageLocation>(i); },
               [](const C& c) { return static_cast<std::size_t>(c.placement.location); },
               kLocations},
     "Where the templates of this gateway lie, as rules ask it."},
    {"placement.key_custody",
     WordField{[](C& c, std::size_t i) { c.placement.key_custody = static_cast<KeyCustody>(i); },
               [](const C& c) { return static_cast<std::size_t>(c.placement.key_custody); },
               kCustodians},
     "Who holds the keys of the templates."},
    {"placement.country", TextField{[](C& c) -> std::string& { return c.placement.country; }},
     "The country where they lie, ISO 3166-1 alpha-2."},
    {"placement.leaves_device_via_internet",
     BoolField{[](C& c) -> bool& { return c.placement.leaves_device_via_internet; }},
     "Whether face data crosses the internet, between cameras, this gateway and its database. Deny "
     "it in the network too, not only here."},
    {"audit.retained_days",
     IntField{[](C& c) -> std::int64_t& { return c.audit.retained_days; }, 1, 36'500},
     "Days for which the audit log is kept; nothing removes a record before."},
    {"audit.prune", BoolField{[](C& c) -> bool& { return c.audit.prune; }},
     "Whether records that are older than `retained_days`, and that nothing rests on any more, are "
     "deleted, daily and by `facegate audit prune`; their hashes stay. It has no way back: "
     "docs/LOG_RETENTION.md. `retained_days` must then exceed `backup.backup_days_max`, because a "
     "restore needs the records since the backup."},
    {"audit.heartbeat_s",
     IntField{[](C& c) -> std::int64_t& { return c.audit.heartbeat_s; }, 120, 86'400},
     "Seconds after which a log that nothing was written to gets a heartbeat, so that a gap in it "
     "can be told from a quiet night."},
    {"audit.witness_policy", PathField{[](C& c) -> std::string& { return c.audit.witness_policy; }},
     "A C2SP policy file: the witnesses that are asked to cosign each operator's log, their "
     "addresses, and how many of them make a quorum. Copies for auditors then end at the newest "
     "checkpoint with a quorum. Empty: there are no witnesses."},
    {"audit.on_missing_quorum",
     WordField{
         [](C& c, std::size_t i) { c.audit.on_missing_quorum = static_cast<OnMissingQuorum>(i); },
         [](const C& c) { return static_cast<std::size_t>(c.audit.on_missing_quorum); },
         kOnMissingQuorum},
     "While no quorum cosigns: `continue` answers on and reports it; `stop` answers no decision, "
     "nor while a witness says that the log was set back or is another."},
    {"audit.publish_interval_s",
     IntField{[](C& c) -> std::int64_t& { return c.audit.publish_interval_s; }, 1, 86'400},
     "Seconds between two times that witnesses are asked. No request waits for them."},
    {"audit.published_age_s_max",
     IntField{[](C& c) -> std::int64_t& { return c.audit.published_age_s_max; }, 2, 604'800},
     "With `stop`, seconds for which decisions are answered after a quorum last cosigned; more "
     "than "
     "the interval, or they would stop in between."},
    {"backup.dir", PathField{[](C& c) -> std::string& { return c.backup.dir; }},
     "The folder where `facegate backup create` has the server put copies of the database. Put it "
     "on "
     "another disk. Empty: none are made."},
    {"backup.backup_days_max",
     IntField{[](C& c) -> std::int64_t& { return c.backup.backup_days_max; }, 1, 365},
     "Days until a backup expires: the server deletes it from the folder, and no older one is "
     "restored. For so long may a backup hold what a person had erased."},
    {"retention.unconsented_days_max",
     IntField{[](C& c) -> std::int64_t& { return c.retention.unconsented_days_max; }, 1, 3650},
     "Days for which somebody stays registered who has had no consent in force; then the daily "
     "sweep erases them."},
    {"custody.holder_token_grace_days",
     IntField{[](C& c) -> std::int64_t& { return c.custody.holder_token_grace_days; }, 0, 3650},
     "Days for which a template that its person holds is still honoured after the key that it is "
     "sealed under was retired (`facegate token rotate-key`)."},
    {"permit.permit_ms_max",
     IntField{[](C& c) -> std::int64_t& { return c.permit.permit_ms_max; }, 100, 60'000},
     "Milliseconds that a decision to grant holds for one frame."},
    {"permit.lease_ms_max",
     IntField{[](C& c) -> std::int64_t& { return c.permit.lease_ms_max; }, 100, 10'000},
     "Milliseconds that a stream lease lives at most, whatever the caller asks for."},
    {"permit.sitting_ms_max",
     IntField{[](C& c) -> std::int64_t& { return c.permit.sitting_ms_max; }, 1'000, 60'000},
     "Milliseconds that an enrolment from several frames may take at most, whatever the caller "
     "asks for."},
    {"rpc.request_bytes_max",
     IntField{[](C& c) -> std::int64_t& { return c.rpc.request_bytes_max; }, 4096, 128 << 20},
     "Bytes of one request message; must exceed image_bytes_max."},
    {"rpc.concurrent_requests_max",
     IntField{[](C& c) -> std::int64_t& { return c.rpc.concurrent_requests_max; }, 1, 4096},
     "Requests served at a time; more are refused with RESOURCE_EXHAUSTED."},
    {"log.level",
     WordField{[](C& c, std::size_t i) { c.log.level = static_cast<core::LogLevel>(i); },
               [](const C& c) { return static_cast<std::size_t>(c.log.level); }, kLevels},
     "The least important event that the process log tells. The audit log is another thing and "
     "has no level."},
    {"log.json", BoolField{[](C& c) -> bool& { return c.log.json; }},
     "One JSON object a line instead of text."},
};

// One visitor each for reading, and for what the reference says.
struct Reader {
  const Document& document;
  const Node& node;
  const std::filesystem::path& base;
  ServerConfig& config;

  Status operator()(const TextField& field) const {
    FG_ASSIGN_OR_RETURN(field.to(config), document.String(node));
    return Status::Ok();
  }
  Status operator()(const PathField& field) const {
    FG_ASSIGN_OR_RETURN(field.to(config), document.String(node));
    return Status::Ok();
  }
  Status operator()(const PathsField& field) const {
    FG_ASSIGN_OR_RETURN(field.to(config), document.Strings(node));
    if (field.to(config).empty()) return document.Error(node.position(), "an empty list");
    for (const Node& item : node.items()) {
      if (item.text().empty()) return document.Error(item.position(), "an empty path");
    }
    return Status::Ok();
  }
  Status operator()(const IntField& field) const {
    FG_ASSIGN_OR_RETURN(field.to(config), document.Int(node, field.min, field.max));
    return Status::Ok();
  }
  Status operator()(const RateField& field) const {
    FG_ASSIGN_OR_RETURN(field.to(config), document.Number(node, field.min, field.max));
    return Status::Ok();
  }
  Status operator()(const BoolField& field) const {
    FG_ASSIGN_OR_RETURN(field.to(config), document.Bool(node));
    return Status::Ok();
  }
  Status operator()(const WordField& field) const {
    FG_ASSIGN_OR_RETURN(const std::size_t index, document.OneOf(node, field.words));
    field.set(config, index);
    return Status::Ok();
  }
};

std::string Plain(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

// Type, range and default of a field; the default is taken from a default-made ServerConfig.
struct Describer {
  ServerConfig& defaults;
  ConfigKey& key;

  void operator()(const TextField& field) const { Fill("text", "", field.to(defaults)); }
  void operator()(const PathField& field) const { Fill("path", "", field.to(defaults)); }
  void operator()(const PathsField& field) const {
    std::string list;
    for (const std::string& path : field.to(defaults)) list += (list.empty() ? "[" : ", ") + path;
    Fill("list of paths", "at least one", list + "]");
  }
  void operator()(const IntField& field) const {
    Fill("integer", std::to_string(field.min) + ".." + std::to_string(field.max),
         std::to_string(field.to(defaults)));
  }
  void operator()(const RateField& field) const {
    Fill("number", Plain(field.min) + ".." + Plain(field.max), Plain(field.to(defaults)));
  }
  void operator()(const BoolField& field) const {
    Fill("bool", "true, false", field.to(defaults) ? "true" : "false");
  }
  void operator()(const WordField& field) const {
    std::string words;
    for (const std::string_view word : field.words) {
      if (!words.empty()) words += ", ";
      words += word;
    }
    Fill("word", words, std::string(field.words[field.get(defaults)]));
  }

  void Fill(std::string type, std::string range, std::string fallback) const {
    key.type = std::move(type);
    key.range = std::move(range);
    key.fallback = std::move(fallback);
  }
};

// Makes every path of the configuration absolute or relative to the process.
void ResolvePaths(const std::filesystem::path& base, ServerConfig& config) {
  const auto resolve = [&base](std::string& path) {
    if (!path.empty()) path = (base / path).lexically_normal().string();
  };
  for (const Field& field : kFields) {
    if (const auto* path = std::get_if<PathField>(&field.kind)) resolve(path->to(config));
    if (const auto* paths = std::get_if<PathsField>(&field.kind)) {
      for (std::string& path : paths->to(config)) resolve(path);
    }
  }
}

// The known names at one level: of the sections and keys below `prefix` ("" or "tls.").
std::vector<std::string_view> NamesBelow(std::string_view prefix) {
  std::set<std::string_view> names;
  for (const Field& field : kFields) {
    if (!field.key.starts_with(prefix)) continue;
    const std::string_view rest = field.key.substr(prefix.size());
    names.insert(rest.substr(0, rest.find('.')));
  }
  return {names.begin(), names.end()};
}

// Finds the values of all known keys; an unknown key at either level is an error.
Result<std::map<std::string, const Node*, std::less<>>> Flatten(const Document& document) {
  std::map<std::string, const Node*, std::less<>> values;
  const Node& root = document.root();
  if (root.is_null()) return values;
  FG_RETURN_IF_ERROR(document.CheckKeys(root, NamesBelow("")));
  for (const rules::Member& member : root.members()) {
    const std::vector<std::string_view> below = NamesBelow(member.key + ".");
    if (below.empty()) {
      values[member.key] = &member.value;
      continue;
    }
    FG_RETURN_IF_ERROR(document.CheckKeys(member.value, below));
    for (const rules::Member& inner : member.value.members()) {
      values[member.key + "." + inner.key] = &inner.value;
    }
  }
  return values;
}

// An address to which "/n/..." can be added.
bool IsPublicUrl(std::string_view url) {
  const std::string_view scheme = url.starts_with("https://") ? "https://" : "http://";
  if (!url.starts_with(scheme) || url.size() == scheme.size() || url.ends_with('/')) return false;
  return std::all_of(url.begin(), url.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("-._~:/[]%").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// What no field can see alone.
Status CheckTogether(const Document& document, const ServerConfig& config,
                     const std::map<std::string, const Node*, std::less<>>& values) {
  const auto fail = [&](std::string_view key, std::string_view message) {
    const auto value = values.find(key);
    return document.Error(
        value == values.end() ? document.root().position() : value->second->position(), message);
  };
  const ServerConfig::Tls& tls = config.tls;
  const int set = int{!tls.cert.empty()} + int{!tls.key.empty()} + int{!tls.client_ca.empty()};
  if (set != 0 && set != 3) return fail("tls.cert", "set all of tls.cert, key, client_ca, or none");
  if (config.listen.grpc.empty()) return fail("listen.grpc", "must not be empty");
  const std::string& name = config.gateway_name;
  if (name.empty() || !std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '-' || c == '_' || c == '.';
      })) {
    return fail("gateway_name", "must be letters, digits, '-', '_' and '.'");
  }
  if (const std::string& url = config.consent_page.public_url; !url.empty() && !IsPublicUrl(url)) {
    return fail("consent_page.public_url",
                "must be https:// or http:// and a name, without a "
                "slash, a query or white space at the end");
  }
  if (config.rpc.request_bytes_max <= config.image.image_bytes_max) {
    return fail("rpc.request_bytes_max", "request_bytes_max must exceed image_bytes_max");
  }
  if (config.audit.published_age_s_max <= config.audit.publish_interval_s) {
    return fail("audit.published_age_s_max", "published_age_s_max must exceed publish_interval_s");
  }
  if (config.audit.prune && config.audit.retained_days <= config.backup.backup_days_max) {
    return fail("audit.retained_days",
                "with audit.prune, retained_days must exceed backup.backup_days_max");
  }
  if (config.store.driver == StoreDriver::kSqlite && config.store.path.empty()) {
    return fail("store.path", "the driver sqlite needs store.path");
  }
  for (const auto& [key, path] :
       {std::pair<std::string_view, const std::string*>{"keys_dir", &config.keys_dir},
        {"data_dir", &config.data_dir},
        {"models.dir", &config.models.dir},
        {"models.manifest", &config.models.manifest},
        {"models.decision_tables", &config.models.decision_tables},
        {"policy.vocabulary", &config.policy.vocabulary},
        {"policy.wording", &config.policy.wording}}) {
    if (path->empty()) return fail(key, "must not be empty");
  }
  return Status::Ok();
}

// `words` in lines of at most 100 columns, each beginning with `prefix`.
std::string Wrapped(const std::string& words, const std::string& prefix) {
  std::istringstream stream(words);
  std::string text;
  std::string line = prefix;
  for (std::string word; stream >> word;) {
    if (line.size() + word.size() > 100) {
      text += line.substr(0, line.size() - 1) + "\n";
      line = prefix;
    }
    line += word + " ";
  }
  return text + line.substr(0, line.size() - 1) + "\n";
}

}  // namespace

std::string_view Word(StorageLocation location) {
  return kLocations[static_cast<std::size_t>(location)];
}
std::string_view Word(KeyCustody custody) { return kCustodians[static_cast<std::size_t>(custody)]; }

Result<ServerConfig> LoadServerConfig(const std::string& path) {
  FG_ASSIGN_OR_RETURN(const Document document, Document::Load(path, "BAD_CONFIG"));
  FG_ASSIGN_OR_RETURN(const auto values, Flatten(document));
  const std::filesystem::path base = std::filesystem::path(path).parent_path();
  ServerConfig config;
  for (const Field& field : kFields) {
    const auto value = values.find(field.key);
    if (value == values.end()) continue;
    FG_RETURN_IF_ERROR(std::visit(Reader{document, *value->second, base, config}, field.kind));
  }
  FG_RETURN_IF_ERROR(CheckTogether(document, config, values));
  ResolvePaths(base, config);
  return config;
}

std::vector<ConfigKey> ConfigKeys() {
  ServerConfig defaults;
  std::vector<ConfigKey> keys;
  for (const Field& field : kFields) {
    ConfigKey key;
    key.key = field.key;
    key.meaning = field.meaning;
    std::visit(Describer{defaults, key}, field.kind);
    keys.push_back(std::move(key));
  }
  return keys;
}

std::string ConfigMarkdown() {
  std::string text =
      "# Configuration\n"
      "\n"
      "facegated reads one YAML file, by default `config/facegate.yaml`, once, at the start. Every "
      "key\n"
      "has a default; an unknown key, a wrong type or a value out of range stops the start with\n"
      "`file:line:column` and, for a typing mistake, the key that was probably meant. Relative "
      "paths\n"
      "count from the folder of the file. A name that ends in `_max` is a limit, and the part "
      "before it\n"
      "is its unit. Sections are mappings: `tls.cert` is `cert` under `tls`.\n"
      "\n"
      "This page is generated from the loader (`src/config/config.cc`); a test compares the two.\n"
      "\n"
      "| Key | Type | Range | Default | Meaning |\n"
      "|---|---|---|---|---|\n";
  for (const ConfigKey& key : ConfigKeys()) {
    text += "| `" + key.key + "` | " + key.type + " | " + key.range + " | " +
            (key.fallback.empty() ? "(empty)" : "`" + key.fallback + "`") + " | " + key.meaning +
            " |\n";
  }
  return text;
}

std::string ConfigYaml() {
  std::string text =
      "# facegated's configuration, every key at its default. Relative paths count from this "
      "folder.\n"
      "# An unknown key stops the start. docs/CONFIGURATION.md has the same as a table.\n";
  std::string section;
  for (const ConfigKey& key : ConfigKeys()) {
    const std::size_t dot = key.key.find('.');
    const std::string name = dot == std::string::npos ? "" : key.key.substr(0, dot);
    text += '\n';
    if (name != section && !name.empty()) text += name + ":\n";
    section = name;
    const std::string indent = name.empty() ? "" : "  ";
    std::string comment =
        key.meaning + " " + static_cast<char>(std::toupper(key.type[0])) + key.type.substr(1);
    if (!key.range.empty()) comment += ", " + key.range;
    text += Wrapped(comment + "; default " + (key.fallback.empty() ? "empty" : key.fallback) + ".",
                    indent + "# ");
    const std::string leaf = name.empty() ? key.key : key.key.substr(dot + 1);
    const bool quote = key.type == "text" || key.fallback.empty();
    text += indent + leaf + ": " + (quote ? rules::Quoted(key.fallback) : key.fallback) + "\n";
  }
  return text;
}

}  // namespace facegate::config
