// Consent, withdrawal and erasure: what people decide about their face.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/people.h"
#include "facegate/policy/engine.h"
#include "facegate/storage/store.h"

namespace facegate::consent {

// Forgets templates in memory the moment a withdrawal or erasure is durable; the gallery.
class TemplateDropper {
 public:
  virtual ~TemplateDropper() = default;
  // Returns only when no comparison can see them any more.
  virtual void Drop(const model::SubjectRef& subject,
                    const std::optional<model::PurposeId>& purpose, std::uint64_t log_index) = 0;
  // Puts everything of a person out of comparison while their data is frozen, and back again.
  virtual void SetAside(const model::SubjectRef& subject) = 0;
  virtual core::Status BringBack(const model::SubjectRef& subject) = 0;
};

// For whom no template is in memory: there is nothing to forget.
class NoTemplates final : public TemplateDropper {
 public:
  void Drop(const model::SubjectRef&, const std::optional<model::PurposeId>&,
            std::uint64_t) override {}
  void SetAside(const model::SubjectRef&) override {}
  core::Status BringBack(const model::SubjectRef&) override { return core::Status::Ok(); }
};

// Who asks, and the request's UUID: for the record.
struct Caller {
  model::Principal principal;
  std::string request_id;
};

// What is told of a person when they are registered; nothing of it is required.
struct SubjectFacts {
  std::optional<double> age_years = {};  // 0..150
  std::string country = {};              // ISO 3166-1 alpha-2
  std::string region = {};               // "EU", "US-IL"
  std::optional<model::SubjectRole> role = {};
  std::optional<bool> needs_accessibility = {};
};

// What a person is asked.
struct Terms {
  model::SubjectRef subject;
  model::ConsentId id;  // empty: the service makes one
  model::SiteId site;
  model::PurposeId purpose;
  int purpose_version = 0;               // must be the current one
  std::set<model::ConsentScope> scopes;  // at least one
  std::string notice_sha256;             // must be that of a registered notice of the version
  std::optional<model::AlternativeKind> alternative_offered;
  std::optional<model::ConsentChannel> channel;
};

// What a person is asked, and the yes.
struct GrantRequest : Terms {
  model::ConsentForm form = model::ConsentForm::kSeparate;
  model::ConsentGiver given_by = model::ConsentGiver::kSelf;
  std::string evidence_sha256;  // of what was signed; lower-case hex
  // Where somebody else than the person gives it: the hash of what shows that they may, and who
  // looked at it (a function or a staff number, 1..63 of a-z 0-9 - _). Both or none.
  std::string guardian_evidence_sha256;
  std::string guardian_verified_by;
  // In the future, at most retention_days away. Somebody else's consent for a person ends earlier
  // where the person comes of age before: the day from which the site's rules take their own.
  core::Timestamp expires_at;
};

struct ConsentResult {
  model::Consent consent;
  audit::Receipt receipt;
  // Where the person was asked, or said yes: what they may read, refuse and withdraw it with. The
  // only copy; the store keeps a keyed hash. Empty otherwise.
  std::string token = {};
};

// Whoever holds the token of a receipt.
model::Principal TokenHolder();
struct RestrictionResult {
  model::Subject subject;
  audit::Receipt receipt;
};

struct ErasureResult {
  model::SubjectRef subject;
  int templates_destroyed = 0;
  int images_destroyed = 0;
  audit::Receipt receipt;
};

// Thread-safe. A consent is one row whose status moves with every event in the log: asked for
// (requested), answered (granted, refused), ended (withdrawn, expired, superseded by one to a newer
// version of the purpose). What the site's rules would refuse with every request is not recorded,
// and that it was tried is (policy::RulesAgainst).
//
// Writes about one person happen one after the other.
//
// A person has one template key per purpose, whatever the sites: ending one of a purpose's consents
// (by withdrawal or expiry) destroys that purpose's templates everywhere, also where another
// consent still stands. The person is then enrolled anew under that one.
class ConsentService {
 public:
  // All must outlive it. `dropper` is told of every end of a consent and every erasure.
  ConsentService(storage::Store& store, audit::Ledger& ledger, const crypto::KeyRing& keys,
                 const core::Clock& clock, const policy::Engine& engine, TemplateDropper& dropper);

