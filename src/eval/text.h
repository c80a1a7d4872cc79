// Text put together from parts.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace facegate::eval {

inline std::string Join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out.append(part);
  return out;
}

}  // namespace facegate::eval
