// How a log is handed over from one generation of its keys to the next, or succeeds one whose
// records were lost, and what its records are verified with across that. docs/AUDIT_FORMAT.md,
// "Rotation" and "Succession", is the byte-level page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/entry.h"
#include "facegate/audit/log_keys.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/note.h"

namespace facegate::audit {

// Whose keys sign: one generation, or the old one and then the next where a log is handed over.
using Signers = std::vector<const LogKeys*>;

inline constexpr char kRotationType[] = "key.rotated";
inline constexpr char kSuccessionType[] = "log.succeeded";

// The record that hands a log over.
Draft RotationDraft(const model::OperatorId& log, const LogKeys& old, const LogKeys& next);

// The record that begins a log with what is left of another, which went on to `lost`.
Draft SuccessionDraft(const model::OperatorId& log, const tlog::Checkpoint& lost,
                      const LogKeys& old, const LogKeys& next);

// What a succession says of the log that it closes.
struct ClosedLog {
  // `line`: of a record of kSuccessionType, at `index` of its log.
  ClosedLog(const core::Json& line, std::uint64_t index);
  // Whether `head`, a checkpoint of that origin, can have been the closed log's. `root_of_kept`: of
  // as many records of the log that succeeds it; looked at where those were kept.
  bool HadHead(const tlog::Checkpoint& head, const core::Hash256& root_of_kept) const;

  std::string origin;
  std::uint64_t kept;  // so many records are in both
  std::uint64_t size;  // how far it is known to have gone
  std::string root;    // there, in hex
};

// Whether a record hands its log over to other keys, as a rotation or a succession; others of the
// first's type rotate other keys.
bool IsHandOver(const core::Json& line);

void SignRecord(tlog::Note& note, const Signers& signers);
// The signed note's bytes. Requires: signers are of the checkpoint's log, and not empty.
std::string SignCheckpoint(const tlog::Checkpoint& checkpoint, const Signers& signers);

// Verifies the records of one log, one after the other: by the generation in force, and by both
// where one hands the log over. Not thread-safe.
class RecordVerifier {
 public:
  // `in_force`: the position of the keys before the first record that is taken; nothing: the oldest
  // that signed that one. `keys` must outlive it.
  RecordVerifier(const LogGenerations& keys, std::optional<int> in_force)
      : keys_(keys), in_force_(in_force) {}

  // Takes the next record. Returns as tlog::VerifyNote, or PERMISSION_DENIED ROTATION_UNPROVED for
  // one that hands the log over to other keys than those of the next generation, or of a log that
  // succeeds it.
  core::Status Take(const tlog::Note& note);

  // Whose keys sign a checkpoint that ends with the record taken last. Empty before the first,
  // unless a generation was in force.
  Signers signers() const;

 private:
  core::Status VerifyHandOver(const tlog::Note& note, const core::Json& line);
  // The keys that such a record may hand over to.
  bool MayFollow(const LogKeys& next, bool is_succession) const;

  const LogGenerations& keys_;
  std::optional<int> in_force_;
  std::optional<int> rotated_from_;  // where the record taken last is a rotation
};

}  // namespace facegate::audit
