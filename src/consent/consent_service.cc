#include "facegate/consent/consent_service.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "consent/events.h"
#include "consent/grant_terms.h"
#include "consent/subject_export.h"
#include "facegate/audit/contexts.h"
#include "facegate/audit/past_receipt.h"
#include "facegate/crypto/primitives.h"
#include "facegate/policy/consent_review.h"

namespace facegate::consent {
namespace {

using audit::IsPreconditionFailure;
using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kSubjectSecretBytes = 32;
constexpr std::size_t kSweepPage = 100;
constexpr std::size_t kTokenBytes = 24;  // 192 bits, in hex
// How often a write is tried anew when what it was checked against moved meanwhile. Only another
// gateway on the same store can move it.
constexpr int kAttemptsMax = 5;

Status KeptMoving() {
  return Status(Code::kAborted, "CONSENT_MOVED",
                "the record kept changing while it was written: try again");
}

Status ConsentExists(const char* message) {
  return Status(Code::kAlreadyExists, "CONSENT_EXISTS", message);
}

Status SubjectRestricted(Code code) {
  return Status(code, "SUBJECT_RESTRICTED",
                "what is held about the person is frozen: release it first");
}

model::SubjectRef SubjectOf(const model::Consent& consent) { return {consent.op, consent.subject}; }

model::ConsentRef RefOf(const model::Consent& consent) {
  return {consent.op, consent.subject, consent.id};
}

model::Consent NewConsent(const Terms& terms, model::ConsentStatus status, core::Timestamp now) {
  model::Consent consent;
  consent.op = terms.subject.op;
  consent.subject = terms.subject.subject;
  consent.id = terms.id.empty() ? model::ConsentId(crypto::RandomUuid()) : terms.id;
  consent.site = terms.site;
  consent.purpose = terms.purpose;
  consent.purpose_version = terms.purpose_version;
  consent.status = status;
  consent.scopes = terms.scopes;
  consent.notice_sha256 = terms.notice_sha256;
  consent.alternative_offered = terms.alternative_offered;
  consent.channel = terms.channel;
  consent.granted_at = now;
  consent.expires_at = now;
  consent.epoch = 1;
  return consent;
}

void SetAnswer(model::Consent& consent, const GrantRequest& request) {
  consent.form = request.form;
  consent.given_by = request.given_by;
  consent.evidence_sha256 = request.evidence_sha256;
  consent.guardian_evidence_sha256 = request.guardian_evidence_sha256;
  consent.guardian_verified_by = request.guardian_verified_by;
  consent.expires_at = request.expires_at;
}

// What was asked, under another id if it is another question.
Terms TermsOf(const model::Consent& consent, const model::ConsentId& id) {
  Terms terms;
  terms.subject = SubjectOf(consent);
  terms.id = id;
  terms.site = consent.site;
  terms.purpose = consent.purpose;
  terms.purpose_version = consent.purpose_version;
  terms.scopes = consent.scopes;
  terms.notice_sha256 = consent.notice_sha256;
  terms.alternative_offered = consent.alternative_offered;
  terms.channel = consent.channel;
  return terms;
}

core::Hash256 TokenHash(const crypto::KeyRing& keys, std::string_view token) {
  return keys.KeyedHash("receipt-token", core::AsBytes(token));
}

bool IsFor(const model::Consent& consent, const Terms& terms) {
  return consent.site == terms.site && consent.purpose == terms.purpose;
}

}  // namespace

model::Principal TokenHolder() { return {model::Role::kSelf, "receipt-token", ""}; }

ConsentService::ConsentService(storage::Store& store, audit::Ledger& ledger,
                               const crypto::KeyRing& keys, const core::Clock& clock,
                               const policy::Engine& engine, TemplateDropper& dropper)
    : store_(store),
      ledger_(ledger),
      keys_(keys),
      clock_(clock),
      engine_(engine),
      dropper_(dropper) {}

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

struct ConsentService::Asked {
  CheckedTerms terms;
  model::Subject subject;
  std::vector<model::Consent> consents;  // of the person, newest event first
  // The one of the terms' id, if there is one and it was asked for with these terms and not
  // answered yet, or refused.
  std::optional<model::Consent> named;
  std::optional<model::Consent> standing;  // granted, for that site and purpose
};

template <class Attempt>
Result<ConsentResult> ConsentService::UntilStill(Attempt attempt) {
  for (int i = 0; i < kAttemptsMax; ++i) {
    Result<ConsentResult> result = attempt();
    if (result.ok() || !IsPreconditionFailure(result.status())) return result;
  }
  return KeptMoving();
}

Result<ConsentService::Asked> ConsentService::Prepare(const Caller& caller, const Terms& terms,
                                                      core::Timestamp now) {
  Asked asked;
  FG_ASSIGN_OR_RETURN(asked.terms, CheckTerms(store_, terms));
  FG_ASSIGN_OR_RETURN(asked.subject, store_.GetSubject(terms.subject));
  FG_ASSIGN_OR_RETURN(asked.consents, store_.ListConsents(terms.subject));
  for (const model::Consent& consent : asked.consents) {
    if (consent.id == terms.id) {
      const bool is_open = consent.status == model::ConsentStatus::kRequested ||
                           consent.status == model::ConsentStatus::kRefused;
      const bool is_same = IsFor(consent, terms) &&
                           consent.purpose_version == terms.purpose_version &&
                           consent.scopes == terms.scopes;
      if (!is_open || !is_same) return ConsentExists("a consent of that id exists");
      asked.named = consent;
    }
    if (consent.status != model::ConsentStatus::kGranted || !IsFor(consent, terms)) continue;
    if (consent.expires_at > now) {
      asked.standing = consent;
      continue;
    }
    // No sweep has met it yet; a later one must not destroy what rests on a new one.
    const Result<ConsentResult> ended = End(caller, consent, model::ConsentStatus::kExpired);
    if (!ended.ok()) return ended.status();
  }
  return asked;
}

Status ConsentService::CheckRules(const Caller& caller, const Asked& asked,
                                  const model::Consent& consent, int reprompts) {
  FG_ASSIGN_OR_RETURN(
      std::vector<policy::RuleFinding> against,
      policy::RulesAgainst(store_, engine_, asked.subject, consent, reprompts, clock_.Now()));
  if (against.empty()) return Status::Ok();
  std::string message = "refused by";
  for (const policy::RuleFinding& finding : against) {
    message += " " + finding.rule + " (" + finding.article + ")";
  }
  const auto recorded =
      ledger_.Append(DisallowedEvent(caller, consent, asked.subject, std::move(against)), {});
  if (!recorded.ok()) return recorded.status();
  return Status(Code::kFailedPrecondition, "RULE_REFUSED", std::move(message));
}

// Writes `consent` as the next state of the one that was asked for, or as a new one.
Result<ConsentResult> ConsentService::Record(const Caller& caller, Asked asked,
                                             model::Consent consent) {
  storage::Preconditions preconditions = std::move(asked.terms.preconditions);
  if (asked.named) {
    consent.epoch = asked.named->epoch + 1;
    if (consent.token_hash.empty()) consent.token_hash = asked.named->token_hash;
    preconditions.push_back(storage::ConsentAtEpoch{RefOf(*asked.named), asked.named->epoch});
  }
  FG_ASSIGN_OR_RETURN(const audit::RecordedEvent recorded,
                      ledger_.Append(ConsentEvent(caller, consent, asked.subject, keys_),
                                     {storage::PutConsent{consent}}, std::move(preconditions)));
  consent.log_index = recorded.receipt().index;
  return ConsentResult{std::move(consent), recorded.receipt()};
}

// The same with a new token, which replaces that of what was asked for.
Result<ConsentResult> ConsentService::RecordWithToken(const Caller& caller, Asked asked,
                                                      model::Consent consent) {
  const std::string token = core::HexEncode(crypto::RandomBytes(kTokenBytes));
  const core::Hash256 hash = TokenHash(keys_, token);
  consent.token_hash.assign(hash.begin(), hash.end());
  FG_ASSIGN_OR_RETURN(ConsentResult result, Record(caller, std::move(asked), std::move(consent)));
  result.token = token;
  return result;
}

Result<ConsentResult> ConsentService::Request(const Caller& caller, const Terms& terms) {
  FG_RETURN_IF_ERROR(CheckFields(terms));
  const std::lock_guard lock(StripeOf(terms.subject));
  return UntilStill([&]() -> Result<ConsentResult> {
    const core::Timestamp now = clock_.Now();
    FG_ASSIGN_OR_RETURN(Asked asked, Prepare(caller, terms, now));
    if (asked.subject.restricted_at) return SubjectRestricted(Code::kFailedPrecondition);
    if (asked.named) return ConsentExists("a consent of that id exists");
    const bool is_current =
        asked.standing && asked.standing->purpose_version == asked.terms.purpose.version;
    if (is_current) return ConsentExists("a consent is in force for that site and purpose");
    model::Consent consent = NewConsent(terms, model::ConsentStatus::kRequested, now);
    int reprompts = policy::RepromptsIn(asked.consents, terms.site, terms.purpose);
    const bool was_refused =
        std::any_of(asked.consents.begin(), asked.consents.end(), [&](const auto& other) {
          return IsFor(other, terms) && other.status == model::ConsentStatus::kRefused;
        });
    if (was_refused) ++reprompts;
    FG_RETURN_IF_ERROR(CheckRules(caller, asked, consent, reprompts));
    return RecordWithToken(caller, std::move(asked), std::move(consent));
  });
}

Result<ConsentResult> ConsentService::Refuse(const Caller& caller, const Terms& terms) {
  FG_RETURN_IF_ERROR(CheckFields(terms));
  const std::lock_guard lock(StripeOf(terms.subject));
  return UntilStill([&]() -> Result<ConsentResult> {
    const core::Timestamp now = clock_.Now();
    FG_ASSIGN_OR_RETURN(Asked asked, Prepare(caller, terms, now));
    if (asked.standing) {
      return Status(Code::kFailedPrecondition, "CONSENT_STANDS",
                    "a consent is in force for that site and purpose: withdraw it");
    }
    if (asked.named && asked.named->status == model::ConsentStatus::kRefused) {
      return PastResult(*asked.named);
    }
    model::Consent consent = NewConsent(terms, model::ConsentStatus::kRefused, now);
    return Record(caller, std::move(asked), std::move(consent));
  });
}

Result<ConsentResult> ConsentService::RefuseAsked(const Caller& caller,
                                                  const model::ConsentRef& ref) {
  FG_ASSIGN_OR_RETURN(const model::Consent asked, store_.GetConsent(ref));
  return Refuse(caller, TermsOf(asked, asked.id));
}

Result<ConsentResult> ConsentService::Grant(const Caller& caller, const GrantRequest& request) {
  FG_RETURN_IF_ERROR(CheckAnswer(request));
  FG_RETURN_IF_ERROR(CheckFields(request));
  const std::lock_guard lock(StripeOf(request.subject));
  return UntilStill([&]() -> Result<ConsentResult> {
    const core::Timestamp now = clock_.Now();
    FG_ASSIGN_OR_RETURN(Asked asked, Prepare(caller, request, now));
    if (asked.subject.restricted_at) return SubjectRestricted(Code::kFailedPrecondition);
    FG_RETURN_IF_ERROR(CheckExpiry(asked.terms.purpose, request.expires_at, now));
    const bool is_answered = asked.named && asked.named->status != model::ConsentStatus::kRequested;
    if (is_answered) return ConsentExists("a consent of that id exists");
    model::Consent consent = NewConsent(request, model::ConsentStatus::kGranted, now);
    SetAnswer(consent, request);
    FG_RETURN_IF_ERROR(
        CheckRules(caller, asked, consent,
                   policy::RepromptsIn(asked.consents, request.site, request.purpose)));
    // A guardian speaks for a person until the person may.
    FG_ASSIGN_OR_RETURN(const auto of_age,
                        policy::ComesOfAge(store_, engine_, asked.subject, consent, now));
    if (of_age) consent.expires_at = std::min(consent.expires_at, *of_age);
    if (asked.standing) {
      if (asked.standing->purpose_version == asked.terms.purpose.version) {
        return ConsentExists("a consent is in force for that site and purpose: withdraw it first");
      }
      const auto ended = End(caller, *asked.standing, model::ConsentStatus::kSuperseded);
      if (!ended.ok()) return ended.status();
    }
    return RecordWithToken(caller, std::move(asked), std::move(consent));
  });
}

// What was recorded of a consent that is as it was asked to become.
Result<ConsentResult> ConsentService::PastResult(const model::Consent& consent) const {
  FG_ASSIGN_OR_RETURN(
      audit::Receipt receipt,
      audit::PastReceipt(store_, consent.op, ledger_.Origin(consent.op), consent.log_index));
  return ConsentResult{consent, std::move(receipt)};
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
  return UntilStill([&]() -> Result<ConsentResult> {
    FG_ASSIGN_OR_RETURN(const model::Consent current, store_.GetConsent(ref));
    if (current.status != model::ConsentStatus::kGranted) return PastResult(current);
    return End(caller, current, model::ConsentStatus::kWithdrawn);
  });
}

Result<ConsentResult> ConsentService::WithdrawImages(const Caller& caller,
                                                     const model::ConsentRef& ref) {
  const std::lock_guard lock(StripeOf({ref.op, ref.subject}));
  return UntilStill([&]() -> Result<ConsentResult> {
    FG_ASSIGN_OR_RETURN(model::Consent consent, store_.GetConsent(ref));
    FG_ASSIGN_OR_RETURN(const model::Subject subject, store_.GetSubject(SubjectOf(consent)));
    FG_ASSIGN_OR_RETURN(const auto images, store_.ListImagesOf(SubjectOf(consent)));
    const auto kept = std::count_if(images.begin(), images.end(), [&](const auto& image) {
      return image.purpose == consent.purpose;
    });
    const bool has_scope = consent.scopes.contains(model::ConsentScope::kOriginalImageRetention);
    const bool stands = consent.status == model::ConsentStatus::kGranted;
    if (!stands || (!has_scope && kept == 0)) return PastResult(consent);
    const storage::ConsentAtEpoch still{ref, consent.epoch};
    consent.scopes.erase(model::ConsentScope::kOriginalImageRetention);
    consent.epoch += 1;
    FG_ASSIGN_OR_RETURN(
        const audit::RecordedEvent recorded,
        ledger_.Append(NarrowedEvent(caller, consent, subject, static_cast<int>(kept), keys_),
                       {storage::PutConsent{consent},
                        storage::DestroyImages{SubjectOf(consent), consent.purpose}},
                       {still}));
    consent.log_index = recorded.receipt().index;
    return ConsentResult{std::move(consent), recorded.receipt()};
  });
}

Result<model::Consent> ConsentService::FindByToken(std::string_view token) const {
  const core::Hash256 hash = TokenHash(keys_, token);
  FG_ASSIGN_OR_RETURN(std::vector<model::Consent> candidates, store_.ListTokenCandidates(hash));
  for (model::Consent& candidate : candidates) {
    if (crypto::EqualSecrets(candidate.token_hash, hash)) return std::move(candidate);
  }
  return Status(Code::kNotFound, "RECEIPT_TOKEN_UNKNOWN", "no receipt has that token");
}

Result<ConsentResult> ConsentService::EndByToken(std::string_view token,
                                                 const std::string& request_id) {
  const Caller self{TokenHolder(), request_id};
  FG_ASSIGN_OR_RETURN(const model::Consent found, FindByToken(token));
  if (found.status == model::ConsentStatus::kRequested) {
    FG_ASSIGN_OR_RETURN(ConsentResult refused, RefuseOpen(self, RefOf(found)));
    if (refused.consent.status != model::ConsentStatus::kGranted) return refused;
  }
  return Withdraw(self, RefOf(found));
}

// Refuses what is still only asked for, whatever became of its site, purpose or notice since: a
// person's no needs none of them. Another state stays as it is.
Result<ConsentResult> ConsentService::RefuseOpen(const Caller& caller,
                                                 const model::ConsentRef& ref) {
  const std::lock_guard lock(StripeOf({ref.op, ref.subject}));
  return UntilStill([&]() -> Result<ConsentResult> {
    FG_ASSIGN_OR_RETURN(model::Consent consent, store_.GetConsent(ref));
    if (consent.status != model::ConsentStatus::kRequested) return PastResult(consent);
    FG_ASSIGN_OR_RETURN(const model::Subject subject, store_.GetSubject(SubjectOf(consent)));
    const storage::ConsentAtEpoch still{ref, consent.epoch};
    consent.status = model::ConsentStatus::kRefused;
    consent.epoch += 1;
    FG_ASSIGN_OR_RETURN(const audit::RecordedEvent recorded,
                        ledger_.Append(ConsentEvent(caller, consent, subject, keys_),
                                       {storage::PutConsent{consent}}, {still}));
    consent.log_index = recorded.receipt().index;
    return ConsentResult{std::move(consent), recorded.receipt()};
  });
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
  return EraseHeld(caller, ref);
}

// Requires: the person's stripe is held.
Result<ErasureResult> ConsentService::EraseHeld(const Caller& caller,
                                                const model::SubjectRef& ref) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    FG_ASSIGN_OR_RETURN(const model::Subject subject, store_.GetSubject(ref));
    FG_ASSIGN_OR_RETURN(const std::vector<model::Template> templates, store_.ListTemplatesOf(ref));
    FG_ASSIGN_OR_RETURN(const std::vector<model::KeptImage> images, store_.ListImagesOf(ref));
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
    result.images_destroyed = static_cast<int>(images.size());
    audit::Event event = SubjectEvent("subject.erased", caller, subject);
    event.body.Set("templates_destroyed", result.templates_destroyed);
    if (!images.empty()) event.body.Set("images_destroyed", result.images_destroyed);
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

// ---- Restriction ----

Result<RestrictionResult> ConsentService::SetRestriction(const Caller& caller,
                                                         const model::SubjectRef& ref,
                                                         std::optional<core::Timestamp> since) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    FG_ASSIGN_OR_RETURN(model::Subject subject, store_.GetSubject(ref));
    if (since && subject.restricted_at) return SubjectRestricted(Code::kAlreadyExists);
    if (!since && !subject.restricted_at) {
      return Status(Code::kFailedPrecondition, "SUBJECT_NOT_RESTRICTED",
                    "what is held about the person is not restricted");
    }
    subject.restricted_at = since;
    const Result<audit::RecordedEvent> recorded = ledger_.Append(
        SubjectEvent(since ? "subject.restricted" : "subject.released", caller, subject),
        {storage::RestrictSubject{ref, since}});
    if (recorded.ok()) return RestrictionResult{std::move(subject), recorded->receipt()};
    if (!IsPreconditionFailure(recorded.status())) return recorded.status();
  }
  return KeptMoving();
}

