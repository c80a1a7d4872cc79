#include "facegate/report/record_filter.h"

#include <algorithm>

namespace facegate::report {
namespace {

bool IsOrAny(const OpenedRecord& record, std::string_view member, const std::string& wanted) {
  return wanted.empty() || record.line.StringOr(member, "") == wanted;
}

}  // namespace

bool IsDecision(const OpenedRecord& record) {
  return record.line.Find("operation") != nullptr || record.line.Find("credential") != nullptr;
}

std::vector<std::string> RulesOf(const OpenedRecord& record) {
  std::vector<std::string> ids;
  const core::Json* rules = record.line.Find("rules");
  if (rules == nullptr || !rules->is_array()) return ids;
  for (const core::Json& rule : rules->AsArray()) ids.push_back(rule.StringOr("rule", ""));
  return ids;
}

std::string CallerOf(const OpenedRecord& record) {
  const core::Json* actor = record.line.Find("actor");
  return actor == nullptr ? "" : actor->StringOr("fingerprint", "");
}

bool RecordFilter::Matches(const OpenedRecord& record) const {
  if (record.index < first_index) return false;
  if (from && record.time < *from) return false;
  if (until && record.time >= *until) return false;
  if (!type.empty() && record.type != type) return false;
  if (!IsOrAny(record, "site", site) || !IsOrAny(record, "access_point", access_point) ||
      !IsOrAny(record, "camera", camera) || !IsOrAny(record, "purpose", purpose)) {
    return false;
  }
  // Other records have members of these names that mean something else.
  if ((!outcome.empty() || !reason.empty()) && !IsDecision(record)) return false;
  if (!IsOrAny(record, "outcome", outcome) || !IsOrAny(record, "reason", reason)) return false;
  if (!fingerprint.empty() && CallerOf(record) != fingerprint) return false;
  if (rule.empty()) return true;
  const std::vector<std::string> rules = RulesOf(record);
  return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

std::string RecordLine(const OpenedRecord& record) {
  std::string text = std::to_string(record.index);
  text.insert(0, text.size() < 4 ? 4 - text.size() : 0, ' ');
  text.append("  ").append(core::FormatRfc3339(record.time)).append("  ");
  text.append(SummaryOf(record.line));
  std::string place = record.line.StringOr("site", "");
  for (const char* member : {"access_point", "camera"}) {
    const std::string id = record.line.StringOr(member, "");
    if (!id.empty()) place.append("/").append(id);
  }
  if (!place.empty()) text.append("  ").append(place);
  return text;
}

}  // namespace facegate::report
