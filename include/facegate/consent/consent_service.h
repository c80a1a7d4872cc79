// Consent, withdrawal and erasure: what people decide about their face.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/people.h"
#include "facegate/storage/store.h"

namespace facegate::consent {

// Forgets templates in memory the moment a withdrawal or erasure is durable; the gallery.
class TemplateDropper {
 public:
  virtual ~TemplateDropper() = default;
  // Returns only when no comparison can see them any more.
  virtual void Drop(const model::SubjectRef& subject,
                    const std::optional<model::PurposeId>& purpose, std::uint64_t log_index) = 0;
};

// Who asks, and the request's UUID: for the record.
struct Caller {
  model::Principal principal;
  std::string request_id;
};

struct GrantRequest {
  model::SubjectRef subject;
  model::ConsentId id;  // empty: the service makes one
  model::SiteId site;
  model::PurposeId purpose;
  int purpose_version = 0;  // must be the current one
  model::ConsentForm form = model::ConsentForm::kSeparate;
  model::ConsentGiver given_by = model::ConsentGiver::kSelf;
  std::set<model::ConsentScope> scopes;  // at least one
  std::string notice_sha256;             // must be that of a registered notice of the version
  std::string evidence_sha256;           // of what was signed; lower-case hex
  core::Timestamp expires_at;            // in the future, at most retention_days away
};

struct ConsentResult {
  model::Consent consent;
  audit::Receipt receipt;
};

struct ErasureResult {
  model::SubjectRef subject;
  int templates_destroyed = 0;
  audit::Receipt receipt;
};

// Thread-safe.
class ConsentService {
 public:
  // All must outlive it. `dropper` is told of every withdrawal, expiry and erasure.
  ConsentService(storage::Store& store, audit::Ledger& ledger, const crypto::KeyRing& keys,
                 const core::Clock& clock, TemplateDropper& dropper);

  // Registers a person: makes the secret behind their pseudonyms.
  // Returns ALREADY_EXISTS SUBJECT_EXISTS, FAILED_PRECONDITION SUBJECT_ERASED.
  core::Result<model::Subject> CreateSubject(const Caller& caller, const model::SubjectRef& subject,
                                             std::optional<double> age_years);
  core::Result<model::Subject> GetSubject(const model::SubjectRef& subject) const;
  core::Result<std::vector<model::Subject>> ListSubjects(const model::OperatorId& op,
                                                         std::string_view after,
                                                         std::size_t limit) const;

  // Records an individual consent. Returns INVALID_ARGUMENT with the field's reason
  // (CONSENT_FORM_NOT_INDIVIDUAL, CONSENT_SCOPE_EMPTY, CONSENT_EXPIRY_BAD, NOTICE_UNKNOWN,
  // PURPOSE_VERSION_STALE), NOT_FOUND for site, purpose or subject, ALREADY_EXISTS CONSENT_EXISTS.
  core::Result<ConsentResult> Grant(const Caller& caller, const GrantRequest& request);
  core::Result<model::Consent> Get(const model::ConsentRef& consent) const;
  core::Result<std::vector<model::Consent>> List(const model::SubjectRef& subject) const;

  // Destroys that purpose's templates and their key, and returns only when the bytes are gone from
  // memory and every file. Withdrawing twice is ok and returns the first withdrawal's state.
  core::Result<ConsentResult> Withdraw(const Caller& caller, const model::ConsentRef& consent);

  // Destroys everything held about the person, and fences the id.
  // Returns FAILED_PRECONDITION SUBJECT_ERASED when it was done before.
  core::Result<ErasureResult> Erase(const Caller& caller, const model::SubjectRef& subject);

  // Marks granted consents whose time is up as expired and destroys what rested on them.
  // Returns how many.
  core::Result<int> SweepExpired(const Caller& caller);

 private:
  storage::Store& store_;
  audit::Ledger& ledger_;
  const crypto::KeyRing& keys_;
  const core::Clock& clock_;
  TemplateDropper& dropper_;
};

}  // namespace facegate::consent