  // Registers a person: makes the secret behind their pseudonyms.
  // Returns NOT_FOUND OPERATOR_NOT_FOUND, INVALID_ARGUMENT BAD_AGE (outside 0..150), BAD_COUNTRY
  // (not two capital letters) or BAD_REGION (over 16 of A-Z 0-9 -), ALREADY_EXISTS SUBJECT_EXISTS,
  // FAILED_PRECONDITION SUBJECT_ERASED.
  core::Result<model::Subject> CreateSubject(const Caller& caller, const model::SubjectRef& subject,
                                             const SubjectFacts& facts);
  // Returns NOT_FOUND SUBJECT_NOT_FOUND, FAILED_PRECONDITION SUBJECT_ERASED.
  core::Result<model::Subject> GetSubject(const model::SubjectRef& subject) const;
  // By id, after the id `after`.
  core::Result<std::vector<model::Subject>> ListSubjects(const model::OperatorId& op,
                                                         std::string_view after,
                                                         std::size_t limit) const;

  // Records that a person is asked. May be asked again while nobody answered; after a refusal as
  // far as the site's rules allow.
  // Returns as Grant, but for what is about the answer.
  core::Result<ConsentResult> Request(const Caller& caller, const Terms& terms);
  // Records that a person said no: to the consent of that id, where it was asked for, else to what
  // the terms say. Twice is no error: ok, with the state and the record of the first time.
  // Returns as Request, and FAILED_PRECONDITION CONSENT_STANDS where one is in force for that site
  // and purpose: that is withdrawn, not refused.
  core::Result<ConsentResult> Refuse(const Caller& caller, const Terms& terms);
  // The same for one that was asked for, by its name alone. NOT_FOUND CONSENT_NOT_FOUND.
  core::Result<ConsentResult> RefuseAsked(const Caller& caller, const model::ConsentRef& asked);
  // Records an individual consent: the answer to the one of that id, where it was asked for with
  // the same site and purpose, else a new one. One that stands for the same person, site and
  // purpose but whose time is up is recorded as expired first, one to an older version of the
  // purpose as superseded. Returns INVALID_ARGUMENT with the field's reason
  // (CONSENT_FORM_NOT_INDIVIDUAL, CONSENT_SCOPE_EMPTY, CONSENT_EXPIRY_BAD, EVIDENCE_BAD,
  // GUARDIAN_EVIDENCE_BAD, NOTICE_UNKNOWN, PURPOSE_VERSION_STALE), NOT_FOUND (SITE_NOT_FOUND,
  // PURPOSE_NOT_FOUND, SUBJECT_NOT_FOUND), FAILED_PRECONDITION SUBJECT_ERASED, SUBJECT_RESTRICTED
  // or RULE_REFUSED with
  // the ids of the rules (on record as consent.disallowed), ALREADY_EXISTS CONSENT_EXISTS: of that
  // id, or in force for that site and purpose.
  core::Result<ConsentResult> Grant(const Caller& caller, const GrantRequest& request);
  // Returns NOT_FOUND CONSENT_NOT_FOUND.
  core::Result<model::Consent> Get(const model::ConsentRef& consent) const;
  // Newest event first.
  core::Result<std::vector<model::Consent>> List(const model::SubjectRef& subject) const;

  // Destroys that purpose's templates and kept images with their keys, and returns only when the
  // bytes are gone from memory and every file. A consent that has ended already (withdrawn,
  // expired) stays as it is: ok, with its last state and the record of it. Returns NOT_FOUND
  // CONSENT_NOT_FOUND, ABORTED CONSENT_MOVED when it kept changing meanwhile.
  core::Result<ConsentResult> Withdraw(const Caller& caller, const model::ConsentRef& consent);

  // Takes back, alone, that images are kept (ORIGINAL_IMAGE_RETENTION): destroys that purpose's
  // kept images and their keys as Withdraw does, also those kept without that scope. The consent
  // stands for the rest, and templates stay. Where there is nothing of either, or the consent
  // ended, all stays as it is: ok. Returns as Withdraw.
  core::Result<ConsentResult> WithdrawImages(const Caller& caller,
                                             const model::ConsentRef& consent);

  // The consent whose receipt has that token. NOT_FOUND RECEIPT_TOKEN_UNKNOWN for whatever else:
  // another text, one that a newer token replaced, one of a person who was erased.
  core::Result<model::Consent> FindByToken(std::string_view token) const;
  // The person says no, by the token alone: what was asked for is refused, what was granted is
  // withdrawn (as Withdraw does), what ended already stays as it is. The record's actor is SELF.
  // Returns NOT_FOUND RECEIPT_TOKEN_UNKNOWN, and what Withdraw returns.
  core::Result<ConsentResult> EndByToken(std::string_view token, const std::string& request_id);

  // Destroys everything held about the person, and fences the id.
  // Returns NOT_FOUND SUBJECT_NOT_FOUND, FAILED_PRECONDITION SUBJECT_ERASED when it was done
  // before.
  core::Result<ErasureResult> Erase(const Caller& caller, const model::SubjectRef& subject);

