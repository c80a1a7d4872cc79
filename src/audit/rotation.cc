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
// How a record that may be one has its type: an entry is canonical JSON.
constexpr std::string_view kTypeMark = R"("type":"key.rotated")";

// The verifier keys that a record must name to hand over from `old` to `next`.
core::Json KeysBody(const LogKeys& old, const LogKeys& next) {
  core::Json body = core::Json::MakeObject();
  body.Set("kind", kKind)
      .Set("previous_checkpoint_vkey", old.CheckpointVerifier().ToString())
      .Set("previous_record_vkey", old.RecordVerifier().ToString())
      .Set("checkpoint_vkey", next.CheckpointVerifier().ToString())
      .Set("record_vkey", next.RecordVerifier().ToString());
  return body;
}

}  // namespace

Draft RotationDraft(const model::OperatorId& log, const LogKeys& old, const LogKeys& next) {
  Event event;
  event.type = kRotationType;
  event.log = log;
  event.actor = GatewayItself();
  event.request_id = crypto::RandomUuid();
  event.body = KeysBody(old, next);
  return EventDraft(event);
}

bool IsLogRotation(const core::Json& line) {
  return line.StringOr("type", "") == kRotationType && line.StringOr("kind", "") == kKind;
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
    in_force_ = signer == all.end() ? keys_.newest().generation : signer->generation;
  }
  has_just_rotated_ = false;
  FG_RETURN_IF_ERROR(tlog::VerifyNote(note, keys_.Of(*in_force_).RecordVerifier()));
  if (note.text.find(kTypeMark) == std::string::npos) return Status::Ok();
  FG_ASSIGN_OR_RETURN(const core::Json line, core::Json::Parse(note.text));
  return IsLogRotation(line) ? VerifyRotation(note, line) : Status::Ok();
}

Status RecordVerifier::VerifyRotation(const tlog::Note& note, const core::Json& line) {
  Status unproved(Code::kPermissionDenied, "ROTATION_UNPROVED",
                  "the record hands the log over to other keys than those at hand");
  if (*in_force_ == keys_.newest().generation) return unproved;
  const LogKeys& old = keys_.Of(*in_force_);
  const LogKeys& next = keys_.Of(*in_force_ + 1);
  const core::Json wanted = KeysBody(old, next);
  for (const auto& [name, value] : wanted.AsObject()) {
    if (line.StringOr(name, "") != value.AsString()) return unproved;
  }
  FG_RETURN_IF_ERROR(tlog::VerifyNote(note, next.RecordVerifier()));
  in_force_ = next.generation;
  has_just_rotated_ = true;
  return Status::Ok();
}

Signers RecordVerifier::signers() const {
  Signers signers;
  if (!in_force_) return signers;
  if (has_just_rotated_) signers.push_back(&keys_.Of(*in_force_ - 1));
  signers.push_back(&keys_.Of(*in_force_));
  return signers;
}

}  // namespace facegate::audit
