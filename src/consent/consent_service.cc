#include "facegate/consent/consent_service.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "consent/events.h"
#include "consent/grant_terms.h"
#include "consent/past_receipt.h"
#include "facegate/audit/contexts.h"
#include "facegate/crypto/primitives.h"

namespace facegate::consent {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kSubjectSecretBytes = 32;
constexpr std::size_t kSweepPage = 100;
// How often a write is tried anew when what it was checked against moved meanwhile. Only another
// gateway on the same store can move it.
constexpr int kAttemptsMax = 5;

bool IsPreconditionFailure(const Status& status) {
  return status.code() == Code::kAborted && status.reason() == "PRECONDITION";
}

Status KeptMoving() {
  return Status(Code::kAborted, "CONSENT_MOVED",
                "the record kept changing while it was written: try again");
}

Status ConsentExists(const char* message) {
  return Status(Code::kAlreadyExists, "CONSENT_EXISTS", message);
}

model::SubjectRef SubjectOf(const model::Consent& consent) { return {consent.op, consent.subject}; }

model::ConsentRef RefOf(const model::Consent& consent) {
  return {consent.op, consent.subject, consent.id};
}

model::Consent NewConsent(const GrantRequest& request, core::Timestamp now) {
  model::Consent consent;
  consent.op = request.subject.op;
  consent.subject = request.subject.subject;
  consent.id = request.id.empty() ? model::ConsentId(crypto::RandomUuid()) : request.id;
  consent.site = request.site;
  consent.purpose = request.purpose;
  consent.purpose_version = request.purpose_version;
  consent.status = model::ConsentStatus::kGranted;
  consent.form = request.form;
  consent.given_by = request.given_by;
  consent.scopes = request.scopes;
  consent.notice_sha256 = request.notice_sha256;
  consent.evidence_sha256 = request.evidence_sha256;
  consent.guardian_evidence_sha256 = request.guardian_evidence_sha256;
  consent.guardian_verified_by = request.guardian_verified_by;
  consent.granted_at = now;
  consent.expires_at = request.expires_at;
  consent.epoch = 1;
  return consent;
}

}  // namespace

ConsentService::ConsentService(storage::Store& store, audit::Ledger& ledger,
                               const crypto::KeyRing& keys, const core::Clock& clock,
                               TemplateDropper& dropper)
    : store_(store), ledger_(ledger), keys_(keys), clock_(clock), dropper_(dropper) {}

std::mutex& ConsentService::StripeOf(const model::SubjectRef& subject) {
  return stripes_[std::hash<std::string>{}(subject.subject.str()) % kStripes];
}

// ---- Subjects ----

Result<model::Subject> ConsentService::CreateSubject(const Caller& caller,
                                                     const model::SubjectRef& ref,
                                                     const SubjectFacts& facts) {
  FG_RETURN_IF_ERROR(CheckFacts(facts));
  const std::lock_guard lock(StripeOf(ref));
  const Result<storage::Resource> op = store_.GetResource(model::OperatorName(ref.op));
  if (!op.ok() && op.status().code() == Code::kNotFound) {
    return Status(Code::kNotFound, "OPERATOR_NOT_FOUND", "the operator is not registered");
  }
  if (!op.ok()) return op.status();

  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const Result<model::Subject> existing = store_.GetSubject(ref);
    if (existing.ok()) {
      return Status(Code::kAlreadyExists, "SUBJECT_EXISTS", "a subject of that id exists");
    }
    if (existing.status().code() != Code::kNotFound) return existing.status();

    model::Subject subject;
    subject.op = ref.op;
    subject.id = ref.subject;
    const crypto::SecretBytes secret = crypto::RandomSecret(kSubjectSecretBytes);
    subject.wrapped_secret =
        keys_.Wrap(secret.span(), audit::SubjectSecretContext(ref.op, ref.subject));
    subject.age_known = facts.age_years.has_value();
    subject.age_years = facts.age_years.value_or(0);
    subject.country = facts.country;
    subject.region = facts.region;
    subject.role = facts.role;
    subject.needs_accessibility = facts.needs_accessibility;
    subject.created_at = clock_.Now();
    const Result<audit::RecordedEvent> recorded = ledger_.Append(
        SubjectEvent("subject.created", caller, subject), {storage::PutSubject{subject}});
    if (recorded.ok()) {
      subject.log_index = recorded->receipt().index;
      return subject;
    }
    if (!IsPreconditionFailure(recorded.status())) return recorded.status();
  }
  return KeptMoving();
}

