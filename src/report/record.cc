#include "report/record.h"

namespace facegate::report {
namespace {

core::Status Malformed(std::string_view what) {
  return core::Status(core::Code::kPermissionDenied, "RECORD_MALFORMED", std::string(what));
}

}  // namespace

core::Result<OpenedRecord> OpenRecord(std::string_view entry, const tlog::VerifierKey& key) {
  core::Result<tlog::Note> note = tlog::ParseNote(entry);
  if (!note.ok()) return Malformed("the record is no signed note");
  FG_RETURN_IF_ERROR(tlog::VerifyNote(*note, key));
  const std::string_view text = note->text;
  core::Result<core::Json> line = core::Json::Parse(text.substr(0, text.size() - 1));
  if (!line.ok() || !line->is_object()) return Malformed("the record is no line of JSON");
  const core::Json* index = line->Find("index");
  if (index == nullptr || !index->is_int() || index->AsInt() < 0) {
    return Malformed("the record has no index");
  }
  core::Result<core::Timestamp> time = core::ParseRfc3339(line->StringOr("time", ""));
  if (!time.ok()) return Malformed("the record has no time");
  OpenedRecord record;
  record.type = line->StringOr("type", "");
  record.index = static_cast<std::uint64_t>(index->AsInt());
  record.time = *time;
  record.line = std::move(line).value();
  return record;
}

}  // namespace facegate::report
