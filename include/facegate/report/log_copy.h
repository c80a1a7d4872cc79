// A copy of an operator's log on disk, checked with public material only (invariant I8).
//
// The directory is a C2SP tlog-tiles one: `checkpoint`, `tile/entries/...`, `tile/<level>/...`. See
// docs/VERIFYING.md; stock tools read the same files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/note.h"

namespace facegate::report {

// The public keys of one log: what an auditor got once and keeps.
struct LogKeys {
  tlog::VerifierKey checkpoint;
  tlog::VerifierKey record;
};

// Reads verifier keys, one a line: that of the checkpoints (named as the origin) and that of the
// records (named origin + "/records"). Empty lines and lines that start with '#' are skipped.
// Returns INVALID_ARGUMENT BAD_VKEY for a line that is none, KEYS_UNPAIRED unless exactly those two
// are there.
core::Result<LogKeys> ParseLogKeys(std::string_view text);

// What is wrong with a copy; the first thing, by record.
struct CopyFault {
  std::optional<std::uint64_t> record;  // absent where the checkpoint or a tree tile is at fault
  std::string file;                     // relative path
  std::string reason;                   // a stable word, such as "SIGNATURE_BAD"
  std::string what;                     // for people
};

// What a copy holds, as far as it was checked.
struct CopyReport {
  tlog::Checkpoint checkpoint;
  std::uint64_t records_checked = 0;
  std::map<std::string, std::uint64_t> records_by_type;
  core::Timestamp first_time;  // meaningful where records_checked > 0
  core::Timestamp last_time;
  std::optional<CopyFault> fault;  // none: the copy is whole and true
  bool ok() const { return !fault.has_value(); }
};

// Hears of records checked so far and of those the checkpoint promises. May be empty.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// Checks everything the copy claims: the checkpoint's signature; of every record the signature,
// that its index is its place and that time does not go back; that the tiles are the hashes of the
// records; that the root of all of them is the checkpoint's. Stops at the first fault.
// Returns NOT_FOUND COPY_NOT_FOUND if there is no such directory; a bad copy is a report.
core::Result<CopyReport> VerifyLogCopy(const std::string& directory, const LogKeys& keys,
                                       const Progress& progress);

// Writes the files of a copy as they arrive. Add the checkpoint last: a copy that has one is whole.
class LogCopyWriter {
 public:
  // Makes the directory where there is none. Returns UNAVAILABLE COPY_UNWRITABLE.
  static core::Result<LogCopyWriter> Open(const std::string& directory);

  // Replaces the file whole or not at all. Returns INVALID_ARGUMENT BAD_COPY_PATH for a path that
  // is no file of a log (whatever sent it must not write elsewhere), UNAVAILABLE COPY_UNWRITABLE.
  core::Status Add(std::string_view path, core::ByteSpan content);

 private:
  explicit LogCopyWriter(std::string directory) : directory_(std::move(directory)) {}
  std::string directory_;
};

// True for "checkpoint" and what tlog::ParseTilePath accepts.
bool IsLogFilePath(std::string_view path);

}  // namespace facegate::report
