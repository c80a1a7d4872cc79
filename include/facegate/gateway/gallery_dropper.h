// Lets withdrawals and erasures reach the templates in memory.
#pragma once

#include "facegate/consent/consent_service.h"
#include "facegate/gallery/gallery.h"

namespace facegate::gateway {

// Thread-safe. `gallery` must outlive it.
class GalleryDropper final : public consent::TemplateDropper {
 public:
  explicit GalleryDropper(gallery::Gallery& gallery) : gallery_(gallery) {}
  void Drop(const model::SubjectRef& subject, const std::optional<model::PurposeId>& purpose,
            std::uint64_t log_index) override {
    gallery_.Drop(subject, purpose, log_index);
  }

 private:
  gallery::Gallery& gallery_;
};

}  // namespace facegate::gateway
