// Compares bytes with those of a file in tests/golden/data.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace facegate::testing {

inline std::string GoldenPath(const std::string& name) {
  return std::string(FACEGATE_SOURCE_DIR) + "/tests/golden/data/" + name + ".golden";
}

inline std::string ReadGolden(const std::string& name) {
  std::ifstream file(GoldenPath(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The lines that differ, as a reader of a diff expects them.
inline std::string DiffOf(const std::string& golden, const std::string& now) {
  const std::vector<std::string> before = LinesOf(golden);
  const std::vector<std::string> after = LinesOf(now);
  std::ostringstream out;
  for (std::size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
    const std::string* old_line = i < before.size() ? &before[i] : nullptr;
    const std::string* new_line = i < after.size() ? &after[i] : nullptr;
    if (old_line != nullptr && new_line != nullptr && *old_line == *new_line) continue;
    if (old_line != nullptr) out << "-" << i + 1 << ": " << *old_line << '\n';
    if (new_line != nullptr) out << "+" << i + 1 << ": " << *new_line << '\n';
  }
  return out.str();
}

// Fails with the difference. FACEGATE_UPDATE_GOLDEN=1 writes the file instead.
inline void ExpectGolden(const std::string& name, const std::string& now) {
  if (std::getenv("FACEGATE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(GoldenPath(name), std::ios::binary) << now;
    return;
  }
  const std::string golden = ReadGolden(name);
  if (golden == now) return;
  ADD_FAILURE() << name << " is not what it was:\n"
                << DiffOf(golden, now)
                << "Others keep such bytes. If they were meant to change, say so in\n"
                   "docs/AUDIT_FORMAT.md and docs/CHANGELOG.md, then write the new ones with\n"
                   "FACEGATE_UPDATE_GOLDEN=1 golden_test and look at the difference.";
}

}  // namespace facegate::testing
