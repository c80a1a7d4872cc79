// A stored log looked through from end to end, while no gateway writes to it: what is wrong, where
// it begins, and what cannot be shown with what is at hand. See docs/OPERATING.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/ids.h"
#include "facegate/storage/store.h"

namespace facegate::audit {

enum class Ill {
  kDamage,     // bytes are not those that were written
  kMissing,    // a record, a tile or a checkpoint is not there
  kFork,       // other records than those that the head file signs
  kRollback,   // fewer records than the head file signs
  kWrongKeys,  // signed with other keys than those at hand
};
// "DAMAGE", "MISSING", "FORK", "ROLLBACK", "WRONG_KEYS".
std::string_view IllWord(Ill ill);

struct LogFault {
  Ill ill = Ill::kDamage;
  std::optional<std::uint64_t> record;  // the first that is bad; absent where it is none's
  std::string what;                     // for people
};

// What was found in one log.
struct Inspection {
  std::string origin;
  std::uint64_t size = 0;  // records, as the store says
  // Records below it were pruned, as the log says: their hashes are looked through, and are not
  // among records_checked. Those that are missing from here on are missing.
  std::uint64_t minimum_index = 0;
  std::uint64_t records_checked = 0;
  // The first of each kind of place: checkpoint, records, tree, head file. Empty: nothing is wrong.
  std::vector<LogFault> faults;
  // Rows of the search index that are missing or say something else than their records. They can be
  // made again: RebuildIndex.
  std::uint64_t index_rows_wrong = 0;
  std::optional<std::uint64_t> first_index_row_wrong;
  // The first record whose row is right, and which a query for what it says passes over all the
  // same: what the store sums up from the rows is wrong. RebuildIndex makes that again too.
  std::optional<std::uint64_t> first_record_not_found;
  // What nothing here can show, in sentences for people.
  std::vector<std::string> unproven;

  bool ok() const { return faults.empty() && index_rows_wrong == 0 && !first_record_not_found; }
};

// Hears of records looked through so far, and of all. May be empty.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// The logs that the store or a head file below `data_dir` ("": none) knows, by operator.
// Returns as Store::ListLogs, or INVALID_ARGUMENT BAD_ID for a head file of another name.
core::Result<std::vector<model::OperatorId>> KnownLogs(const storage::Store& store,
                                                       const std::string& data_dir);

// Checks of every record that it is there, its signature, its place and that time does not go back;
// that the stored tree is that of the records, and signed; that the head file below `data_dir`
// signs the beginning of it; and the search index, and that queries find what it says. Where the
// oldest records were pruned, checks of them that the hashes that are kept are those of the tree,
// and that the log's newest record of pruning says so. Memory does not grow with the log. Returns
// the store's status where it cannot be read; a bad log is an inspection.
core::Result<Inspection> InspectLog(const storage::Store& store, const crypto::KeyRing& keys,
                                    const std::string& gateway_name, const std::string& data_dir,
                                    const model::OperatorId& log, const Progress& progress);

// Makes the search index of a log again from its records; gives how many rows were wrong. Records
// that are bad keep the rows they have. Fails as Store::ReplaceIndex.
// Requires: nobody else writes to the store.
core::Result<std::uint64_t> RebuildIndex(storage::Store& store, const model::OperatorId& log,
                                         const Progress& progress);

}  // namespace facegate::audit
