// Lets withdrawals and erasures reach what is in memory: templates, and what decisions keep.
#pragma once

#include "facegate/consent/consent_service.h"
#include "facegate/gallery/gallery.h"
#include "facegate/policy/engine.h"

namespace facegate::gateway {

// Thread-safe. `gallery` and `engine` must outlive it.
class GalleryDropper final : public consent::TemplateDropper {
 public:
  GalleryDropper(gallery::Gallery& gallery, policy::Engine& engine)
      : gallery_(gallery), engine_(engine) {}
  void Drop(const model::SubjectRef& subject, const std::optional<model::PurposeId>& purpose,
            std::uint64_t log_index) override {
    gallery_.Drop(subject, purpose, log_index);
    engine_.Forget(subject);
  }
  void SetAside(const model::SubjectRef& subject) override {
    gallery_.SetAside(subject);
    engine_.Forget(subject);
  }
  core::Status BringBack(const model::SubjectRef& subject) override {
    return gallery_.BringBack(subject);
  }

 private:
  gallery::Gallery& gallery_;
  policy::Engine& engine_;
};

}  // namespace facegate::gateway
