#include "facegate/audit/log_keys.h"

#include <algorithm>

#include "audit/rotation.h"
#include "facegate/core/check.h"
#include "facegate/core/json.h"

namespace facegate::audit {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kPageSize = 1000;

}  // namespace

LogGenerations::LogGenerations(const crypto::KeyRing& keys, const std::string& log_origin) {
  for (int generation = 1; generation <= keys.log_generation(); ++generation) {
    all_.emplace_back(keys, log_origin, generation);
  }
}

const LogKeys& LogGenerations::Of(int generation) const {
  FG_CHECK(generation > 0 && generation <= newest().generation);
  return all_[static_cast<std::size_t>(generation) - 1];
}

Result<LogGenerations::Signed> LogGenerations::OpenCheckpoint(std::string_view bytes) const {
  std::vector<tlog::VerifierKey> newest_first;
  for (const LogKeys& keys : all_) newest_first.push_back(keys.CheckpointVerifier());
  std::reverse(newest_first.begin(), newest_first.end());
  Signed opened;
  FG_ASSIGN_OR_RETURN(opened.checkpoint, tlog::OpenCheckpoint(bytes, newest_first));
  FG_ASSIGN_OR_RETURN(const tlog::Note note, tlog::ParseNote(bytes));
  for (const tlog::NoteSignature& signature : note.signatures) {
    if (signature.name != origin()) continue;  // a witness's
    const auto known =
        std::find_if(newest_first.begin(), newest_first.end(),
                     [&signature](const auto& key) { return key.id == signature.id; });
    if (known == newest_first.end()) {
      return Status(Code::kPermissionDenied, "SIGNATURE_MISSING",
                    "a key of " + origin() + " that is not at hand signed it too");
    }
    const auto age = static_cast<int>(known - newest_first.begin());
    opened.generation = std::max(opened.generation, newest().generation - age);
  }
  return opened;
}

Result<std::vector<KeyPeriod>> KeyPeriodsOf(const storage::Store& store,
                                            const model::OperatorId& log, const KeyPeriod& newest) {
  std::vector<KeyPeriod> periods;
  storage::LogQuery query;
  query.type = kRotationType;
  query.limit = kPageSize;
  for (;;) {
    FG_ASSIGN_OR_RETURN(const auto page, store.QueryLog(log, query));
    for (const storage::LogEntry& entry : page) {
      FG_ASSIGN_OR_RETURN(const core::Json line, storage::LineOf(entry.entry));
      if (!IsLogRotation(line)) continue;
      if (periods.empty()) {
        periods.push_back({line.StringOr("previous_checkpoint_vkey", ""),
                           line.StringOr("previous_record_vkey", ""), 0});
      }
      periods.push_back({line.StringOr("checkpoint_vkey", ""), line.StringOr("record_vkey", ""),
                         entry.index + 1});
    }
    if (page.size() < kPageSize) break;
    query.first_index = page.back().index + 1;
  }
  if (periods.empty()) periods.push_back(newest);
  return periods;
}

}  // namespace facegate::audit
