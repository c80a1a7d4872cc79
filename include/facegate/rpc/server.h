// The gRPC server: authenticates, checks roles and sizes, translates, and decides nothing.
//
// A client certificate says, in a URI of its subject alternative name, which one role it has and
// which resource it speaks for:
//
//   urn:facegate:<role>:<resource name>      urn:facegate:controller:operators/acme/sites/lobby
//
// with <role> one of camera, controller, enroller, operator, auditor, viewer, resolver. The caller
// may then name that resource and everything below it, in the methods of its role. Both are checked
// before a request is looked at any further, and a refusal never says whether anything exists.
// docs/API.md has the table.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "facegate/alternatives/alternative_service.h"
#include "facegate/audit/ledger.h"
#include "facegate/audit/pruning.h"
#include "facegate/backup/backup.h"
#include "facegate/consent/consent_service.h"
#include "facegate/consent/image_desk.h"
#include "facegate/core/log.h"
#include "facegate/core/metrics.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/custody/custody_service.h"
#include "facegate/gateway/gateway.h"
#include "facegate/policy/engine.h"
#include "facegate/publication/publisher.h"
#include "facegate/registry/registry_service.h"
#include "facegate/storage/store.h"
#include "facegate/vision/face.h"

namespace facegate::rpc {

class TokenDesk;

// PEM files. Every client must present a certificate that `client_ca_path` signed.
struct MutualTls {
  std::string certificate_path;
  std::string key_path;
  std::string client_ca_path;
};

// No encryption and no proof of who calls: the role is whatever the metadata x-facegate-role says
// (operator without it), and the resource is everything. Accepted on loopback addresses only.
struct InsecureForDevelopment {};

using Authentication = std::variant<MutualTls, InsecureForDevelopment>;

struct ServerOptions {
  std::string listen_address;       // "host:port", "[::1]:port"; port 0 picks one
  int message_bytes_max = 9 << 20;  // of a request; above the limit of an image
  int requests_max = 64;            // unary calls under way at once
  int streams_max = 16;             // streams open at once; each holds a thread
  // Where people reach the consent pages, without a slash at its end; "": nowhere. On signs and
  // receipts.
  std::string public_url = {};
  // How long a backup made before an erasure may still hold what was erased: what people are told.
  int backup_days_max = 30;
};

// What runs here, for GetStatus.
struct ServerInfo {
  std::string version;
  std::vector<vision::ModelInfo> models;
};

// What the server stands in front of. All must outlive it.
struct Parts {
  gateway::Gateway& gateway;
  consent::ConsentService& consents;
  registry::RegistryService& registry;
  const policy::Engine& engine;
  audit::Ledger& ledger;
  const storage::Store& store;
  const crypto::KeyRing& keys;  // for page tokens
  const core::Clock& clock;
  core::Metrics& metrics;
  core::Logger& logger;
  alternatives::AlternativeService& alternatives;
  TokenDesk& token_desk;  // one for calls and pages: bad tokens are counted together
  consent::ImageDesk& images;
  custody::CustodyService& custody;
  backup::Keeper* backups = nullptr;  // nullptr: CreateBackup is refused, BACKUP_OFF
  // nullptr: no witnesses, and copies for auditors end at the newest checkpoint.
  const publication::Publisher* publisher = nullptr;
  audit::LogPruner* pruner = nullptr;  // nullptr: PruneLog is refused, PRUNING_OFF
};

// Serves from Start to Shutdown. Thread-safe.
class Server {
 public:
  // Returns INVALID_ARGUMENT BAD_ADDRESS; FAILED_PRECONDITION INSECURE_NOT_LOOPBACK (insecure, and
  // the address is not one of 127.0.0.0/8, ::1 or localhost); NOT_FOUND TLS_FILE_UNREADABLE (names
  // the file); UNAVAILABLE LISTEN_FAILED (names the address; also where the certificates are bad).
  static core::Result<std::unique_ptr<Server>> Start(const Authentication& authentication,
                                                     const ServerOptions& options, ServerInfo info,
                                                     Parts parts);
  // Shuts down at once if nobody did.
  ~Server();

  int port() const;
  // False from the moment Shutdown began.
  bool serving() const;

  // Takes no more calls, tells the health service, waits up to `grace_ms` for those under way, then
  // cancels them (each is still recorded). May be called once or more; returns when all is quiet.
  void Shutdown(std::int64_t grace_ms);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::rpc