Result<RestrictionResult> ConsentService::Restrict(const Caller& caller,
                                                   const model::SubjectRef& subject) {
  const std::lock_guard lock(StripeOf(subject));
  FG_ASSIGN_OR_RETURN(RestrictionResult result, SetRestriction(caller, subject, clock_.Now()));
  dropper_.SetAside(subject);
  return result;
}

Result<RestrictionResult> ConsentService::Release(const Caller& caller,
                                                  const model::SubjectRef& subject) {
  const std::lock_guard lock(StripeOf(subject));
  FG_ASSIGN_OR_RETURN(RestrictionResult result, SetRestriction(caller, subject, std::nullopt));
  FG_RETURN_IF_ERROR(dropper_.BringBack(subject));
  return result;
}

Status ConsentService::Export(const Caller& caller, const model::SubjectRef& ref,
                              const std::function<Status(std::string_view)>& take) {
  const core::Timestamp now = clock_.Now();
  FG_ASSIGN_OR_RETURN(SubjectExport document, SubjectExport::Open(store_, keys_, ref, now));
  // What is read in one go is read while nobody erases the person; what is sent is sent without.
  std::string piece;
  {
    const std::lock_guard lock(StripeOf(ref));
    FG_ASSIGN_OR_RETURN(const model::Subject subject, store_.GetSubject(ref));
    FG_ASSIGN_OR_RETURN(const audit::RecordedEvent recorded,
                        ledger_.Append(SubjectEvent("subject.exported", caller, subject), {}));
    FG_ASSIGN_OR_RETURN(piece, document.Facts(now, recorded.receipt().index));
  }
  FG_RETURN_IF_ERROR(take(piece));
  for (;;) {
    std::optional<std::string> day;
    {
      const std::lock_guard lock(StripeOf(ref));
      FG_ASSIGN_OR_RETURN(day, document.NextDay());
    }
    if (!day) return take(SubjectExport::End());
    FG_RETURN_IF_ERROR(take(*day));
  }
}

