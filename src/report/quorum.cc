#include "facegate/report/quorum.h"

#include "facegate/core/durable_file.h"
#include "facegate/tlog/note.h"

namespace facegate::report {
namespace {

// Beyond which a time cannot be told in milliseconds, nor written with four digits of year.
constexpr std::int64_t kUnixSecondsMax = 253'402'300'799;  // 9999-12-31T23:59:59Z

}  // namespace

core::Result<QuorumReport> CheckQuorum(const std::string& directory,
                                       const tlog::WitnessPolicy& policy) {
  FG_ASSIGN_OR_RETURN(const std::string bytes,
                      core::ReadWholeFile(directory + "/checkpoint", tlog::kNoteBytesMax));
  FG_ASSIGN_OR_RETURN(const tlog::Note note, tlog::ParseNote(bytes));
  QuorumReport report;
  tlog::WitnessNames names;
  for (const tlog::PolicyWitness& witness : policy.witnesses()) {
    const auto unix_s = tlog::VerifyCosignature(note, witness.key);
    if (!unix_s.ok() || *unix_s > kUnixSecondsMax) continue;
    names.insert(witness.name);
    report.cosigners[witness.name] = core::Timestamp{*unix_s * 1'000};
  }
  report.is_met = policy.IsQuorum(names);
  return report;
}

}  // namespace facegate::report
