// Whether a face is fit to be compared: size, pose, light, sharpness, and whether it is one at all.
//
// The measures read geometry and luma only. No measure looks at colour or at anything that tells
// people apart; docs/ACCURACY.md ("Quality gate") states what each threshold was chosen from.
#pragma once

#include "facegate/frame/image.h"
#include "facegate/vision/face.h"
#include "vision/chip.h"
#include "vision/landmarks.h"

namespace facegate::vision {

// What the measures are taken from. `retry` are the points found again from a displaced box.
struct FaceGeometry {
  FaceBox box;
  Landmarks landmarks;
  Landmarks retry;
};

// The box from which the points are looked for a second time.
FaceBox DisplacedBox(const FaceBox& box);

// Distance between the centres of the eyes, in pixels of the picture.
double EyeDistance(const Landmarks& landmarks);

// -1..1: 0 is frontal; how much nearer the nose is to one edge of the jaw than to the other.
double Yaw(const Landmarks& landmarks);

// 0..1: 1 when both searches ended at the same points, 0 when they differ by kScatterMax eye
// distances or more. A face pulls the points to the same places from wherever the search begins; a
// badge or a pattern does not.
double Plausibility(const Landmarks& landmarks, const Landmarks& retry);

// The variance of the Laplacian of the chip's luma, over the face alone, divided by the variance of
// the luma there, so that neither contrast nor brightness of a person's skin counts.
double Sharpness(const Chip& chip);

// The mean luma of the face, 0..255.
double Brightness(const Chip& chip);

// Takes all measures and names the first threshold that is not met, in the order of QualityIssue.
Quality Assess(const frame::Image& image, const FaceGeometry& geometry, const Chip& chip);

}  // namespace facegate::vision
