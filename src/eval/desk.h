// An enrolment desk in a small world of its own, where every picture of an evaluation is presented.
//
// Registry, consent, policy, frame, vision and ledger are those of the gateway; only the store is
// in memory and the keys are gone afterwards. There is no other way to an embedding (I1), here
// neither.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/eval/eval.h"
#include "facegate/vision/face.h"

namespace facegate::eval {

// What became of a picture: an embedding, or the reason word of its failure.
struct Presented {
  std::optional<vision::Embedding> embedding;
  std::string failure;
};

// Not thread-safe.
class Desk {
 public:
  // Registers operator, site, desk, purpose and notice. Everything in `deps` must outlive it.
  // Returns what the registry refuses with.
  static core::Result<std::unique_ptr<Desk>> Open(const Deps& deps, int min_face_px,
                                                  const frame::Limits& limits);
  ~Desk();

  // Registers a person and their consent.
  core::Status AddPerson(int person);

  // Takes one picture of a person through the chain and records it.
  // Returns FAILED_PRECONDITION EVALUATION_DENIED if the rules refuse before the picture is opened,
  // or the status of a stage that failed (a bad picture is a failure to enrol, not a status).
  core::Result<Presented> Present(core::ByteSpan picture, int person);

 private:
  struct Impl;
  explicit Desk(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::eval
