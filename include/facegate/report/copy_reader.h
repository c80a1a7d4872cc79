// Single records of a copy, each proved to be in the log that its checkpoint signs, without reading
// the whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "facegate/core/status.h"
#include "facegate/report/log_keys.h"
#include "facegate/report/record.h"
#include "facegate/tlog/checkpoint.h"

namespace facegate::report {

struct OpenedCopy;

// A record with what proves it.
struct ProvedRecord {
  OpenedRecord record;
  std::string entry;  // the signed note that is hashed
  tlog::ProofFile proof;
};

// Thread-safe: it only reads. Whatever is wrong with the copy is PERMISSION_DENIED with the reason
// that VerifyLogCopy gives, and names the file.
class CopyReader {
 public:
  // Opens the checkpoint and links the keys. Returns NOT_FOUND COPY_NOT_FOUND besides.
  static core::Result<CopyReader> Open(const std::string& directory, const LogKeys& keys);
  CopyReader(CopyReader&&) noexcept;
  CopyReader& operator=(CopyReader&&) noexcept;
  ~CopyReader();

  const tlog::Checkpoint& checkpoint() const;
  // Where contents begin; below it the log was pruned.
  std::uint64_t minimum_index() const;

  // Reads a record; its signature and its inclusion hold.
  // Returns OUT_OF_RANGE RECORD_BEYOND from the checkpoint's size on, NOT_FOUND RECORD_PRUNED.
  core::Result<ProvedRecord> Read(std::uint64_t index) const;

  // The newest record of a type before `index`, proved; nothing where there is none from
  // minimum_index() on. Looks through every record in between. Requires: index <= the size.
  core::Result<std::optional<ProvedRecord>> NewestBefore(std::uint64_t index,
                                                         std::string_view type) const;

  // The root of the log's first `size` records, as the tiles have it. Requires: at most the
  // checkpoint's size.
  core::Result<tlog::Hash256> Root(std::uint64_t size) const;
  // Proves that the log's first records are those of an older checkpoint of the same log.
  // Returns PERMISSION_DENIED PROOF_BAD if not. Requires: older.size <= the checkpoint's size.
  core::Status ProveExtends(const tlog::Checkpoint& older) const;

 private:
  explicit CopyReader(std::unique_ptr<OpenedCopy> copy);
  std::unique_ptr<OpenedCopy> copy_;
};

}  // namespace facegate::report
