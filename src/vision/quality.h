// Whether a face is fit to be compared: wholly in view, a face at all, its size, pose, focus and
// light.
//
// The measures read geometry and luma only; none looks at colour or at what tells people apart.
// docs/ACCURACY.md ("Quality gate") has the measurements from which each threshold was chosen.
#pragma once

#include "facegate/vision/face.h"
#include "vision/chip.h"
#include "vision/landmarks.h"

namespace facegate::vision {

// At most this share of the detector's box may lie outside the picture.
constexpr double kCutOffShareMax = 0.10;
// Looking again at the aligned chip scored 0.43 and more on every face that people would call
// frontal, 0.17 on the badge that the detector takes for a face, 0.21 and less on other false
// detections.
constexpr double kPlausibilityMin = 0.35;
// A face 40 pixels wide, the least that a camera may ask for, has its eyes about 17 pixels apart.
constexpr double kEyeDistancePxMin = 14;
// Three-quarter views lie near 0.5; beyond this an eye is about to disappear.
constexpr double kYawMax = 0.6;
// Focus blur that moves embeddings by 0.3 gives 0.006 to 0.016; a sharp face of 40 pixels 0.019.
constexpr double kSharpnessMin = 0.012;
// The darkest face of the evaluation set has 57 in even light, 28 in half of it, where embeddings
// have moved by 0.11 only. The limit is on the light, not on the skin: hence so low.
constexpr double kBrightnessMin = 20;
// At twice the light faces reach 235 and embeddings have moved by 0.3.
constexpr double kBrightnessMax = 225;

// What the measures are taken from, besides the chip.
struct FaceView {
  int image_width = 0;
  int image_height = 0;
  FaceBox box;
  Landmarks landmarks;
  double confidence = 0;  // Detector::Confidence of the chip
};

// The share of the box that lies outside the picture, 0..1; 1 if the box has no area.
double CutOffShare(const FaceBox& box, int image_width, int image_height);

// 0..1, from the detector's confidence on the aligned chip. A face that was made upright and
// centred looks more like a face than before; a pattern that was taken for one does not.
double Plausibility(double confidence);

// Between the centres of the eyes, in pixels of the picture.
double EyeDistance(const Landmarks& landmarks);

// -1..1, 0 is frontal: how much nearer the nose is to one edge of the jaw than to the other.
// Positive when it is nearer the right edge, as the picture shows it.
double Yaw(const Landmarks& landmarks);

// The variance of the Laplacian of the face's luma, as a share of the variance of the luma itself,
// so that neither light nor contrast counts.
double Sharpness(const Chip& chip);

// The mean luma of the face, 0..255.
double Brightness(const Chip& chip);

// Takes all measures and names the first limit that is not kept, in this order: cut off, plausible,
// size, pose, blur, dark, bright.
Quality Assess(const FaceView& view, const Chip& chip);

}  // namespace facegate::vision
