// A copy of an operator's log on disk, checked with public material only (invariant I8).
//
// The directory is a C2SP tlog-tiles one: `checkpoint`, `tile/entries/...`, `tile/<level>/...`, and
// where the log was pruned `minimum-index`. See docs/VERIFYING.md; stock tools read the same files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/report/log_keys.h"
#include "facegate/report/record.h"
#include "facegate/tlog/checkpoint.h"

namespace facegate::report {

// How a copy fails.
enum class FaultKind {
  kMissing,   // files are not there
  kDamage,    // what is there is not what was signed
  kRollback,  // it ends before an older checkpoint does
  kFork,      // it holds other records than an older checkpoint signed
};
// "MISSING", "DAMAGE", "ROLLBACK", "FORK".
std::string_view FaultKindWord(FaultKind kind);

// What is wrong with a copy; the first thing, by record.
struct CopyFault {
  std::optional<std::uint64_t> record;  // absent where the checkpoint or a tree tile is at fault
  std::string file;                     // relative path
  std::string reason;                   // a stable word, such as "SIGNATURE_BAD"
  std::string what;                     // for people
  FaultKind kind = FaultKind::kDamage;
};

// What a check cannot show with what is at hand.
struct Unproved {
  std::string reason;  // a stable word: see docs/VERIFYING.md
  std::string what;    // for people
};

// A record with which a log succeeds another one, and what it says of that.
struct Succession {
  std::uint64_t record = 0;  // the log has the other one's records below this index
  std::string previous_origin;
  std::uint64_t previous_size =
      0;                          // how far the other one is known to have gone: at least `record`
  tlog::Hash256 previous_root{};  // of so many of its records
  std::uint64_t RecordsLost() const { return previous_size - record; }
};

// What a copy holds, as far as it was checked.
struct CopyReport {
  tlog::Checkpoint checkpoint;
  // Contents below this index were removed by the operator's retention; their hashes remain.
  std::uint64_t minimum_index = 0;
  std::uint64_t records_checked = 0;
  std::map<std::string, std::uint64_t> records_by_type;
  core::Timestamp first_time;  // meaningful where records_checked > 0
  core::Timestamp last_time;
  std::vector<std::uint64_t> rotations;  // records that rotate the log's keys
  std::vector<Succession> successions;   // by record
  std::vector<Unproved> unproved;        // empty where there is a fault
  std::optional<CopyFault> fault;        // none: the copy is whole and true
  bool ok() const { return !fault.has_value(); }
};

// Hears of records checked so far and of those the checkpoint promises. May be empty.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// Hears of each record in order, once it was checked; the root of all is compared only at the end.
// May be empty.
using RecordVisitor = std::function<void(const OpenedRecord& record)>;

// Which signatures are checked.
enum class Signatures {
  kAll,  // of the checkpoint and of every record
  // Of the checkpoint alone: it covers every byte of every record, so that the copy is still what
  // the log's checkpoint key signed. Several times as fast.
  kCheckpoint,
};

struct CopyOptions {
  Signatures signatures = Signatures::kAll;
  // A signed note of this log, or of one that it succeeded, that the auditor kept or that is in
  // anybody's receipt.
  std::optional<std::string> older_checkpoint;
  RecordVisitor visit;
  int threads = 0;  // that check signatures; 0: as many as there are cores
};

// Checks everything the copy claims: the checkpoint's signature; of every record the signature,
// that its index is its place and that time does not go back; that the tiles are the hashes of the
// records; that the root of all of them is the checkpoint's; and that an older checkpoint's records
// are among them. Follows rotations of the log's keys, and successions of one log to another,
// forward and backward, from any generation in hand. Where the log was pruned, takes the leaf
// hashes of what is gone from the tiles, and demands the log's statement and a record of it that
// says the same. Stops at the first fault. Memory does not grow with the log. Returns NOT_FOUND
// COPY_NOT_FOUND if there is no such directory, INVALID_ARGUMENT OLDER_CHECKPOINT_BAD for an older
// checkpoint that neither this log nor one that it succeeded signed; a bad copy is a report.
core::Result<CopyReport> VerifyLogCopy(const std::string& directory, const LogKeys& keys,
                                       const Progress& progress, const CopyOptions& options = {});

// The report for people, several lines, and as JSON (docs/VERIFYING.md lists the members).
std::string CopyReportText(const CopyReport& report);
core::Json CopyReportJson(const CopyReport& report);
core::Json UnprovedJson(const std::vector<Unproved>& unproved);
core::Json FaultJson(const CopyFault& fault);

// Writes the files of a copy as they arrive. Add the checkpoint last: a copy that has one is whole.
class LogCopyWriter {
 public:
  // Makes the directory where there is none. Returns UNAVAILABLE COPY_UNWRITABLE.
  static core::Result<LogCopyWriter> Open(const std::string& directory);

  // Replaces the file whole or not at all. Returns INVALID_ARGUMENT BAD_COPY_PATH for a path that
  // is no file of a log (whatever sent it must not write elsewhere), UNAVAILABLE COPY_UNWRITABLE.
  // Leaves "minimum-index" as it is, or out, where the copy has everything that the log let go of:
  // add it after the bundles and tiles.
  core::Status Add(std::string_view path, core::ByteSpan content);

  // Up to which record, a multiple of 256, the copy has every tile that is full then, and every
  // bundle from its own minimum index on: where an export goes on that broke off, or whose log has
  // grown. Whether they are the right ones is VerifyLogCopy's to say.
  std::uint64_t FullUpTo() const;
  // The origin of the checkpoint that is there; nothing without one that can be read.
  std::optional<std::string> Origin() const;

 private:
  explicit LogCopyWriter(std::string directory) : directory_(std::move(directory)) {}
  // From which record on the copy has contents; 0 where its statement cannot be read.
  std::uint64_t MinimumIndex() const;
  std::string directory_;
};

// True for "checkpoint", "minimum-index" and what tlog::ParseTilePath accepts.
bool IsLogFilePath(std::string_view path);

}  // namespace facegate::report
