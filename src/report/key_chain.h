// Which generation of keys a log signs with at which record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/report/log_keys.h"
#include "facegate/report/record.h"
#include "facegate/tlog/note.h"
#include "report/copy_files.h"

namespace facegate::report {

bool IsSame(const KeyGeneration& a, const KeyGeneration& b);

// A record that hands the log over from one generation to the next.
struct Rotation {
  std::uint64_t index = 0;
  KeyGeneration previous;
  KeyGeneration next;
};

// True for a record that rotates the log's own keys (others of its type rotate other keys).
bool IsLogRotation(const OpenedRecord& record);

// Reads such a record and checks that both generations signed it.
// Returns PERMISSION_DENIED ROTATION_UNPROVED.
core::Result<Rotation> ReadRotation(const tlog::Note& note, const OpenedRecord& record,
                                    std::string_view origin);

// The generations of one log, each trusted because a rotation links it to one in hand. Immutable.
class KeyChain {
 public:
  // A log that never rotated its keys, as far as is known.
  explicit KeyChain(KeyGeneration only) : first_(std::move(only)) {}
  // Requires: not empty, ascending, each `previous` the `next` before it.
  explicit KeyChain(std::vector<Rotation> rotations);

  // Checks a record's signatures: by the generation in force there; by both where it rotates.
  // Returns what tlog::VerifyNote returns.
  core::Status VerifyRecord(const tlog::Note& note, std::uint64_t index) const;
  // The same of a checkpoint, by its size: both sign the one that ends with the rotation.
  core::Result<tlog::Checkpoint> OpenCheckpoint(std::string_view note) const;
  // Ok if any of the generations' checkpoint keys signed the note.
  core::Status VerifyStatement(const tlog::Note& note) const;

  // The rotation at that record; nullptr where it is none.
  const Rotation* RotationAt(std::uint64_t index) const;
  const std::vector<Rotation>& rotations() const { return rotations_; }

 private:
  // The generation in force before record `index`.
  const KeyGeneration& Before(std::uint64_t index) const;

  KeyGeneration first_;
  std::vector<Rotation> rotations_;
};

// Why there is no chain, and the record that is to blame, where it is one.
struct ChainFault {
  std::optional<std::uint64_t> record;
  core::Status why;
};

// Looks through a copy's records from `first` (a multiple of 256) up to `size` for rotations and
// links them to the generations in hand. Stops quietly at a bundle that is missing or cut off: who
// reads the records names that. Nothing: `fault` says why.
//   ROTATION_UNPROVED  a rotation is not signed by both, or names other keys than those in force
//   KEYS_UNLINKED      the log has rotations, none from or to a generation in hand
std::optional<KeyChain> FindKeyChain(const CopyFiles& files, std::uint64_t first,
                                     std::uint64_t size, const LogKeys& keys, ChainFault& fault);

}  // namespace facegate::report
