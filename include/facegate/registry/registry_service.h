// The register of operators, sites, access points, cameras, purposes and notices, of what stands
// around them (signs, assessments, filings, exemptions, device tests), and of the duties that they
// bring (complaints, rights requests, incidents, disclosures, threshold reviews).
//
// Every change is a log entry. Deploy-phase rules are checked at every change of a site, camera,
// access point or purpose: a refusal is FAILED_PRECONDITION RULE_REFUSED with the rule ids.
//
// A change is refused when no deployment that includes it could ever pass: what it says is judged
// together with what stands above and below it, and the rest (the purpose of a camera, the place of
// a purpose) as favourably as it could be. The actual combination is judged at every request.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/core/time.h"
#include "facegate/model/compliance.h"
#include "facegate/model/resources.h"
#include "facegate/policy/engine.h"
#include "facegate/storage/store.h"
#include "facegate/storage/typed.h"
#include "facegate/wording/wording.h"

namespace facegate::registry {

// Who asks, and the request's UUID: for the record.
struct Caller {
  model::Principal principal;
  std::string request_id;
};

template <class R>
using Entry = storage::TypedResource<R>;

// Thread-safe; changes happen one after the other. R is one of model::Kinds.
//
// Field reasons, all INVALID_ARGUMENT: BAD_ID (an id is empty), BAD_DISPLAY_NAME (over 200 bytes,
// not UTF-8, control characters), BAD_COUNTRY (not two capital letters), BAD_PLACE (region or city,
// as a display name), BAD_PACKS (over 32, or no ids), BAD_ALTERNATIVES (over 16), BAD_REGION,
// BAD_MIN_FACE_PX (outside 40..2000), ACCESS_POINT_MISSING (a door or lane without one),
// BAD_RETENTION_DAYS (outside 1..3650), BAD_NECESSITY_STATEMENT (over 4096 bytes or not plain
// text), BAD_LANGUAGE (not shaped as BCP 47), BAD_NOTICE_TEXT (empty, over 64 KiB or not plain
// text), PURPOSE_VERSION_STALE (a new notice or assessment for another than the purpose's current
// version), BAD_TEXT (any other text: required and empty, over 500 bytes, 4096 for a coverage or
// insufficiency, or not plain), BAD_SHA256, BAD_NUMBER (the message has the range), BAD_ORDER (of
// dates), IN_THE_FUTURE (what is recorded has happened), SIGNAGE_EXPIRY_BAD (over 90 days),
// APPROVAL_INCOMPLETE and RETAINED_TOO_SHORT (an assessment: approved by whom and on which day,
// kept for three years), FILING_INCOMPLETE (a status lacks its date), EXEMPTION_EXPIRY_BAD (not
// within 366 days), OUTCOME_INCOMPLETE (an answer without an outcome or the reverse), BAD_RECORDS,
// and SENSITIVE_LABEL: an id or a text that speaks of race, religion, health and the like. facegate
// refuses to sort people by those. The names of operators, places, laws and bodies, and the texts
// of notices, may have such words.
class RegistryService {
 public:
  // All but the word list must outlive it; every notice's text is searched for the list's phrases.
  RegistryService(storage::Store& store, audit::Ledger& ledger, const core::Clock& clock,
                  const policy::Engine& engine, wording::Wordlist wordlist);

  // A purpose starts at version 1; a notice's hash, what the word list finds in it, a sign's expiry
  // and the day an answer is due are set here; an exemption starts unattested. Returns
  // INVALID_ARGUMENT with a field's reason,
  // NOT_FOUND PARENT_NOT_FOUND or ACCESS_POINT_NOT_FOUND, SITE_NOT_FOUND, PURPOSE_NOT_FOUND,
  // SUBJECT_NOT_FOUND for what it refers to, ALREADY_EXISTS RESOURCE_EXISTS, FAILED_PRECONDITION
  // RULE_REFUSED, BAD_TRANSITION (a filing that is not NONE or DRAFT, an exemption that is
  // withdrawn) or SUBJECT_ERASED.
  template <class R>
  core::Result<Entry<R>> Create(const Caller& caller, R resource);
  // Returns NOT_FOUND RESOURCE_NOT_FOUND, also for a name of another kind.
  template <class R>
  core::Result<Entry<R>> Get(std::string_view name) const;
  // Directly below `parent` ("" for operators), by name, after the name `after`.
  template <class R>
  core::Result<std::vector<Entry<R>>> List(std::string_view parent, std::string_view after,
                                           std::size_t limit) const;
  // Replaces the whole resource. `revision` is the one that was read; 0: whichever is current.
  // A purpose's version is raised by the registry when what people were told changes: display name,
  // category, retention or necessity statement.
  // Returns ABORTED REVISION_MOVED, NOT_FOUND RESOURCE_NOT_FOUND, and as Create; and
  // FAILED_PRECONDITION NOTICE_IMMUTABLE (of a notice's text: register another),
  // EXEMPTION_IMMUTABLE (all but withdrawing), or BAD_TRANSITION for what has no way back: a
  // filing's status outside model::CanMove; an assessment's version, what was approved, its
  // invalidity, a shorter retention; an exemption's withdrawal; the day of receipt and the answer
  // of a complaint or a rights request; whether an incident is a drill, and anything of a closed
  // one.
  template <class R>
  core::Result<Entry<R>> Update(const Caller& caller, R resource, std::uint64_t revision);
  // Returns NOT_FOUND RESOURCE_NOT_FOUND, FAILED_PRECONDITION HAS_CHILDREN while anything lives
  // below it (an access point's cameras and an operator's subjects count), STILL_RETAINED (an
  // assessment before its retained_until has passed) or EXEMPTION_STANDS (withdraw it first).
  template <class R>
  core::Status Delete(const Caller& caller, std::string_view name);

  // Adds the caller's word to an exemption, by the fingerprint of its certificate.
  // Returns NOT_FOUND RESOURCE_NOT_FOUND, FAILED_PRECONDITION SAME_ATTESTOR (this principal did
  // already), ATTESTED_ALREADY (two did), EXEMPTION_OVER (withdrawn or expired).
  core::Result<Entry<model::Exemption>> AttestExemption(const Caller& caller,
                                                        std::string_view name);

 private:
  storage::Store& store_;
  audit::Ledger& ledger_;
  const core::Clock& clock_;
  const policy::Engine& engine_;
  const wording::Wordlist wordlist_;
  // Registry changes are rare and small: one at a time, so that what was checked (an access point
  // without cameras, say) still holds when it is written.
  std::mutex writes_;
};

}  // namespace facegate::registry
