// The steps that every use case shares, in the order of docs/LIFE_OF_A_FRAME.md.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "facegate/frame/image.h"
#include "facegate/gateway/gateway.h"

namespace facegate::gateway {

// What detection found in one picture.
struct View {
  frame::Image image;
  std::vector<vision::FaceBox> boxes;

  policy::FacesInView faces() const;
  std::vector<vision::FaceBox> Eligible() const;
};

// Decodes and detects under a view permit.
core::Result<View> Look(const Parts& parts, const frame::Limits& limits,
                        const policy::ViewPermit& permit, core::ByteSpan bytes,
                        const core::Deadline& deadline);
// Detection alone, of a picture that is decoded already.
core::Result<std::vector<vision::FaceBox>> Detect(const Parts& parts, const frame::Image& image,
                                                  const policy::ViewPermit& permit,
                                                  const core::Deadline& deadline);

// The face that a 1:1 request means: the largest eligible one, unless another is about as large.
struct Chosen {
  std::optional<vision::FaceBox> box;
  model::Reason problem = model::Reason::kNoFace;  // where there is no box
};
Chosen ChooseOne(const std::vector<vision::FaceBox>& eligible);

audit::Counts CountsOf(const View& view);

// An outcome that grants nothing. The verdict follows from the alternatives.
audit::Outcome Refused(const policy::Grounds& grounds, model::Reason reason, audit::Counts counts,
                       std::string detail = {});
// The same for a fault behind a permit: a bad image, a deadline, a stage that failed.
audit::Outcome Faulted(const policy::Grounds& grounds, const core::Status& status,
                       audit::Counts counts);
model::Reason ReasonOfFault(const core::Status& status);

std::vector<audit::ModelRef> ModelsThatRan(const Parts& parts);

// An outcome that rests on the claimed person, of whom templates were made. Requires: a consent in
// the grounds.
audit::Outcome Enrolled(const policy::Grounds& grounds, audit::Counts counts);

// Turns matches of embedded faces into the outcome of an identification.
audit::Outcome IdentifyOutcome(const policy::Grounds& grounds, std::vector<gallery::Match> matches,
                               audit::Counts counts, std::vector<audit::ModelRef> models);

}  // namespace facegate::gateway
