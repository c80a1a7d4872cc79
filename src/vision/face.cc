#include "facegate/vision/face.h"

#include "facegate/core/check.h"

namespace facegate::vision {

std::string_view Word(QualityIssue issue) {
  switch (issue) {
    case QualityIssue::kNone:
      return "NONE";
    case QualityIssue::kTooSmall:
      return "TOO_SMALL";
    case QualityIssue::kPose:
      return "POSE";
    case QualityIssue::kBlurred:
      return "BLURRED";
    case QualityIssue::kTooDark:
      return "TOO_DARK";
    case QualityIssue::kTooBright:
      return "TOO_BRIGHT";
    case QualityIssue::kImplausibleLandmarks:
      return "IMPLAUSIBLE_LANDMARKS";
    case QualityIssue::kCutOff:
      return "CUT_OFF";
  }
  FG_CHECK(false);
}

}  // namespace facegate::vision
