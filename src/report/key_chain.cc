#include "report/key_chain.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "facegate/core/check.h"

namespace facegate::report {
namespace {

// How the records begin that may rotate keys: a record is canonical JSON.
constexpr std::string_view kRotationMark = R"("type":"key.rotated")";

// Whether the text has the mark: fast, since whole logs are looked through.
bool HasRotationMark(std::string_view text) {
  static const std::boyer_moore_horspool_searcher kSearcher(kRotationMark.begin(),
                                                            kRotationMark.end());
  return std::search(text.begin(), text.end(), kSearcher) != text.end();
}

core::Status Unproved(std::string_view what) {
  return core::Status(core::Code::kPermissionDenied, "ROTATION_UNPROVED",
                      "the record rotates the log's keys, but " + std::string(what));
}

bool IsSameKey(const tlog::VerifierKey& a, const tlog::VerifierKey& b) {
  return a.name == b.name && a.type == b.type && a.key == b.key;
}

core::Result<KeyGeneration> ReadGeneration(const core::Json& line, std::string_view checkpoint,
                                           std::string_view record, std::string_view origin) {
  const auto checkpoint_key = tlog::VerifierKey::Parse(line.StringOr(checkpoint, ""));
  const auto record_key = tlog::VerifierKey::Parse(line.StringOr(record, ""));
  if (!checkpoint_key.ok() || !record_key.ok()) return Unproved("does not name four keys");
  if (checkpoint_key->name != origin || record_key->name != RecordKeyName(origin)) {
    return Unproved("names keys of another log");
  }
  return KeyGeneration{*checkpoint_key, *record_key};
}

// The rotations of one bundle, in order; appends them.
core::Status TakeRotations(std::string_view bundle, std::uint64_t first, std::string_view origin,
                           std::vector<Rotation>& rotations, std::uint64_t& index) {
  index = first;
  for (auto entry = TakeEntry(bundle); entry; entry = TakeEntry(bundle), ++index) {
    if (!HasRotationMark(*entry)) continue;
    const core::Result<tlog::Note> note = tlog::ParseNote(*entry);
    if (!note.ok()) continue;  // a damaged record: who reads it says so
    const core::Result<OpenedRecord> record = ReadRecord(*note);
    if (!record.ok() || !IsLogRotation(*record)) continue;
    FG_ASSIGN_OR_RETURN(Rotation rotation, ReadRotation(*note, *record, origin));
    rotation.index = index;
    if (!rotations.empty() && !IsSame(rotations.back().next, rotation.previous)) {
      return Unproved("takes over from other keys than those in force");
    }
    rotations.push_back(std::move(rotation));
  }
  return core::Status::Ok();
}

// Without rotations: the generation that signed the checkpoint. There is only one in most logs.
KeyGeneration SoleGeneration(const CopyFiles& files, const LogKeys& keys) {
  const std::optional<std::string> checkpoint = files.Read(kCheckpointFile);
  for (const KeyGeneration& generation : keys.earlier) {
    if (checkpoint && tlog::OpenCheckpoint(*checkpoint, generation.checkpoint).ok()) {
      return generation;
    }
  }
  return {keys.checkpoint, keys.record};
}

bool IsLinked(const std::vector<Rotation>& rotations, const LogKeys& keys) {
  const std::vector<KeyGeneration> in_hand = keys.Generations();
  return std::any_of(in_hand.begin(), in_hand.end(), [&rotations](const KeyGeneration& known) {
    return IsSame(known, rotations.front().previous) ||
           std::any_of(rotations.begin(), rotations.end(),
                       [&known](const Rotation& rotation) { return IsSame(known, rotation.next); });
  });
}

}  // namespace

bool IsSame(const KeyGeneration& a, const KeyGeneration& b) {
  return IsSameKey(a.checkpoint, b.checkpoint) && IsSameKey(a.record, b.record);
}

bool IsLogRotation(const OpenedRecord& record) {
  return record.type == "key.rotated" && record.line.StringOr("kind", "") == "LOG";
}

core::Result<Rotation> ReadRotation(const tlog::Note& note, const OpenedRecord& record,
                                    std::string_view origin) {
  Rotation rotation;
  rotation.index = record.index;
  FG_ASSIGN_OR_RETURN(rotation.previous, ReadGeneration(record.line, "previous_checkpoint_vkey",
                                                        "previous_record_vkey", origin));
  FG_ASSIGN_OR_RETURN(rotation.next,
                      ReadGeneration(record.line, "checkpoint_vkey", "record_vkey", origin));
  if (!tlog::VerifyNote(note, rotation.previous.record).ok()) {
    return Unproved("the keys before it did not sign it");
  }
  if (!tlog::VerifyNote(note, rotation.next.record).ok()) {
    return Unproved("the keys after it did not sign it");
  }
  return rotation;
}

KeyChain::KeyChain(std::vector<Rotation> rotations) : rotations_(std::move(rotations)) {
  FG_CHECK(!rotations_.empty());
  first_ = rotations_.front().previous;
}

const Rotation* KeyChain::RotationAt(std::uint64_t index) const {
  const auto found =
      std::lower_bound(rotations_.begin(), rotations_.end(), index,
                       [](const Rotation& r, std::uint64_t at) { return r.index < at; });
  return found != rotations_.end() && found->index == index ? &*found : nullptr;
}

const KeyGeneration& KeyChain::Before(std::uint64_t index) const {
  const KeyGeneration* in_force = &first_;
  for (const Rotation& rotation : rotations_) {
    if (rotation.index >= index) break;
    in_force = &rotation.next;
  }
  return *in_force;
}

core::Status KeyChain::VerifyRecord(const tlog::Note& note, std::uint64_t index) const {
  FG_RETURN_IF_ERROR(tlog::VerifyNote(note, Before(index).record));
  const Rotation* rotation = RotationAt(index);
  return rotation == nullptr ? core::Status::Ok() : tlog::VerifyNote(note, rotation->next.record);
}

core::Result<tlog::Checkpoint> KeyChain::OpenCheckpoint(std::string_view note) const {
  FG_ASSIGN_OR_RETURN(const tlog::Note parsed, tlog::ParseNote(note));
  FG_ASSIGN_OR_RETURN(const tlog::Checkpoint said, tlog::ParseCheckpointText(parsed.text));
  FG_ASSIGN_OR_RETURN(tlog::Checkpoint opened,
                      tlog::OpenCheckpoint(note, Before(said.size).checkpoint));
  if (opened.size == 0) return opened;
  if (const Rotation* last = RotationAt(opened.size - 1); last != nullptr) {
    FG_RETURN_IF_ERROR(tlog::VerifyNote(parsed, last->previous.checkpoint));
  }
  return opened;
}

core::Status KeyChain::VerifyStatement(const tlog::Note& note) const {
  core::Status verified = tlog::VerifyNote(note, first_.checkpoint);
  for (const Rotation& rotation : rotations_) {
    if (verified.ok()) break;
    verified = tlog::VerifyNote(note, rotation.next.checkpoint);
  }
  return verified;
}

std::optional<KeyChain> FindKeyChain(const CopyFiles& files, std::uint64_t first,
                                     std::uint64_t size, const LogKeys& keys, ChainFault& fault) {
  std::vector<Rotation> rotations;
  for (std::uint64_t at = first; at < size; at += tlog::kTileWidth) {
    const auto bundle = files.Read(tlog::BundlePath(at / tlog::kTileWidth, BundleWidth(at, size)));
    if (!bundle) break;
    if (!HasRotationMark(*bundle)) continue;
    std::uint64_t index = at;
    const core::Status taken = TakeRotations(*bundle, at, keys.checkpoint.name, rotations, index);
    if (!taken.ok()) {
      fault = {index, taken};
      return std::nullopt;
    }
  }
  if (rotations.empty()) return KeyChain(SoleGeneration(files, keys));
  if (!IsLinked(rotations, keys)) {
    fault = {std::nullopt,
             core::Status(core::Code::kPermissionDenied, "KEYS_UNLINKED",
                          "the log rotated its keys, none of them from or to a key in hand")};
    return std::nullopt;
  }
  return KeyChain(std::move(rotations));
}

}  // namespace facegate::report
