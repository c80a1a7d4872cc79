#include "facegate/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>

#include "facegate/consent/record_desk.h"
#include "rpc/address.h"
#include "rpc/alternative_service.h"
#include "rpc/audit_service.h"
#include "rpc/call_guard.h"
#include "rpc/consent_service.h"
#include "rpc/custody_service.h"
#include "rpc/duty_service.h"
#include "rpc/gateway_service.h"
#include "rpc/image_service.h"
#include "rpc/page_tokens.h"
#include "rpc/registry_service.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;

// Above the limits of requests and streams, so that ours is reached first and says why; the rest
// answers health checks and reflection.
constexpr int kThreadsSpare = 8;

// gRPC lets a thread go that finds so many waiting already; it would have made another for the next
// request. All wait on one queue, so that none is idle on one while another makes threads of its
// own, up to the limit above.
constexpr int kIdleThreadsMax = 32;

// A camera that vanished without a word (power, cable) is noticed, and its lease closed, when it
// does not answer a ping. Clients may ping as often; gRPC would drop them as a nuisance.
constexpr int kKeepaliveMs = 20'000;
constexpr int kKeepaliveTimeoutMs = 5'000;
constexpr int kClientPingMsMin = 5'000;

core::Result<std::string> ReadPem(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (file) bytes << file.rdbuf();
  if (!file || bytes.str().empty()) {
    return Status(Code::kNotFound, "TLS_FILE_UNREADABLE", "cannot read " + path);
  }
  return bytes.str();
}

core::Result<std::shared_ptr<grpc::ServerCredentials>> TlsCredentials(const MutualTls& tls) {
  FG_ASSIGN_OR_RETURN(const std::string certificate, ReadPem(tls.certificate_path));
  FG_ASSIGN_OR_RETURN(const std::string key, ReadPem(tls.key_path));
  FG_ASSIGN_OR_RETURN(const std::string client_ca, ReadPem(tls.client_ca_path));
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = client_ca;
  options.pem_key_cert_pairs.push_back({key, certificate});
  return grpc::SslServerCredentials(options);
}

// Where to listen, in development: on loopback or nowhere.
core::Result<Address> DevelopmentAddress(Address address) {
  if (address.host == "localhost") address.host = "127.0.0.1";  // whatever the name resolves to
  if (IsLoopback(address.host)) return address;
  return Status(Code::kFailedPrecondition, "INSECURE_NOT_LOOPBACK",
                "without certificates the server listens on a loopback address only; configure "
                "mutual TLS to listen on " +
                    address.ToString());
}

}  // namespace

struct Server::Impl {
  Impl(PeerAuthentication authentication, const ServerOptions& options, ServerInfo info,
       const Parts& parts)
      : guard(authentication, {options.requests_max, options.streams_max}, parts.metrics,
              parts.logger),
        tokens(parts.keys),
        drafter(parts.store, parts.engine, parts.clock, options.public_url),
        receipts(parts.store, parts.engine, parts.ledger, parts.keys, parts.clock,
                 options.public_url),
        records(parts.store, parts.ledger, parts.keys),
        gateway(guard, parts.gateway, parts.alternatives, parts.engine, parts.clock, parts.metrics,
                std::move(info), parts.backups),
        consents(guard, tokens, parts.consents, receipts, parts.token_desk, records,
                 options.backup_days_max),
        registry(guard, tokens, parts.registry, parts.engine, parts.store, parts.ledger),
        duties(guard, tokens, parts.registry, drafter),
        audit(guard, tokens, parts.ledger, parts.store, parts.engine, parts.publisher, records,
              parts.pruner),
        alternatives(guard, tokens, parts.alternatives, parts.store, parts.clock),
        images(guard, tokens, parts.images),
        custody(guard, parts.custody),
        logger(parts.logger) {}

  CallGuard guard;
  const PageTokens tokens;
  const dossier::Drafter drafter;
  const dossier::ConsentReceipts receipts;
  const consent::RecordDesk records;
  GatewayServiceImpl gateway;
  ConsentServiceImpl consents;
  RegistryServiceImpl registry;
  DutyServiceImpl duties;
  AuditServiceImpl audit;
  AlternativeServiceImpl alternatives;
  ImageServiceImpl images;
  CustodyServiceImpl custody;
  core::Logger& logger;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  std::atomic<bool> serving{true};
  std::once_flag shutdown;
};

core::Result<std::unique_ptr<Server>> Server::Start(const Authentication& authentication,
                                                    const ServerOptions& options, ServerInfo info,
                                                    Parts parts) {
  FG_ASSIGN_OR_RETURN(Address address, ParseAddress(options.listen_address));
  std::shared_ptr<grpc::ServerCredentials> credentials;
  const auto* tls = std::get_if<MutualTls>(&authentication);
  if (tls != nullptr) {
    FG_ASSIGN_OR_RETURN(credentials, TlsCredentials(*tls));
  } else {
    FG_ASSIGN_OR_RETURN(address, DevelopmentAddress(address));
    credentials = grpc::InsecureServerCredentials();
  }
  auto impl = std::make_unique<Impl>(
      tls != nullptr ? PeerAuthentication::kCertificate : PeerAuthentication::kDevelopment, options,
      std::move(info), parts);

  static std::once_flag plugins;  // process-wide switches of gRPC, read when a server is built
  std::call_once(plugins, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
  grpc::ServerBuilder builder;
  grpc::ResourceQuota quota("facegate");
  quota.SetMaxThreads(options.requests_max + options.streams_max + kThreadsSpare);
  builder.SetResourceQuota(quota);
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, kIdleThreadsMax);
  builder.SetMaxReceiveMessageSize(options.message_bytes_max);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // two servers on a port is a mistake
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kClientPingMsMin);
  builder.AddListeningPort(address.ToString(), credentials, &impl->port);
  builder.RegisterService(&impl->gateway);
  builder.RegisterService(&impl->consents);
  builder.RegisterService(&impl->registry);
  builder.RegisterService(&impl->duties);
  builder.RegisterService(&impl->audit);
  builder.RegisterService(&impl->alternatives);
  builder.RegisterService(&impl->images);
  builder.RegisterService(&impl->custody);
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr || impl->port == 0) {
    return Status(Code::kUnavailable, "LISTEN_FAILED",
                  "cannot listen on " + address.ToString() +
                      ": it is in use or not ours, or the certificate and key do not fit");
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->logger.Info("server_ready", {{"port", std::to_string(impl_->port)}});
}

Server::~Server() { Shutdown(0); }

int Server::port() const { return impl_->port; }

bool Server::serving() const { return impl_->serving; }

void Server::Shutdown(std::int64_t grace_ms) {
  impl_->serving = false;
  std::call_once(impl_->shutdown, [&] {
    if (auto* health = impl_->server->GetHealthCheckService()) health->Shutdown();
    impl_->server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(grace_ms));
    impl_->server->Wait();
    impl_->logger.Info("server_stopped", {});
  });
}

}  // namespace facegate::rpc
