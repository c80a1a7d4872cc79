// The labelled pictures and pairs of one evaluation, read and checked as a whole before any work.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "facegate/core/csv.h"
#include "facegate/core/status.h"

namespace facegate::eval {

struct Picture {
  std::string path;  // as in the csv, relative to the root
  int person = 0;    // from 0; without groups every picture counts as a person of its own
  std::map<std::string, std::string> groups;  // attribute to group; ages as decades
  std::string csv;                            // where it was named first, for messages
  long line = 0;
};

struct Pair {
  std::size_t a = 0;  // indices of pictures
  std::size_t b = 0;
  bool same = false;
};

struct Dataset {
  std::vector<Picture> pictures;  // those that a pair names
  std::vector<Pair> pairs;
};

// "20-29" for 24. Returns "" for what is no age from 0 to 150.
std::string Decade(const std::string& age);

// Returns BAD_CSV for unknown or missing columns; a path that is empty, absolute or leads out of
// the root; `same` other than 0 or 1; a pair of a picture with itself; a picture that the groups do
// not name or name twice; a label that contradicts the subjects; no pairs at all. `groups` may be
// nullptr.
core::Result<Dataset> MakeDataset(const core::Csv& pairs, const core::Csv* groups);

}  // namespace facegate::eval
