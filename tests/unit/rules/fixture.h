// A small vocabulary with one input of every type, and what the tests say about expressions on it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/rules/expression.h"
#include "facegate/rules/rule_set.h"

namespace facegate::rules {

inline const std::string kConfig = std::string(FACEGATE_SOURCE_DIR) + "/config";

inline std::shared_ptr<const Vocabulary> SmallVocabulary() {
  auto vocabulary = Vocabulary::Parse("vocabulary", R"(inputs:
  a: {type: bool, source: test}
  b: {type: bool, source: test}
  c: {type: bool, source: test}
  now: {type: timestamp, source: test}
  count: {type: int, source: test}
  age.years: {type: number, source: test}
  city: {type: string, source: test}
  doc: {type: ref, source: test}
  day.from: {type: date, source: test}
  day.to: {type: date, source: test}
  kind: {type: enum, values: [card, pin, key], source: test}
  other.kind: {type: enum, values: [card, pin, key], source: test}
  kinds: {type: set, values: [card, pin, key], source: test}
  consent.status: {type: enum, values: [absent, granted], stage: candidate, source: test}
  faces.total: {type: int, stage: detection, source: test}
)");
  EXPECT_TRUE(vocabulary.ok()) << vocabulary.status().ToString();
  return *vocabulary;
}

inline std::shared_ptr<const WorkCalendar> MainlandCalendar() {
  static const auto calendar = WorkCalendar::Load(kConfig + "/calendars/cn.yaml");
  EXPECT_TRUE(calendar.ok()) << calendar.status().ToString();
  return *calendar;
}

inline core::Timestamp Day0(std::string_view text) { return ParseDay(text).value(); }
inline core::Timestamp At(std::string_view text) { return core::ParseRfc3339(text).value(); }

class ExpressionTest : public ::testing::Test {
 protected:
  ExpressionTest() : vocabulary_(SmallVocabulary()), inputs_(vocabulary_) {}

  Expression Compile(std::string_view text) {
    auto compiled = Expression::Compile(text, *vocabulary_, MainlandCalendar());
    if (const auto* error = std::get_if<ExpressionError>(&compiled)) {
      ADD_FAILURE() << text << "\n" << std::string(error->offset, ' ') << "^ " << error->message;
      return std::get<Expression>(Expression::Compile("false_always", *vocabulary_));
    }
    return std::get<Expression>(std::move(compiled));
  }
  Truth Is(std::string_view text) { return Compile(text).Evaluate(inputs_); }

  ExpressionError ErrorOf(std::string_view text) {
    auto compiled = Expression::Compile(text, *vocabulary_);
    if (const auto* error = std::get_if<ExpressionError>(&compiled)) return *error;
    ADD_FAILURE() << "compiles: " << text;
    return {};
  }

  std::vector<std::string> Missing(std::string_view text) {
    std::vector<std::size_t> indices;
    Compile(text).AppendMissing(inputs_, indices);
    std::vector<std::string> names;
    for (const std::size_t i : indices) names.push_back(vocabulary_->at(i).name);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  Inputs inputs_;
};

}  // namespace facegate::rules
