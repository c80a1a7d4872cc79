#include "facegate/policy/population.h"

#include <algorithm>
#include <tuple>

#include "facegate/rules/rule_set.h"

namespace facegate::policy {

using core::Code;
using core::Json;
using core::Result;
using core::Status;

std::string ThresholdName(const model::OperatorId& op, std::uint64_t persons) {
  return model::OperatorName(op) + "/thresholds/" + std::to_string(persons);
}

Json ToJson(const Threshold& threshold) {
  Json json = Json::MakeObject();
  json.Set("persons", threshold.persons);
  if (threshold.crossed_on) json.Set("crossed_on", model::FormatDate(*threshold.crossed_on));
  return json;
}

Result<Threshold> ReadThreshold(const storage::Store& store, const model::OperatorId& op,
                                std::uint64_t persons) {
  Threshold threshold;
  threshold.persons = persons;
  const Result<storage::Resource> row = store.GetResource(ThresholdName(op, persons));
  if (!row.ok() && row.status().code() == Code::kNotFound) return threshold;
  if (!row.ok()) return row.status();
  threshold.revision = row->revision;
  FG_ASSIGN_OR_RETURN(const Json body, Json::Parse(row->body));
  if (!body.is_object() || body.IntOr("persons", -1) < 0) {
    return Status(Code::kDataLoss, "BAD_RESOURCE", "not a threshold");
  }
  if (const std::string day = body.StringOr("crossed_on", ""); !day.empty()) {
    FG_ASSIGN_OR_RETURN(threshold.crossed_on, model::ParseDate(day));
  }
  return threshold;
}

std::vector<Milestone> MilestonesOf(const rules::RuleView& view) {
  std::vector<Milestone> milestones;
  for (const rules::PackInfo& used : view.packs()) {
    for (const rules::Pack& pack : view.rule_set().pack_files()) {
      if (pack.info.id != used.id || !pack.population) continue;
      for (const std::uint64_t persons : pack.population->warn_at) {
        milestones.push_back({persons, false, used.id});
      }
      milestones.push_back({pack.population->filing_at, true, used.id});
    }
  }
  std::sort(milestones.begin(), milestones.end(), [](const Milestone& a, const Milestone& b) {
    return std::tie(a.persons, a.pack) < std::tie(b.persons, b.pack);
  });
  return milestones;
}

std::optional<std::uint64_t> FilingThresholdOf(const rules::RuleView& view) {
  for (const Milestone& milestone : MilestonesOf(view)) {
    if (milestone.filing) return milestone.persons;
  }
  return std::nullopt;
}

}  // namespace facegate::policy
