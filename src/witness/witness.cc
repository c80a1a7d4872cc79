#include "facegate/witness/witness.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "facegate/core/durable_file.h"
#include "facegate/tlog/merkle.h"

namespace facegate::witness {
namespace {

using core::Code;
using core::Result;
using core::Status;
using tlog::WitnessAnswer;

constexpr std::string_view kStateSuffix = ".checkpoint";
constexpr std::string_view kRefusedSuffix = ".refused";
constexpr std::int64_t kMsPerSecond = 1000;

Status BadWitness(std::string why) {
  return {Code::kInvalidArgument, "BAD_WITNESS", std::move(why)};
}

Status Damaged(const std::string& path, std::string_view why) {
  return {Code::kDataLoss, "WITNESS_STATE_DAMAGED", path + " " + std::string(why)};
}

Answer Refusal(WitnessAnswer code, std::string_view why) { return {code, std::string(why) + "\n"}; }

// Where the witness stands: what a log that asks with another size has to begin from.
Answer Conflict(std::uint64_t size) {
  return {WitnessAnswer::kConflict, tlog::EncodeTreeSize(size)};
}

}  // namespace

Result<std::unique_ptr<Witness>> Witness::Open(const WitnessOptions& options,
                                               crypto::SigningKey key, const core::Clock& clock,
                                               core::Logger& logger) {
  if (!tlog::IsValidKeyName(options.name)) {
    return BadWitness("a name has neither white space nor '+', and is not empty");
  }
  if (options.logs.empty()) return BadWitness("name at least one log to witness");
  for (const tlog::VerifierKey& log : options.logs) {
    if (log.type != tlog::kSigEd25519) return BadWitness(log.name + ": not a log's kind of key");
  }
  FG_RETURN_IF_ERROR(core::MakeFolder(options.state_dir));
  FG_ASSIGN_OR_RETURN(core::FileLock lock, core::FileLock::Take(options.state_dir + "/lock"));
  std::unique_ptr<Witness> witness(
      new Witness(options, std::move(key), clock, logger, std::move(lock)));
  FG_RETURN_IF_ERROR(witness->LoadState());
  return witness;
}

Witness::Witness(const WitnessOptions& options, crypto::SigningKey key, const core::Clock& clock,
                 core::Logger& logger, core::FileLock lock)
    : state_dir_(options.state_dir),
      key_(std::move(key)),
      verifier_(tlog::MakeVerifierKey(options.name, tlog::kSigCosignatureV1, key_.public_key())),
      clock_(clock),
      logger_(logger),
      lock_(std::move(lock)) {
  for (const tlog::VerifierKey& log : options.logs) logs_.emplace(log.name, log);
}

// An origin may hold any character, so that a file is named by its hash.
std::string Witness::PathOf(std::string_view origin, std::string_view suffix) const {
  return state_dir_ + "/" + core::HexEncode(crypto::Sha256(core::AsBytes(origin))) +
         std::string(suffix);
}

Status Witness::LoadState() {
  std::error_code error;
  std::filesystem::directory_iterator files(state_dir_, error);
  if (error) return Damaged(state_dir_, "cannot be read: " + error.message());
  for (const auto& file : files) {
    const std::string path = file.path().string();
    if (!path.ends_with(kStateSuffix)) continue;
    FG_ASSIGN_OR_RETURN(const std::string bytes, core::ReadWholeFile(path, tlog::kNoteBytesMax));
    const auto note = tlog::ParseNote(bytes);
    if (!note.ok()) return Damaged(path, "is no signed note");
    const auto unix_s = tlog::VerifyCosignature(*note, verifier_);
    if (!unix_s.ok()) return Damaged(path, "was not cosigned by this witness's key");
    const auto checkpoint = tlog::ParseCheckpointText(note->text);
    if (!checkpoint.ok()) return Damaged(path, "is no checkpoint");
    if (path != PathOf(checkpoint->origin, kStateSuffix))
      return Damaged(path, "is named as another log's");
    newest_.insert_or_assign(checkpoint->origin, Cosigned{*checkpoint, *unix_s});
  }
  return Status::Ok();
}

std::vector<tlog::NoteSignature> Witness::TrustedSignatures(const tlog::Note& note,
                                                            const std::string& origin) const {
  std::vector<tlog::NoteSignature> trusted;
  const auto [begin, end] = logs_.equal_range(origin);
  for (const tlog::NoteSignature& signature : note.signatures) {
    const tlog::Note alone{note.text, {signature}};
    if (std::any_of(begin, end,
                    [&](const auto& log) { return tlog::VerifyNote(alone, log.second).ok(); })) {
      trusted.push_back(signature);
    }
  }
  return trusted;
}

Result<Answer> Witness::AddCheckpoint(std::string_view body) {
  const auto request = tlog::ParseAddCheckpoint(body);
  if (!request.ok()) return Refusal(WitnessAnswer::kMalformed, request.status().message());
  auto note = tlog::ParseNote(request->checkpoint);
  if (!note.ok()) return Refusal(WitnessAnswer::kMalformed, note.status().message());
  const auto checkpoint = tlog::ParseCheckpointText(note->text);
  if (!checkpoint.ok()) return Refusal(WitnessAnswer::kMalformed, checkpoint.status().message());
  if (!logs_.contains(checkpoint->origin)) {
    return Refusal(WitnessAnswer::kUnknownOrigin, "this log is not witnessed here");
  }
  note->signatures = TrustedSignatures(*note, checkpoint->origin);
  if (note->signatures.empty()) {
    return Refusal(WitnessAnswer::kBadSignature, "not signed by a key of this log");
  }
  if (request->old_size > checkpoint->size) {
    return Refusal(WitnessAnswer::kMalformed, "the old size is above the checkpoint's");
  }
  // One after the other: what is compared with must be what is replaced.
  const std::lock_guard lock(mutex_);
  const auto known = newest_.find(checkpoint->origin);
  Cosigned newest = known != newest_.end()
                        ? known->second
                        : Cosigned{{checkpoint->origin, 0, tlog::EmptyRoot()}, 0};
  if (auto objection = Objection(*request, *checkpoint, newest)) return *std::move(objection);
  FG_ASSIGN_OR_RETURN(Answer answer, Cosign(*std::move(note), *checkpoint, newest));
  newest_.insert_or_assign(checkpoint->origin, std::move(newest));
  return answer;
}

std::optional<Answer> Witness::Objection(const tlog::AddCheckpointRequest& request,
                                         const tlog::Checkpoint& checkpoint,
                                         const Cosigned& newest) {
  const tlog::Checkpoint& old = newest.checkpoint;
  if (request.old_size != old.size) return Conflict(old.size);
  const bool is_same_size = checkpoint.size == old.size;
  if (!is_same_size || checkpoint.root == old.root) {
    const Status grew = tlog::VerifyConsistency(old.size, old.root, checkpoint.size,
                                                checkpoint.root, request.proof);
    if (grew.ok()) return std::nullopt;
  }
  // Signed by the log, and not what it signed before, or not shown to be: kept for a look at it.
  const Status kept =
      core::ReplaceFile(PathOf(checkpoint.origin, kRefusedSuffix), request.checkpoint);
  logger_.Error("witness_refused_log", {{"log", checkpoint.origin},
                                        {"size", std::to_string(checkpoint.size)},
                                        {"root", core::HexEncode(checkpoint.root)},
                                        {"cosigned_size", std::to_string(old.size)},
                                        {"cosigned_root", core::HexEncode(old.root)},
                                        {"kept", kept.ok() ? "yes" : kept.reason()}});
  if (is_same_size && checkpoint.root != old.root) return Conflict(old.size);
  return Refusal(WitnessAnswer::kBadProof, "the proof does not show that the log only grew");
}

// A cosignature says that this was the largest tree at that time, so that its time never goes back.
Result<Answer> Witness::Cosign(tlog::Note note, const tlog::Checkpoint& checkpoint,
                               Cosigned& newest) {
  newest.unix_s = std::max(newest.unix_s, clock_.Now().unix_ms / kMsPerSecond);
  newest.checkpoint = checkpoint;
  tlog::CosignNote(note, verifier_.name, key_, newest.unix_s);
  FG_RETURN_IF_ERROR(
      core::ReplaceFile(PathOf(checkpoint.origin, kStateSuffix), tlog::EncodeNote(note)));
  logger_.Info("witness_cosigned",
               {{"log", checkpoint.origin}, {"size", std::to_string(checkpoint.size)}});
  return Answer{WitnessAnswer::kCosigned, tlog::EncodeSignatureLines({note.signatures.back()})};
}

std::optional<tlog::Checkpoint> Witness::Newest(std::string_view origin) const {
  const std::lock_guard lock(mutex_);
  const auto known = newest_.find(origin);
  if (known == newest_.end()) return std::nullopt;
  return known->second.checkpoint;
}

}  // namespace facegate::witness
