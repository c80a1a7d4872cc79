// Subjects, consents and templates as stored values.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

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
  double age_years = 0;  // meaningful where age_known
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

}  // namespace facegate::model
