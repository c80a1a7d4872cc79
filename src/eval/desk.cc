#include "eval/desk.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "eval/text.h"
#include "facegate/audit/ledger.h"
#include "facegate/consent/consent_service.h"
#include "facegate/core/log.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/crypto/primitives.h"
#include "facegate/policy/engine.h"
#include "facegate/registry/registry_service.h"
#include "facegate/storage/store.h"

namespace facegate::eval {
namespace {

using core::Result;
using core::Status;
using model::Reason;

// Long enough for the slowest engine; the permit is spent as soon as the picture is done.
constexpr std::int64_t kPermitMs = 60'000;
constexpr int kRetentionDays = 7;

const model::OperatorId kOperator("evaluation");
const model::SiteId kSite("site");
const model::CameraId kCamera("desk");
const model::PurposeId kPurpose("evaluation");

model::Principal As(model::Role role) {
  return {role, "evaluation", model::OperatorName(kOperator)};
}

model::SubjectId SubjectOf(int person) {
  return model::SubjectId(Join({"p", std::to_string(person)}));
}

audit::Outcome MakeOutcome(Reason reason, std::string detail, const policy::FacesInView& view,
                           int embedded) {
  audit::Outcome outcome;
  outcome.verdict = model::Verdict::kUseAlternative;
  outcome.reason = reason;
  outcome.detail = std::move(detail);
  outcome.counts.frames = 1;
  outcome.counts.faces_seen = view.total;
  outcome.counts.faces_embedded = embedded;
  outcome.counts.faces_ignored = view.total - embedded;
  return outcome;
}

Status Denied(const policy::Denial& denial) {
  std::string message = "the rules refuse an evaluation: ";
  message.append(model::Word(denial.reason));
  for (const policy::RuleFinding& finding : denial.findings) {
    message.append(" ").append(finding.rule);
  }
  return Status(core::Code::kFailedPrecondition, "EVALUATION_DENIED", std::move(message));
}

}  // namespace

struct Desk::Impl {
  vision::FaceEngine& faces;
  const core::Clock& clock;
  core::Metrics& metrics;
  frame::Limits limits;
  core::NullLogger logger;
  consent::NoTemplates dropper;
  std::unique_ptr<crypto::KeyRing> keys;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<audit::Ledger> ledger;
  std::unique_ptr<policy::Engine> engine;
  std::unique_ptr<consent::ConsentService> consents;
  std::string notice_sha256;
  int purpose_version = 0;

  Status Register(int min_face_px);
  Result<Presented> PresentUnder(policy::ViewPermit permit, core::ByteSpan picture);
  Result<Presented> EmbedUnder(policy::Permit permit, const frame::Image& image,
                               const std::vector<vision::FaceBox>& boxes,
                               const policy::FacesInView& view);

