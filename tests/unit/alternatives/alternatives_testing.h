// The test world with the ways through its front door that need no face.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "facegate/alternatives/alternative_service.h"
#include "facegate/core/json.h"
#include "support/world/world.h"

namespace facegate::alternatives::testing {

using facegate::testing::World;
using model::AlternativeKind;
using model::CredentialKind;
using model::Reason;
using model::Verdict;

class AlternativesTest : public ::testing::Test {
 protected:
  AlternativesTest() {
    world.SetAlternatives({{AlternativeKind::kQr, "code reader", true},
                           {AlternativeKind::kCard, "badge reader", true},
                           {AlternativeKind::kStaffDesk, "reception", true}});
  }

  Caller By(model::Role role = model::Role::kOperator) const {
    return {{role, "f00d", ""}, crypto::RandomUuid()};
  }
  policy::Claim ClaimOf(CredentialKind kind) const {
    policy::Claim claim = world.VerifyClaim("nobody");
    claim.subject.reset();
    claim.credential = kind;
    return claim;
  }
  audit::Recorded Show(CredentialKind kind, std::string_view shown) {
    return Show(ClaimOf(kind), shown);
  }
  audit::Recorded Show(const policy::Claim& claim, std::string_view shown) {
    auto recorded = service.Present(claim, shown);
    EXPECT_TRUE(recorded.ok()) << recorded.status().ToString();
    if (!recorded.ok()) std::abort();
    return std::move(recorded).value();
  }
  Reason ReasonFor(CredentialKind kind, std::string_view shown) {
    return Show(kind, shown).outcome().reason;
  }
  PassOrder Order() const {
    PassOrder order;
    order.site = {World::op(), World::site()};
    order.not_before = world.clock.Now();
    order.expires_at = world.clock.Now() + 3'600'000;
    return order;
  }
  std::string IssuedFor(const PassOrder& order) {
    auto issued = service.IssuePass(By(), order);
    EXPECT_TRUE(issued.ok()) << issued.status().ToString();
    return issued.ok() ? issued->text : "";
  }
  model::Badge Register(const std::string& on_badge, NewBadge badge = {}) {
    badge.op = World::op();
    badge.on_badge = on_badge;
    auto made = service.RegisterBadge(By(), badge);
    EXPECT_TRUE(made.ok()) << made.status().ToString();
    return made.ok() ? *made : model::Badge{};
  }
  // Another site with a door of the same ways.
  void RegisterAnnexe() {
    model::Site annexe = world.RegisteredSite();
    annexe.id = model::SiteId("annexe");
    world.Register(annexe);
    model::AccessPoint side{World::op(),
                            annexe.id,
                            model::AccessPointId("side"),
                            "Side door",
                            {{AlternativeKind::kQr, "code reader", true},
                             {AlternativeKind::kCard, "badge reader", true}}};
    world.Register(side);
    model::Camera camera{
        World::op(), annexe.id, model::CameraId("side"), "camera", model::CameraUse::kDoor, side.id,
        {},          80};
    world.Register(camera);
  }
  policy::Claim AnnexeClaimOf(CredentialKind kind) const {
    policy::Claim claim = ClaimOf(kind);
    claim.camera.site = model::SiteId("annexe");
    claim.camera.camera = model::CameraId("side");
    return claim;
  }
  std::uint64_t Records() const { return world.store->GetLogHead(World::op())->size; }
  core::Json LastLine() const {
    const auto entries = world.store->ReadEntries(World::op(), Records() - 1, 1);
    const std::string& entry = entries->front().entry;
    return core::Json::Parse(entry.substr(0, entry.find('\n'))).value();
  }

  World world;
  registry::RegistryService registry{
      *world.store, *world.ledger, world.clock, *world.engine,
      wording::Wordlist::Load(FACEGATE_SOURCE_DIR "/config/documents/wording.yaml").value()};
  AlternativeService service{*world.store, *world.ledger, *world.keys,
                             world.clock,  *world.engine, registry};
};

}  // namespace facegate::alternatives::testing
