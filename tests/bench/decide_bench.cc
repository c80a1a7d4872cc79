// What a decision costs under the law: every Chinese pack and facegate's own, a register of up to
// 100,000 cameras, context assembly from the live register and the consents included.
#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"
#include "facegate/dossier/drafter.h"
#include "facegate/model/compliance.h"
#include "support/base/allocations.h"
#include "support/world/packs.h"
#include "support/world/world.h"

namespace facegate::bench {
namespace {

using testing::Allocations;

using testing::World;

std::shared_ptr<const rules::RuleSet> LoadChineseRules() {
  return testing::ShippedRules({"core", "cn23", "cn25", "cnpipl", "cnspc", "cnnds", "cnminor"});
}

void BM_LoadChinesePacks(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(LoadChineseRules());
}
BENCHMARK(BM_LoadChinesePacks)->Unit(benchmark::kMillisecond);

// Permits that nobody spends: what is measured is the decision alone.
class Forgetful final : public policy::AbandonSink {
 public:
  void OnAbandoned(const policy::Grounds&) noexcept override {}
};

policy::EngineOptions Options() {
  policy::EngineOptions options;
  options.gateway.controls = {"encryption", "security_audit", "access_control",
                              "template_protection"};
  return options;
}

// An office on the Chinese mainland that meets every rule, among others.
struct Office {
  explicit Office(int cameras)
      : engine(*world.store, world.clock, LoadChineseRules(), Options(),
               std::make_shared<Forgetful>()) {
    RegisterPlace();
    RegisterPurpose();
    for (int i = 0; i < cameras; ++i) RegisterAnotherCamera(i);
    world.AddSubject("person-a");
    consent = world.Grant("person-a");
    consent.form = model::ConsentForm::kSeparate;
    consent.evidence_sha256 = std::string(64, 'e');
    consent.notice_sha256 = std::string(64, 'a');
    ++consent.epoch;
    world.Change(storage::PutConsent{consent});
    world.MarkEnrolled("person-a");
  }

  void RegisterPlace() {
    const model::Date today = model::DateOf(world.clock.Now());
    model::Operator op;
    op.id = World::op();
    op.display_name = "Acme";
    op.kind = model::OrgKind::kPrivate;
    op.is_property_manager = false;
    op.serves_general_public = false;
    op.minor_rules = model::Attestation{"rules-1", today, "desk"};
    op.authorization_mgmt = op.minor_rules;
    op.intrusion_detection = op.minor_rules;
    world.Register(op);
    model::Site site = world.RegisteredSite();
    site.country = "CN";
    site.packs = {"cn23"};
    site.started_on = today;
    world.Register(site);
    model::AccessPoint point;
    point.op = World::op();
    point.site = World::site();
    point.id = model::AccessPointId("front");
    point.face_wait_s = 20;
    point.service_refused_on_refusal = false;
    point.penalty_or_price_on_refusal = false;
    model::Alternative card{model::AlternativeKind::kCard, "card", true};
    card.wait_s = 20;
    card.extra_cost = false;
    point.alternatives = {card};
    world.Register(point);
    model::Camera door;
    door.op = World::op();
    door.site = World::site();
    door.id = model::CameraId("door");
    door.access_point = point.id;
    door.capture_area = "the door";
    door.displays_prompt = true;
    world.Register(door);
    model::DeviceAssessment test;
    test.op = World::op();
    test.site = World::site();
    test.camera = door.id;
    test.id = model::DeviceAssessmentId("t1");
    test.assessed_on = today;
    test.certification_required = false;
    world.Register(test);
  }

  void RegisterPurpose() {
    const model::Date today = model::DateOf(world.clock.Now());
    model::Purpose purpose = world.RegisteredPurpose();
    purpose.equivalent_nonbiometric_exists = false;
    purpose.decision_effect = model::DecisionEffect::kAccess;
    world.Register(purpose);
    model::Notice notice;
    notice.op = World::op();
    notice.purpose = purpose.id;
    notice.id = model::NoticeId("en-1");
    notice.language = "en";
    notice.text = "We compare your face at the lobby door, if you agree.";
    notice.text_sha256 = core::HexEncode(crypto::Sha256(core::AsBytes(notice.text)));
    for (int field = 0; field <= static_cast<int>(model::NoticeField::kTermOfStorage); ++field) {
      notice.fields.insert(static_cast<model::NoticeField>(field));
    }
    notice.plain_language = true;
    notice.accessible_format = true;
    notice.complaint_channel_public = true;
    notice.bundled_with_other_terms = false;
    notice.misleading = false;
    world.Register(notice);
    model::Assessment assessment;
    assessment.op = World::op();
    assessment.purpose = purpose.id;
    assessment.id = model::AssessmentId("a1");
    assessment.purpose_version = purpose.version;
    for (int i = 0; i <= static_cast<int>(model::AssessmentSection::kRightsImpactAndMitigation);
         ++i) {
      assessment.sections.insert(static_cast<model::AssessmentSection>(i));
    }
    assessment.approved_on = today;
    assessment.retained_until = model::AddYears(today, 3);
    world.Register(assessment);
  }

  // Ten cameras a site.
  void RegisterAnotherCamera(int i) {
    model::Camera camera;
    camera.op = World::op();
    camera.site = model::SiteId("site-" + std::to_string(i / 10));
    camera.id = model::CameraId("camera-" + std::to_string(i));
    if (i % 10 == 0) {
      model::Site site = world.RegisteredSite();
      site.id = camera.site;
      world.Register(site);
    }
    world.Register(camera);
  }

  World world;
  policy::Engine engine;
  model::Consent consent;
};

void BM_DecideUnderChineseLaw(benchmark::State& state) {
  Office office(static_cast<int>(state.range(0)));
  const policy::Claim claim = office.world.VerifyClaim("person-a");
  for (int i = 0; i < 10; ++i) {
    const policy::Decision decision = office.engine.Decide(claim);
    if (const auto* denial = std::get_if<policy::Denial>(&decision)) {
      state.SkipWithError(denial->findings.empty() ? "denied" : denial->findings[0].rule.c_str());
      return;
    }
  }
  // A request's claim is read from its message and handed on. The copy of it here takes time but is
  // not counted.
  std::uint64_t allocated = 0;
  for (auto _ : state) {
    policy::Claim asked = claim;
    const std::uint64_t before = Allocations();
    benchmark::DoNotOptimize(office.engine.Decide(std::move(asked)));
    allocated += Allocations() - before;
  }
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(allocated), benchmark::Counter::kAvgIterations);
}
BENCHMARK(BM_DecideUnderChineseLaw)->Arg(0)->Arg(1000)->Arg(100000)->Unit(benchmark::kMicrosecond);

// What an operator owes and when: the rules are asked about each day of more than two years, at
// every deployment. For a person at a screen, never in a request.
void BM_SummaryOfDuties(benchmark::State& state) {
  Office office(static_cast<int>(state.range(0)));
  const dossier::Drafter drafter(*office.world.store, office.engine, office.world.clock);
  dossier::Order order;
  order.kind = documents::Kind::kDuties;
  order.op = World::op();
  for (auto _ : state) {
    const auto draft = drafter.Make(order, core::NoDeadline());
    FG_CHECK(draft.ok());
    benchmark::DoNotOptimize(draft->model);
  }
}
BENCHMARK(BM_SummaryOfDuties)->Arg(0)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace facegate::bench
