#include "facegate/rules/value.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "facegate/core/check.h"
#include "facegate/rules/calendar.h"
#include "facegate/rules/document.h"

namespace facegate::rules {
namespace {

using core::Status;

constexpr std::array<std::string_view, 9> kTypeWords = {
    "bool", "int", "number", "string", "enum", "set", "timestamp", "date", "ref"};
constexpr std::array<std::string_view, 3> kStageWords = {"request", "candidate", "detection"};

bool Contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsWhole(double value) { return std::isfinite(value) && value == std::floor(value); }

// Lower-case words joined by single dots: "consent.status", "request.operation", "now".
bool IsInputName(std::string_view name) {
  char previous = '.';
  for (const char c : name) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (!word && (c != '.' || previous == '.')) return false;
    previous = c;
  }
  return !name.empty() && previous != '.';
}

bool Fits(const InputSpec& spec, const Value& value) {
  switch (spec.type) {
    case Type::kBool:
      return std::holds_alternative<bool>(value);
    case Type::kInt:
      return std::holds_alternative<double>(value) && IsWhole(std::get<double>(value));
    case Type::kNumber:
      return std::holds_alternative<double>(value) && std::isfinite(std::get<double>(value));
    case Type::kString:
    case Type::kRef:
      return std::holds_alternative<std::string>(value);
    case Type::kEnum:
      return std::holds_alternative<std::string>(value) &&
             Contains(spec.values, std::get<std::string>(value));
    case Type::kSet: {
      const auto* members = std::get_if<std::vector<std::string>>(&value);
      return members != nullptr &&
             std::all_of(members->begin(), members->end(),
                         [&](const std::string& word) { return Contains(spec.values, word); });
    }
    case Type::kTimestamp:
      return std::holds_alternative<core::Timestamp>(value);
    case Type::kDate:
      return std::holds_alternative<core::Timestamp>(value) &&
             std::get<core::Timestamp>(value).unix_ms % core::kMsPerDay == 0;
  }
  return false;
}

core::Result<InputSpec> ReadSpec(const Document& document, const Member& member) {
  InputSpec spec;
  spec.name = member.key;
  if (!IsInputName(spec.name)) {
    return document.Error(member.position, "an input is named in lower-case words and dots");
  }
  const Node& node = member.value;
  FG_RETURN_IF_ERROR(document.CheckKeys(node, {"type", "values", "stage", "source", "asserted"}));
  FG_ASSIGN_OR_RETURN(const Node* type, document.Require(node, "type"));
  FG_ASSIGN_OR_RETURN(const std::size_t type_index, document.OneOf(*type, kTypeWords));
  spec.type = static_cast<Type>(type_index);
  if (const Node* stage = node.Find("stage")) {
    FG_ASSIGN_OR_RETURN(const std::size_t stage_index, document.OneOf(*stage, kStageWords));
    spec.stage = static_cast<Stage>(stage_index);
  }
  FG_ASSIGN_OR_RETURN(const Node* source, document.Require(node, "source"));
  FG_ASSIGN_OR_RETURN(spec.source, document.String(*source));
  if (const Node* asserted = node.Find("asserted")) {
    FG_ASSIGN_OR_RETURN(spec.asserted, document.Bool(*asserted));
  }
  const bool closed = spec.type == Type::kEnum || spec.type == Type::kSet;
  const Node* values = node.Find("values");
  if (closed != (values != nullptr)) {
    return document.Error(member.position, closed ? "an enum or a set needs its values"
                                                  : "only enums and sets have values");
  }
  if (values != nullptr) {
    FG_ASSIGN_OR_RETURN(spec.values, document.Strings(*values));
    for (std::size_t i = 0; i < spec.values.size(); ++i) {
      const auto here = spec.values.begin() + static_cast<std::ptrdiff_t>(i);
      if (std::find(spec.values.begin(), here, *here) != here) {
        return document.Error(values->items()[i].position(), "this value is listed twice");
      }
    }
  }
  return spec;
}

Status BadInput(const InputSpec& spec, std::string_view what) {
  return Status(core::Code::kInvalidArgument, "BAD_INPUT",
                Quoted(spec.name) + ": " + std::string(what));
}

Status ReadTime(const InputSpec& spec, const core::Json& json, Value& value) {
  constexpr std::string_view kWanted = "expected a day (2025-06-01) or a time in RFC 3339";
  if (!json.is_string()) return BadInput(spec, kWanted);
  const core::Result<core::Timestamp> day = ParseDay(json.AsString());
  const core::Result<core::Timestamp> time = day.ok() ? day : core::ParseRfc3339(json.AsString());
  if (!time.ok()) return BadInput(spec, kWanted);
  const bool whole = spec.type == Type::kDate;
  value = whole ? core::Timestamp{DayOf(*time) * core::kMsPerDay} : *time;
  return Status::Ok();
}

Status ReadSet(const InputSpec& spec, const core::Json& json, Value& value) {
  if (!json.is_array()) return BadInput(spec, "expected a list of words");
  auto& members = value.emplace<std::vector<std::string>>();
  for (const core::Json& item : json.AsArray()) {
    if (!item.is_string()) return BadInput(spec, "expected a list of words");
    members.push_back(item.AsString());
  }
  return Status::Ok();
}

// Reads one member into `value`, of the type's representation; null clears it.
Status ReadValue(const InputSpec& spec, const core::Json& json, Value& value) {
  value.emplace<std::monostate>();
  if (json.is_null()) return Status::Ok();
  switch (spec.type) {
    case Type::kBool:
      if (!json.is_bool()) return BadInput(spec, "expected true or false");
      value = json.AsBool();
      return Status::Ok();
    case Type::kInt:
    case Type::kNumber:
      if (!json.is_number()) return BadInput(spec, "expected a number");
      value = json.AsNumber();
      return Status::Ok();
    case Type::kString:
    case Type::kRef:
    case Type::kEnum:
      if (!json.is_string()) return BadInput(spec, "expected a string");
      value = json.AsString();
      return Status::Ok();
    case Type::kSet:
      return ReadSet(spec, json, value);
    case Type::kTimestamp:
    case Type::kDate:
      return ReadTime(spec, json, value);
  }
  return Status::Ok();
}

}  // namespace

