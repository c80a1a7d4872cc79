// Subjects, consents and templates as stored values.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/time.h"
#include "facegate/model/enums.h"
#include "facegate/model/ids.h"

namespace facegate::model {

// Who calls: from the client certificate, or written out for development.
struct Principal {
  Role role = Role::kCamera;
  // SHA-256 of the certificate, lower-case hex; "development" without one.
  std::string fingerprint;
  // The resource it may speak for: itself and everything below that name. Empty: all (development).
  std::string resource;
};

// A person known to an operator. `wrapped_secret` seals the 256-bit secret from which the log's
// pseudonyms come; erasing the subject destroys it.
struct Subject {
  OperatorId op;
  SubjectId id;
  core::Bytes wrapped_secret;
  bool age_known = false;
  double age_years = 0;  // when they were registered; meaningful where age_known
  // What rules about people ask; empty: not told.
  std::string country;  // ISO 3166-1 alpha-2
  std::string region;   // "EU", "US-IL"
  std::optional<SubjectRole> role;
  std::optional<bool> needs_accessibility;
  core::Timestamp created_at;
  std::uint64_t log_index = 0;  // of subject.created; set by the store
  // Since when what is held is frozen: kept, and used for nothing. Set by storage::RestrictSubject.
  std::optional<core::Timestamp> restricted_at = {};
};

inline constexpr double kMsPerYear = 365.2425 * core::kMsPerDay;

// How old somebody of known age is by then: as old as they were told to be, and the time since. A
// clock that was set back makes nobody younger than that.
inline double AgeYearsAt(const Subject& subject, core::Timestamp now) {
  const std::int64_t since_ms = now - subject.created_at;
  return subject.age_years + (since_ms > 0 ? static_cast<double>(since_ms) / kMsPerYear : 0);
}
// When they will have lived so many years, as far as is known; in the past where they have.
// Requires: the age is known.
inline core::Timestamp HasLived(const Subject& subject, double years) {
  return subject.created_at +
         static_cast<std::int64_t>(std::ceil((years - subject.age_years) * kMsPerYear));
}

// The state of one consent; the events behind it are in the log. One that was only asked for, or
// refused, has no form, evidence or end yet: `granted_at` is then when it was asked, and
// `expires_at` the same.
struct Consent {
  OperatorId op;
  SubjectId subject;
  ConsentId id;
  SiteId site;
  PurposeId purpose;
  int purpose_version = 0;
  ConsentStatus status = ConsentStatus::kRequested;
  ConsentForm form = ConsentForm::kSeparate;
  ConsentGiver given_by = ConsentGiver::kSelf;
  std::set<ConsentScope> scopes;
  std::string notice_sha256;    // of the exact text shown, lower-case hex
  std::string evidence_sha256;  // of what the person signed or said, lower-case hex; may be empty
  // Of what shows that a parent or guardian is one: the document's hash, never the document, and
  // who looked at it (a function or a staff number). Both empty where nobody did.
  std::string guardian_evidence_sha256;
  std::string guardian_verified_by;
  // What the person was told they may use instead, and where they were asked; nothing: not told.
  std::optional<AlternativeKind> alternative_offered;
  std::optional<ConsentChannel> channel;
  core::Timestamp granted_at;
  core::Timestamp expires_at;
  // Moves with every change of status; what a decision rested on is checked against it at commit.
  std::uint64_t epoch = 0;
  std::uint64_t log_index = 0;  // of the event that made this state; set by the store
  // Keyed hash (32 bytes) of the token with which the person may read and end it; empty: none.
  core::Bytes token_hash;
  // Log indices of the events before this state, oldest first; set by the store. What was written
  // before stores kept them is not among them.
  std::vector<std::uint64_t> earlier;
};

// The wrapped key that seals one subject's templates for one purpose.
struct TemplateKey {
  OperatorId op;
  SubjectId subject;
  PurposeId purpose;
  core::Bytes wrapped_key;
};

// One sealed template.
struct Template {
  OperatorId op;
  SubjectId subject;
  PurposeId purpose;
  SiteId site;
  TemplateId id;
  ConsentId consent;
  std::string model_id;
  core::Bytes sealed;
  core::Timestamp created_at;
  std::uint64_t log_index = 0;  // of template.enrolled; set by the store
};

// How large a kept image is: a reduced one at most half as wide and high as the face's part of the
// picture was, in grey; an original one as it was, up to a side.
inline constexpr double kReducedImageRatio = 0.5;
inline constexpr int kReducedImagePxMax = 112;
inline constexpr int kOriginalImagePxMax = 640;

// One sealed picture of a face, kept beyond the enrolment it was taken at. Each has a key of its
// own, so that one ends without the others.
struct KeptImage {
  OperatorId op;
  SubjectId subject;
  PurposeId purpose;
  SiteId site;
  ImageId id;
  ConsentId consent;
  ImageRetention kept = ImageRetention::kReduced;  // never kNone
  core::Bytes wrapped_key;
  core::Bytes sealed;
  core::Timestamp created_at;
  core::Timestamp expires_at;
  std::uint64_t log_index = 0;  // of template.enrolled; set by the store
};

// A badge that opens doors. What is on it is not kept: its id is made from a keyed hash of that,
// and it names nobody.
struct Badge {
  OperatorId op;
  BadgeId id;
  std::set<SiteId> sites;                     // empty: every site of the operator
  std::optional<core::Timestamp> expires_at;  // nothing: stands until it is removed
  core::Timestamp created_at;
  std::uint64_t log_index = 0;  // of badge.registered; set by the store
};

// Since when an operator's holder tokens are sealed under which key. The first is never stored: it
// is from the beginning. One is retired from when the next begins.
struct HolderKey {
  OperatorId op;
  int version = 1;
  core::Timestamp since;
  std::uint64_t log_index = 0;  // of key.rotated; set by the store
};

// A holder token that is not honoured although its time is not up: it was lost.
struct RevokedToken {
  OperatorId op;
  TokenMark id;
  core::Timestamp expires_at;   // of the token
  std::uint64_t log_index = 0;  // of token.revoked; set by the store
};

}  // namespace facegate::model
