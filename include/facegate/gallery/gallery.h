// Templates: protected, sealed, enrolled, compared inside a permit's scope.
//
// A template is 128 int8 values after a keyed orthogonal rotation (a secret per operator and
// purpose), sealed with AES-256-GCM under a key per subject and purpose. In memory the int8 values
// stand in locked pages; on disk only sealed bytes. See docs/LIFE_OF_A_FRAME.md, step 6, and I7.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facegate/core/metrics.h"
#include "facegate/core/status.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/gallery/decision_table.h"
#include "facegate/policy/permit.h"
#include "facegate/storage/store.h"
#include "facegate/vision/face.h"

namespace facegate::gallery {

struct MatchOptions {
  double fmr_max = 1e-4;   // 1:1, of one attempt: k templates are compared at FMR <= fmr_max / k
  double fpir_max = 1e-2;  // 1:N, of one search: N templates are compared at FMR <= fpir_max / N
  // Templates of one person at one site for one purpose, under one consent. More would push the 1:1
  // comparison below what the evidence supports, so that every answer became inconclusive.
  int templates_per_person_max = 3;
};

enum class MatchKind {
  kMatch,
  kInconclusive,  // between match and no match; thin evidence; two faces claim one person; a fault
  kNoMatch,
  kNotEnrolled,  // nobody in scope has a template here: nothing was compared
};

// What one probe compared as. Never carries a distance.
struct Match {
  MatchKind kind = MatchKind::kNoMatch;
  model::SubjectId subject;                     // where kMatch
  std::optional<policy::ConsentBasis> consent;  // where kMatch: checked at commit
  core::Bytes wrapped_subject_secret;           // where kMatch: for the record's pseudonym
};

// How two faces of one enrolment compare. Never carries a distance.
enum class Likeness {
  kSameView,     // one person, and hardly another picture: the second adds nothing
  kSamePerson,   // by the distance that a face at a door must be within
  kUnsure,       // between the same and another; thin evidence; a fault
  kOtherPerson,  // no match
};

// An enrolment that was computed and not yet recorded: the changes for the ledger, and the plain
// template that goes live once they are durable. Move-only.
class PendingTemplate {
 public:
  PendingTemplate(PendingTemplate&&) noexcept;
  PendingTemplate& operator=(PendingTemplate&&) noexcept;
  ~PendingTemplate();
  const model::TemplateId& id() const;
  // To be committed with the permit; may be taken once.
  storage::Changes TakeChanges();

 private:
  friend class Gallery;
  struct Impl;
  explicit PendingTemplate(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A template that was made for its person to hold, and not yet recorded.
struct HeldTemplate {
  std::string token;
  core::Timestamp expires_at;
  int key_version = 1;
  // To be committed with the permit: the gallery's secret where it is new, and nothing of the
  // template.
  storage::Changes changes;
};

// Thread-safe.
class Gallery {
 public:
  // `store`, `keys`, `clock` and `metrics` must outlive it.
  Gallery(const storage::Store& store, const crypto::KeyRing& keys, const core::Clock& clock,
          core::Metrics& metrics, DecisionTable table, MatchOptions options,
          std::string embedding_model_id);
  ~Gallery();

  // Reads and opens every stored template of the embedding model: once, before any other call.
  // Returns DATA_LOSS TEMPLATE_BROKEN, naming the template's id, for one that does not open;
  // DATA_LOSS GALLERY_SECRET_BROKEN, naming the purpose, for a secret that is missing or does not
  // open; or the store's status. Nothing is loaded then. Templates of another model are counted,
  // not used.
  core::Status Load();
  // Stored templates that Load left aside, for they are of another model: these people must enrol
  // again.
  std::size_t other_model_templates() const;

  // Protects and seals the face as a template of the permit's subject. Makes the gallery secret and
  // the template key where there is none yet. Two first enrolments at once both make them; the
  // store takes those of the first record and refuses the second's changes; enrol again then.
  // Returns FAILED_PRECONDITION PERMIT_EXPIRED or CONSENT_MISSING (the permit rests on none),
  // RESOURCE_EXHAUSTED TEMPLATES_MAX, INVALID_ARGUMENT EMBEDDING_INVALID (a value is not finite),
  // DATA_LOSS GALLERY_SECRET_BROKEN or TEMPLATE_KEY_BROKEN, or the store's status.
  // Requires: the permit's operation is enroll, its custody the gateway's.
  core::Result<PendingTemplate> Prepare(const vision::Face& face, const policy::Permit& permit);
  // The same for several faces of the person, which become templates of their own: all or none.
  // What the first makes for them all is among its changes. Requires: at least one face.
  core::Result<std::vector<PendingTemplate>> PrepareSeveral(
      const std::vector<const vision::Face*>& faces, const policy::Permit& permit);
  // How many more templates may rest on the permit's consent. Requires: the operation is enroll.
  int RoomFor(const policy::ViewPermit& permit) const;
  // Whether two faces of one enrolment, of which `templates` are to be kept, are one person's: by
  // the limit of 1:1 against so many templates. An expired permit compares nothing.
  // Requires: the permit's operation is enroll; templates > 0.
  Likeness Compare(const vision::Face& a, const vision::Face& b, int templates,
                   const policy::Permit& permit) const;
  // The same for a purpose whose templates people hold: the template is sealed in a token, and
  // nothing of it is stored or stays in memory. The token ends with the consent.
  // Returns as Prepare but for TEMPLATES_MAX and TEMPLATE_KEY_BROKEN, and the status of a person's
  // secret that does not open.
  // Requires: the permit's operation is enroll, its custody the holder's.
  core::Result<HeldTemplate> PrepareToken(const vision::Face& face, const policy::Permit& permit);
  // Makes a recorded enrolment comparable, unless a Drop with a later index overtook it.
  // Requires: TakeChanges was called (what goes live was recorded).
  void Activate(PendingTemplate pending, std::uint64_t log_index);
  // Forgets, in memory, the templates of a subject for a purpose (or for all), zeroing them.
  // `log_index` is that of the withdrawal or erasure. Returns only when no comparison can see them.
  void Drop(const model::SubjectRef& subject, const std::optional<model::PurposeId>& purpose,
            std::uint64_t log_index);
  // Zeroes, in memory, the templates of a person whose data is frozen. Load leaves them aside too.
  // Returns only when no comparison can see them. An enrolment recorded before may still go live
  // after it; no permit admits that person.
  void SetAside(const model::SubjectRef& subject);
  // Makes the stored templates of a person comparable again, once their data is no longer frozen.
  // Returns as Load; nothing is comparable then that was not before.
  core::Status BringBack(const model::SubjectRef& subject);

  // 1:1 with the permit's subject: the nearest of their templates, or the one in the holder token
  // that the permit was given for, which is opened here and zeroed at once. A token of another
  // model is kNotEnrolled. An expired permit compares nothing and is inconclusive, here and below.
  // Requires: the permit's operation is verify.
  Match Verify(const vision::Face& face, const policy::Permit& permit) const;
  // 1:N: a match per face, in the faces' order, among the candidates that permit.Admits; each is
  // asked about once. One subject matches at most one face (the nearest; the others are
  // inconclusive). Requires: the permit's operation is identify.
  std::vector<Match> Identify(const std::vector<vision::Face>& faces,
                              const policy::Permit& permit) const;

  // Templates in memory.
  std::size_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::gallery
