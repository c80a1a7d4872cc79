// Kept images after their enrolment: listed, looked at on record, deleted, and ended by time.
//
// What ends them with a consent or a person is ConsentService's; what seals them, images::Seal.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/consent/consent_service.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/crypto/secret.h"
#include "facegate/model/people.h"
#include "facegate/storage/store.h"

namespace facegate::consent {

struct ViewedImage {
  model::KeptImage image;  // without key and bytes
  crypto::SecretBytes jpeg;
  audit::Receipt receipt;
};

// Thread-safe.
class ImageDesk {
 public:
  // All must outlive it.
  ImageDesk(const storage::Store& store, audit::Ledger& ledger, const crypto::KeyRing& keys,
            const core::Clock& clock)
      : store_(store), ledger_(ledger), keys_(keys), clock_(clock) {}

  // By id, after the id `after`, without key and bytes. Returns NOT_FOUND SUBJECT_NOT_FOUND,
  // FAILED_PRECONDITION SUBJECT_ERASED.
  core::Result<std::vector<model::KeptImage>> List(const model::SubjectRef& subject,
                                                   std::string_view after, std::size_t limit) const;

  // Opens one for somebody to look at. That it was, why and by whom is durable (image.viewed)
  // before it is opened; if its consent was withdrawn meanwhile, nothing is. Returns NOT_FOUND
  // IMAGE_NOT_FOUND (also once its time is up), FAILED_PRECONDITION SUBJECT_RESTRICTED, DATA_LOSS
  // IMAGE_BROKEN.
  core::Result<ViewedImage> View(const Caller& caller, const model::ImageRef& ref,
                                 model::ImageViewReason reason);

  // Destroys one with its key, and returns only when the bytes are gone from every file. The
  // consent stays as it is. Returns NOT_FOUND IMAGE_NOT_FOUND.
  core::Result<audit::Receipt> Delete(const Caller& caller, const model::ImageRef& ref);

  // Destroys those whose time is up. Returns how many.
  core::Result<int> SweepExpired(const Caller& caller);

 private:
  core::Result<audit::Receipt> Destroy(const Caller& caller, const model::KeptImage& image,
                                       model::ImageDeletionCause cause);

  const storage::Store& store_;
  audit::Ledger& ledger_;
  const crypto::KeyRing& keys_;
  const core::Clock& clock_;
};

}  // namespace facegate::consent
