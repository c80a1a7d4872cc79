// Everything held about a person, read piece by piece: docs/SUBJECT_EXPORT.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "consent/person_records.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/ids.h"
#include "facegate/storage/store.h"

namespace facegate::consent {

// Holds neither a read transaction nor the person's secret between calls, so that an erasure waits
// for no export and an export ends at an erasure. Not thread-safe; calls of one person are to run
// one after the other with whatever erases them.
class SubjectExport {
 public:
  // Returns NOT_FOUND SUBJECT_NOT_FOUND, FAILED_PRECONDITION SUBJECT_ERASED, here and below.
  static core::Result<SubjectExport> Open(const storage::Store& store, const crypto::KeyRing& keys,
                                          const model::SubjectRef& subject, core::Timestamp now);

  // The document up to its list of records. `record` is the index of subject.exported.
  core::Result<std::string> Facts(core::Timestamp now, std::uint64_t record) const;
  // The records of the next day, as members of the list; nothing after the last day.
  core::Result<std::optional<std::string>> NextDay();
  // What follows the last record.
  static std::string End() { return "],\"complete\":true}\n"; }

 private:
  SubjectExport(const storage::Store& store, const crypto::KeyRing& keys,
                const model::SubjectRef& subject)
      : store_(store), keys_(keys), subject_(subject) {}

  const storage::Store& store_;
  const crypto::KeyRing& keys_;
  model::SubjectRef subject_;
  std::vector<Place> places_;
  std::int64_t next_day_ = 0;  // days since 1970
  std::int64_t last_day_ = 0;
  bool has_records_ = false;
};

}  // namespace facegate::consent
