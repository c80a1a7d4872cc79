// Which distance means what, by the evidence there is (models/decision_tables.yaml).
//
// Operators name the false match rate they accept, never a distance. A rate that the evidence
// cannot support (no rate below 3/n may be claimed from n impostor pairs) has no match distance at
// all: every comparison is then inconclusive or no match.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "facegate/core/status.h"

namespace facegate::gallery {

struct DecisionRow {
  double distance = 0;         // Euclidean distance of two embeddings, at or below
  double fmr_upper_bound = 1;  // 95 % upper confidence bound of the false match rate there
  long impostor_pairs = 0;     // the evidence
  long false_matches = 0;
  std::string evidence;  // what was compared
};

struct DecisionTable {
  std::string model_id;
  double no_match_distance = 0;   // above it: no match
  std::vector<DecisionRow> rows;  // by distance, rising

  // The largest distance whose bound does not exceed `fmr_max`; nothing if the evidence is too
  // thin.
  std::optional<double> MatchDistance(double fmr_max) const;
};

// Returns INVALID_ARGUMENT BAD_DECISION_TABLE with file:line:column; bounds below 3/n are refused.
core::Result<DecisionTable> LoadDecisionTable(const std::string& path, const std::string& model_id);

}  // namespace facegate::gallery
