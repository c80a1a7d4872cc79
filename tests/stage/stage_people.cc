// Brings the number of people that an operator stores up to a given one, on the files of a server
// that does not run. Each is registered, consents and is enrolled through facegate's own services
// and rules, under records of their own; only their faces are made up, so that no picture of ten
// thousand people is needed.
#include <CLI/CLI.hpp>
#include <atomic>
#include <iostream>
#include <opencv2/imgcodecs.hpp>
#include <random>
#include <thread>

#include "apps/wiring.h"
#include "facegate/crypto/primitives.h"
#include "facegate/gateway/gallery_dropper.h"
#include "facegate/gateway/gateway.h"
#include "facegate/storage/typed.h"

namespace facegate::testing {
namespace {

using core::Result;
using core::Status;

constexpr int kThreads = 16;  // the ledger writes what they wait for in one transaction
constexpr int kFacePx = 64;

// One face in every picture, another one each time; the models are those of the real engine.
class MadeUpFaces final : public vision::FaceEngine {
 public:
  explicit MadeUpFaces(const vision::FaceEngine& real) : real_(real) {}
  Result<std::vector<vision::FaceBox>> Detect(const frame::Image&, const policy::ViewPermit&,
                                              const core::Deadline&) override {
    return std::vector<vision::FaceBox>{{0, 0, kFacePx, kFacePx, 1, true}};
  }
  Result<vision::EmbeddedFaces> Embed(const frame::Image&, std::span<const vision::FaceBox> boxes,
                                      const policy::Permit&, const core::Deadline&) override {
    vision::EmbeddedFaces out;
    for (const vision::FaceBox& box : boxes) {
      std::mt19937 random(++made_);
      std::normal_distribution<float> normal(0, 0.115F);  // as spread as those of real faces
      std::array<float, vision::kEmbeddingSize> values{};
      for (float& value : values) value = normal(random);
      out.faces.push_back({box, {}, vision::Embedding(values)});
    }
    return out;
  }
  const std::vector<vision::ModelInfo>& models() const override { return real_.models(); }
  const std::string& embedding_model_id() const override { return real_.embedding_model_id(); }