std::string_view TypeWord(Type type) { return kTypeWords[static_cast<std::size_t>(type)]; }
std::string_view StageWord(Stage stage) { return kStageWords[static_cast<std::size_t>(stage)]; }

core::Json ValueJson(const Value& value, bool whole_day) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* number = std::get_if<double>(&value)) {
    constexpr double kExactMax = 9007199254740992.0;  // 2^53
    if (IsWhole(*number) && std::abs(*number) <= kExactMax) {
      return static_cast<std::int64_t>(*number);
    }
    return *number;
  }
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* members = std::get_if<std::vector<std::string>>(&value)) {
    core::Json array = core::Json::MakeArray();
    for (const std::string& member : *members) array.Push(member);
    return array;
  }
  if (const auto* time = std::get_if<core::Timestamp>(&value)) {
    const std::string text = core::FormatRfc3339(*time);
    return whole_day ? text.substr(0, 10) : text;
  }
  return {};
}

core::Result<std::shared_ptr<const Vocabulary>> Vocabulary::Load(const std::string& path) {
  FG_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, "BAD_VOCABULARY"));
  return Parse(path, text);
}

core::Result<std::shared_ptr<const Vocabulary>> Vocabulary::Parse(std::string_view name,
                                                                  std::string_view yaml) {
  FG_ASSIGN_OR_RETURN(const Document document, Document::Parse(name, yaml, "BAD_VOCABULARY"));
  FG_RETURN_IF_ERROR(document.CheckKeys(document.root(), {"inputs"}));
  FG_ASSIGN_OR_RETURN(const Node* inputs, document.Require(document.root(), "inputs"));
  if (!inputs->is_map()) return document.Error(inputs->position(), "expected a mapping of inputs");
  auto vocabulary = std::make_shared<Vocabulary>();
  for (const Member& member : inputs->members()) {
    FG_ASSIGN_OR_RETURN(vocabulary->specs_.emplace_back(), ReadSpec(document, member));
  }
  std::sort(vocabulary->specs_.begin(), vocabulary->specs_.end(),
            [](const InputSpec& a, const InputSpec& b) { return a.name < b.name; });
  return std::shared_ptr<const Vocabulary>(std::move(vocabulary));
}

