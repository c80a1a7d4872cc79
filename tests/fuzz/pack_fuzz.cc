// LINKS: facegate_rules
// Any bytes as a rule pack: it loads, or is refused with a place; what loads can be selected at any
// moment, evaluates, and is explained as it was evaluated.
#include <memory>

#include "facegate/core/check.h"
#include "facegate/rules/explain.h"
#include "facegate/rules/rule_view.h"
#include "fuzz/fuzz_target.h"

namespace {

namespace rules = facegate::rules;

const std::shared_ptr<const rules::Vocabulary>& FuzzVocabulary() {
  static const std::shared_ptr<const rules::Vocabulary> vocabulary =
      rules::Vocabulary::Parse("v", R"(inputs:
  a: {type: bool, source: fuzz}
  k: {type: enum, values: [x, y], source: fuzz}
  consent.status: {type: enum, values: [absent, granted], stage: candidate, source: fuzz}
  said: {type: bool, source: fuzz, asserted: true}
)")
          .value();
  return vocabulary;
}

void CheckView(const rules::RuleView& view, const rules::Inputs& inputs) {
  bool denied = false;
  for (const rules::Stage stage :
       {rules::Stage::kRequest, rules::Stage::kCandidate, rules::Stage::kDetection}) {
    const bool here = view.Evaluate(inputs, rules::Phase::kRequest, stage).denied();
    FG_CHECK(view.Denies(inputs, rules::Phase::kRequest, stage) == here);
    denied = denied || here;
  }
  const rules::Explanation explanation =
      rules::Explain(view, inputs, rules::Phase::kRequest, rules::Judging::kLive);
  FG_CHECK(explanation.denied == denied);
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
  CheckView(*(*set)->Everything({rules::Profile::kStrict}), nothing);
  rules::Selection selection;
  selection.country = "CN";
  selection.profiles = {rules::Profile::kStrict, rules::Profile::kSeedLiteral};
  for (const std::int64_t day : {0, 20'000, 2'000'000}) {
    selection.moment = {day * facegate::core::kMsPerDay};
    const auto view = (*set)->Select(selection);
    FG_CHECK(view.ok() && (*view)->Holds(selection.moment));
    CheckView(**view, nothing);
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
)",
          R"(id: q
version: 1.0.0
name: n
kind: law
jurisdiction: CN
status: guidance
effective_from: 2025-06-01
effective_until: 2027-12-31
superseded_by: r
note: x
rules:
  - id: q.one
    article: q 1
    title: t
    statement: s
    phase: [request, deploy]
    when: a or said
    check: exists(k) and (said or consent.status == 'granted')
    profiles:
      strict: {check: a and consent.status == 'granted'}
      seed_literal: {when: k in ['x']}
    effect: {on_fail: require, severity: block_until_met}
    effective_from: 2026-12-02
    effective_until: null
    machine_checkable: partial
    people: they look
    exceptions: none
    supersedes: [p.one, p.two]
)",
          R"(id: acme
version: 1.0.0
kind: operator
jurisdiction: US-NY-NYC
status: in_force
rules:
  - {id: acme.one, article: a 1, title: t, statement: s, phase: [doc], when: true, check: a,
     absolute:
     true, effect: {on_fail: deny}}
)"};
}
