// What differs from a value in one place, for every place that it has: made from the value, so that
// a member or line that is new tomorrow is changed too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facegate/core/json.h"

namespace facegate::testing {

// A JSON value with one change.
struct JsonMutant {
  enum class Kind { kValue, kRemoved, kAdded, kOrder };
  Kind kind = Kind::kValue;
  std::string path;  // of what was changed: ".counts.frames", ".rests_on[2]"
  core::Json json;
};

inline core::Json ObjectOf(const core::Json::Object& members) {
  core::Json object = core::Json::MakeObject();
  for (const auto& [name, value] : members) object.Set(name, value);
  return object;
}

// A text with another first character, one more, one less, or none at all.
inline std::vector<core::Json> OtherTexts(const std::string& text) {
  std::vector<core::Json> others = {text + "0", nullptr};
  if (text.empty()) return others;
  others.push_back(text.substr(1));
  others.push_back((text[0] == '1' ? "2" : "1") + text.substr(1));
  return others;
}

inline std::vector<core::Json> OtherScalars(const core::Json& json) {
  if (json.is_string()) return OtherTexts(json.AsString());
  if (json.is_bool()) return {!json.AsBool(), nullptr};
  if (json.is_int()) return {json.AsInt() + 1, json.AsInt() - 1, nullptr};
  return {0};
}

inline std::vector<JsonMutant> JsonMutants(const core::Json& json, const std::string& path);

inline std::vector<JsonMutant> ObjectMutants(const core::Json::Object& members,
                                             const std::string& path) {
  using Kind = JsonMutant::Kind;
  std::vector<JsonMutant> mutants;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string here = path + "." + members[i].first;
    core::Json::Object other = members;
    for (JsonMutant& inner : JsonMutants(members[i].second, here)) {
      other[i].second = std::move(inner.json);
      mutants.push_back({inner.kind, inner.path, ObjectOf(other)});
    }
    other = members;
    other[i].first += "x";
    mutants.push_back({Kind::kRemoved, here, ObjectOf(other)});
    other.erase(other.begin() + static_cast<std::ptrdiff_t>(i));
    mutants.push_back({Kind::kRemoved, here, ObjectOf(other)});
    if (i + 1 == members.size()) continue;
    other = members;
    std::swap(other[i], other[i + 1]);
    mutants.push_back({Kind::kOrder, here, ObjectOf(other)});
  }
  core::Json::Object other = members;
  other.emplace_back("x", 1);
  mutants.push_back({Kind::kAdded, path, ObjectOf(other)});
  return mutants;
}

inline std::vector<JsonMutant> ArrayMutants(const core::Json::Array& items,
                                            const std::string& path) {
  using Kind = JsonMutant::Kind;
  std::vector<JsonMutant> mutants;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string here = path + "[" + std::to_string(i) + "]";
    core::Json::Array other = items;
    for (JsonMutant& inner : JsonMutants(items[i], here)) {
      other[i] = std::move(inner.json);
      mutants.push_back({inner.kind, inner.path, other});
    }
    const auto at = static_cast<std::ptrdiff_t>(i);
    other = items;
    other.erase(other.begin() + at);
    mutants.push_back({Kind::kValue, here, other});
    other = items;
    other.insert(other.begin() + at, items[i]);
    mutants.push_back({Kind::kValue, here, other});
    if (i + 1 == items.size() || items[i] == items[i + 1]) continue;
    other = items;
    std::swap(other[i], other[i + 1]);
    mutants.push_back({Kind::kValue, here, other});
  }
  core::Json::Array other = items;
  other.emplace_back("x");
  mutants.push_back({Kind::kValue, path, other});
  return mutants;
}

// Everything that differs from `json` in one value, one member's name, presence or place.
inline std::vector<JsonMutant> JsonMutants(const core::Json& json, const std::string& path) {
  if (json.is_object()) return ObjectMutants(json.AsObject(), path);
  if (json.is_array()) return ArrayMutants(json.AsArray(), path);
  std::vector<JsonMutant> mutants;
  for (core::Json& other : OtherScalars(json)) {
    mutants.push_back({JsonMutant::Kind::kValue, path, std::move(other)});
  }
  return mutants;
}

inline std::vector<std::string> LinesWithEnds(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

// Everything that differs from `text` in one line (left out, doubled, exchanged with the next) or
// in one byte (a flipped bit, one left out, one put in).
inline std::vector<std::string> TextMutants(const std::string& text) {
  std::vector<std::string> mutants;
  const auto keep = [&](std::string mutant) {
    if (mutant != text) mutants.push_back(std::move(mutant));
  };
  const std::vector<std::string> lines = LinesWithEnds(text);
  std::string before;
  std::string after = text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    after.erase(0, lines[i].size());
    keep(before + after);
    keep(before + lines[i] + lines[i] + after);
    if (i + 1 < lines.size()) {
      keep(before + lines[i + 1] + lines[i] + after.substr(lines[i + 1].size()));
    }
    before += lines[i];
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string mutant = text;
      mutant[at] = static_cast<char>(mutant[at] ^ (1 << bit));
      keep(std::move(mutant));
    }
    keep(text.substr(0, at) + text.substr(at + 1));
    for (const char* more : {"0", "\n"}) keep(text.substr(0, at) + more + text.substr(at));
  }
  return mutants;
}

}  // namespace facegate::testing
