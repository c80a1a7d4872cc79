// The flat, typed inputs that rules see, by the vocabulary in config/policies/vocabulary.yaml.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"

namespace facegate::rules {

// Types of the vocabulary. Dates are timestamps at 00:00 UTC of that day. Int and number are
// doubles.
enum class Type { kBool, kInt, kNumber, kString, kEnum, kSet, kTimestamp, kDate, kRef };

// When an input becomes known, which is when the rules that read it can be evaluated.
//   kRequest    from registry, clock and request
//   kCandidate  consent.* subject.* guardian.*: of the claimed person, or per enrolled candidate
//   (1:N) kDetection  from detection: who else is in view
// A rule belongs to the latest stage of its inputs.
enum class Stage { kRequest, kCandidate, kDetection };

// "timestamp", "candidate": the words of the vocabulary file.
std::string_view TypeWord(Type type);
std::string_view StageWord(Stage stage);

// monostate: missing.
using Value = std::variant<std::monostate, bool, double, std::string, std::vector<std::string>,
                           core::Timestamp>;

struct InputSpec {
  std::string name;
  Type type = Type::kBool;
  Stage stage = Stage::kRequest;
  std::vector<std::string> values;  // of enums and sets
  std::string source;               // where it comes from, one line, for the docs
  // True if nobody but the caller vouches for it: a rule that denies may not be satisfied by such
  // inputs alone.
  bool asserted = false;
};

// As Inputs::FromJson reads it: null for a missing one, a day for a date.
core::Json ValueJson(const Value& value, bool whole_day);

// The known inputs, immutable and shared.
class Vocabulary {
 public:
  // Errors name file:line:column. INVALID_ARGUMENT BAD_VOCABULARY.
  static core::Result<std::shared_ptr<const Vocabulary>> Load(const std::string& path);
  // From text; `name` stands for the file in errors.
  static core::Result<std::shared_ptr<const Vocabulary>> Parse(std::string_view name,
                                                               std::string_view yaml);

  std::optional<std::size_t> Find(std::string_view name) const;
  const InputSpec& at(std::size_t index) const { return specs_[index]; }
  std::size_t size() const { return specs_.size(); }
  // Every name, sorted. The views live as long as the vocabulary.
  std::vector<std::string_view> Names() const;

 private:
  std::vector<InputSpec> specs_;  // by name
};

class Inputs;

// A few inputs to be laid over others, such as those of one person. Immutable.
class InputLayer {
 public:
  // Those that are set in `inputs` itself, not those of its base.
  explicit InputLayer(const Inputs& inputs);
  const std::shared_ptr<const Vocabulary>& vocabulary() const { return vocabulary_; }

 private:
  friend class Inputs;
  struct Entry {
    std::size_t index = 0;
    Value value;
  };
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::vector<Entry> entries_;
};

// One value per input. What is not set is missing.
class Inputs {
 public:
  explicit Inputs(std::shared_ptr<const Vocabulary> vocabulary);
  // What is not set here is as `layer` has it (nullptr: there is none), and what that has not, as
  // `base` has it: a request's inputs over a person's over those of its place. Takes memory from
  // `memory` alone, which must outlive this and what it is moved to, but not its copies.
  // Requires: base is not nullptr; both are of one vocabulary.
  explicit Inputs(std::shared_ptr<const Inputs> base,
                  std::shared_ptr<const InputLayer> layer = nullptr,
                  std::pmr::memory_resource* memory = std::pmr::get_default_resource());

  // Requires: `name` is in the vocabulary and the value is of its type (an enum value or set member
  // of the specified ones, an int whole, a number finite, a date at 00:00 UTC). Setting monostate
  // clears; what layer or base has shows again.
  void Set(std::string_view name, Value value);
  // Requires: `name` is in the vocabulary.
  const Value& Get(std::string_view name) const;
  const Value& at(std::size_t index) const {
    const Value& own = values_[index];
    if (base_ == nullptr || own.index() != 0) return own;
    const Value* laid = laid_.empty() ? nullptr : laid_[index];
    return laid != nullptr ? *laid : base_->at(index);
  }
  const Vocabulary& vocabulary() const { return *vocabulary_; }

  // From a flat JSON object of inputs, as `facegate policy evaluate --input` reads; times and dates
  // as strings (a time given for a date counts as its UTC day), null as missing.
  // INVALID_ARGUMENT BAD_INPUT names the member.
  static core::Result<Inputs> FromJson(std::shared_ptr<const Vocabulary> vocabulary,
                                       const core::Json& json);
  // The inputs that are not missing, by name: what FromJson reads to the same inputs.
  core::Json ToJson() const;

 private:
  friend class InputLayer;
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::shared_ptr<const Inputs> base_;
  std::shared_ptr<const InputLayer> layer_;
  std::pmr::vector<const Value*> laid_;  // of layer_, by index; empty without one
  std::pmr::vector<Value> values_;
};

}  // namespace facegate::rules
