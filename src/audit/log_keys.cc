#include "facegate/audit/log_keys.h"

#include <algorithm>
#include <map>
#include <utility>

#include "audit/rotation.h"
#include "facegate/core/check.h"
#include "facegate/core/json.h"

namespace facegate::audit {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kPageSize = 1000;

// The records of a type by which keys change.
Status ReadHandOvers(const storage::Store& store, const model::OperatorId& log, const char* type,
                     std::map<std::uint64_t, core::Json>& handed_over) {
  storage::LogQuery query;
  query.type = type;
  query.limit = kPageSize;
  for (;;) {
    FG_ASSIGN_OR_RETURN(const auto page, store.QueryLog(log, query));
    for (const storage::LogEntry& entry : page) {
      FG_ASSIGN_OR_RETURN(core::Json line, storage::LineOf(entry.entry));
      if (IsHandOver(line)) handed_over.emplace(entry.index, std::move(line));
    }
    if (page.size() < kPageSize) return Status::Ok();
    query.first_index = page.back().index + 1;
  }
}

}  // namespace

LogGenerations::LogGenerations(const crypto::KeyRing& keys, const tlog::Origin& origin) {
  int position = 0;
  for (int number = 1; number <= origin.number; ++number) {
    const std::string name = tlog::OriginName({origin.base, number});
    for (int generation = 1; generation <= keys.log_generation(); ++generation) {
      all_.emplace_back(keys, name, generation, ++position);
    }
  }
}

const LogKeys& LogGenerations::Of(int position) const {
  FG_CHECK(position > 0 && position <= newest().position);
  return all_[static_cast<std::size_t>(position) - 1];
}

Result<LogGenerations::Signed> LogGenerations::OpenCheckpoint(std::string_view bytes) const {
  std::vector<tlog::VerifierKey> newest_first;
  for (const LogKeys& keys : all_) newest_first.push_back(keys.CheckpointVerifier());
  std::reverse(newest_first.begin(), newest_first.end());
  Signed opened;
  FG_ASSIGN_OR_RETURN(opened.checkpoint, tlog::OpenCheckpoint(bytes, newest_first));
  FG_ASSIGN_OR_RETURN(const tlog::Note note, tlog::ParseNote(bytes));
  for (const tlog::NoteSignature& signature : note.signatures) {
    if (signature.name != opened.checkpoint.origin) continue;  // a witness's
    const auto known =
        std::find_if(newest_first.begin(), newest_first.end(),
                     [&signature](const auto& key) { return key.id == signature.id; });
    if (known == newest_first.end()) {
      return Status(Code::kPermissionDenied, "SIGNATURE_MISSING",
                    "a key of " + signature.name + " that is not at hand signed it too");
    }
    const auto age = static_cast<int>(known - newest_first.begin());
    opened.position = std::max(opened.position, newest().position - age);
  }
  return opened;
}

Result<std::vector<KeyPeriod>> KeyPeriodsOf(const storage::Store& store,
                                            const model::OperatorId& log, const KeyPeriod& newest) {
  std::map<std::uint64_t, core::Json> handed_over;  // by record
  for (const char* type : {kRotationType, kSuccessionType}) {
    FG_RETURN_IF_ERROR(ReadHandOvers(store, log, type, handed_over));
  }
  std::vector<KeyPeriod> periods;
  for (const auto& [index, line] : handed_over) {
    if (periods.empty()) {
      periods.push_back({line.StringOr("previous_checkpoint_vkey", ""),
                         line.StringOr("previous_record_vkey", ""), 0});
    }
    periods.push_back(
        {line.StringOr("checkpoint_vkey", ""), line.StringOr("record_vkey", ""), index + 1});
  }
  if (periods.empty()) periods.push_back(newest);
  return periods;
}

}  // namespace facegate::audit
