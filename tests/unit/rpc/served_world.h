// The test world behind a real server on port 0, and clients of it.
#pragma once

#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "facegate/audit/pruning.h"
#include "facegate/client/client.h"
#include "facegate/consent/consent_service.h"
#include "facegate/core/log.h"
#include "facegate/gallery/gallery.h"
#include "facegate/gateway/gateway.h"
#include "facegate/registry/registry_service.h"
#include "facegate/rpc/server.h"
#include "facegate/rpc/token_desk.h"
#include "facegate/vision/face_engine.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"

namespace facegate::testing {

// Sees no face in any picture: the models are not needed to test the server. Can be made to wait,
// so that a request stays under way for as long as a test says.
class BlindFaces final : public vision::FaceEngine {
 public:
  core::Result<std::vector<vision::FaceBox>> Detect(const frame::Image&, const policy::ViewPermit&,
                                                    const core::Deadline&) override {
    const std::lock_guard<std::mutex> wait(gate);
    return std::vector<vision::FaceBox>();
  }
  core::Result<vision::EmbeddedFaces> Embed(const frame::Image&, std::span<const vision::FaceBox>,
                                            const policy::Permit&, const core::Deadline&) override {
    return vision::EmbeddedFaces();
  }
  const std::vector<vision::ModelInfo>& models() const override { return models_; }
  const std::string& embedding_model_id() const override { return models_.front().id; }

  std::mutex gate;  // held by a test: Detect waits

 private:
  const std::vector<vision::ModelInfo> models_ = {{"blind-v1", std::string(64, 'a')}};
};

// Keeps what was logged.
class KeptLog final : public core::Logger {
 public:
  void Log(core::LogLevel, std::string_view event,
           std::initializer_list<core::LogField> fields) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    text_ += event;
    for (const core::LogField& field : fields) {
      text_.append(" ").append(field.key).append("=").append(field.value);
    }
    text_ += "\n";
  }
  std::string text() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

// Tells the gallery, as production does.
class GalleryDropper final : public consent::TemplateDropper {
 public:
  explicit GalleryDropper(gallery::Gallery& gallery) : gallery_(gallery) {}
  void Drop(const model::SubjectRef& subject, const std::optional<model::PurposeId>& purpose,
            std::uint64_t log_index) override {
    gallery_.Drop(subject, purpose, log_index);
  }
  void SetAside(const model::SubjectRef& subject) override { gallery_.SetAside(subject); }
  core::Status BringBack(const model::SubjectRef& subject) override {
    return gallery_.BringBack(subject);
  }

 private:
  gallery::Gallery& gallery_;
};

class ServedWorld {
 public:
  // Without authentication; limits may be set.
  explicit ServedWorld(rpc::ServerOptions options = {}, int bad_tokens_per_minute_max = 30)
      : token_desk(consents, world.clock, bad_tokens_per_minute_max) {
    Start(rpc::InsecureForDevelopment{}, std::move(options));
  }
  // Without authentication, over a world of those options.
  explicit ServedWorld(WorldOptions options)
      : world(std::move(options)), token_desk(consents, world.clock, 30) {
    Start(rpc::InsecureForDevelopment{}, {});
  }
  // With mutual TLS.
  explicit ServedWorld(const rpc::MutualTls& tls) : token_desk(consents, world.clock, 30) {
    Start(tls, {});
  }

  rpc::Parts parts() {
    return {gateway,     consents,    registry_service, *world.engine, *world.ledger, *world.store,
            *world.keys, world.clock, world.metrics,    log,           alternatives,  token_desk,
            images,      custody,     nullptr,          nullptr,       &pruner};
  }
  std::string target() const { return "localhost:" + std::to_string(server->port()); }

  std::unique_ptr<client::Client> ClientAs(model::Role role) const {
    client::ClientOptions options;
    options.target = target();
    return Must(client::Client::Create(client::InsecureForDevelopment{role}, options));
  }
  std::unique_ptr<client::Client> ClientWith(const client::MutualTls& tls) const {
    client::ClientOptions options;
    options.target = target();
    options.timeout_ms = 3'000;
    options.attempts_max = 1;
    return Must(client::Client::Create(tls, options));
  }

  template <class T>
  static T Must(core::Result<T> result) {
    if (!result.ok()) {
      std::fprintf(stderr, "served world: %s\n", result.status().ToString().c_str());
      std::abort();
    }
    return std::move(result).value();
  }

  World world;
  KeptLog log;
  BlindFaces faces;
  gallery::Gallery gallery{*world.store,          *world.keys, world.clock, world.metrics,
                           {"blind-v1", 0.6, {}}, {},          "blind-v1"};
  GalleryDropper dropper{gallery};
  consent::ConsentService consents{*world.store, *world.ledger, *world.keys,
                                   world.clock,  *world.engine, dropper};
  consent::ImageDesk images{*world.store, *world.ledger, *world.keys, world.clock};
  registry::RegistryService registry_service{
      *world.store, *world.ledger, world.clock, *world.engine,
      Must(wording::Wordlist::Load(FACEGATE_SOURCE_DIR "/config/documents/wording.yaml"))};
  gateway::Gateway gateway{
      {world.clock, world.metrics, log, *world.engine, *world.ledger, faces, gallery, *world.keys},
      {}};
  alternatives::AlternativeService alternatives{*world.store, *world.ledger, *world.keys,
                                                world.clock,  *world.engine, registry_service};
  rpc::TokenDesk token_desk;
  custody::CustodyService custody{*world.store, *world.ledger, *world.keys, world.clock};
  // Keeps records for ten days.
  audit::LogPruner pruner{*world.store,
                          *world.ledger,
                          world.clock,
                          {.is_on = true, .retained_days = 10, .published = {}}};
  std::unique_ptr<rpc::Server> server;

 private:
  void Start(const rpc::Authentication& authentication, rpc::ServerOptions options) {
    if (const core::Status loaded = gallery.Load(); !loaded.ok()) std::abort();
    if (options.listen_address.empty()) options.listen_address = "127.0.0.1:0";
    server =
        Must(rpc::Server::Start(authentication, options, {"0.0-test", faces.models()}, parts()));
  }
};

// Development certificates, made once by scripts/dev_certs.sh for operators/acme/sites/lobby or
// another resource.
inline void MakeCertificates(const std::string& directory, const std::string& resource) {
  const std::string command = "sh '" FACEGATE_SOURCE_DIR "/scripts/dev_certs.sh' '" + directory +
                              "' '" + resource + "' > /dev/null";
  if (std::system(command.c_str()) != 0) std::abort();
}

inline rpc::MutualTls ServerTls(const TempDir& directory) {
  return {directory / "server.crt", directory / "server.key", directory / "ca.crt"};
}

inline client::MutualTls ClientTls(const TempDir& directory, const std::string& role) {
  return {directory / (role + ".crt"), directory / (role + ".key"), directory / "ca.crt", ""};
}

}  // namespace facegate::testing
