// The list of withdrawals and erasures that no restored backup may undo.
//
// It stands outside the database and its backups. A line is
//   v1 W|E|R|L|I|K <keyed hash, 64 hex> <log index> <unix ms>\n
// W: a purpose's templates of a person (hash of operator, subject, purpose); E: a person (operator,
// subject); R: a person who was restricted, L: who was released again; I: a purpose's kept images
// of a person, who took back that alone; K: one kept image (operator, subject, image). The hash is
// keyed by the key-encryption key, so the list names nobody.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/ids.h"
#include "facegate/storage/store.h"

namespace facegate::audit {

// Not thread-safe: the sequencer owns it.
class SuppressionFile {
 public:
  // `path` "" keeps the list in memory only. Returns DATA_LOSS SUPPRESSIONS_DAMAGED with the line;
  // a last line without its newline was never acknowledged and is cut.
  static core::Result<SuppressionFile> Open(const std::string& path, const crypto::KeyRing& keys);

  // The changes of one durable record that destroy or freeze something; synced before it returns.
  core::Status Add(const storage::Changes& changes, std::uint64_t index, core::Timestamp time);

  // Whether something that came about at `time` by record `index` was undone later.
  bool CoversTemplates(const model::SubjectRef& subject, const model::PurposeId& purpose,
                       std::uint64_t index, core::Timestamp time) const;
  bool CoversSubject(const model::SubjectRef& subject, std::uint64_t index,
                     core::Timestamp time) const;
  // Whether who came about so was restricted later, and not released since.
  bool CoversRestriction(const model::SubjectRef& subject, std::uint64_t index,
                         core::Timestamp time) const;
  // Whether the person took back, later, that a purpose's images are kept.
  bool CoversImages(const model::SubjectRef& subject, const model::PurposeId& purpose,
                    std::uint64_t index, core::Timestamp time) const;
  // Whether a kept image was destroyed by itself.
  bool CoversImage(const model::KeptImage& image) const;
  bool empty() const { return entries_.empty(); }

 private:
  struct Mark {
    std::uint64_t index = 0;
    core::Timestamp time;
  };
  SuppressionFile(std::string path, const crypto::KeyRing& keys)
      : path_(std::move(path)), keys_(&keys) {}
  // `what` of the person: the id of a purpose or an image, or nothing.
  std::string HashOf(char kind, const model::SubjectRef& subject, std::string_view what) const;
  void Keep(const std::string& key, const Mark& mark);
  bool Covers(const std::string& key, std::uint64_t index, core::Timestamp time) const;
  core::Status ParseLine(std::string_view line, std::size_t number);

  std::string path_;
  const crypto::KeyRing* keys_;
  std::map<std::string, Mark> entries_;  // kind + hash -> the latest
};

}  // namespace facegate::audit
