#include "facegate/core/json.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

namespace facegate::core {
namespace {

// Builds our value from nlohmann's events, so that depth and duplicates are refused while reading
// and nothing is built twice.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(int depth_max) : depth_max_(depth_max) {}

  bool null() override { return Add(Json()); }
  bool boolean(bool v) override { return Add(Json(v)); }
  bool number_integer(number_integer_t v) override {
    return Add(Json(static_cast<std::int64_t>(v)));
  }
  bool number_unsigned(number_unsigned_t v) override {
    if (v > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
      return Add(Json(static_cast<double>(v)));
    }
    return Add(Json(static_cast<std::int64_t>(v)));
  }
  bool number_float(number_float_t v, const string_t&) override {
    return std::isfinite(v) && Add(Json(static_cast<double>(v)));
  }
  bool string(string_t& v) override { return Add(Json(std::move(v))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(Json::MakeObject()); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(Json::MakeArray()); }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {
    if (open_.back().value.Find(name) != nullptr) return false;
    open_.back().pending_key = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    position_ = position;
    return false;
  }

  std::optional<Json> result;
  std::size_t position() const { return position_; }

 private:
  struct Frame {
    Json value;
    std::string pending_key;
  };

  bool Add(Json value) {
    if (open_.empty()) {
      result = std::move(value);
      return true;
    }
    Frame& top = open_.back();
    if (top.value.is_array()) {
      top.value.Push(std::move(value));
    } else {
      top.value.Set(top.pending_key, std::move(value));
    }
    return true;
  }
  bool Open(Json value) {
    if (static_cast<int>(open_.size()) >= depth_max_) return false;
    open_.push_back({std::move(value), {}});
    return true;
  }
  bool Close() {
    Json value = std::move(open_.back().value);
    open_.pop_back();
    return Add(std::move(value));
  }

  int depth_max_;
  std::size_t position_ = 0;
  std::vector<Frame> open_;
};

// Adds one character that a string cannot hold as it is.
void WriteEscaped(std::string& out, char c) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '\\';
  switch (c) {
    case '"':
    case '\\':
      out += c;
      break;
    case '\n':
      out += 'n';
      break;
    case '\r':
      out += 'r';
      break;
    case '\t':
      out += 't';
      break;
    default:
      out += "u00";
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
  }
}

constexpr bool IsEscaped(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

void WriteString(std::string& out, std::string_view text) {
  out += '"';
  while (true) {
    const auto end = std::find_if(text.begin(), text.end(), IsEscaped);
    out.append(text.begin(), end);
    if (end == text.end()) break;
    WriteEscaped(out, *end);
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()) + 1);
  }
  out += '"';
}

void WriteNumber(std::string& out, double value) {
  // nlohmann's shortest round-trip form; integral doubles keep ".0", which tells them from
  // integers.
  out += nlohmann::json(value).dump();
}

void Indent(std::string& out, int indent) {
  if (indent < 0) return;
  out += '\n';
  out.append(static_cast<std::size_t>(indent) * 2, ' ');
}

// `indent` below zero: canonical.
void Write(std::string& out, const Json& json, int indent) {
  const int inner = indent < 0 ? -1 : indent + 1;
  if (json.is_null()) {
    out += "null";
  } else if (json.is_bool()) {
    out += json.AsBool() ? "true" : "false";
  } else if (json.is_int()) {
    out += std::to_string(json.AsInt());
  } else if (json.is_number()) {
    WriteNumber(out, json.AsNumber());
  } else if (json.is_string()) {
    WriteString(out, json.AsString());
  } else if (json.is_array()) {
    out += '[';
    bool first = true;
    for (const Json& element : json.AsArray()) {
      if (!first) out += ',';
      first = false;
      Indent(out, inner);
      Write(out, element, inner);
    }
    if (!first) Indent(out, indent);
    out += ']';
  } else {
    out += '{';
    bool first = true;
    for (const auto& [name, value] : json.AsObject()) {
      if (!first) out += ',';
      first = false;
      Indent(out, inner);
      WriteString(out, name);
      out += indent < 0 ? ":" : ": ";
      Write(out, value, inner);
    }
    if (!first) Indent(out, indent);
    out += '}';
  }
}

}  // namespace

Json::Json(std::uint64_t value) : value_(static_cast<std::int64_t>(value)) {
  FG_CHECK(value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

Json::Json(double value) : value_(value) { FG_CHECK(std::isfinite(value)); }

Json Json::MakeObject() {
  Json json;
  json.value_ = Object{};
  return json;
}

Json& Json::Set(std::string_view name, Json value) {
  FG_CHECK(is_object());
  auto& members = std::get<Object>(value_);
  for (auto& [key, old] : members) {
    if (key == name) {
      old = std::move(value);
      return *this;
    }
  }
  members.emplace_back(std::string(name), std::move(value));
  return *this;
}

Json& Json::Push(Json value) {
  FG_CHECK(is_array());
  std::get<Array>(value_).push_back(std::move(value));
  return *this;
}

const Json* Json::Find(std::string_view name) const {
  if (!is_object()) return nullptr;
  for (const auto& [key, value] : std::get<Object>(value_)) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool Json::BoolOr(std::string_view name, bool fallback) const {
  const Json* member = Find(name);
  return member != nullptr && member->is_bool() ? member->AsBool() : fallback;
}

std::int64_t Json::IntOr(std::string_view name, std::int64_t fallback) const {
  const Json* member = Find(name);
  return member != nullptr && member->is_int() ? member->AsInt() : fallback;
}

double Json::NumberOr(std::string_view name, double fallback) const {
  const Json* member = Find(name);
  return member != nullptr && member->is_number() ? member->AsNumber() : fallback;
}

std::string Json::StringOr(std::string_view name, std::string_view fallback) const {
  const Json* member = Find(name);
  return member != nullptr && member->is_string() ? member->AsString() : std::string(fallback);
}

bool Json::AsBool() const {
  FG_CHECK(is_bool());
  return std::get<bool>(value_);
}

std::int64_t Json::AsInt() const {
  FG_CHECK(is_int());
  return std::get<std::int64_t>(value_);
}

double Json::AsNumber() const {
  FG_CHECK(is_number());
  return is_int() ? static_cast<double>(std::get<std::int64_t>(value_)) : std::get<double>(value_);
}

const std::string& Json::AsString() const {
  FG_CHECK(is_string());
  return std::get<std::string>(value_);
}

const Json::Array& Json::AsArray() const {
  FG_CHECK(is_array());
  return std::get<Array>(value_);
}

const Json::Object& Json::AsObject() const {
  FG_CHECK(is_object());
  return std::get<Object>(value_);
}

std::string Json::Dump() const {
  std::string out;
  Write(out, *this, -1);
  return out;
}

std::string Json::DumpPretty() const {
  std::string out;
  Write(out, *this, 0);
  return out;
}

Result<Json> Json::Parse(std::string_view text, int depth_max) {
  Builder builder(depth_max);
  bool parsed = false;
  try {
    parsed = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  } catch (const std::exception&) {
    parsed = false;
  }
  if (!parsed || !builder.result) {
    return Status(Code::kInvalidArgument, "BAD_JSON",
                  builder.position() > 0
                      ? "malformed JSON near byte " + std::to_string(builder.position())
                      : "JSON too deep, with a duplicate member, or malformed");
  }
  return std::move(*builder.result);
}

}  // namespace facegate::core
