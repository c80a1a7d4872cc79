#include "facegate/consent/image_desk.h"

#include <utility>

#include "consent/events.h"
#include "facegate/images/kept_image.h"

namespace facegate::consent {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kSweepPage = 100;

Status NotKept() { return Status(Code::kNotFound, "IMAGE_NOT_FOUND", "no such image is kept"); }

model::ImageRef RefOf(const model::KeptImage& image) { return {image.op, image.subject, image.id}; }

}  // namespace

Result<std::vector<model::KeptImage>> ImageDesk::List(const model::SubjectRef& subject,
                                                      std::string_view after,
                                                      std::size_t limit) const {
  FG_RETURN_IF_ERROR(store_.GetSubject(subject).status());
  FG_ASSIGN_OR_RETURN(auto images, store_.ListImagesOf(subject));
  std::erase_if(images, [&](const auto& image) { return image.id.str() <= after; });
  if (images.size() > limit) images.resize(limit);
  return images;
}

Result<ViewedImage> ImageDesk::View(const Caller& caller, const model::ImageRef& ref,
                                    model::ImageViewReason reason) {
  FG_ASSIGN_OR_RETURN(const model::KeptImage kept, store_.GetImage(ref));
  // The sweep may not have met it yet.
  if (kept.expires_at <= clock_.Now()) return NotKept();
  const Result<model::Subject> subject = store_.GetSubject({ref.op, ref.subject});
  if (!subject.ok()) return subject.status();
  if (subject->restricted_at) {
    return Status(Code::kFailedPrecondition, "SUBJECT_RESTRICTED",
                  "what is held about the person is frozen: release it first");
  }
  audit::Event event = ImageEvent("image.viewed", caller, kept, *subject);
  event.body.Set("why", model::Word(reason));
  const Result<audit::RecordedEvent> recorded = ledger_.Append(
      event, {}, {storage::ImageStands{ref}, storage::SubjectUnrestricted{{ref.op, ref.subject}}});
  if (!recorded.ok()) {
    return audit::IsPreconditionFailure(recorded.status()) ? NotKept() : recorded.status();
  }
  // Read again: what was withdrawn since is not shown, though it is on record that it was to be.
  FG_ASSIGN_OR_RETURN(model::KeptImage image, store_.GetImage(ref));
  FG_ASSIGN_OR_RETURN(crypto::SecretBytes jpeg, images::Open(image, keys_));
  image.wrapped_key.clear();
  image.sealed.clear();
  return ViewedImage{std::move(image), std::move(jpeg), recorded->receipt()};
}

Result<audit::Receipt> ImageDesk::Destroy(const Caller& caller, const model::KeptImage& image,
                                          model::ImageDeletionCause cause) {
  const Result<model::Subject> subject = store_.GetSubject({image.op, image.subject});
  if (!subject.ok()) return subject.status();
  audit::Event event = ImageEvent("image.deleted", caller, image, *subject);
  event.body.Set("cause", model::Word(cause));
  const Result<audit::RecordedEvent> recorded =
      ledger_.Append(event, {storage::DestroyImage{RefOf(image)}});
  if (recorded.ok()) return recorded->receipt();
  return audit::IsPreconditionFailure(recorded.status()) ? NotKept() : recorded.status();
}

Result<audit::Receipt> ImageDesk::Delete(const Caller& caller, const model::ImageRef& ref) {
  FG_ASSIGN_OR_RETURN(const model::KeptImage image, store_.GetImage(ref));
  return Destroy(caller, image, model::ImageDeletionCause::kRequested);
}

Result<int> ImageDesk::SweepExpired(const Caller& caller) {
  int swept = 0;
  for (;;) {
    FG_ASSIGN_OR_RETURN(const auto page, store_.ListExpiredImages(clock_.Now(), kSweepPage));
    const int swept_before = swept;
    for (const model::KeptImage& image : page) {
      const Result<audit::Receipt> gone =
          Destroy(caller, image, model::ImageDeletionCause::kExpired);
      if (gone.ok()) {
        ++swept;
      } else if (gone.status().code() == Code::kUnavailable) {
        return gone.status();
      }
      // Else withdrawn or erased since it was listed: the next page will not have it.
    }
    if (page.size() < kSweepPage || swept == swept_before) return swept;
  }
}

}  // namespace facegate::consent
