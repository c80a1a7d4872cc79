#include "facegate/tlog/origin.h"

#include <charconv>

#include "facegate/core/check.h"

namespace facegate::tlog {
namespace {

constexpr char kMark = '~';

}  // namespace

std::string OriginName(const Origin& origin) {
  FG_CHECK(origin.number > 0 && origin.number <= kOriginNumberMax);
  return origin.number == 1 ? origin.base : origin.base + kMark + std::to_string(origin.number);
}

Origin ParseOrigin(std::string_view name) {
  const std::size_t mark = name.rfind(kMark);
  if (mark != std::string_view::npos && mark > 0) {
    Origin successor{std::string(name.substr(0, mark)), 0};
    const std::string_view digits = name.substr(mark + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), successor.number);
    const bool is_one = successor.number > 1 && successor.number <= kOriginNumberMax;
    if (is_one && OriginName(successor) == name) return successor;
  }
  return {std::string(name), 1};
}

Origin OriginIn(std::string_view checkpoint) {
  return ParseOrigin(checkpoint.substr(0, checkpoint.find('\n')));
}

}  // namespace facegate::tlog
