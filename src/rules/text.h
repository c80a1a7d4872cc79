// Putting texts together. (GCC 12 warns of overlaps that cannot be where a literal stands before a
// string and a plus.)
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace facegate::rules {

inline void Append(std::string& text, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) text.append(part);
}

inline std::string Concat(std::initializer_list<std::string_view> parts) {
  std::string text;
  Append(text, parts);
  return text;
}

}  // namespace facegate::rules
