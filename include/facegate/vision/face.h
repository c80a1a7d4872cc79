// Faces as values: boxes, quality and embeddings. Embeddings zero themselves and have no formatter.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/crypto/secret.h"

namespace facegate::vision {

// A face found by detection, in pixels of the picture; may reach past its edges.
struct FaceBox {
  int left = 0;
  int top = 0;
  int right = 0;    // exclusive
  int bottom = 0;   // exclusive
  float score = 0;  // the detector's confidence; comparable within one detector only
  // At least min_face_px wide, and three quarters of the box in the permitted region.
  bool eligible = false;
  int width() const { return right - left; }
  int height() const { return bottom - top; }
};

// Why a face did not pass the gate. Words are stable: docs/API.md.
enum class QualityIssue {
  kNone,
  kTooSmall,
  kPose,
  kBlurred,
  kTooDark,
  kTooBright,
  kImplausibleLandmarks,
  kCutOff,
};
std::string_view Word(QualityIssue issue);

// Measured on the aligned face; documented with its thresholds in docs/ACCURACY.md.
struct Quality {
  QualityIssue issue = QualityIssue::kNone;  // the first that failed
  float sharpness = 0;
  float brightness = 0;    // mean luma, 0..255
  float yaw = 0;           // landmark asymmetry, -1..1
  float plausibility = 0;  // 0..1
};

constexpr int kEmbeddingSize = 128;

// 128 float32 values of the embedding network. Zeroed when it goes; move-only.
class Embedding {
 public:
  explicit Embedding(const std::array<float, kEmbeddingSize>& values) : values_(values) {}
  Embedding(Embedding&& other) noexcept : values_(other.values_) { other.Wipe(); }
  Embedding& operator=(Embedding&& other) noexcept {
    if (this != &other) {
      values_ = other.values_;
      other.Wipe();
    }
    return *this;
  }
  ~Embedding() { Wipe(); }
  const std::array<float, kEmbeddingSize>& values() const { return values_; }

 private:
  void Wipe() { crypto::Zero(values_.data(), sizeof(values_)); }
  std::array<float, kEmbeddingSize> values_;
};

// A face that passed the gate, with its embedding.
struct Face {
  FaceBox box;
  Quality quality;
  Embedding embedding;
};

// A face that did not pass.
struct RejectedFace {
  FaceBox box;
  Quality quality;
};

// What Embed makes of the eligible boxes, in the boxes' order.
struct EmbeddedFaces {
  std::vector<Face> faces;
  std::vector<RejectedFace> rejected;
};

// A model in use, for records and receipts.
struct ModelInfo {
  std::string id;      // "dlib-resnet29-v1"
  std::string sha256;  // of the weights file, lower-case hex
};

}  // namespace facegate::vision
