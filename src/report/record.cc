#include "facegate/report/record.h"

#include <utility>

namespace facegate::report {
namespace {

core::Status Malformed(std::string_view what) {
  return core::Status(core::Code::kPermissionDenied, "RECORD_MALFORMED", std::string(what));
}

core::Result<tlog::Note> ParseRecordNote(std::string_view entry) {
  core::Result<tlog::Note> note = tlog::ParseNote(entry);
  if (!note.ok()) return Malformed("the record is no signed note");
  return note;
}

}  // namespace

core::Result<OpenedRecord> ReadRecord(const tlog::Note& note) {
  const std::string_view text = note.text;
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

core::Result<OpenedRecord> OpenRecord(std::string_view entry, const tlog::VerifierKey& key) {
  FG_ASSIGN_OR_RETURN(const tlog::Note note, ParseRecordNote(entry));
  FG_RETURN_IF_ERROR(tlog::VerifyNote(note, key));
  return ReadRecord(note);
}

core::Result<OpenedRecord> OpenRecord(std::string_view entry, const LogKeys& keys) {
  FG_ASSIGN_OR_RETURN(const tlog::Note note, ParseRecordNote(entry));
  FG_RETURN_IF_ERROR(VerifyRecordNote(note, keys));
  return ReadRecord(note);
}

std::string SummaryOf(const core::Json& line) {
  std::string text = line.StringOr("type", "");
  for (const char* member : {"operation", "outcome", "reason", "query", "why"}) {
    if (const std::string word = line.StringOr(member, ""); !word.empty()) {
      text.append(" ").append(word);
    }
  }
  if (const std::int64_t persons = line.IntOr("persons", 0); persons > 0) {
    text.append(" ").append(line.StringOr("kind", "")).append(" at ");
    text.append(std::to_string(persons));
    if (const std::string day = line.StringOr("due_on", ""); !day.empty()) {
      text.append(", due ").append(day);
    }
  }
  return text;
}

}  // namespace facegate::report
