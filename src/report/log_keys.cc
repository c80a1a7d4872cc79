#include "facegate/report/log_keys.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "facegate/tlog/origin.h"
#include "report/key_chain.h"

namespace facegate::report {
namespace {

constexpr std::string_view kRecordKeySuffix = "/records";

core::Status Unpaired() {
  return core::Status(core::Code::kInvalidArgument, "KEYS_UNPAIRED",
                      "give the two keys of one log: its checkpoints' and its records'; where it "
                      "rotated them or another succeeded it, pair after pair");
}

// The line up to the next line end, which is taken off too.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool IsOfOneLog(const KeyGeneration& one, const KeyGeneration& other) {
  return tlog::ParseOrigin(one.checkpoint.name).base ==
         tlog::ParseOrigin(other.checkpoint.name).base;
}

std::optional<KeyGeneration> Pair(tlog::VerifierKey one, tlog::VerifierKey other) {
  if (one.name == RecordKeyName(other.name)) std::swap(one, other);
  if (other.name != RecordKeyName(one.name)) return std::nullopt;
  return KeyGeneration{std::move(one), std::move(other)};
}

}  // namespace

std::vector<KeyGeneration> LogKeys::Generations() const {
  std::vector<KeyGeneration> all = earlier;
  all.push_back({checkpoint, record});
  return all;
}

std::string RecordKeyName(std::string_view origin) {
  return std::string(origin) + std::string(kRecordKeySuffix);
}

core::Result<LogKeys> ParseLogKeys(std::string_view text) {
  std::vector<tlog::VerifierKey> keys;
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    if (line.empty() || line.starts_with('#')) continue;
    FG_ASSIGN_OR_RETURN(tlog::VerifierKey key, tlog::VerifierKey::Parse(line));
    keys.push_back(std::move(key));
    if (keys.size() > 2 * kKeyGenerationsMax) return Unpaired();
  }
  if (keys.empty() || keys.size() % 2 != 0) return Unpaired();
  std::vector<KeyGeneration> generations;
  for (std::size_t i = 0; i < keys.size(); i += 2) {
    std::optional<KeyGeneration> pair = Pair(std::move(keys[i]), std::move(keys[i + 1]));
    if (!pair) return Unpaired();
    if (!generations.empty() && !IsOfOneLog(generations[0], *pair)) return Unpaired();
    const bool is_known =
        std::any_of(generations.begin(), generations.end(),
                    [&pair](const KeyGeneration& known) { return IsSame(known, *pair); });
    if (!is_known) generations.push_back(std::move(*pair));
  }
  LogKeys log{std::move(generations.back().checkpoint), std::move(generations.back().record), {}};
  generations.pop_back();
  log.earlier = std::move(generations);
  return log;
}

core::Result<tlog::Checkpoint> OpenCheckpoint(std::string_view note, const LogKeys& keys) {
  core::Result<tlog::Checkpoint> opened = tlog::OpenCheckpoint(note, keys.checkpoint);
  if (opened.ok()) return opened;
  for (const KeyGeneration& generation : keys.earlier) {
    core::Result<tlog::Checkpoint> earlier = tlog::OpenCheckpoint(note, generation.checkpoint);
    if (earlier.ok()) return earlier;
  }
  return opened;
}

core::Result<tlog::Checkpoint> VerifyProof(const tlog::ProofFile& proof, core::ByteSpan entry,
                                           const LogKeys& keys) {
  FG_ASSIGN_OR_RETURN(tlog::Checkpoint checkpoint, OpenCheckpoint(proof.checkpoint, keys));
  if (checkpoint.size > kRecordsMax) {
    return core::Status(core::Code::kPermissionDenied, "BAD_CHECKPOINT",
                        "no log has so many records");
  }
  FG_RETURN_IF_ERROR(tlog::VerifyInclusion(tlog::LeafHash(entry), proof.index, checkpoint.size,
                                           proof.hashes, checkpoint.root));
  return checkpoint;
}

core::Status VerifyRecordNote(const tlog::Note& note, const LogKeys& keys) {
  core::Status verified = tlog::VerifyNote(note, keys.record);
  if (verified.ok()) return verified;
  for (const KeyGeneration& generation : keys.earlier) {
    if (tlog::VerifyNote(note, generation.record).ok()) return core::Status::Ok();
  }
  return verified;
}

}  // namespace facegate::report