Result<model::Subject> ConsentService::GetSubject(const model::SubjectRef& subject) const {
  return store_.GetSubject(subject);
}

Result<std::vector<model::Subject>> ConsentService::ListSubjects(const model::OperatorId& op,
                                                                 std::string_view after,
                                                                 std::size_t limit) const {
  return store_.ListSubjects(op, after, limit);
}

// ---- Consents ----

Result<ConsentResult> ConsentService::Grant(const Caller& caller, const GrantRequest& request) {
  FG_RETURN_IF_ERROR(CheckFields(request));
  const std::lock_guard lock(StripeOf(request.subject));
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    FG_ASSIGN_OR_RETURN(storage::Preconditions preconditions,
                        CheckTerms(store_, request, clock_.Now()));
    FG_ASSIGN_OR_RETURN(const model::Subject subject, store_.GetSubject(request.subject));
    FG_RETURN_IF_ERROR(MakeRoom(caller, request));

    model::Consent consent = NewConsent(request, clock_.Now());
    Result<audit::RecordedEvent> recorded =
        ledger_.Append(ConsentEvent(caller, consent, subject, keys_),
                       {storage::PutConsent{consent}}, std::move(preconditions));
    if (recorded.ok()) {
      consent.log_index = recorded->receipt().index;
      return ConsentResult{std::move(consent), recorded->receipt()};
    }
    if (!IsPreconditionFailure(recorded.status())) return recorded.status();
  }
  return KeptMoving();
}

// Refuses where a consent of that id, or one in force, stands in the way; ends one whose time is up
// but which no sweep has met yet, so that a later sweep cannot destroy what rests on the new one.
Status ConsentService::MakeRoom(const Caller& caller, const GrantRequest& request) {
  FG_ASSIGN_OR_RETURN(const std::vector<model::Consent> consents,
                      store_.ListConsents(request.subject));
  const core::Timestamp now = clock_.Now();
  for (const model::Consent& consent : consents) {
    if (consent.id == request.id) return ConsentExists("a consent of that id exists");
    const bool granted = consent.status == model::ConsentStatus::kGranted;
    if (!granted || consent.site != request.site || consent.purpose != request.purpose) continue;
    if (consent.expires_at > now) {
      return ConsentExists("a consent is in force for that site and purpose: withdraw it first");
    }
    const Result<ConsentResult> ended = End(caller, consent, model::ConsentStatus::kExpired);
    if (!ended.ok()) return ended.status();
  }
  return Status::Ok();
}

Result<model::Consent> ConsentService::Get(const model::ConsentRef& consent) const {
  return store_.GetConsent(consent);
}

Result<std::vector<model::Consent>> ConsentService::List(const model::SubjectRef& subject) const {
  return store_.ListConsents(subject);
}

Result<ConsentResult> ConsentService::Withdraw(const Caller& caller, const model::ConsentRef& ref) {
  // Held until the templates are dropped: a second withdrawal is not acknowledged before the first.
  const std::lock_guard lock(StripeOf({ref.op, ref.subject}));
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    FG_ASSIGN_OR_RETURN(model::Consent current, store_.GetConsent(ref));
    if (current.status != model::ConsentStatus::kGranted) {
      FG_ASSIGN_OR_RETURN(audit::Receipt receipt,
                          PastReceipt(store_, ref.op, ledger_.Origin(ref.op), current.log_index));
      return ConsentResult{std::move(current), std::move(receipt)};
    }
    Result<ConsentResult> ended = End(caller, current, model::ConsentStatus::kWithdrawn);
    if (ended.ok() || !IsPreconditionFailure(ended.status())) return ended;
  }
  return KeptMoving();
}

