#include "facegate/report/reconcile.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "facegate/core/csv.h"
#include "facegate/core/text.h"
#include "facegate/crypto/primitives.h"

namespace facegate::report {
namespace {

using core::Result;
using core::Status;

// How far a door's clock and the gateway's may differ where records are looked for that the door
// does not have.
constexpr std::int64_t kClocksDifferMs = 60'000;

Status BadDoorLog(const std::string& name, std::uint64_t line, std::string_view what) {
  return Status(core::Code::kInvalidArgument, "BAD_DOOR_LOG",
                name + ":" + std::to_string(line) + ": " + std::string(what));
}

// "verdict_allow", "VERDICT_ALLOW" and "allow" are "ALLOW".
std::string OutcomeWord(std::string_view text) {
  constexpr std::string_view kPrefix = "VERDICT_";
  std::string word = core::AsciiUpper(text);
  return word.starts_with(kPrefix) ? word.substr(kPrefix.size()) : word;
}

// An entry from its four texts.
Result<DoorEntry> MakeEntry(const std::string& name, std::uint64_t line, std::string_view counter,
                            std::string request_id, const std::string& time,
                            std::string_view outcome) {
  DoorEntry entry;
  entry.line = line;
  if (!counter.empty()) {
    const char* const end = counter.data() + counter.size();
    const auto [stop, error] = std::from_chars(counter.data(), end, entry.client_counter);
    if (error != std::errc() || stop != end || entry.client_counter < 0) {
      return BadDoorLog(name, line, "client_counter is no count");
    }
  }
  entry.request_id = core::AsciiLower(request_id);
  if (!entry.request_id.empty() && !crypto::IsUuid(entry.request_id)) {
    return BadDoorLog(name, line, "request_id is no UUID");
  }
  if (!time.empty()) {
    const Result<core::Timestamp> read = core::ParseRfc3339(time);
    if (!read.ok()) return BadDoorLog(name, line, "time is not RFC 3339");
    entry.time = *read;
  }
  entry.outcome = OutcomeWord(outcome);
  constexpr std::array kOutcomes = {"", "ALLOW", "USE_ALTERNATIVE", "DENY"};
  if (std::find(kOutcomes.begin(), kOutcomes.end(), entry.outcome) == kOutcomes.end()) {
    return BadDoorLog(name, line, "outcome is none of ALLOW, USE_ALTERNATIVE and DENY");
  }
  if (entry.client_counter == 0 && entry.request_id.empty()) {
    return BadDoorLog(name, line, "it has neither client_counter nor request_id");
  }
  return entry;
}

Result<std::vector<DoorEntry>> ParseTable(const std::string& name, std::string_view text) {
  const Result<core::Csv> csv = core::ParseCsv(name, text);
  if (!csv.ok()) {
    return Status(core::Code::kInvalidArgument, "BAD_DOOR_LOG", csv.status().message());
  }
  const auto field = [&csv](const core::CsvRow& row, std::string_view column) {
    const std::size_t at = csv->Column(column);
    return at < row.fields.size() ? row.fields[at] : std::string();
  };
  std::vector<DoorEntry> entries;
  for (const core::CsvRow& row : csv->rows) {
    FG_ASSIGN_OR_RETURN(
        DoorEntry entry,
        MakeEntry(name, static_cast<std::uint64_t>(row.line), field(row, "client_counter"),
                  field(row, "request_id"), field(row, "time"), field(row, "outcome")));
    entries.push_back(std::move(entry));
  }
  return entries;
}

// A number, or one in a string, as protobuf's JSON writes it.
std::string CounterText(const core::Json& json) {
  const core::Json* counter = json.Find("client_counter");
  if (counter == nullptr || counter->is_null()) return "";
  if (counter->is_int()) return std::to_string(counter->AsInt());
  return counter->is_string() ? counter->AsString() : "?";
}

Result<std::vector<DoorEntry>> ParseLines(const std::string& name, std::string_view text) {
  std::vector<DoorEntry> entries;
  for (std::uint64_t line = 1; !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const Result<core::Json> json = core::Json::Parse(one);
    if (!json.ok() || !json->is_object()) return BadDoorLog(name, line, "it is no JSON object");
    FG_ASSIGN_OR_RETURN(DoorEntry entry,
                        MakeEntry(name, line, CounterText(*json), json->StringOr("request_id", ""),
                                  json->StringOr("time", ""), json->StringOr("outcome", "")));
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string NameOf(const DoorEntry& entry) {
  std::string text = "line " + std::to_string(entry.line);
  if (entry.client_counter > 0) text += ", count " + std::to_string(entry.client_counter);
  if (!entry.request_id.empty()) text += ", request " + entry.request_id;
  if (entry.time) text += ", " + core::FormatRfc3339(*entry.time);
  return text;
}

core::Json DoorJson(const DoorEntry& entry) {
  core::Json json = core::Json::MakeObject();
  json.Set("line", entry.line);
  if (entry.client_counter > 0) json.Set("clientCounter", entry.client_counter);
  if (!entry.request_id.empty()) json.Set("requestId", entry.request_id);
  if (entry.time) json.Set("time", core::FormatRfc3339(*entry.time));
  if (!entry.outcome.empty()) json.Set("outcome", entry.outcome);
  return json;
}

}  // namespace

Result<std::vector<DoorEntry>> ParseDoorLog(const std::string& name, std::string_view text) {
  FG_ASSIGN_OR_RETURN(std::vector<DoorEntry> entries,
                      text.starts_with('{') ? ParseLines(name, text) : ParseTable(name, text));
  if (entries.size() > kDoorEntriesMax) {
    return BadDoorLog(name, kDoorEntriesMax, "too many entries: give a part of them");
  }
  return entries;
}

Reconciler::Reconciler(std::vector<DoorEntry> door, RecordFilter caller)
    : door_(std::move(door)), caller_(std::move(caller)), matched_(door_.size(), false) {
  for (std::size_t i = door_.size(); i-- > 0;) {
    const DoorEntry& entry = door_[i];
    if (!entry.request_id.empty()) {
      by_request_[entry.request_id].push_back(i);
    } else {
      by_counter_[entry.client_counter].push_back(i);
    }
    if (!entry.time) continue;
    from_ = from_ ? std::min(*from_, *entry.time) : *entry.time;
    until_ = until_ ? std::max(*until_, *entry.time) : *entry.time;
  }
}

std::optional<std::size_t> Reconciler::Find(const OpenedRecord& record, bool is_callers) {
  const auto take = [](auto& places, const auto& key) -> std::optional<std::size_t> {
    const auto found = places.find(key);
    if (found == places.end() || found->second.empty()) return std::nullopt;
    const std::size_t at = found->second.back();
    found->second.pop_back();
    return at;
  };
  if (const auto at = take(by_request_, record.line.StringOr("request_id", "")); at) return at;
  if (!is_callers) return std::nullopt;
  const std::int64_t counter = record.line.IntOr("client_counter", 0);
  return counter > 0 ? take(by_counter_, counter) : std::nullopt;
}

void Reconciler::Add(const OpenedRecord& record) {
  if (!copy_from_) copy_from_ = record.time;
  copy_until_ = record.time;
  if (!IsDecision(record)) return;
  const bool is_callers = caller_.Matches(record);
  const std::optional<std::size_t> at = Find(record, is_callers);
  if (!at) {
    const bool is_covered = from_ && record.time >= *from_ + -kClocksDifferMs &&
                            record.time <= *until_ + kClocksDifferMs;
    if (is_callers && (is_covered || !from_)) result_.only_in_log.push_back(record.index);
    return;
  }
  matched_[*at] = true;
  ++result_.in_both;
  const DoorEntry& entry = door_[*at];
  std::string outcome = record.line.StringOr("outcome", "");
  if (entry.outcome.empty() || entry.outcome == outcome) return;
  result_.differing.push_back({entry, record.index, std::move(outcome)});
}

Reconciliation Reconciler::Finish() {
  std::uint64_t outside = 0;
  for (std::size_t i = 0; i < door_.size(); ++i) {
    if (matched_[i]) continue;
    const std::optional<core::Timestamp>& time = door_[i].time;
    const bool is_outside = time && (!copy_from_ || *time < *copy_from_ || *time > *copy_until_);
    if (is_outside) {
      ++outside;
    } else {
      result_.only_at_door.push_back(door_[i]);
    }
  }
  if (outside > 0) {
    result_.unproved.push_back(
        {"OUTSIDE_COPY", "what became of " + std::to_string(outside) +
                             " entries that are older than the copy's first record or newer than "
                             "its last: take a newer copy"});
  }
  const bool keeps_outcomes = std::all_of(
      door_.begin(), door_.end(), [](const DoorEntry& entry) { return !entry.outcome.empty(); });
  if (!keeps_outcomes) {
    result_.unproved.push_back(
        {"OUTCOMES_NOT_KEPT", "whether outcomes agree where the door's log has none"});
  }
  if (!from_) {
    result_.unproved.push_back({"TIMES_NOT_KEPT",
                                "which time the door's log covers: every record of this caller "
                                "that it does not have is listed"});
  }
  result_.unproved.push_back(
      {"DOOR_LOG_TRUSTED", "that the door's own log is true and whole: nothing signs it"});
  return std::move(result_);
}

std::string ReconciliationText(const Reconciliation& reconciliation) {
  std::string text = reconciliation.ok() ? "agreed" : "DIFFER";
  text += ": in both " + std::to_string(reconciliation.in_both) + ", only at the door " +
          std::to_string(reconciliation.only_at_door.size()) + ", only in the log " +
          std::to_string(reconciliation.only_in_log.size()) + ", differing outcome " +
          std::to_string(reconciliation.differing.size());
  for (const DoorEntry& entry : reconciliation.only_at_door) {
    text += "\nONLY_AT_DOOR: " + NameOf(entry) + ": the gateway has no record of it";
  }
  for (const std::uint64_t index : reconciliation.only_in_log) {
    text += "\nONLY_IN_LOG: record " + std::to_string(index);
  }
  for (const DifferingOutcome& one : reconciliation.differing) {
    text += "\nOUTCOME_DIFFERS: " + NameOf(one.door) + ": the door says " + one.door.outcome +
            ", record " + std::to_string(one.index) + " says " + one.outcome;
  }
  for (const Unproved& unproved : reconciliation.unproved) {
    text += "\n  not shown: " + unproved.reason + ": " + unproved.what;
  }
  return text;
}

core::Json ReconciliationJson(const Reconciliation& reconciliation) {
  core::Json only_at_door = core::Json::MakeArray();
  for (const DoorEntry& entry : reconciliation.only_at_door) only_at_door.Push(DoorJson(entry));
  core::Json only_in_log = core::Json::MakeArray();
  for (const std::uint64_t index : reconciliation.only_in_log) only_in_log.Push(index);
  core::Json differing = core::Json::MakeArray();
  for (const DifferingOutcome& one : reconciliation.differing) {
    core::Json json = core::Json::MakeObject();
    json.Set("door", DoorJson(one.door)).Set("record", one.index).Set("outcome", one.outcome);
    differing.Push(std::move(json));
  }
  core::Json json = core::Json::MakeObject();
  json.Set("ok", reconciliation.ok())
      .Set("inBoth", reconciliation.in_both)
      .Set("onlyAtDoor", std::move(only_at_door))
      .Set("onlyInLog", std::move(only_in_log))
      .Set("differing", std::move(differing))
      .Set("unproved", UnprovedJson(reconciliation.unproved));
  return json;
}

}  // namespace facegate::report