  // Freezes what is held about a person: it is kept, sealed and out of the gallery's memory, and
  // used for nothing. Requests about them are refused as if nobody had consented, requests under
  // way are aborted, no consent is asked for or granted. Withdrawing, refusing, expiring, erasing
  // and exporting go on. Returns only when no comparison can see their templates. Returns NOT_FOUND
  // SUBJECT_NOT_FOUND, FAILED_PRECONDITION SUBJECT_ERASED, ALREADY_EXISTS SUBJECT_RESTRICTED. GDPR
  // art. 18; PIPL art. 44.
  core::Result<RestrictionResult> Restrict(const Caller& caller, const model::SubjectRef& subject);
  // Lets it be used again. Returns NOT_FOUND SUBJECT_NOT_FOUND, FAILED_PRECONDITION SUBJECT_ERASED
  // or SUBJECT_NOT_RESTRICTED; or, once it is on record, what made their templates unreadable.
  core::Result<RestrictionResult> Release(const Caller& caller, const model::SubjectRef& subject);

  // Gives everything held about a person, as the pieces of one JSON document
  // (docs/SUBJECT_EXPORT.md), to `take`, whose error ends it. That it was given is recorded first,
  // as subject.exported. An erasure meanwhile ends it: SUBJECT_ERASED, and the document is none.
  // Returns NOT_FOUND SUBJECT_NOT_FOUND, FAILED_PRECONDITION SUBJECT_ERASED.
  core::Status Export(const Caller& caller, const model::SubjectRef& subject,
                      const std::function<core::Status(std::string_view)>& take);

  // Ends every granted consent to a purpose at a site, or those that `which` names, as if its time
  // were up: the purpose ended, or keeps nothing for so long any more. Returns how many, or what
  // `which` returned.
  using WhichConsents = std::function<core::Result<bool>(const model::Consent&)>;
  core::Result<int> EndPurpose(const Caller& caller, const model::SiteRef& site,
                               const model::PurposeId& purpose, const WhichConsents& which = {});

  // Erases the people of an operator who were registered, and whose last consent ended or was
  // refused, until a moment; not those whose data is restricted. Returns how many.
  core::Result<int> EraseUnconsented(const Caller& caller, const model::OperatorId& op,
                                     core::Timestamp until);

  // Marks granted consents whose time is up as expired and destroys what rested on them. Where it
  // was a guardian's and the person has come of age, the person is asked (consent.requested).
  // Returns how many.
  core::Result<int> SweepExpired(const Caller& caller);

 private:
  // Writes of one person are serialised by one of these: what was checked still holds when it is
  // written, although the store has no precondition for "no such consent".
  static constexpr std::size_t kStripes = 64;
  std::mutex& StripeOf(const model::SubjectRef& subject);

  struct Asked;  // what stands between terms and their record
  core::Result<Asked> Prepare(const Caller& caller, const Terms& terms, core::Timestamp now);
  core::Status CheckRules(const Caller& caller, const Asked& asked, const model::Consent& consent,
                          int reprompts);
  core::Result<ConsentResult> Record(const Caller& caller, Asked asked, model::Consent consent);
  core::Result<ConsentResult> RecordWithToken(const Caller& caller, Asked asked,
                                              model::Consent consent);
  core::Result<ConsentResult> RefuseOpen(const Caller& caller, const model::ConsentRef& ref);
  core::Result<RestrictionResult> SetRestriction(const Caller& caller,
                                                 const model::SubjectRef& subject,
                                                 std::optional<core::Timestamp> since);
  core::Result<ErasureResult> EraseHeld(const Caller& caller, const model::SubjectRef& ref);
  core::Result<bool> IsUnconsentedSince(const model::Subject& subject, core::Timestamp until) const;
  core::Result<ConsentResult> PastResult(const model::Consent& consent) const;
  // Calls `attempt` until what it was checked against stands still while it writes.
  template <class Attempt>
  core::Result<ConsentResult> UntilStill(Attempt attempt);
  core::Result<ConsentResult> End(const Caller& caller, const model::Consent& current,
                                  model::ConsentStatus how);
  core::Status AskWhoCameOfAge(const Caller& caller, const model::Consent& ended);

  storage::Store& store_;
  audit::Ledger& ledger_;
  const crypto::KeyRing& keys_;
  const core::Clock& clock_;
  const policy::Engine& engine_;
  TemplateDropper& dropper_;
  std::array<std::mutex, kStripes> stripes_;
};

}  // namespace facegate::consent