Result<int> ConsentService::EndPurpose(const Caller& caller, const model::SiteRef& site,
                                       const model::PurposeId& purpose,
                                       const WhichConsents& which) {
  int ended = 0;
  std::string after;
  for (;;) {
    FG_ASSIGN_OR_RETURN(const std::vector<model::Consent> page,
                        store_.ListConsentsAt(site, purpose, after, kSweepPage));
    for (const model::Consent& listed : page) {
      if (listed.status != model::ConsentStatus::kGranted) continue;
      if (which) {
        FG_ASSIGN_OR_RETURN(const bool is_meant, which(listed));
        if (!is_meant) continue;
      }
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

// Where a guardian's consent has ended because the person is old enough to decide: they are asked.
Status ConsentService::AskWhoCameOfAge(const Caller& caller, const model::Consent& ended) {
  if (ended.given_by == model::ConsentGiver::kSelf) return Status::Ok();
  const Status asked = [&]() -> Status {
    FG_ASSIGN_OR_RETURN(const model::Subject subject, store_.GetSubject(SubjectOf(ended)));
    FG_ASSIGN_OR_RETURN(const auto of_age,
                        policy::ComesOfAge(store_, engine_, subject, ended, ended.granted_at));
    if (!of_age || *of_age > clock_.Now()) return Status::Ok();
    return Request(caller, TermsOf(ended, model::ConsentId())).status();
  }();
  // Somebody erased meanwhile, another version of the purpose, rules that are not loaded: no fault
  // of the store. The desk asks, by what is true then.
  return asked.code() == Code::kUnavailable ? asked : Status::Ok();
}

Result<bool> ConsentService::IsUnconsentedSince(const model::Subject& subject,
                                                core::Timestamp until) const {
  if (subject.restricted_at || until < subject.created_at) return false;
  FG_ASSIGN_OR_RETURN(const auto consents, store_.ListConsents({subject.op, subject.id}));
  for (const model::Consent& consent : consents) {
    const bool stands = consent.status == model::ConsentStatus::kGranted;
    if (stands || until < consent.granted_at) return false;
    FG_ASSIGN_OR_RETURN(const core::Timestamp ended,
                        audit::RecordTime(store_, subject.op, consent.log_index));
    if (until < ended) return false;
  }
  return true;
}

Result<int> ConsentService::EraseUnconsented(const Caller& caller, const model::OperatorId& op,
                                             core::Timestamp until) {
  int erased = 0;
  std::string after;
  for (;;) {
    FG_ASSIGN_OR_RETURN(const auto page, store_.ListSubjects(op, after, kSweepPage));
    for (const model::Subject& listed : page) {
      const model::SubjectRef ref{op, listed.id};
      const std::lock_guard lock(StripeOf(ref));
      const Result<model::Subject> subject = store_.GetSubject(ref);
      if (!subject.ok()) continue;  // erased since it was listed
      FG_ASSIGN_OR_RETURN(const bool is_due, IsUnconsentedSince(*subject, until));
      if (!is_due) continue;
      FG_RETURN_IF_ERROR(EraseHeld(caller, ref).status());
      ++erased;
    }
    if (page.size() < kSweepPage) return erased;
    after = page.back().id.str();
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
      std::unique_lock lock(StripeOf(SubjectOf(listed)));
      const Result<model::Consent> current = store_.GetConsent(RefOf(listed));
      // Ended or erased since it was listed: nothing left to do, and the next page will not have
      // it.
      if (!current.ok() || current->epoch != listed.epoch) continue;
      const Result<ConsentResult> ended = End(caller, *current, model::ConsentStatus::kExpired);
      if (ended.ok()) {
        ++swept;
        lock.unlock();
        FG_RETURN_IF_ERROR(AskWhoCameOfAge(caller, ended->consent));
      } else if (!IsPreconditionFailure(ended.status())) {
        return ended.status();
      }
    }
    // A page without progress is either empty or will be met again by the next sweep.
    if (swept == swept_before) return swept;
  }
}

}  // namespace facegate::consent
