#include "support/world/world.h"

#include <cstdio>
#include <cstdlib>

#include "facegate/crypto/primitives.h"
#include "facegate/custody/holder_token.h"

namespace facegate::testing {
namespace {

constexpr std::int64_t kConsentMs = 30 * core::kMsPerDay;

[[noreturn]] void Stop(const core::Status& status) {
  std::fprintf(stderr, "test world: %s\n", status.ToString().c_str());
  std::abort();
}

template <class T>
T Must(core::Result<T> result) {
  if (!result.ok()) Stop(result.status());
  return std::move(result).value();
}

std::string Policies(const std::string& file) {
  return std::string(FACEGATE_SOURCE_DIR) + "/config/policies/" + file;
}

model::Principal As(model::Role role) {
  model::Principal principal;
  principal.role = role;
  principal.fingerprint = "test";
  return principal;
}

}  // namespace

std::shared_ptr<const rules::RuleSet> CoreRules() {
  return Must(rules::RuleSet::Load(Must(rules::Vocabulary::Load(Policies("vocabulary.yaml"))),
                                   {Policies("core.yaml")}));
}

World::World(WorldOptions options)
    : clock(options.now ? FakeClock(*options.now) : FakeClock()),
      keys(options.keys ? std::move(options.keys) : crypto::KeyRing::Ephemeral()),
      store(options.store ? std::move(options.store) : storage::OpenMemoryStore()) {
  audit::LedgerOptions ledger_options;
  ledger_options.gateway_name = "test.example";
  ledger_options.data_dir = options.data_dir;
  ledger_options.may_answer = [this](const model::OperatorId&) { return may_answer; };
  ledger = Must(audit::Ledger::Open(*store, *keys, clock, metrics, logger, ledger_options));
  tokens = std::make_unique<custody::TokenJudge>(*store, *keys, kGraceDays);
  policy::EngineOptions engine_options = options.engine;
  engine_options.tokens = tokens.get();
  engine =
      std::make_unique<policy::Engine>(*store, clock, CoreRules(), engine_options,
                                       options.record_abandoned ? ledger->abandon_sink() : nullptr);
  if (!options.already_registered) RegisterAll();
}

World::~World() = default;

audit::Event World::MakeEvent(const std::string& type) const {
  audit::Event event;
  event.type = type;
  event.log = op();
  event.actor = As(model::Role::kOperator);
  event.request_id = crypto::RandomUuid();
  return event;
}

void World::PutBody(const std::string& name, const std::string& kind, const std::string& parent,
                    const std::string& body) {
  const auto old = store->GetResource(name);
  const std::uint64_t revision = old.ok() ? old->revision + 1 : 1;
  const storage::Changes changes{storage::PutResource{name, kind, parent, body, revision}};
  audit::Event event = MakeEvent("registry." + kind);
  event.body.Set("kind", kind).Set("name", name).Set("revision", revision);
  (void)Must(ledger->Append(event, changes));
}

void World::Change(storage::Change change) {
  (void)Must(ledger->Append(MakeEvent("consent.granted"), {std::move(change)}));
}

model::Purpose World::RegisteredPurpose() const {
  const auto row = Must(store->GetResource(model::PurposeName(op(), purpose())));
  return Must(model::FromJson<model::Purpose>(Must(core::Json::Parse(row.body))));
}

void World::HaveTemplatesHeld() {
  model::Purpose purpose = RegisteredPurpose();
  purpose.custody = model::TemplateCustody::kHolder;
  Register(purpose);
}

std::string World::HandOut(std::string_view id) {
  auto permit = PermitFor(EnrollClaim(id));
  const policy::Grounds& grounds = permit.grounds();
  const custody::TokenHead head{
      Must(custody::CurrentKeyVersion(*store, op())),
      Must(custody::TokenIdFor(*keys, subject(id), *grounds.wrapped_subject_secret,
                               grounds.claim.request_id)),
      grounds.consent->expires_at};
  const model::Consent consent = Must(store->GetConsent(grounds.consent->consent));
  audit::Outcome outcome;
  outcome.verdict = model::Verdict::kAllow;
  outcome.reason = model::Reason::kIssuedToHolder;
  outcome.people = {{*grounds.claim.subject, *grounds.consent, grounds.wrapped_subject_secret}};
  outcome.issued_token = {
      custody::SealToken(*keys, head, custody::BindingOf(consent), "model",
                         crypto::SecretBytes(custody::kHeldTemplateBytes).span()),
      head.expires_at, head.key_version};
  return Must(ledger->Commit(std::move(permit), std::move(outcome))).outcome().issued_token->text;
}

model::Site World::RegisteredSite() const {
  const auto row = Must(store->GetResource(model::SiteName(op(), site())));
  return Must(model::FromJson<model::Site>(Must(core::Json::Parse(row.body))));
}

void World::RegisterAll() {
  const std::string op_name = model::OperatorName(op());
  const std::string site_name = model::SiteName(op(), site());
  Put(model::Operator{op(), "Acme"}, "operator", "");
  Put(model::Site{op(), site(), "Lobby", model::VenueKind::kOffice, "DE", "", "", false}, "site",
      op_name);
  SetAlternatives({{model::AlternativeKind::kCard, "badge reader", true},
                   {model::AlternativeKind::kStaffDesk, "reception", true}});
  const model::AccessPointId front("front");
  const auto put_camera = [&](std::string_view id, model::CameraUse use,
                              const model::AccessPointId& access_point, model::Region region) {
    Put(model::Camera{op(), site(), model::CameraId(id), "camera", use, access_point, region, 80},
        "camera", site_name);
  };
  put_camera("desk", model::CameraUse::kEnrollmentDesk, {}, {});
  put_camera("door", model::CameraUse::kDoor, front, {1.0 / 3, 0, 2.0 / 3, 1});
  put_camera("lane", model::CameraUse::kMarkedLane, front, {});

  model::Purpose access;
  access.op = op();
  access.id = purpose();
  access.display_name = "Building access";
  access.necessity_statement = "People open the lobby door without a badge.";
  access.alternatives_assessed = true;
  Put(access, "purpose", op_name);
  model::Notice notice;
  notice.op = op();
  notice.purpose = purpose();
  notice.id = model::NoticeId("en-1");
  notice.language = "en";
  notice.text = "We compare your face at the lobby door, if you agree.";
  notice.text_sha256 = core::HexEncode(crypto::Sha256(core::AsBytes(notice.text)));
  Put(notice, "notice", model::PurposeName(op(), purpose()));
}

void World::SetAlternatives(std::vector<model::Alternative> alternatives) {
  Put(model::AccessPoint{op(), site(), model::AccessPointId("front"), "Front door",
                         std::move(alternatives)},
      "accessPoint", model::SiteName(op(), site()));
}

void World::AddSubject(std::string_view id) {
  model::Subject value;
  value.op = op();
  value.id = model::SubjectId(id);
  value.wrapped_secret =
      keys->Wrap(crypto::RandomSecret(32).span(), audit::SubjectSecretContext(value.op, value.id));
  value.age_known = true;
  value.age_years = 30;
  value.created_at = clock.Now();
  (void)Must(ledger->Append(MakeEvent("subject.created"), {storage::PutSubject{value}}));
}

model::Consent World::Grant(std::string_view id) {
  return Grant(id, {model::ConsentScope::kVerify, model::ConsentScope::kIdentify});
}

model::Consent World::GrantWithImages(std::string_view id) {
  return Grant(id, {model::ConsentScope::kVerify, model::ConsentScope::kIdentify,
                    model::ConsentScope::kOriginalImageRetention});
}

void World::KeepOfPicture(model::ImageRetention kept, int days) {
  model::Purpose purpose = RegisteredPurpose();
  purpose.image_retention = kept;
  purpose.image_retention_days = days;
  Register(purpose);
}

model::Consent World::Grant(std::string_view id, std::set<model::ConsentScope> scopes) {
  const auto held = Must(store->ListConsents(subject(id)));
  model::Consent consent;
  consent.op = op();
  consent.subject = model::SubjectId(id);
  consent.id = model::ConsentId("c" + std::to_string(held.size() + 1));
  consent.site = site();
  consent.purpose = purpose();
  consent.purpose_version = 1;
  consent.status = model::ConsentStatus::kGranted;
  consent.scopes = std::move(scopes);
  consent.evidence_sha256 = std::string(64, 'e');
  consent.granted_at = clock.Now();
  consent.expires_at = clock.Now() + kConsentMs;
  consent.epoch = 1;
  (void)Must(ledger->Append(MakeEvent("consent.granted"), {storage::PutConsent{consent}}));
  return Must(store->GetConsent({consent.op, consent.subject, consent.id}));
}

std::uint64_t World::Withdraw(const model::Consent& consent) {
  model::Consent next = consent;
  next.status = model::ConsentStatus::kWithdrawn;
  ++next.epoch;
  const storage::Changes changes{
      storage::PutConsent{next},
      storage::DestroyTemplates{{consent.op, consent.subject}, consent.purpose}};
  return Must(ledger->Append(MakeEvent("consent.withdrawn"), changes)).receipt().index;
}

void World::MarkEnrolled(std::string_view id) {
  const model::TemplateKey key{op(), model::SubjectId(id), purpose(), core::Bytes(60, 7)};
  (void)Must(ledger->Append(MakeEvent("template.enrolled"), {storage::PutTemplateKey{key}}));
}

void World::StoreTemplate(std::string_view id) {
  const model::SubjectId subject(id);
  const auto consents = Must(store->ListConsents({op(), subject}));
  model::Template value;
  value.op = op();
  value.subject = subject;
  value.purpose = purpose();
  value.site = site();
  value.id = model::TemplateId("t1");
  value.consent = consents.front().id;
  value.model_id = "model";
  value.sealed = core::Bytes(170, 7);
  value.created_at = clock.Now();
  MarkEnrolled(id);
  (void)Must(ledger->Append(MakeEvent("template.enrolled"), {storage::PutTemplate{value}}));
}

policy::Claim World::VerifyClaim(std::string_view id) const {
  policy::Claim claim;
  claim.caller = As(model::Role::kController);
  claim.operation = model::Operation::kVerify1to1;
  claim.camera = camera("door");
  claim.purpose = purpose();
  claim.subject = model::SubjectId(id);
  claim.request_id = crypto::RandomUuid();
  return claim;
}

policy::Claim World::IdentifyClaim() const {
  policy::Claim claim;
  claim.caller = As(model::Role::kCamera);
  claim.operation = model::Operation::kIdentify1toN;
  claim.camera = camera("lane");
  claim.purpose = purpose();
  claim.request_id = crypto::RandomUuid();
  return claim;
}

policy::Claim World::EnrollClaim(std::string_view id) const {
  policy::Claim claim = VerifyClaim(id);
  claim.caller = As(model::Role::kEnroller);
  claim.operation = model::Operation::kEnroll;
  claim.camera = camera("desk");
  return claim;
}

policy::ViewPermit World::ViewPermitFor(const policy::Claim& claim) const {
  auto decision = engine->Decide(claim);
  if (const auto* denial = std::get_if<policy::Denial>(&decision)) {
    Stop(core::Status(core::Code::kFailedPrecondition, "DENIED",
                      std::string(model::Word(denial->reason)) +
                          (denial->findings.empty() ? "" : " by " + denial->findings[0].rule)));
  }
  return std::get<policy::ViewPermit>(std::move(decision));
}

policy::Permit World::PermitFor(const policy::Claim& claim, policy::FacesInView view) const {
  auto admission = engine->Admit(ViewPermitFor(claim), view);
  if (const auto* denial = std::get_if<policy::Denial>(&admission)) {
    Stop(core::Status(core::Code::kFailedPrecondition, "NOT_ADMITTED",
                      std::string(model::Word(denial->reason))));
  }
  return std::get<policy::Permit>(std::move(admission));
}

policy::Denial World::DenialFor(const policy::Claim& claim) const {
  auto decision = engine->Decide(claim);
  if (auto* permit = std::get_if<policy::ViewPermit>(&decision)) {
    (void)ledger->Commit(std::move(*permit), audit::Outcome{});
    Stop(core::Status(core::Code::kFailedPrecondition, "GRANTED", "expected a denial"));
  }
  return std::get<policy::Denial>(std::move(decision));
}

void World::Spend(policy::ViewPermit permit) {
  (void)Must(ledger->Commit(std::move(permit), audit::Outcome{}));
}

void World::Spend(policy::Permit permit) {
  (void)Must(ledger->Commit(std::move(permit), audit::Outcome{}));
}

}  // namespace facegate::testing
