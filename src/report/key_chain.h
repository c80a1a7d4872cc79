// Which keys a log signs with at which record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/report/log_copy.h"
#include "facegate/report/log_keys.h"
#include "facegate/report/record.h"
#include "facegate/tlog/note.h"
#include "report/copy_files.h"

namespace facegate::report {

bool IsSame(const KeyGeneration& a, const KeyGeneration& b);

// A record that hands over from one generation of keys to the next: of the same log, which rotates
// them, or of another one, which it closes.
struct HandOver {
  std::uint64_t index = 0;
  KeyGeneration previous;
  KeyGeneration next;
  std::optional<Succession> succession;  // nothing: a rotation
};

// True for a record that rotates the log's own keys (others of its type rotate other keys), or with
// which the log succeeds another one.
bool IsHandOver(const OpenedRecord& record);
// True for the latter alone.
bool IsSuccession(const OpenedRecord& record);

// Reads such a record, whose index is its place, of a log whose origin has that base. Checks that
// both generations signed it. Returns PERMISSION_DENIED ROTATION_UNPROVED.
core::Result<HandOver> ReadHandOver(const tlog::Note& note, const OpenedRecord& record,
                                    std::string_view base);

// The generations of one log and of those that it succeeded, each trusted because a hand-over links
// it to one in hand. Immutable.
class KeyChain {
 public:
  // A log that never handed over, as far as is known.
  explicit KeyChain(KeyGeneration only) : first_(std::move(only)) {}
  // Requires: not empty, ascending, each `previous` the `next` before it.
  explicit KeyChain(std::vector<HandOver> hand_overs);

  // Checks a record's signatures: by the generation in force there; by both where it hands over.
  // Returns what tlog::VerifyNote returns.
  core::Status VerifyRecord(const tlog::Note& note, std::uint64_t index) const;
  // The same of a checkpoint, by its size. Both sign the one that ends with a rotation; from a
  // succession on no key of the log before signs any: PERMISSION_DENIED ORIGIN_WRONG where one did.
  core::Result<tlog::Checkpoint> OpenCheckpoint(std::string_view note) const;
  // Opens a checkpoint of any size that any of the generations signed: evidence of what its keys
  // were used for, not of what is in this log. Fails as tlog::OpenCheckpoint does with the newest.
  core::Result<tlog::Checkpoint> OpenAnyCheckpoint(std::string_view note) const;
  // Ok if any of the checkpoint keys that the log of that origin had signed the note.
  core::Status VerifyStatement(const tlog::Note& note, std::string_view origin) const;

  // The hand-over at that record; nullptr where it is none.
  const HandOver* HandOverAt(std::uint64_t index) const;
  const std::vector<HandOver>& hand_overs() const { return hand_overs_; }

 private:
  // The generation in force before record `index`.
  const KeyGeneration& Before(std::uint64_t index) const;
  // All of them, oldest first.
  std::vector<KeyGeneration> Generations() const;

  KeyGeneration first_;
  std::vector<HandOver> hand_overs_;
};

// Why there is no chain, and the record that is to blame, where it is one.
struct ChainFault {
  std::optional<std::uint64_t> record;
  core::Status why;
};

// Looks through a copy's records from `first` (a multiple of 256) up to `size` for hand-overs and
// links them to the generations in hand. Stops quietly at a bundle that is missing or cut off: who
// reads the records names that. Nothing: `fault` says why.
//   ROTATION_UNPROVED  a hand-over is not signed by both, or names other keys than those in force,
//                      keys of another log, or a log before it that cannot be
//   KEYS_UNLINKED      the log has hand-overs, none from or to a generation in hand
std::optional<KeyChain> FindKeyChain(const CopyFiles& files, std::uint64_t first,
                                     std::uint64_t size, const LogKeys& keys, ChainFault& fault);

}  // namespace facegate::report
