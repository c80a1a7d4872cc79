// A JSON value with ordered objects, a strict bounded parser and a canonical writer.
//
// The writer gives the same bytes for the same value on every machine (members in insertion order,
// no white space, integers without a fraction, UTF-8 unescaped but for quotes, backslash and
// control characters): log entries are hashed verbatim.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "facegate/core/status.h"

namespace facegate::core {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;  // null
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(static_cast<std::int64_t>(value)) {}
  Json(std::int64_t value) : value_(value) {}
  Json(std::uint64_t value);  // Requires: value fits std::int64_t.
  Json(double value);         // Requires: finite.
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(Array value) : value_(std::move(value)) {}

  static Json MakeArray() { return Json(Array{}); }
  static Json MakeObject();

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_number() const { return is_int() || std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // Sets a member, replacing one of the same name in place. Requires: is_object(). Returns *this.
  Json& Set(std::string_view name, Json value);
  // Appends. Requires: is_array(). Returns *this.
  Json& Push(Json value);

  // The member of that name, or nullptr (also where this is no object).
  const Json* Find(std::string_view name) const;
  // Readers with a default for "absent or of another type".
  bool BoolOr(std::string_view name, bool fallback) const;
  std::int64_t IntOr(std::string_view name, std::int64_t fallback) const;
  double NumberOr(std::string_view name, double fallback) const;
  std::string StringOr(std::string_view name, std::string_view fallback) const;

  // Requires: the value is of that type.
  bool AsBool() const;
  std::int64_t AsInt() const;
  double AsNumber() const;
  const std::string& AsString() const;
  const Array& AsArray() const;
  const Object& AsObject() const;

  // Canonical, one line. Requires: every string is valid UTF-8.
  std::string Dump() const;
  // For people: two-space indentation.
  std::string DumpPretty() const;

  // Strict JSON, nesting at most `depth_max`, duplicate member names refused.
  // Returns INVALID_ARGUMENT BAD_JSON with the byte offset.
  static Result<Json> Parse(std::string_view text, int depth_max = 32);

  bool operator==(const Json&) const = default;

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_ =
      nullptr;
};

}  // namespace facegate::core
