#include "golden/story.h"

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "facegate/audit/contexts.h"
#include "facegate/audit/pruning.h"
#include "facegate/audit/tail.h"
#include "facegate/consent/record_desk.h"
#include "facegate/crypto/primitives.h"

namespace facegate::testing {
namespace {

using model::Operation;
using model::Reason;
using model::Verdict;

constexpr const char* kRequestId = "7d444840-9dc0-41d1-b245-5ffdce74fad2";
constexpr const char* kNotice = "We compare your face at the lobby door, if you agree.";

[[noreturn]] void Stop(const core::Status& status) {
  std::fprintf(stderr, "golden story: %s\n", status.ToString().c_str());
  std::abort();
}
void Must(const core::Status& status) {
  if (!status.ok()) Stop(status);
}
template <class T>
T Must(core::Result<T> result) {
  if (!result.ok()) Stop(result.status());
  return std::move(result).value();
}

model::Principal As(model::Role role) {
  model::Principal principal;
  principal.role = role;
  principal.fingerprint = std::string(64, 'f');
  return principal;
}

void WriteKey(const TempDir& folder, const char* file, char digit) {
  const std::string path = folder / file;
  std::ofstream(path) << std::string(64, digit) << '\n';
  if (chmod(path.c_str(), 0600) != 0) std::abort();
}

// Key files whose bytes are those of everybody who runs this.
std::unique_ptr<crypto::KeyRing> FixedKeys(const TempDir& folder) {
  WriteKey(folder, "kek.key", '1');
  WriteKey(folder, "log.key", '2');
  return Must(crypto::KeyRing::Load(folder.path()));
}

std::shared_ptr<const rules::RuleSet> FixedRules() {
  const std::string root = FACEGATE_SOURCE_DIR;
  return Must(
      rules::RuleSet::Load(Must(rules::Vocabulary::Load(root + "/config/policies/vocabulary.yaml")),
                           {root + "/tests/golden/pack.yaml"}));
}

model::SubjectRef Person() { return {Story::op(), model::SubjectId("person-a")}; }

}  // namespace

Story::Story(Ending ending) : keys_(FixedKeys(folder_)), store_(storage::OpenMemoryStore()) {
  OpenLedger();
  engine_ = std::make_unique<policy::Engine>(*store_, clock_, FixedRules(), policy::EngineOptions{},
                                             nullptr);
  registry_ = std::make_unique<registry::RegistryService>(*store_, *ledger_, clock_, *engine_,
                                                          wording::Wordlist::Empty());
  dropper_ = std::make_unique<consent::NoTemplates>();
  consents_ = std::make_unique<consent::ConsentService>(*store_, *ledger_, *keys_, clock_, *engine_,
                                                        *dropper_);
  Register();
  AddPerson(Person().subject);
  Name("subject.created");
  Recognise();
  if (ending == Ending::kErasure) {
    End();
  } else {
    Query();
    Prune();
    RotateKeys();
    Succeed();
  }
}

Story::~Story() = default;

void Story::OpenLedger() {
  audit::LedgerOptions options;
  options.gateway_name = "gate.example";
  options.data_dir = folder_.path();
  ledger_ = Must(audit::Ledger::Open(*store_, *keys_, clock_, metrics_, logger_, options));
}

std::string Story::Suppressions() const {
  std::ifstream file(folder_ / "suppressions", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Story::Name(const std::string& name) {
  const std::uint64_t size = Must(store_->GetLogHead(op())).size;
  entries_[name] = Must(store_->ReadEntries(op(), size - 1, 1)).at(0).entry;
  clock_.Advance(1000);
}

void Story::Register() {
  const registry::Caller caller{As(model::Role::kOperator), kRequestId};
  const auto create = [&](auto resource, const std::string& kind) {
    (void)Must(registry_->Create(caller, std::move(resource)));
    Name("registry." + kind + ".created");
  };
  const model::SiteId lobby("lobby");
  model::Operator acme;
  acme.id = op();
  acme.display_name = "Acme";
  create(acme, "operator");
  model::Site site;
  site.op = op();
  site.id = lobby;
  site.display_name = "Lobby";
  site.venue_kind = model::VenueKind::kOffice;
  site.country = "CH";
  create(site, "site");
  model::AccessPoint front;
  front.op = op();
  front.site = lobby;
  front.id = model::AccessPointId("front");
  front.display_name = "Front door";
  front.alternatives = {{model::AlternativeKind::kCard, "badge reader", true}};
  create(front, "access_point");
  model::Purpose access;
  access.op = op();
  access.id = model::PurposeId("building_access");
  access.display_name = "Building access";
  access.necessity_statement = "People open the door without a badge.";
  access.alternatives_assessed = true;
  create(access, "purpose");
  model::Notice notice;
  notice.op = op();
  notice.purpose = access.id;
  notice.id = model::NoticeId("en");
  notice.language = "en";
  notice.text = kNotice;
  create(notice, "notice");
  for (const auto& [id, use] : {std::pair{"door", model::CameraUse::kDoor},
                                std::pair{"lane", model::CameraUse::kMarkedLane},
                                std::pair{"desk", model::CameraUse::kEnrollmentDesk}}) {
    model::Camera camera;
    camera.op = op();
    camera.site = lobby;
    camera.id = model::CameraId(id);
    camera.display_name = id;
    camera.use = use;
    if (use != model::CameraUse::kEnrollmentDesk) camera.access_point = front.id;
    create(camera, "camera");
  }
  site.display_name = "Lobby, ground floor";
  (void)Must(registry_->Update(caller, site, 0));
  Name("registry.site.updated");
  Must(registry_->Delete<model::Camera>(caller, "operators/acme/sites/lobby/cameras/desk"));
  Name("registry.camera.deleted");
}

// As the consent service does, but with a secret that is always the same.
void Story::AddPerson(const model::SubjectId& id) {
  model::Subject subject;
  subject.op = op();
  subject.id = id;
  wrapped_secret_ =
      keys_->Wrap(core::Bytes(32, 3), audit::SubjectSecretContext(subject.op, subject.id));
  subject.wrapped_secret = wrapped_secret_;
  subject.created_at = clock_.Now();
  audit::Event event;
  event.type = "subject.created";
  event.log = op();
  event.actor = As(model::Role::kEnroller);
  event.request_id = kRequestId;
  event.subject = subject.id;
  event.wrapped_subject_secret = subject.wrapped_secret;
  (void)Must(ledger_->Append(event, {storage::PutSubject{subject}}));
}

consent::GrantRequest Story::GrantOf(const char* id, int days) const {
  consent::GrantRequest request;
  request.subject = Person();
  request.id = model::ConsentId(id);
  request.site = model::SiteId("lobby");
  request.purpose = model::PurposeId("building_access");
  request.purpose_version = 1;
  request.form = model::ConsentForm::kWritten;
  request.scopes = {model::ConsentScope::kVerify, model::ConsentScope::kIdentify};
  request.notice_sha256 = core::HexEncode(crypto::Sha256(core::AsBytes(std::string(kNotice))));
  request.evidence_sha256 = std::string(64, 'e');
  request.expires_at = clock_.Now() + days * core::kMsPerDay;
  return request;
}

policy::Claim Story::ClaimOf(Operation operation, const char* camera,
                             std::optional<model::SubjectId> subject) const {
  policy::Claim claim;
  claim.caller = As(model::Role::kController);
  claim.operation = operation;
  claim.camera = {op(), model::SiteId("lobby"), model::CameraId(camera)};
  claim.purpose = model::PurposeId("building_access");
  claim.subject = std::move(subject);
  claim.request_id = kRequestId;
  claim.client_counter = 7;
  return claim;
}

audit::Receipt Story::Commit(const policy::Claim& claim, audit::Outcome outcome,
                             storage::Changes changes) {
  policy::Decision decision = engine_->Decide(claim);
  if (auto* denial = std::get_if<policy::Denial>(&decision)) {
    return Must(ledger_->Commit(std::move(*denial), std::move(outcome))).receipt();
  }
  auto& view = std::get<policy::ViewPermit>(decision);
  if (outcome.reason == Reason::kLeaseClosed) {
    return Must(ledger_->Commit(std::move(view), std::move(outcome))).receipt();
  }
  policy::Admission admission = engine_->Admit(std::move(view), {1, 1});
  auto& permit = std::get<policy::Permit>(admission);
  return Must(ledger_->Commit(std::move(permit), std::move(outcome), std::move(changes))).receipt();
}

audit::Outcome Story::About(Verdict verdict, Reason reason) const {
  audit::Outcome outcome;
  outcome.verdict = verdict;
  outcome.reason = reason;
  outcome.counts = {1, 3, 1, 2, reason == Reason::kMatched ? 1 : 0, 0};
  outcome.models = {{"dlib-resnet29-v1", std::string(64, 'a')}};
  if (verdict == Verdict::kAllow) {
    const model::Consent& consent = *consent_;
    audit::Person& person = outcome.people.emplace_back();
    person.subject = consent.subject;
    person.basis.consent = {consent.op, consent.subject, consent.id};
    person.basis.epoch = consent.epoch;
    person.basis.log_index = consent.log_index;
    person.wrapped_secret = wrapped_secret_;
  }
  return outcome;
}

void Story::Recognise() {
  (void)Commit(ClaimOf(Operation::kVerify1to1, "door", Person().subject), {});
  Name("decision.refused");

  const consent::Caller desk{As(model::Role::kEnroller), kRequestId};
  consent_ = Must(consents_->Grant(desk, GrantOf("c1", 20))).consent;
  Name("consent.granted");
  const model::TemplateKey key{op(), Person().subject, model::PurposeId("building_access"),
                               core::Bytes(60, 4)};
  (void)Commit(ClaimOf(Operation::kEnroll, "door", Person().subject),
               About(Verdict::kAllow, Reason::kEnrolled), {storage::PutTemplateKey{key}});
  Name("template.enrolled");
  receipt_ = Commit(ClaimOf(Operation::kVerify1to1, "door", Person().subject),
                    About(Verdict::kAllow, Reason::kMatched));
  Name("decision.matched");
  audit::Outcome blurred = About(Verdict::kUseAlternative, Reason::kPoorQuality);
  blurred.detail = "BLURRED";
  (void)Commit(ClaimOf(Operation::kVerify1to1, "door", Person().subject), blurred);
  Name("decision.poor_quality");
  policy::Claim lease = ClaimOf(Operation::kIdentify1toN, "lane", std::nullopt);
  lease.lease_ms = 2000;
  (void)Commit(lease, About(Verdict::kUseAlternative, Reason::kLeaseClosed));
  Name("stream_lease");
}

void Story::End() {
  const consent::Caller desk{As(model::Role::kEnroller), kRequestId};
  (void)Must(consents_->Withdraw(desk, {op(), Person().subject, model::ConsentId("c1")}));
  Name("consent.withdrawn");
  (void)Must(consents_->Grant(desk, GrantOf("c2", 1)));
  clock_.Advance(core::kMsPerDay);
  (void)Must(consents_->SweepExpired(desk));
  Name("consent.expired");
  (void)Must(consents_->Erase(desk, Person()));
  Name("subject.erased");
}

void Story::Query() {
  const consent::RecordDesk desk(*store_, *ledger_, *keys_);
  (void)Must(desk.FindRecords({As(model::Role::kResolver), kRequestId}, Person(), {},
                              model::ResolutionReason::kRightsRequest, {}, core::NoDeadline()));
  Name("audit.queried");
}

void Story::Prune() {
  (void)Must(consents_->Withdraw({As(model::Role::kEnroller), kRequestId},
                                 {op(), Person().subject, model::ConsentId("c1")}));
  while (Must(store_->GetLogHead(op())).size < storage::kTileHashes) {
    AddPerson(model::SubjectId("p" + std::to_string(Must(store_->GetLogHead(op())).size)));
  }
  clock_.Advance(11 * core::kMsPerDay);
  audit::LogPruner pruner(*store_, *ledger_, clock_,
                          {.is_on = true, .retained_days = 10, .published = {}});
  if (!Must(pruner.Prune(op(), As(model::Role::kOperator), kRequestId, core::NoDeadline()))
           .receipt) {
    std::abort();
  }
  Name("log.pruned");
}

// The next start hands the log over. Nobody asked, so that its request id is another every time.
void Story::RotateKeys() {
  WriteKey(folder_, "log.2.key", '4');
  consents_.reset();
  registry_.reset();
  ledger_.reset();
  keys_ = Must(crypto::KeyRing::Load(folder_.path()));
  OpenLedger();
  Name("key.rotated");
}

// Five records more were lost, and with them their log.
void Story::Succeed() {
  ledger_.reset();
  const std::uint64_t size = Must(store_->GetLogHead(op())).size;
  const tlog::Checkpoint lost{"gate.example/acme", size + 5,
                              crypto::Sha256(core::AsBytes(std::string("lost")))};
  (void)Must(audit::Succeed(*store_, *keys_, clock_, op(), lost));
  Name("log.succeeded");
}

}  // namespace facegate::testing
