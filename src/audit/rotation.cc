#include "audit/rotation.h"

#include <algorithm>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"

namespace facegate::audit {
namespace {

using core::Code;
using core::Status;

constexpr char kKind[] = "LOG";
// How records that may hand over have their type: an entry is canonical JSON.
constexpr std::string_view kTypeMarks[] = {R"("type":"key.rotated")", R"("type":"log.succeeded")"};

bool HasTypeMark(std::string_view text) {
  return std::any_of(std::begin(kTypeMarks), std::end(kTypeMarks), [text](std::string_view mark) {
    return text.find(mark) != std::string_view::npos;
  });
}

// The verifier keys that a record must name to hand over from `old` to `next`.
void SetKeys(const LogKeys& old, const LogKeys& next, core::Json& body) {
  body.Set("previous_checkpoint_vkey", old.CheckpointVerifier().ToString())
      .Set("previous_record_vkey", old.RecordVerifier().ToString())
      .Set("checkpoint_vkey", next.CheckpointVerifier().ToString())
      .Set("record_vkey", next.RecordVerifier().ToString());
}

Draft HandOverDraft(const char* type, const model::OperatorId& log, core::Json body) {
  Event event;
  event.type = type;
  event.log = log;
  event.actor = GatewayItself();
  event.request_id = crypto::RandomUuid();
  event.body = std::move(body);
  return EventDraft(event);
}

bool IsSuccession(const core::Json& line) { return line.StringOr("type", "") == kSuccessionType; }

}  // namespace

Draft RotationDraft(const model::OperatorId& log, const LogKeys& old, const LogKeys& next) {
  core::Json body = core::Json::MakeObject();
  body.Set("kind", kKind);
  SetKeys(old, next, body);
  return HandOverDraft(kRotationType, log, std::move(body));
}

Draft SuccessionDraft(const model::OperatorId& log, const tlog::Checkpoint& lost,
                      const LogKeys& old, const LogKeys& next) {
  core::Json body = core::Json::MakeObject();
  body.Set("previous_origin", lost.origin)
      .Set("previous_size", lost.size)
      .Set("previous_root", core::HexEncode(lost.root));
  SetKeys(old, next, body);
  return HandOverDraft(kSuccessionType, log, std::move(body));
}

ClosedLog::ClosedLog(const core::Json& line, std::uint64_t index)
    : origin(line.StringOr("previous_origin", "")),
      kept(index),
      size(static_cast<std::uint64_t>(line.IntOr("previous_size", 0))),
      root(line.StringOr("previous_root", "")) {}

bool ClosedLog::HadHead(const tlog::Checkpoint& head, const core::Hash256& root_of_kept) const {
  if (head.size == size && core::HexEncode(head.root) == root) return true;
  if (head.size >= size) return false;
  return head.size > kept || head.root == root_of_kept;
}

bool IsHandOver(const core::Json& line) {
  return IsSuccession(line) ||
         (line.StringOr("type", "") == kRotationType && line.StringOr("kind", "") == kKind);
}

void SignRecord(tlog::Note& note, const Signers& signers) {
  for (const LogKeys* keys : signers) {
    tlog::SignNote(note, keys->origin + "/records", keys->record_key);
  }
}

std::string SignCheckpoint(const tlog::Checkpoint& checkpoint, const Signers& signers) {
  FG_CHECK(!signers.empty());
  tlog::Note note{tlog::CheckpointText(checkpoint), {}};
  for (const LogKeys* keys : signers) tlog::SignNote(note, keys->origin, keys->checkpoint_key);
  return tlog::EncodeNote(note);
}

Status RecordVerifier::Take(const tlog::Note& note) {
  if (!in_force_) {
    const auto& all = keys_.all();
    const auto signer = std::find_if(all.begin(), all.end(), [&note](const LogKeys& keys) {
      return tlog::VerifyNote(note, keys.RecordVerifier()).ok();
    });
    // None: the newest says what is wrong.
    in_force_ = signer == all.end() ? keys_.newest().position : signer->position;
  }
  rotated_from_.reset();
  FG_RETURN_IF_ERROR(tlog::VerifyNote(note, keys_.Of(*in_force_).RecordVerifier()));
  if (!HasTypeMark(note.text)) return Status::Ok();
  FG_ASSIGN_OR_RETURN(const core::Json line, core::Json::Parse(note.text));
  return IsHandOver(line) ? VerifyHandOver(note, line) : Status::Ok();
}

// A rotation leads to the next generation of the same log, a succession into the next log.
bool RecordVerifier::MayFollow(const LogKeys& next, bool is_succession) const {
  const LogKeys& old = keys_.Of(*in_force_);
  const tlog::Origin from = tlog::ParseOrigin(old.origin);
  const tlog::Origin to = tlog::ParseOrigin(next.origin);
  return is_succession ? to.number == from.number + 1
                       : to == from && next.generation == old.generation + 1;
}

Status RecordVerifier::VerifyHandOver(const tlog::Note& note, const core::Json& line) {
  const bool is_succession = IsSuccession(line);
  const LogKeys& old = keys_.Of(*in_force_);
  for (const LogKeys& next : keys_.all()) {
    if (!MayFollow(next, is_succession)) continue;
    core::Json wanted = core::Json::MakeObject();
    SetKeys(old, next, wanted);
    if (is_succession) wanted.Set("previous_origin", old.origin);
    const bool is_named = std::all_of(
        wanted.AsObject().begin(), wanted.AsObject().end(), [&line](const auto& member) {
          return line.StringOr(member.first, "") == member.second.AsString();
        });
    if (!is_named) continue;
    FG_RETURN_IF_ERROR(tlog::VerifyNote(note, next.RecordVerifier()));
    if (!is_succession) rotated_from_ = in_force_;
    in_force_ = next.position;
    return Status::Ok();
  }
  return {Code::kPermissionDenied, "ROTATION_UNPROVED",
          "the record hands the log over to other keys than those at hand"};
}

Signers RecordVerifier::signers() const {
  Signers signers;
  if (!in_force_) return signers;
  if (rotated_from_) signers.push_back(&keys_.Of(*rotated_from_));
  signers.push_back(&keys_.Of(*in_force_));
  return signers;
}

}  // namespace facegate::audit
