// Reads pack files into a rule set that nobody has seen yet.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facegate/rules/document.h"
#include "facegate/rules/expression.h"
#include "facegate/rules/rule_set.h"
#include "rules/rule_index.h"

namespace facegate::rules {

class RuleSetBuilder {
 public:
  RuleSetBuilder(std::shared_ptr<const Vocabulary> vocabulary,
                 std::shared_ptr<const WorkCalendar> calendar);
  ~RuleSetBuilder();

  // `name` stands for the file in errors.
  core::Status AddPack(std::string_view name, std::string_view yaml);
  // The set, where the packs fit together.
  core::Result<std::shared_ptr<const RuleSet>> Finish() &&;

 private:
  // A key of a file, for mistakes that show only when all files are read.
  struct Place {
    const Document* document = nullptr;
    Position position;
  };
  // "This one is replaced by that one", with the place that says so.
  struct Succession {
    std::string to;
    Place place;
  };
  using Successions = std::multimap<std::string, Succession>;

  core::Status AddRule(const Document& document, const Node& node, const Pack& pack);
  core::Status ReadProfiles(const Document& document, const Node& node, Rule& rule,
                            std::vector<RuleSet::Compiled::Variant>& variants,
                            const RuleBody& own) const;
  core::Result<std::shared_ptr<const Expression>> Compile(const Document& document,
                                                          const Node& node, std::string_view key,
                                                          std::string& text) const;
  core::Status CheckWitness(const Document& document, const Node& node, const Rule& rule,
                            const std::string& check) const;
  RuleBody BodyOf(std::shared_ptr<const Expression> when,
                  std::shared_ptr<const Expression> check) const;
  core::Status CheckNamespaces() const;
  static core::Status CheckSuccessions(const Successions& successions, std::string_view what);

  std::shared_ptr<RuleSet> set_;
  std::deque<Document> documents_;      // a deque: places point into it
  std::map<std::string, Place> rules_;  // by id
  std::map<std::string, Place> packs_;  // by id
  Successions pack_successions_;
  Successions rule_successions_;
};

}  // namespace facegate::rules
