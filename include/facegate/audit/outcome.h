// What became of a request, and the proof that it was recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/json.h"
#include "facegate/core/time.h"
#include "facegate/model/enums.h"
#include "facegate/model/ids.h"
#include "facegate/policy/claim.h"
#include "facegate/policy/permit.h"
#include "facegate/storage/store.h"

namespace facegate::audit {

struct Counts {
  int frames = 0;      // decoded
  int faces_seen = 0;  // detected
  int faces_embedded = 0;
  int faces_ignored = 0;  // outside the region, too small, or failed the gate
  int matched = 0;
  int unknown = 0;  // embedded, matched nobody in scope
};

struct ModelRef {
  std::string id;
  std::string sha256;
};

// A person the outcome is about: the claimed one, or one found by a search.
struct Person {
  model::SubjectId subject;
  policy::ConsentBasis basis;
  core::Bytes wrapped_secret;
};

// A template that was sealed for its person to hold. Leaves the gateway only in Recorded.
struct IssuedToken {
  std::string text;
  core::Timestamp expires_at;
  int key_version = 1;
};

// The result of everything behind a permit or a denial. Consumed by Ledger::Commit and given back
// only inside Recorded (invariant I3).
struct Outcome {
  model::Verdict verdict = model::Verdict::kUseAlternative;
  model::Reason reason = model::Reason::kFault;
  std::string detail;  // a stable word, such as a quality issue or a status reason; or empty
  Counts counts;
  std::vector<ModelRef> models;  // those that ran
  // People whose consent the outcome rests on; empty unless faces matched or a template was stored.
  std::vector<Person> people;
  // The matching person of each embedded face of an identification, as indices into `people`; -1:
  // unknown.
  std::vector<int> face_people;
  model::TemplateId enrolled_template;  // where the reason is kEnrolled; the first of several
  int templates_stored = 1;             // likewise; of one enrolment
  // Where an image of the face is kept with the template: how much of it, and until when.
  model::ImageRetention kept_image = model::ImageRetention::kNone;
  core::Timestamp kept_image_until = {};
  std::optional<IssuedToken> issued_token = {};  // where the reason is kIssuedToHolder
};

// What became of a credential that is no face. Of faces it can say nothing, which is why the
// ledger takes it without a permit.
struct Presented {
  model::Reason reason = model::Reason::kFault;  // one of model::IsOfCredential
  // Index of the record of a pass's issue. A badge's would link all that is ever done with it.
  std::optional<std::uint64_t> issued_by;
  // Both where it lets the person through: what must still hold when that becomes durable.
  std::optional<storage::UsePass> use;
  std::optional<model::BadgeRef> badge;
};

// Proof that a record is in the log.
struct Receipt {
  std::string origin;
  std::uint64_t index = 0;
  std::string entry;       // the record: a signed note
  std::string checkpoint;  // a signed note
  std::vector<core::Hash256> inclusion_proof;
  core::Timestamp recorded_at;
  // Of a record that was pruned: then `entry` is empty, and when it was recorded nobody knows.
  std::optional<core::Hash256> pruned_leaf = {};
  // As a C2SP tlog-proof file.
  std::string ToProofFile() const;
};

// A request whose outcome is durable. Only the ledger makes one.
class [[nodiscard]] Recorded {
 public:
  const policy::Grounds& grounds() const { return grounds_; }
  const Outcome& outcome() const { return outcome_; }
  const std::vector<policy::RuleFinding>& findings() const { return findings_; }
  const Receipt& receipt() const { return receipt_; }

 private:
  friend class Ledger;
  Recorded(policy::Grounds grounds, Outcome outcome, std::vector<policy::RuleFinding> findings,
           Receipt receipt)
      : grounds_(std::move(grounds)),
        outcome_(std::move(outcome)),
        findings_(std::move(findings)),
        receipt_(std::move(receipt)) {}
  policy::Grounds grounds_;
  Outcome outcome_;
  std::vector<policy::RuleFinding> findings_;
  Receipt receipt_;
};

// Who acts where the gateway does something by itself: ends consents, records what fell due,
// restores.
inline model::Principal GatewayItself() { return {model::Role::kOperator, "gateway", ""}; }

// An act other than a recognition: registry changes, consent events, keys, the gateway itself.
struct Event {
  std::string type;  // one of docs/AUDIT_FORMAT.md
  model::OperatorId log;
  std::optional<model::SiteId> site;
  std::optional<model::PurposeId> purpose;
  model::Principal actor;
  std::string request_id;                      // UUID
  core::Json body = core::Json::MakeObject();  // numbers, words, hashes and device ids only
  // Where it tells of a refusal: the rules that refused.
  std::vector<policy::RuleFinding> findings;
  // Where it is about a person: their wrapped secret, for the pseudonym.
  std::optional<model::SubjectId> subject;
  core::Bytes wrapped_subject_secret;
  std::optional<model::AccessPointId> access_point;
};

// An event that is durable, with its proof.
class [[nodiscard]] RecordedEvent {
 public:
  const Receipt& receipt() const { return receipt_; }

 private:
  friend class Ledger;
  explicit RecordedEvent(Receipt receipt) : receipt_(std::move(receipt)) {}
  Receipt receipt_;
};

}  // namespace facegate::audit
