#include <utility>

#include "desk.h"
#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"
#include "support/world/packs.h"
#include "support/world/world.h"

namespace facegate::consent {
namespace {

Caller EnrollerCaller() {
  Caller caller;
  caller.principal.role = model::Role::kEnroller;
  caller.principal.fingerprint = "development";
  caller.request_id = "7d444840-9dc0-41d1-b245-5ffdce74fad2";
  return caller;
}

model::Purpose MakePurpose(const model::OperatorId& op, const model::PurposeId& id, int days) {
  model::Purpose purpose;
  purpose.op = op;
  purpose.id = id;
  purpose.retention_days = days;
  purpose.necessity_statement = "cards are passed on";
  return purpose;
}

model::Notice MakeNotice(const model::Purpose& purpose) {
  model::Notice notice;
  notice.op = purpose.op;
  notice.purpose = purpose.id;
  notice.id = model::NoticeId("en-v" + std::to_string(purpose.version));
  notice.purpose_version = purpose.version;
  notice.language = "en";
  notice.text = "We use your face to open the door, version " + std::to_string(purpose.version);
  notice.text_sha256 = core::HexEncode(crypto::Sha256(core::AsBytes(notice.text)));
  for (int field = 0; field <= static_cast<int>(model::NoticeField::kTermOfStorage); ++field) {
    notice.fields.insert(static_cast<model::NoticeField>(field));
  }
  notice.plain_language = true;
  return notice;
}

}  // namespace

void SpyDropper::Drop(const model::SubjectRef& subject,
                      const std::optional<model::PurposeId>& purpose, std::uint64_t log_index) {
  Call call{subject, purpose, log_index, 0};
  const auto stored = store_.ListTemplatesOf(subject);
  if (stored.ok()) {
    for (const model::Template& value : *stored) {
      if (!purpose || value.purpose == *purpose) ++call.still_stored;
    }
  }
  const std::lock_guard lock(mutex_);
  calls_.push_back(std::move(call));
}

void SpyDropper::SetAside(const model::SubjectRef& subject) {
  const std::lock_guard lock(mutex_);
  aside_.insert(subject);
}

core::Status SpyDropper::BringBack(const model::SubjectRef& subject) {
  const std::lock_guard lock(mutex_);
  aside_.erase(subject);
  return core::Status::Ok();
}

std::set<model::SubjectRef> SpyDropper::aside() const {
  const std::lock_guard lock(mutex_);
  return aside_;
}

std::vector<SpyDropper::Call> SpyDropper::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

Desk::Desk() : caller_(EnrollerCaller()) {
  audit::LedgerOptions options;
  options.gateway_name = "gate.example";
  auto ledger = audit::Ledger::Open(faults_, *keys_, clock_, metrics_, logger_, options);
  FG_CHECK(ledger.ok());
  ledger_ = std::move(ledger).value();
  engine_ = std::make_unique<policy::Engine>(*store_, clock_, facegate::testing::CoreRules(),
                                             policy::EngineOptions{}, nullptr);
  service_ =
      std::make_unique<ConsentService>(faults_, *ledger_, *keys_, clock_, *engine_, dropper_);

  model::Operator op;
  op.id = op_;
  Store(op, "operator", "");
  for (const model::SiteId& id : {hq_, lab_}) {
    model::Site site;
    site.op = op_;
    site.id = id;
    site.country = "CN";
    Store(site, "site", model::OperatorName(op_));
  }
  door_purpose_ = MakePurpose(op_, door_, kRetentionDays);
  for (const model::Purpose& purpose :
       {door_purpose_, MakePurpose(op_, canteen_, kRetentionDays)}) {
    Store(purpose, "purpose", model::OperatorName(op_));
    const model::Notice notice = MakeNotice(purpose);
    Store(notice, "notice", model::NameOf(purpose));
    notice_sha256_ = notice.text_sha256;  // both purposes show the same text
  }
}

template <class R>
void Desk::Store(const R& resource, const char* kind, const std::string& parent,
                 std::uint64_t revision) {
  audit::Event event;
  event.type = "registry.test";
  event.log = op_;
  event.actor = caller_.principal;
  event.request_id = caller_.request_id;
  const auto recorded = ledger_->Append(
      std::move(event), {storage::PutResource{model::NameOf(resource), kind, parent,
                                              model::ToJson(resource).Dump(), revision}});
  FG_CHECK(recorded.ok());
}
template void Desk::Store(const model::Purpose&, const char*, const std::string&, std::uint64_t);
template void Desk::Store(const model::Site&, const char*, const std::string&, std::uint64_t);
template void Desk::Store(const model::Notice&, const char*, const std::string&, std::uint64_t);
template void Desk::Store(const model::AccessPoint&, const char*, const std::string&,
                          std::uint64_t);

model::SubjectRef Desk::Register(const std::string& id) {
  const model::SubjectRef ref{op_, model::SubjectId(id)};
  const auto subject = service_->CreateSubject(caller_, ref, {.age_years = 30.0});
  EXPECT_TRUE(subject.ok()) << subject.status().ToString();
  return ref;
}

GrantRequest Desk::Request(const model::SubjectRef& subject) const {
  GrantRequest request;
  request.subject = subject;
  request.site = hq_;
  request.purpose = door_;
  request.purpose_version = 1;
  request.form = model::ConsentForm::kWritten;
  request.scopes = {model::ConsentScope::kVerify};
  request.notice_sha256 = notice_sha256_;
  request.evidence_sha256 = kEvidence;
  request.expires_at = clock_.Now() + 10 * core::kMsPerDay;
  return request;
}

model::Consent Desk::MustGrant(const GrantRequest& request) {
  const auto granted = service_->Grant(caller_, request);
  FG_CHECK(granted.ok());
  return granted->consent;
}

void Desk::Enroll(const model::Consent& consent, const std::string& template_id) {
  const model::SubjectRef subject{consent.op, consent.subject};
  storage::Changes changes;
  if (!store_->GetTemplateKey(subject, consent.purpose).ok()) {
    changes.push_back(storage::PutTemplateKey{
        {consent.op, consent.subject, consent.purpose, core::Bytes(60, 1)}});
  }
  model::Template value;
  value.op = consent.op;
  value.subject = consent.subject;
  value.purpose = consent.purpose;
  value.site = consent.site;
  value.id = model::TemplateId(template_id);
  value.consent = consent.id;
  value.model_id = "test";
  value.sealed = core::Bytes(156, 2);
  changes.push_back(storage::PutTemplate{value});
  audit::Event event;
  event.type = "template.enrolled";
  event.log = op_;
  event.actor = caller_.principal;
  event.request_id = caller_.request_id;
  const auto recorded = ledger_->Append(std::move(event), std::move(changes));
  ASSERT_TRUE(recorded.ok()) << recorded.status().ToString();
}

std::size_t Desk::CountTemplates(const model::SubjectRef& subject) const {
  const auto templates = store_->ListTemplatesOf(subject);
  return templates.ok() ? templates->size() : 0;
}

std::string Desk::EntryAt(std::uint64_t index) const {
  const auto entries = store_->ReadEntries(op_, index, 1);
  FG_CHECK(entries.ok() && entries->size() == 1);
  return entries->front().entry;
}

std::uint64_t Desk::LogSize() const {
  const auto head = store_->GetLogHead(op_);
  FG_CHECK(head.ok());
  return head->size;
}

model::SubjectRef Desk::OfAge(const std::string& id, std::optional<double> years) {
  const model::SubjectRef ref{op_, model::SubjectId(id)};
  EXPECT_TRUE(service_->CreateSubject(caller_, ref, {.age_years = years}).ok());
  return ref;
}

void Desk::MoveToChina() {
  engine_->Reload(facegate::testing::ShippedRules({"core", "cn25", "cnpipl", "cnnds"}));
  model::Site site;
  site.op = op_;
  site.id = hq_;
  site.country = "CN";
  site.packs = {"cn25", "cnpipl", "cnnds"};
  Store(site, "site", model::OperatorName(op_), 2);
}

}  // namespace facegate::consent
