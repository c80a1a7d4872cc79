// A random walk of requests, consents, withdrawals, erasures and faults through a real gateway over
// a real SQLite store, and what was seen of each step. Tests read it; they take no step.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "facegate/gateway/gallery_dropper.h"
#include "facegate/gateway/gateway.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"

namespace facegate::testing {

// An answer, as the caller got it.
struct Answer {
  model::Verdict verdict = model::Verdict::kUseAlternative;
  model::Reason reason = model::Reason::kFault;
  audit::Counts counts;
  std::vector<model::ConsentRef> rests_on;  // consents of the people it names
  std::vector<model::Alternative> alternatives;
  audit::Receipt receipt;
};

// A permit that the face engine was shown.
struct Sighting {
  std::string request_id;
  std::optional<model::SubjectId> subject;
  bool live = false;
};

enum class Act { kVerify, kIdentify, kEnroll, kStream, kGrant, kWithdraw, kErase, kOther };

struct Step {
  Act act = Act::kOther;
  std::vector<Answer> answers;
  // The claim, for the acts that put one.
  std::string request_id;
  std::optional<model::SubjectId> subject;
  // What stood before, by the walk's own books and not by the gateway's.
  bool consented = false;    // the claimed person; for a search: somebody who is enrolled
  bool alternatives = true;  // some other way through the door works
  bool broken = false;       // a stage will fail, or the picture is none
  // What happened.
  std::uint64_t frames_decoded = 0;
  int faces_embedded = 0;
  std::vector<Sighting> sightings;
  std::uint64_t log_size_before = 0;
  std::uint64_t log_size_after = 0;
  bool rows_changed = false;
  // Consents that were withdrawn in it, with the record of that.
  std::vector<std::pair<model::ConsentRef, std::uint64_t>> withdrawn;
  std::optional<model::SubjectId> erased;
  bool erased_enrolled = false;  // templates of theirs were kept
};

class WatchedEngine;

class Walk {
 public:
  Walk(unsigned seed, int steps);
  ~Walk();

  const std::vector<Step>& steps() const { return steps_; }
  const World& world() const { return *world_; }
  // The float32 bytes of every embedding that was made.
  const std::vector<core::Bytes>& embeddings() const;
  // Whether its purpose, gateway and people let images be kept.
  bool keeps_images() const { return keeps_images_; }
  std::vector<model::KeptImage> ImagesOf(const model::SubjectId& subject) const;
  // What was stored of the people who were then erased: secrets, keys, templates, images, all
  // sealed.
  const std::vector<core::Bytes>& destroyed() const { return destroyed_; }
  // Every byte in the store's folder.
  std::string Files() const;
  // Rows of people and galleries that name no record which could have made them.
  std::vector<std::string> RowsWithoutRecord() const;
  // Writes the whole log as an auditor's copy.
  void ExportTo(const std::string& folder) const;

 private:
  // One of the two whose faces are known: where they are in sample1.jpg, and under which id.
  struct Person {
    std::string stem;
    model::Region mark;
    int life = 1;
    bool enrolled = false;
    std::optional<model::Consent> consent;
    model::SubjectId id() const { return model::SubjectId(stem + std::to_string(life)); }
  };

  void LeaveAnImage();
  void TakeStep();
  void Ask(Act act, Step& step);
  void Sit(policy::Claim claim, Step& step);
  void AskWithAFault(Step& step);
  void AskWhileWithdrawing(Step& step);
  void Stream(Step& step);
  void Grant(Person& person);
  void Withdraw(Person& person, Step& step);
  void Erase(Person& person, Step& step);
  void ToggleAlternatives();
  void LetTimePass();
  void NoteEnrolment(const Step& step);

  bool Chance(int percent) { return static_cast<int>(random_() % 100) < percent; }
  Person& Somebody() { return people_[random_() % people_.size()]; }
  bool Consented(const Person& person) const;
  policy::Claim ClaimFor(Act act, Step& step);
  void Take(Step& step, core::Result<audit::Recorded> recorded);
  void Take(Step& step, const audit::Recorded& recorded);
  consent::Caller Desk() const;
  std::string Rows() const;

  const bool keeps_images_;
  std::mt19937 random_;
  TempDir folder_;
  std::unique_ptr<World> world_;
  std::unique_ptr<WatchedEngine> faces_;
  std::unique_ptr<gallery::Gallery> gallery_;
  std::unique_ptr<gateway::GalleryDropper> dropper_;
  std::unique_ptr<consent::ConsentService> consents_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::vector<Person> people_;
  std::vector<model::SubjectId> erased_;
  std::vector<core::Bytes> destroyed_;
  bool alternatives_ = true;
  core::Bytes desk_photo_;
  core::Bytes door_photo_;
  std::vector<Step> steps_;
};

}  // namespace facegate::testing
