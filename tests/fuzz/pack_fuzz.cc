// LINKS: facegate_rules
// Any bytes as a rule pack: it loads, or is refused with a place; what loads evaluates.
#include <memory>

#include "facegate/core/check.h"
#include "facegate/rules/rule_set.h"
#include "fuzz/fuzz_target.h"

namespace {

namespace rules = facegate::rules;

const std::shared_ptr<const rules::Vocabulary>& FuzzVocabulary() {
  static const std::shared_ptr<const rules::Vocabulary> vocabulary =
      rules::Vocabulary::Parse("v", R"(inputs:
  a: {type: bool, source: fuzz}
  k: {type: enum, values: [x, y], source: fuzz}
  consent.status: {type: enum, values: [absent, granted], stage: candidate, source: fuzz}
)")
          .value();
  return vocabulary;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto set = rules::RuleSet::Parse(FuzzVocabulary(), "pack", FuzzText(data, size));
  if (!set.ok()) {
    FG_CHECK(set.status().reason() == "BAD_PACK");
    FG_CHECK(set.status().message().starts_with("pack:"));
    return 0;
  }
  const rules::Inputs nothing(FuzzVocabulary());
  for (const rules::Stage stage :
       {rules::Stage::kRequest, rules::Stage::kCandidate, rules::Stage::kDetection}) {
    const bool denied = (*set)->Evaluate(nothing, rules::Phase::kRequest, stage).denied();
    FG_CHECK((*set)->Permits(nothing, rules::Phase::kRequest, stage) == !denied);
  }
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  return {R"(id: p
version: 1.0.0
jurisdiction: ANY
status: draft
effective_from: 2025-06-01
rules:
  - id: p.one
    article: p 1
    title: "a \"title\""
    statement: |
      some words
      more words
    phase: [deploy, request]
    when: 'k == ''x'' and a'
    check: >-
      exists(k) and
      consent.status in ['granted']
    absolute: true
    reason: CONSENT_MISSING
    effect: {on_fail: deny, obligation: none}
    evidence: &e [log, photo]
  - {id: p.two, article: p 2, title: t, statement: s, phase: [scheduled], when: a, check: not a,
     effect: {on_fail: require, severity: escalating}, evidence: *e}
)"};
}
