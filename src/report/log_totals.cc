#include "facegate/report/log_totals.h"

#include <array>
#include <utility>

#include "facegate/report/record_filter.h"

namespace facegate::report {
namespace {

// In the order of the tables.
constexpr std::array kNames = {"days",     "types", "outcomes",     "reasons", "rules",
                               "purposes", "sites", "accessPoints", "cameras"};

}  // namespace

void LogTotals::Take(const std::string& name, std::string value) {
  if (!value.empty()) ++counts_[name][std::move(value)];
}

void LogTotals::Add(const OpenedRecord& record) {
  ++records_;
  Take("days", core::FormatDay(record.time));
  Take("types", record.type);
  Take("purposes", record.line.StringOr("purpose", ""));
  const std::string site = record.line.StringOr("site", "");
  Take("sites", site);
  // Doors and cameras of two sites may have the same id.
  if (std::string id = record.line.StringOr("access_point", ""); !id.empty()) {
    Take("accessPoints", site + "/" + id);
  }
  if (std::string id = record.line.StringOr("camera", ""); !id.empty()) {
    Take("cameras", site + "/" + id);
  }
  if (!IsDecision(record)) return;
  Take("outcomes", record.line.StringOr("outcome", ""));
  Take("reasons", record.line.StringOr("reason", ""));
  for (std::string& rule : RulesOf(record)) Take("rules", std::move(rule));
}

std::uint64_t LogTotals::Count(const std::string& name, const std::string& value) const {
  const auto table = counts_.find(name);
  if (table == counts_.end()) return 0;
  const auto row = table->second.find(value);
  return row == table->second.end() ? 0 : row->second;
}

std::string LogTotals::Text() const {
  std::string text = std::to_string(records_) + " records";
  for (const char* name : kNames) {
    const auto table = counts_.find(name);
    if (table == counts_.end()) continue;
    text.append("\n").append(name);
    for (const auto& [value, count] : table->second) {
      std::string number = std::to_string(count);
      number.insert(0, number.size() < 9 ? 9 - number.size() : 0, ' ');
      text.append("\n").append(number).append("  ").append(value);
    }
  }
  return text;
}

core::Json LogTotals::ToJson() const {
  core::Json json = core::Json::MakeObject();
  json.Set("records", records_);
  for (const char* name : kNames) {
    core::Json table = core::Json::MakeObject();
    if (const auto counted = counts_.find(name); counted != counts_.end()) {
      for (const auto& [value, count] : counted->second) table.Set(value, count);
    }
    json.Set(name, std::move(table));
  }
  return json;
}

}  // namespace facegate::report
