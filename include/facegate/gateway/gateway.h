// The use cases, one function each: claim to recorded answer.
//
// Every function walks the chain of types of docs/LIFE_OF_A_FRAME.md: Decide, Decode, Detect,
// Admit, Embed, Match or Prepare, Commit. There is one exit, the ledger; a fault behind a permit is
// an outcome, not an early return.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/consent/consent_service.h"
#include "facegate/core/log.h"
#include "facegate/core/metrics.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/frame/image.h"
#include "facegate/gallery/gallery.h"
#include "facegate/gateway/sitting.h"
#include "facegate/policy/engine.h"
#include "facegate/registry/registry_service.h"
#include "facegate/vision/face_engine.h"

namespace facegate::gateway {

// The parts the gateway walks through. All must outlive it.
struct Parts {
  const core::Clock& clock;
  core::Metrics& metrics;
  core::Logger& logger;
  const policy::Engine& engine;
  audit::Ledger& ledger;
  vision::FaceEngine& faces;
  gallery::Gallery& gallery;
  const crypto::KeyRing& keys;  // of kept images
};

// What a camera stream saw since its lease began; each lease ends in one record.
struct FrameResult {
  int faces_seen = 0;
  int faces_eligible = 0;
  // Set when the frame itself could not be used (kImageInvalid, kImageTooLarge, kFault).
  std::optional<model::Reason> issue;
  // One per match decision taken on this frame (a tracked face is decided once).
  std::vector<audit::Recorded> decisions;
  // Set when this frame closed a lease: its record.
  std::vector<audit::Recorded> closed_leases;
};

// A stream of frames of one camera under leases. Not thread-safe. Close it: what is open is
// recorded.
class StreamSession {
 public:
  virtual ~StreamSession() = default;
  // One frame. A refusal of the lease is a decision in the result, not an error.
  // Returns only what Ledger::Commit returns.
  virtual core::Result<FrameResult> OnFrame(core::ByteSpan bytes,
                                            const core::Deadline& deadline) = 0;
  // Ends the open lease, if any, and gives its record.
  virtual core::Result<FrameResult> Close() = 0;
};

class Seats;

// Thread-safe.
class Gateway {
 public:
  Gateway(Parts parts, frame::Limits limits);

  // 1:1 at a door: is this the claimed person, and may we ask? The claim's operation is verify.
  core::Result<audit::Recorded> Authorize(policy::Claim claim, core::ByteSpan image,
                                          const core::Deadline& deadline);
  // 1:N in a marked lane. The claim's operation is identify.
  core::Result<audit::Recorded> Identify(policy::Claim claim, core::ByteSpan image,
                                         const core::Deadline& deadline);
  // Stores a template of the claimed person, or makes it a token for them to hold. The claim's
  // operation is enroll.
  core::Result<audit::Recorded> Enroll(policy::Claim claim, core::ByteSpan image,
                                       const core::Deadline& deadline);
  // The same from several frames, of which the best `templates` become templates. `claim.lease_ms`
  // is how long it may take. Decides at once: a refusal is the sitting's result.
  // Returns RESOURCE_EXHAUSTED CAMERA_BUSY while another sitting of the camera is not over, or what
  // Ledger::Commit returns. Requires: 0 < templates <= kTemplatesPerEnrolmentMax.
  core::Result<std::unique_ptr<Sitting>> OpenSitting(const policy::Claim& claim, int templates);
  // 1:N over frames of a lane. `claim.lease_ms` is how long a lease lives.
  std::unique_ptr<StreamSession> OpenStream(const policy::Claim& claim);

 private:
  Parts parts_;
  frame::Limits limits_;
  std::shared_ptr<Seats> seats_;
};

}  // namespace facegate::gateway