 private:
  const vision::FaceEngine& real_;
  std::atomic<std::uint32_t> made_{0};
};

struct Wanted {
  std::string config;
  std::string op = "acme";
  std::string site;
  std::string purpose = "entry";
  std::uint64_t persons = 0;
};

model::Principal Desk() {
  model::Principal desk;
  desk.role = model::Role::kEnroller;
  desk.fingerprint = "stage";
  return desk;
}

// What one person needs of the parts below.
struct Parts {
  const Wanted& wanted;
  const storage::Store& store;
  const core::Clock& clock;
  consent::ConsentService& consents;
  gateway::Gateway& gateway;
  model::Purpose purpose;
  std::string notice_sha256;
  core::Bytes picture;
};

Status AddPerson(const Parts& parts, const std::string& id) {
  const model::OperatorId op(parts.wanted.op);
  const model::SubjectRef subject{op, model::SubjectId(id)};
  const auto by_desk = [] { return consent::Caller{Desk(), crypto::RandomUuid()}; };
  FG_RETURN_IF_ERROR(parts.consents.CreateSubject(by_desk(), subject, {35}).status());
  consent::GrantRequest grant;
  grant.subject = subject;
  grant.id = model::ConsentId("c1");
  grant.site = model::SiteId(parts.wanted.site);
  grant.purpose = parts.purpose.id;
  grant.purpose_version = parts.purpose.version;
  grant.scopes = {model::ConsentScope::kVerify};
  grant.notice_sha256 = parts.notice_sha256;
  grant.evidence_sha256 = std::string(64, 'e');
  grant.expires_at = parts.clock.Now() + parts.purpose.retention_days * core::kMsPerDay;
  FG_RETURN_IF_ERROR(parts.consents.Grant(by_desk(), grant).status());

  policy::Claim claim;
  claim.caller = Desk();
  claim.operation = model::Operation::kEnroll;
  claim.camera = {op, grant.site, model::CameraId("desk")};
  claim.purpose = parts.purpose.id;
  claim.subject = subject.subject;
  claim.request_id = crypto::RandomUuid();
  FG_ASSIGN_OR_RETURN(const audit::Recorded recorded,
                      parts.gateway.Enroll(claim, parts.picture, core::NoDeadline{}));
  if (recorded.outcome().reason == model::Reason::kEnrolled) return Status::Ok();
  return Status(core::Code::kFailedPrecondition, "NOT_ENROLLED",
                std::string(model::Word(recorded.outcome().reason)));
}

// Those from one number up to another.
Status AddAll(const Parts& parts, std::uint64_t from, std::uint64_t until) {
  std::atomic<std::uint64_t> next{from};
  std::mutex mutex;
  Status failed;
  const auto work = [&] {
    for (std::uint64_t i = next++; i < until; i = next++) {
      const Status added = AddPerson(parts, "crowd-" + std::to_string(i));
      if (added.ok()) continue;
      next = until;
      const std::lock_guard lock(mutex);
      failed = added;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return failed;
}

Status Run(const Wanted& wanted) {
  FG_ASSIGN_OR_RETURN(const config::ServerConfig config, config::LoadServerConfig(wanted.config));
  const core::SystemClock clock;
  core::NullLogger logger;
  core::MemoryMetrics metrics;
  FG_ASSIGN_OR_RETURN(const auto keys, crypto::KeyRing::Load(config.keys_dir));
  FG_ASSIGN_OR_RETURN(const auto store, apps::OpenStore(config));
  FG_ASSIGN_OR_RETURN(const auto real, apps::LoadModels(config, metrics));
  FG_ASSIGN_OR_RETURN(const auto rules, apps::LoadRules(config));
  MadeUpFaces faces(*real);
  FG_ASSIGN_OR_RETURN(const auto ledger, audit::Ledger::Open(*store, *keys, clock, metrics, logger,
                                                             apps::LedgerOptionsOf(config)));
  policy::Engine engine(*store, clock, rules, apps::EngineOptionsOf(config), nullptr);
  FG_ASSIGN_OR_RETURN(const auto gallery,
                      apps::LoadGallery(config, *store, *keys, clock, metrics, faces));
  gateway::GalleryDropper dropper(*gallery, engine);
  consent::ConsentService consents(*store, *ledger, *keys, clock, engine, dropper);
  gateway::Gateway gateway({clock, metrics, logger, engine, *ledger, faces, *gallery, *keys},
                           apps::ImageLimitsOf(config));

  Parts parts{wanted, *store, clock, consents, gateway, {}, {}, {}};
  const model::OperatorId op(wanted.op);
  const std::string purpose = model::PurposeName(op, model::PurposeId(wanted.purpose));
  FG_ASSIGN_OR_RETURN(auto found, storage::ReadOne<model::Purpose>(*store, purpose));
  parts.purpose = std::move(found.resource);
  FG_ASSIGN_OR_RETURN(const auto notices, storage::ReadResources<model::Notice>(*store, purpose));
  if (notices.empty()) return Status(core::Code::kNotFound, "NOTICE_UNKNOWN", "no notice stands");
  parts.notice_sha256 = notices.front().text_sha256;
  const cv::Mat grey(kFacePx, kFacePx, CV_8UC3, cv::Scalar(128, 128, 128));
  cv::imencode(".png", grey, parts.picture);

  FG_ASSIGN_OR_RETURN(const std::uint64_t stored, store->CountStoredPersons(op));
  // The first enrolment of all makes the gallery's secret: whoever comes at the same moment has to
  // come again.
  const std::uint64_t first = std::min(wanted.persons, stored == 0 ? 1 : stored);
  FG_RETURN_IF_ERROR(AddAll(parts, stored, first));
  FG_RETURN_IF_ERROR(AddAll(parts, std::max(stored, first), wanted.persons));
  FG_ASSIGN_OR_RETURN(const std::uint64_t now_stored, store->CountStoredPersons(op));
  std::cout << "stored people: " << now_stored << '\n';
  return Status::Ok();
}

}  // namespace
}  // namespace facegate::testing

int main(int argc, char** argv) {
  CLI::App app("Brings the number of people that an operator stores up to one; for tests.");
  facegate::testing::Wanted wanted;
  app.add_option("--config", wanted.config, "The server's configuration")->required();
  app.add_option("--operator", wanted.op, "Whose people they are")->capture_default_str();
  app.add_option("--site", wanted.site, "Where they consent")->required();
  app.add_option("--purpose", wanted.purpose, "What they consent to")->capture_default_str();
  app.add_option("--until", wanted.persons, "How many are stored then")->required();
  CLI11_PARSE(app, argc, argv);
  const facegate::core::Status status = facegate::testing::Run(wanted);
  if (status.ok()) return 0;
  std::cerr << "stage_people: " << status.ToString() << '\n';
  return 1;
}