// Ends a consent that was read as `current`: one record, one transaction with the destruction of
// its purpose's templates, then the templates in memory. ABORTED PRECONDITION where it moved
// meanwhile.
Result<ConsentResult> ConsentService::End(const Caller& caller, const model::Consent& current,
                                          model::ConsentStatus how) {
  FG_ASSIGN_OR_RETURN(const model::Subject subject, store_.GetSubject(SubjectOf(current)));
  model::Consent ended = current;
  ended.status = how;
  ended.epoch = current.epoch + 1;
  storage::Changes changes = {storage::PutConsent{ended},
                              storage::DestroyTemplates{SubjectOf(current), current.purpose}};
  FG_ASSIGN_OR_RETURN(
      const audit::RecordedEvent recorded,
      ledger_.Append(ConsentEvent(caller, ended, subject, keys_), std::move(changes),
                     {storage::ConsentAtEpoch{RefOf(current), current.epoch}}));
  ended.log_index = recorded.receipt().index;
  dropper_.Drop(SubjectOf(ended), ended.purpose, ended.log_index);
  return ConsentResult{std::move(ended), recorded.receipt()};
}

// ---- Ends ----

Result<ErasureResult> ConsentService::Erase(const Caller& caller, const model::SubjectRef& ref) {
  const std::lock_guard lock(StripeOf(ref));
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    FG_ASSIGN_OR_RETURN(const model::Subject subject, store_.GetSubject(ref));
    FG_ASSIGN_OR_RETURN(const std::vector<model::Template> templates, store_.ListTemplatesOf(ref));
    // Each purpose by name as well: what is destroyed is then in the suppression file per purpose.
    std::set<model::PurposeId> purposes;
    for (const model::Template& value : templates) purposes.insert(value.purpose);
    storage::Changes changes;
    for (const model::PurposeId& purpose : purposes) {
      changes.push_back(storage::DestroyTemplates{ref, purpose});
    }
    changes.push_back(storage::EraseSubject{ref});

    ErasureResult result;
    result.subject = ref;
    result.templates_destroyed = static_cast<int>(templates.size());
    audit::Event event = SubjectEvent("subject.erased", caller, subject);
    event.body.Set("templates_destroyed", result.templates_destroyed);
    const Result<audit::RecordedEvent> recorded = ledger_.Append(event, std::move(changes));
    if (recorded.ok()) {
      result.receipt = recorded->receipt();
      dropper_.Drop(ref, std::nullopt, result.receipt.index);
      return result;
    }
    if (!IsPreconditionFailure(recorded.status())) return recorded.status();
  }
  return KeptMoving();
}

Result<int> ConsentService::EndPurpose(const Caller& caller, const model::SiteRef& site,
                                       const model::PurposeId& purpose) {
  int ended = 0;
  std::string after;
  for (;;) {
    FG_ASSIGN_OR_RETURN(const std::vector<model::Consent> page,
                        store_.ListConsentsAt(site, purpose, after, kSweepPage));
    for (const model::Consent& listed : page) {
      if (listed.status != model::ConsentStatus::kGranted) continue;
      const std::lock_guard lock(StripeOf(SubjectOf(listed)));
      const Result<model::Consent> current = store_.GetConsent(RefOf(listed));
      if (!current.ok() || current->epoch != listed.epoch) continue;
      const Result<ConsentResult> end = End(caller, *current, model::ConsentStatus::kExpired);
      if (end.ok()) {
        ++ended;
      } else if (!IsPreconditionFailure(end.status())) {
        return end.status();
      }
    }
    if (page.size() < static_cast<std::size_t>(kSweepPage)) return ended;
    after = page.back().subject.str();
  }
}

Result<int> ConsentService::SweepExpired(const Caller& caller) {
  const core::Timestamp now = clock_.Now();
  int swept = 0;
  for (;;) {
    FG_ASSIGN_OR_RETURN(const std::vector<model::Consent> page,
                        store_.ListExpired(now, kSweepPage));
    const int swept_before = swept;
    for (const model::Consent& listed : page) {
      const std::lock_guard lock(StripeOf(SubjectOf(listed)));
      const Result<model::Consent> current = store_.GetConsent(RefOf(listed));
      // Ended or erased since it was listed: nothing left to do, and the next page will not have
      // it.
      if (!current.ok() || current->epoch != listed.epoch) continue;
      const Result<ConsentResult> ended = End(caller, *current, model::ConsentStatus::kExpired);
      if (ended.ok()) {
        ++swept;
      } else if (!IsPreconditionFailure(ended.status())) {
        return ended.status();
      }
    }
    // A page without progress is either empty or will be met again by the next sweep.
    if (swept == swept_before) return swept;
  }
}

}  // namespace facegate::consent
