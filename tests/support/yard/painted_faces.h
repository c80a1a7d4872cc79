// Pictures whose faces are painted by the test, and an engine that sees them: the chain around it
// is the real one, so that every permit and record is.
#pragma once

#include <array>
#include <cstdint>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "facegate/vision/face_engine.h"

namespace facegate::testing {

// What the first pixel of a painted picture says.
struct Paint {
  // How many; 200: the engine fails; 100: one that fails the gate, 101 and on: with the issue of
  // that number less 100; 110: one that is too small, 111: one outside the region.
  std::uint8_t faces = 1;
  std::uint8_t person = 0;  // whose: other people are far away
  std::uint8_t change = 0;  // how far this picture is from the person's own, in hundredths
};

inline core::Bytes PaintedPicture(const Paint& paint) {
  cv::Mat picture(64, 64, CV_8UC3, cv::Scalar(paint.change, paint.person, paint.faces));  // BGR
  core::Bytes png;
  cv::imencode(".png", picture, png);
  return png;
}

inline void PaintPicture(const std::string& path, const Paint& paint) {
  const core::Bytes png = PaintedPicture(paint);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
}

class PaintedFaceEngine final : public vision::FaceEngine {
 public:
  core::Result<std::vector<vision::FaceBox>> Detect(const frame::Image& image,
                                                    const policy::ViewPermit&,
                                                    const core::Deadline&) override {
    const std::uint8_t faces = image.rgb()[0];
    if (faces == 200) {
      return core::Status(core::Code::kResourceExhausted, "QUEUE_FULL", "try again later");
    }
    vision::FaceBox box{0, 0, 64, 64, 1, faces < 110};
    if (faces == 111) box.right = 640;
    return std::vector<vision::FaceBox>(faces >= 100 ? 1 : faces, box);
  }

  core::Result<vision::EmbeddedFaces> Embed(const frame::Image& image,
                                            std::span<const vision::FaceBox> boxes,
                                            const policy::Permit&, const core::Deadline&) override {
    vision::EmbeddedFaces out;
    for (const vision::FaceBox& box : boxes) {
      if (const int code = image.rgb()[0]; code >= 100) {
        vision::Quality quality;
        quality.issue = code == 100 ? vision::QualityIssue::kBlurred
                                    : static_cast<vision::QualityIssue>(code - 100);
        out.rejected.push_back({box, quality});
        continue;
      }
      std::mt19937 random(image.rgb()[1]);
      std::normal_distribution<float> normal(0, 0.115f);
      std::array<float, vision::kEmbeddingSize> values;
      for (float& value : values) value = normal(random);
      values[0] += static_cast<float>(image.rgb()[2]) / 100;
      out.faces.push_back({box, {}, vision::Embedding(values)});
    }
    return out;
  }

  const std::vector<vision::ModelInfo>& models() const override { return models_; }
  const std::string& embedding_model_id() const override { return models_[0].id; }

 private:
  std::vector<vision::ModelInfo> models_{{"painted-v1", std::string(64, '0')}};
};

}  // namespace facegate::testing