std::optional<std::size_t> Vocabulary::Find(std::string_view name) const {
  const auto found =
      std::lower_bound(specs_.begin(), specs_.end(), name,
                       [](const InputSpec& spec, std::string_view n) { return spec.name < n; });
  if (found == specs_.end() || found->name != name) return std::nullopt;
  return static_cast<std::size_t>(found - specs_.begin());
}

std::vector<std::string_view> Vocabulary::Names() const {
  std::vector<std::string_view> names;
  names.reserve(specs_.size());
  for (const InputSpec& spec : specs_) names.push_back(spec.name);
  return names;
}

Inputs::Inputs(std::shared_ptr<const Vocabulary> vocabulary)
    : vocabulary_(std::move(vocabulary)), values_(vocabulary_->size()) {}

Inputs::Inputs(std::shared_ptr<const Inputs> base, std::shared_ptr<const InputLayer> layer,
               std::pmr::memory_resource* memory)
    : vocabulary_(base->vocabulary_),
      base_(std::move(base)),
      layer_(std::move(layer)),
      laid_(memory),
      values_(vocabulary_->size(), memory) {
  if (layer_ == nullptr) return;
  FG_CHECK(layer_->vocabulary_ == vocabulary_);
  laid_.resize(vocabulary_->size());
  for (const InputLayer::Entry& entry : layer_->entries_) laid_[entry.index] = &entry.value;
}

InputLayer::InputLayer(const Inputs& inputs) : vocabulary_(inputs.vocabulary_) {
  for (std::size_t i = 0; i < inputs.values_.size(); ++i) {
    if (inputs.values_[i].index() != 0) entries_.push_back({i, inputs.values_[i]});
  }
}

void Inputs::Set(std::string_view name, Value value) {
  const std::optional<std::size_t> index = vocabulary_->Find(name);
  FG_CHECK(index.has_value());
  FG_CHECK(std::holds_alternative<std::monostate>(value) || Fits(vocabulary_->at(*index), value));
  values_[*index] = std::move(value);
}

const Value& Inputs::Get(std::string_view name) const {
  const std::optional<std::size_t> index = vocabulary_->Find(name);
  FG_CHECK(index.has_value());
  return at(*index);
}

core::Result<Inputs> Inputs::FromJson(std::shared_ptr<const Vocabulary> vocabulary,
                                      const core::Json& json) {
  if (!json.is_object()) {
    return Status(core::Code::kInvalidArgument, "BAD_INPUT", "expected an object of inputs");
  }
  Inputs inputs(std::move(vocabulary));
  for (const auto& [name, member] : json.AsObject()) {
    const std::optional<std::size_t> index = inputs.vocabulary_->Find(name);
    if (!index) {
      return Status(
          core::Code::kInvalidArgument, "BAD_INPUT",
          "unknown input " + Quoted(name) + DidYouMean(name, inputs.vocabulary_->Names()));
    }
    const InputSpec& spec = inputs.vocabulary_->at(*index);
    Value& value = inputs.values_[*index];
    FG_RETURN_IF_ERROR(ReadValue(spec, member, value));
    if (!std::holds_alternative<std::monostate>(value) && !Fits(spec, value)) {
      return BadInput(
          spec, spec.type == Type::kInt ? "expected a whole number" : "not one of its values");
    }
  }
  return inputs;
}

core::Json Inputs::ToJson() const {
  core::Json json = core::Json::MakeObject();
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const InputSpec& spec = vocabulary_->at(i);
    const Value& value = at(i);
    if (std::holds_alternative<std::monostate>(value)) continue;
    json.Set(spec.name, ValueJson(value, spec.type == Type::kDate));
  }
  return json;
}

}  // namespace facegate::rules