  // Records what became of a permit or denial, and gives the failure's word back.
  template <class P>
  Result<Presented> Fail(P permit, Reason reason, std::string word,
                         const policy::FacesInView& view) {
    FG_RETURN_IF_ERROR(
        ledger->Commit(std::move(permit), MakeOutcome(reason, word, view, 0)).status());
    return Presented{std::nullopt, std::move(word)};
  }
  template <class P>
  Status Fault(P permit, Status status, const policy::FacesInView& view) {
    FG_RETURN_IF_ERROR(
        ledger->Commit(std::move(permit), MakeOutcome(Reason::kFault, status.reason(), view, 0))
            .status());
    return status;
  }
};

Desk::Desk(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Desk::~Desk() = default;

Result<std::unique_ptr<Desk>> Desk::Open(const Deps& deps, int min_face_px,
                                         const frame::Limits& limits) {
  std::unique_ptr<Impl> impl(
      new Impl{deps.faces, deps.clock, deps.metrics, limits, {}, {}, {}, {}, {}, {}, {}, {}, 0});
  impl->keys = crypto::KeyRing::Ephemeral();
  impl->store = storage::OpenMemoryStore();
  audit::LedgerOptions ledger_options;
  ledger_options.gateway_name = "evaluation";
  FG_ASSIGN_OR_RETURN(impl->ledger,
                      audit::Ledger::Open(*impl->store, *impl->keys, impl->clock, impl->metrics,
                                          impl->logger, ledger_options));
  policy::EngineOptions engine_options;
  engine_options.permit_ms_max = kPermitMs;
  impl->engine = std::make_unique<policy::Engine>(*impl->store, impl->clock, deps.rules,
                                                  engine_options, impl->ledger->abandon_sink());
  impl->consents = std::make_unique<consent::ConsentService>(
      *impl->store, *impl->ledger, *impl->keys, impl->clock, *impl->engine, impl->dropper);
  FG_RETURN_IF_ERROR(impl->Register(min_face_px));
  return std::unique_ptr<Desk>(new Desk(std::move(impl)));
}

Status Desk::Impl::Register(int min_face_px) {
  registry::RegistryService registry(*store, *ledger, clock, *engine, wording::Wordlist::Empty());
  const auto caller = [] {
    return registry::Caller{As(model::Role::kOperator), crypto::RandomUuid()};
  };
  FG_RETURN_IF_ERROR(registry.Create(caller(), model::Operator{kOperator, "Evaluation"}).status());
  model::Site site;
  site.op = kOperator;
  site.id = kSite;
  site.display_name = "Evaluation";
  site.venue_kind = model::VenueKind::kOffice;
  site.country = "ZZ";  // reserved for private use: no country's packs apply
  FG_RETURN_IF_ERROR(registry.Create(caller(), site).status());
  model::Purpose purpose;
  purpose.op = kOperator;
  purpose.id = kPurpose;
  purpose.display_name = "Evaluation";
  purpose.category = model::PurposeCategory::kResearchTraining;
  purpose.retention_days = kRetentionDays;
  purpose.necessity_statement = "Measures error rates; nothing is kept.";
  purpose.alternatives_assessed = true;
  FG_ASSIGN_OR_RETURN(const auto made, registry.Create(caller(), purpose));
  purpose_version = made.resource.version;
  model::Notice notice;
  notice.op = kOperator;
  notice.purpose = kPurpose;
  notice.id = model::NoticeId("en");
  notice.purpose_version = purpose_version;
  notice.language = "en";
  notice.text = "Pictures are compared to measure error rates. Nothing is kept.";
  FG_ASSIGN_OR_RETURN(const auto told, registry.Create(caller(), notice));
  notice_sha256 = told.resource.text_sha256;
  model::Camera camera;
  camera.op = kOperator;
  camera.site = kSite;
  camera.id = kCamera;
  camera.display_name = "Evaluation";
  camera.use = model::CameraUse::kEnrollmentDesk;
  camera.min_face_px = min_face_px;
  return registry.Create(caller(), camera).status();
}

Status Desk::AddPerson(int person) {
  const consent::Caller caller{As(model::Role::kEnroller), crypto::RandomUuid()};
  const model::SubjectRef subject{kOperator, SubjectOf(person)};
  FG_RETURN_IF_ERROR(impl_->consents->CreateSubject(caller, subject, {}).status());
  consent::GrantRequest grant;
  grant.subject = subject;
  grant.site = kSite;
  grant.purpose = kPurpose;
  grant.purpose_version = impl_->purpose_version;
  grant.scopes = {model::ConsentScope::kVerify};
  grant.notice_sha256 = impl_->notice_sha256;
  grant.expires_at = impl_->clock.Now() + kRetentionDays * core::kMsPerDay;
  return impl_->consents->Grant({As(model::Role::kEnroller), crypto::RandomUuid()}, grant).status();
}

Result<Presented> Desk::Present(core::ByteSpan picture, int person) {
  policy::Claim claim;
  claim.caller = As(model::Role::kEnroller);
  claim.operation = model::Operation::kEnroll;
  claim.camera = {kOperator, kSite, kCamera};
  claim.purpose = kPurpose;
  claim.subject = SubjectOf(person);
  claim.request_id = crypto::RandomUuid();
  policy::Decision decision = impl_->engine->Decide(std::move(claim));
  if (auto* denial = std::get_if<policy::Denial>(&decision)) {
    const Status denied = Denied(*denial);
    FG_RETURN_IF_ERROR(impl_->ledger->Commit(std::move(*denial), audit::Outcome{}).status());
    return denied;
  }
  return impl_->PresentUnder(std::get<policy::ViewPermit>(std::move(decision)), picture);
}

Result<Presented> Desk::Impl::PresentUnder(policy::ViewPermit permit, core::ByteSpan picture) {
  policy::FacesInView view;
  const auto image = frame::Decode(picture, permit, limits, metrics);
  if (!image.ok()) {
    const Status status = image.status();
    if (status.reason() == "IMAGE_INVALID") {
      return Fail(std::move(permit), Reason::kImageInvalid, status.reason(), view);
    }
    if (status.reason() == "IMAGE_TOO_LARGE") {
      return Fail(std::move(permit), Reason::kImageTooLarge, status.reason(), view);
    }
    return Fault(std::move(permit), status, view);
  }
  auto boxes = faces.Detect(*image, permit, core::NoDeadline());
  if (!boxes.ok()) return Fault(std::move(permit), boxes.status(), view);
  view.total = static_cast<int>(boxes->size());
  std::erase_if(*boxes, [](const vision::FaceBox& box) { return !box.eligible; });
  view.in_region = static_cast<int>(boxes->size());
  if (boxes->empty()) return Fail(std::move(permit), Reason::kNoFace, "NO_FACE", view);

  policy::Admission admission = engine->Admit(std::move(permit), view);
  if (auto* denial = std::get_if<policy::Denial>(&admission)) {
    const Reason reason = denial->reason;
    return Fail(std::move(*denial), reason, std::string(model::Word(reason)), view);
  }
  return EmbedUnder(std::get<policy::Permit>(std::move(admission)), *image, *boxes, view);
}

Result<Presented> Desk::Impl::EmbedUnder(policy::Permit permit, const frame::Image& image,
                                         const std::vector<vision::FaceBox>& boxes,
                                         const policy::FacesInView& view) {
  auto embedded = faces.Embed(image, boxes, permit, core::NoDeadline());
  if (!embedded.ok()) return Fault(std::move(permit), embedded.status(), view);
  if (embedded->faces.empty()) {
    const bool known = !embedded->rejected.empty();
    std::string word(known ? vision::Word(embedded->rejected.front().quality.issue)
                           : model::Word(Reason::kPoorQuality));
    return Fail(std::move(permit), Reason::kPoorQuality, std::move(word), view);
  }
  if (embedded->faces.size() > 1) {
    std::string word(model::Word(Reason::kMultipleFaces));
    return Fail(std::move(permit), Reason::kMultipleFaces, std::move(word), view);
  }
  // Compared later and elsewhere: to the log the request ends without an answer.
  FG_RETURN_IF_ERROR(
      ledger->Commit(std::move(permit), MakeOutcome(Reason::kInconclusive, "EVALUATION", view, 1))
          .status());
  return Presented{std::move(embedded->faces.front().embedding), ""};
}

}  // namespace facegate::eval
