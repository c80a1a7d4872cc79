#include "report/key_chain.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/tlog/origin.h"

namespace facegate::report {
namespace {

constexpr std::string_view kRotated = "key.rotated";
constexpr std::string_view kSucceeded = "log.succeeded";
// How the records begin that may hand over: a record is canonical JSON.
constexpr std::string_view kRotationMark = R"("type":"key.rotated")";
constexpr std::string_view kSuccessionMark = R"("type":"log.succeeded")";

// Whether the text has one of the marks: fast, since whole logs are looked through.
bool HasHandOverMark(std::string_view text) {
  static const std::boyer_moore_horspool_searcher kRotation(kRotationMark.begin(),
                                                            kRotationMark.end());
  static const std::boyer_moore_horspool_searcher kSuccession(kSuccessionMark.begin(),
                                                              kSuccessionMark.end());
  return std::search(text.begin(), text.end(), kRotation) != text.end() ||
         std::search(text.begin(), text.end(), kSuccession) != text.end();
}

core::Status Refused(const OpenedRecord& record, std::string_view what) {
  const std::string_view does =
      IsSuccession(record) ? "succeeds another log" : "rotates the log's keys";
  return core::Status(core::Code::kPermissionDenied, "ROTATION_UNPROVED",
                      "the record " + std::string(does) + ", but " + std::string(what));
}

bool IsSameKey(const tlog::VerifierKey& a, const tlog::VerifierKey& b) {
  return a.name == b.name && a.type == b.type && a.key == b.key;
}

// The keys that the record names in these members: of one log, whose origin has that base.
core::Result<KeyGeneration> ReadGeneration(const OpenedRecord& record,
                                           std::string_view checkpoint_member,
                                           std::string_view record_member, std::string_view base) {
  const auto checkpoint_key = tlog::VerifierKey::Parse(record.line.StringOr(checkpoint_member, ""));
  const auto record_key = tlog::VerifierKey::Parse(record.line.StringOr(record_member, ""));
  if (!checkpoint_key.ok() || !record_key.ok()) return Refused(record, "does not name four keys");
  if (tlog::ParseOrigin(checkpoint_key->name).base != base ||
      record_key->name != RecordKeyName(checkpoint_key->name)) {
    return Refused(record, "names keys of another log");
  }
  return KeyGeneration{*checkpoint_key, *record_key};
}

// The root in its one spelling: 64 digits in lower case.
std::optional<tlog::Hash256> ReadRoot(const std::string& hex) {
  const core::Result<core::Bytes> bytes = core::HexDecode(hex);
  tlog::Hash256 root{};
  if (!bytes.ok() || bytes->size() != root.size() || core::HexEncode(*bytes) != hex) {
    return std::nullopt;
  }
  std::copy(bytes->begin(), bytes->end(), root.begin());
  return root;
}

// What the record says of the log that it closes. Requires: the generations have been read.
core::Result<Succession> ReadSuccession(const OpenedRecord& record, const HandOver& hand_over) {
  Succession succession;
  succession.record = record.index;
  succession.previous_origin = record.line.StringOr("previous_origin", "");
  if (succession.previous_origin != hand_over.previous.checkpoint.name) {
    return Refused(record, "names keys of another log");
  }
  if (tlog::ParseOrigin(hand_over.next.checkpoint.name).number <=
      tlog::ParseOrigin(succession.previous_origin).number) {
    return Refused(record, "has a name that does not follow that log's");
  }
  const std::int64_t size = record.line.IntOr("previous_size", -1);
  if (size < 0 || static_cast<std::uint64_t>(size) < record.index) {
    return Refused(record, "the log before it had fewer records than are before this one");
  }
  succession.previous_size = static_cast<std::uint64_t>(size);
  const auto root = ReadRoot(record.line.StringOr("previous_root", ""));
  if (!root) return Refused(record, "does not name that log's root");
  succession.previous_root = *root;
  return succession;
}

// The hand-overs of one bundle, in order; appends them.
core::Status TakeHandOvers(std::string_view bundle, std::uint64_t first, std::string_view base,
                           std::vector<HandOver>& hand_overs, std::uint64_t& index) {
  index = first;
  for (auto entry = TakeEntry(bundle); entry; entry = TakeEntry(bundle), ++index) {
    if (!HasHandOverMark(*entry)) continue;
    const core::Result<tlog::Note> note = tlog::ParseNote(*entry);
    if (!note.ok()) continue;  // a damaged record: who reads it says so
    core::Result<OpenedRecord> record = ReadRecord(*note);
    if (!record.ok() || !IsHandOver(*record)) continue;
    record->index = index;  // one that says another is found by who reads it
    FG_ASSIGN_OR_RETURN(HandOver hand_over, ReadHandOver(*note, *record, base));
    if (!hand_overs.empty() && !IsSame(hand_overs.back().next, hand_over.previous)) {
      return Refused(*record, "takes over from other keys than those in force");
    }
    hand_overs.push_back(std::move(hand_over));
  }
  return core::Status::Ok();
}

// Without hand-overs: the generation that signed the checkpoint. There is only one in most logs.
KeyGeneration SoleGeneration(const CopyFiles& files, const LogKeys& keys) {
  const std::optional<std::string> checkpoint = files.Read(kCheckpointFile);
  for (const KeyGeneration& generation : keys.earlier) {
    if (checkpoint && tlog::OpenCheckpoint(*checkpoint, generation.checkpoint).ok()) {
      return generation;
    }
  }
  return {keys.checkpoint, keys.record};
}

bool IsLinked(const std::vector<HandOver>& hand_overs, const LogKeys& keys) {
  const std::vector<KeyGeneration> in_hand = keys.Generations();
  return std::any_of(in_hand.begin(), in_hand.end(), [&hand_overs](const KeyGeneration& known) {
    return IsSame(known, hand_overs.front().previous) ||
           std::any_of(hand_overs.begin(), hand_overs.end(), [&known](const HandOver& hand_over) {
             return IsSame(known, hand_over.next);
           });
  });
}

}  // namespace

bool IsSame(const KeyGeneration& a, const KeyGeneration& b) {
  return IsSameKey(a.checkpoint, b.checkpoint) && IsSameKey(a.record, b.record);
}

bool IsHandOver(const OpenedRecord& record) {
  return IsSuccession(record) ||
         (record.type == kRotated && record.line.StringOr("kind", "") == "LOG");
}

bool IsSuccession(const OpenedRecord& record) { return record.type == kSucceeded; }

core::Result<HandOver> ReadHandOver(const tlog::Note& note, const OpenedRecord& record,
                                    std::string_view base) {
  HandOver hand_over;
  hand_over.index = record.index;
  FG_ASSIGN_OR_RETURN(hand_over.previous, ReadGeneration(record, "previous_checkpoint_vkey",
                                                         "previous_record_vkey", base));
  FG_ASSIGN_OR_RETURN(hand_over.next,
                      ReadGeneration(record, "checkpoint_vkey", "record_vkey", base));
  if (IsSuccession(record)) {
    FG_ASSIGN_OR_RETURN(hand_over.succession, ReadSuccession(record, hand_over));
  } else if (hand_over.next.checkpoint.name != hand_over.previous.checkpoint.name) {
    return Refused(record, "names keys of another log");
  }
  if (!tlog::VerifyNote(note, hand_over.previous.record).ok()) {
    return Refused(record, "the keys before it did not sign it");
  }
  if (!tlog::VerifyNote(note, hand_over.next.record).ok()) {
    return Refused(record, "the keys after it did not sign it");
  }
  return hand_over;
}

KeyChain::KeyChain(std::vector<HandOver> hand_overs) : hand_overs_(std::move(hand_overs)) {
  FG_CHECK(!hand_overs_.empty());
  first_ = hand_overs_.front().previous;
}

const HandOver* KeyChain::HandOverAt(std::uint64_t index) const {
  const auto found =
      std::lower_bound(hand_overs_.begin(), hand_overs_.end(), index,
                       [](const HandOver& one, std::uint64_t at) { return one.index < at; });
  return found != hand_overs_.end() && found->index == index ? &*found : nullptr;
}

const KeyGeneration& KeyChain::Before(std::uint64_t index) const {
  const KeyGeneration* in_force = &first_;
  for (const HandOver& hand_over : hand_overs_) {
    if (hand_over.index >= index) break;
    in_force = &hand_over.next;
  }
  return *in_force;
}

std::vector<KeyGeneration> KeyChain::Generations() const {
  std::vector<KeyGeneration> all = {first_};
  for (const HandOver& hand_over : hand_overs_) all.push_back(hand_over.next);
  return all;
}

core::Status KeyChain::VerifyRecord(const tlog::Note& note, std::uint64_t index) const {
  FG_RETURN_IF_ERROR(tlog::VerifyNote(note, Before(index).record));
  const HandOver* hand_over = HandOverAt(index);
  return hand_over == nullptr ? core::Status::Ok() : tlog::VerifyNote(note, hand_over->next.record);
}

core::Result<tlog::Checkpoint> KeyChain::OpenCheckpoint(std::string_view note) const {
  FG_ASSIGN_OR_RETURN(const tlog::Note parsed, tlog::ParseNote(note));
  FG_ASSIGN_OR_RETURN(const tlog::Checkpoint said, tlog::ParseCheckpointText(parsed.text));
  FG_ASSIGN_OR_RETURN(tlog::Checkpoint opened,
                      tlog::OpenCheckpoint(note, Before(said.size).checkpoint));
  if (opened.size == 0) return opened;
  const HandOver* last = HandOverAt(opened.size - 1);
  if (last != nullptr && !last->succession) {
    FG_RETURN_IF_ERROR(tlog::VerifyNote(parsed, last->previous.checkpoint));
  }
  for (const KeyGeneration& generation : Generations()) {
    if (generation.checkpoint.name == opened.origin) continue;
    if (tlog::VerifyNote(parsed, generation.checkpoint).reason() == "SIGNATURE_MISSING") continue;
    return core::Status(core::Code::kPermissionDenied, "ORIGIN_WRONG",
                        "a key of another log than its own signed the checkpoint");
  }
  return opened;
}

core::Result<tlog::Checkpoint> KeyChain::OpenAnyCheckpoint(std::string_view note) const {
  core::Result<tlog::Checkpoint> opened = tlog::OpenCheckpoint(note, first_.checkpoint);
  for (const HandOver& hand_over : hand_overs_) {
    if (opened.ok()) break;
    opened = tlog::OpenCheckpoint(note, hand_over.next.checkpoint);
  }
  return opened;
}

core::Status KeyChain::VerifyStatement(const tlog::Note& note, std::string_view origin) const {
  core::Status verified(core::Code::kPermissionDenied, "SIGNATURE_MISSING",
                        "the note is not signed by a key of this log");
  for (const KeyGeneration& generation : Generations()) {
    if (generation.checkpoint.name != origin) continue;
    verified = tlog::VerifyNote(note, generation.checkpoint);
    if (verified.ok()) break;
  }
  return verified;
}

std::optional<KeyChain> FindKeyChain(const CopyFiles& files, std::uint64_t first,
                                     std::uint64_t size, const LogKeys& keys, ChainFault& fault) {
  const std::string base = tlog::ParseOrigin(keys.checkpoint.name).base;
  std::vector<HandOver> hand_overs;
  for (std::uint64_t at = first; at < size; at += tlog::kTileWidth) {
    const auto bundle = files.Read(tlog::BundlePath(at / tlog::kTileWidth, BundleWidth(at, size)));
    if (!bundle) break;
    if (!HasHandOverMark(*bundle)) continue;
    std::uint64_t index = at;
    const core::Status taken = TakeHandOvers(*bundle, at, base, hand_overs, index);
    if (!taken.ok()) {
      fault = {index, taken};
      return std::nullopt;
    }
  }
  if (hand_overs.empty()) return KeyChain(SoleGeneration(files, keys));
  if (!IsLinked(hand_overs, keys)) {
    fault = {std::nullopt,
             core::Status(core::Code::kPermissionDenied, "KEYS_UNLINKED",
                          "the log's keys were changed, none of them from or to a key in hand")};
    return std::nullopt;
  }
  return KeyChain(std::move(hand_overs));
}

}  // namespace facegate::report
