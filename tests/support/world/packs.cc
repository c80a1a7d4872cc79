#include "support/world/packs.h"

#include "facegate/core/check.h"
#include "facegate/rules/calendar.h"

namespace facegate::testing {

std::shared_ptr<const rules::RuleSet> ShippedRules(const std::vector<std::string>& packs) {
  const std::string config = std::string(FACEGATE_SOURCE_DIR) + "/config/";
  const auto vocabulary = rules::Vocabulary::Load(config + "policies/vocabulary.yaml");
  const auto calendar = rules::WorkCalendar::Load(config + "calendars/cn.yaml");
  FG_CHECK(vocabulary.ok() && calendar.ok());
  std::vector<std::string> files;
  files.reserve(packs.size());
  for (const std::string& pack : packs) files.push_back(config + "policies/" + pack + ".yaml");
  const auto rules = rules::RuleSet::Load(*vocabulary, files, *calendar);
  FG_CHECK(rules.ok());
  return *rules;
}

}  // namespace facegate::testing
