// What is asked, by whom, and on what grounds it was decided: plain values around the permits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/shared.h"
#include "facegate/core/time.h"
#include "facegate/model/date.h"
#include "facegate/model/enums.h"
#include "facegate/model/ids.h"
#include "facegate/model/people.h"
#include "facegate/model/resources.h"
#include "facegate/rules/rule_set.h"

namespace facegate::policy {

// An authenticated request before anything is decided. rpc checked who calls and the sizes.
struct Claim {
  model::Principal caller;
  model::Operation operation = model::Operation::kVerify1to1;
  model::CameraRef camera;
  model::PurposeId purpose;
  // Required for enroll, and for verify without a holder token, which names the person by itself;
  // absent for identify.
  std::optional<model::SubjectId> subject;
  std::optional<model::Region> region;  // enroll: the marked face; narrows the camera's region
  std::string request_id;               // UUID
  std::uint64_t client_counter = 0;     // the caller's own gap-free count; 0: not kept
  std::int64_t lease_ms = 0;            // a stream lease; 0: one frame
  // What is shown. For anything but a face there is no operation and no subject.
  model::CredentialKind credential = model::CredentialKind::kFace;
  std::optional<model::OverrideReason> override_reason;  // kStaffOverride
  std::string holder_token = {};  // verify: shown beside the face; empty: none was
  // How long the person waited for the answer, as the caller says; never an input of rules.
  std::optional<std::int64_t> waited_ms;
};

// What a permit allows: a predicate, never a copied list of people. Lives in its permit, whose
// claim it refers to.
struct Scope {
  model::Operation operation;
  const model::CameraRef& camera;
  const model::AccessPointId& access_point;  // empty at an enrolment desk
  const model::PurposeId& purpose;
  int purpose_version;
  const std::optional<model::SubjectId>& subject;  // 1:1 and enroll
  core::Timestamp expires_at;
  // Enroll: what of the picture may be kept. With it, only a permit's ImageGrant.
  model::ImageRetention kept_image = model::ImageRetention::kNone;
  model::TemplateCustody custody = model::TemplateCustody::kGateway;
};

// Which part of a picture may be looked at, and how small a face.
struct Capture {
  model::Region region;
  int min_face_px = 80;
};

// A consent that a decision rests on; checked again at commit.
struct ConsentBasis {
  model::ConsentRef consent;
  std::uint64_t epoch = 0;
  std::uint64_t log_index = 0;
  core::Timestamp expires_at = {};
};

// What a decision saw of the claimed person, coarse enough for a record: it names nobody, and an
// age is the youngest that rules treat alike.
struct PersonSeen {
  std::string consent_status;  // consent.status's words
  std::optional<model::ConsentForm> consent_form;
  std::optional<model::ConsentGiver> consent_given_by;
  core::Shared<std::set<model::ConsentScope>> consent_scopes;
  bool covers_purpose_version = false;
  bool site_matches = false;
  bool guardian_verified = false;
  bool has_evidence = false;
  std::optional<int> age_from_years;  // 0, 13, 14, 16 or 18; nothing: not known
  int reprompts = 0;
  bool enrolled = false;
};

struct RuleFinding {
  std::string rule;
  std::string article;
  std::vector<std::string> missing;
};

// Everything about a decision that the record needs, whichever way it went. What it saw of register
// and person is shared with what the engine keeps, and stays as it was seen.
struct Grounds {
  Claim claim;
  core::Timestamp decided_at;
  core::Shared<model::AccessPointId> access_point;
  int purpose_version = 0;
  std::shared_ptr<const std::vector<rules::PackInfo>> packs;  // in use there; may be nullptr
  core::Shared<std::vector<std::uint64_t>> rests_on;  // log indices of the registry events used
  core::Shared<std::vector<model::Alternative>> alternatives;  // of the access point
  // How many of them worked, where that depends on heartbeats, of which records do not tell.
  std::optional<int> alternatives_working;
  // Of the claimed subject, where there is one and it is known: for the pseudonym.
  core::Shared<core::Bytes> wrapped_subject_secret;
  std::shared_ptr<const ConsentBasis> consent;      // 1:1 and enroll: nullptr where none was found
  model::TokenMark token;                           // of the holder token shown; empty: none was
  core::Shared<model::ExemptionId> exemption;       // the one that stood for it; empty: none did
  std::optional<PersonSeen> person;                 // 1:1 and enroll
  std::uint64_t stored_persons = 0;                 // of the operator
  std::optional<model::Date> threshold_crossed_on;  // where they passed the filing threshold
  std::shared_ptr<const core::Json> gateway;        // what it said of itself, as records hold it
  core::Shared<std::vector<rules::Profile>> profiles;  // how it read the rules
};

// What detection found, for Engine::Admit.
struct FacesInView {
  int total = 0;      // faces detected anywhere in the picture
  int in_region = 0;  // of them, those in the permitted region and large enough
};

// A person whom a 1:N search may compare with.
struct Candidate {
  model::SubjectRef subject;
  model::SiteId site;
  model::PurposeId purpose;
  model::ConsentId consent;
};

}  // namespace facegate::policy
