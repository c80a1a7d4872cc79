#include "support/yard/yard.h"

#include <cstdio>
#include <cstdlib>

#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"
#include "facegate/storage/typed.h"

namespace facegate::testing {
namespace {

core::Bytes PictureOf(int face) { return PaintedPicture({1, static_cast<std::uint8_t>(face), 0}); }

}  // namespace

WorldOptions OnDisk(const std::string& dir) {
  storage::SqliteOptions sqlite;
  sqlite.path = dir + "/facegate.db";
  auto store = storage::OpenSqliteStore(sqlite);
  FG_CHECK(store.ok());
  WorldOptions options;
  options.store = std::move(store).value();
  options.data_dir = dir;
  return options;
}

gallery::DecisionTable TableOf(const PaintedFaceEngine& faces) {
  return {faces.embedding_model_id(), 0.55, {{0.45, 2.7e-5, 111'966, 0, "painted"}}};
}

Yard::Yard(WorldOptions options)
    : world(std::move(options)),
      gallery(*world.store, *world.keys, world.clock, world.metrics, TableOf(faces),
              gallery::MatchOptions{}, faces.embedding_model_id()),
      dropper(gallery, *world.engine),
      consents(*world.store, *world.ledger, *world.keys, world.clock, *world.engine, dropper),
      gateway({world.clock, world.metrics, world.logger, *world.engine, *world.ledger, faces,
               gallery, *world.keys},
              frame::Limits{}) {
  const core::Status loaded = gallery.Load();
  if (loaded.ok()) return;
  std::fprintf(stderr, "yard: %s\n", loaded.ToString().c_str());
  std::abort();
}

consent::Caller Yard::Desk() const {
  model::Principal desk;
  desk.role = model::Role::kEnroller;
  desk.fingerprint = "test";
  return {desk, crypto::RandomUuid()};
}

core::Status Yard::Register(const std::string& subject) {
  return consents.CreateSubject(Desk(), World::subject(subject), {30}).status();
}

consent::Terms Yard::TermsOf(const std::string& subject) const {
  consent::Terms terms;
  terms.subject = World::subject(subject);
  terms.site = World::site();
  terms.purpose = World::purpose();
  terms.purpose_version = 1;
  terms.scopes = {model::ConsentScope::kVerify, model::ConsentScope::kIdentify};
  const auto notices = storage::ReadResources<model::Notice>(
      *world.store, model::PurposeName(World::op(), World::purpose()));
  if (notices.ok() && !notices->empty()) terms.notice_sha256 = notices->front().text_sha256;
  return terms;
}

core::Result<consent::ConsentResult> Yard::Grant(const std::string& subject, int days) {
  consent::GrantRequest request;
  static_cast<consent::Terms&>(request) = TermsOf(subject);
  request.evidence_sha256 = std::string(64, 'e');
  request.expires_at = world.clock.Now() + days * core::kMsPerDay;
  return consents.Grant(Desk(), request);
}

core::Result<consent::ConsentResult> Yard::Request(const std::string& subject) {
  return consents.Request(Desk(), TermsOf(subject));
}

core::Result<consent::ConsentResult> Yard::Refuse(const std::string& subject) {
  return consents.Refuse(Desk(), TermsOf(subject));
}

core::Result<audit::Recorded> Yard::Enroll(const std::string& subject, int face) {
  return gateway.Enroll(world.EnrollClaim(subject), PictureOf(face), core::NoDeadline{});
}

core::Result<audit::Recorded> Yard::Authorize(const std::string& subject, int face) {
  return gateway.Authorize(world.VerifyClaim(subject), PictureOf(face), core::NoDeadline{});
}

core::Result<audit::Recorded> Yard::Identify(int face) {
  return gateway.Identify(world.IdentifyClaim(), PictureOf(face), core::NoDeadline{});
}

}  // namespace facegate::testing
