#include "facegate/documents/models.h"

#include <limits>
#include <string>
#include <utility>

#include "documents/describe.h"
#include "documents/text_check.h"
#include "facegate/rules/calendar.h"
#include "facegate/rules/document.h"

namespace facegate::documents {
namespace {

using core::Json;
using core::Status;

// Counts beyond this are a mistake, and sums of them still fit.
constexpr std::int64_t kCountMax = 1'000'000'000'000;

Status Mistake(const std::string& path, std::string_view what) {
  return Status(core::Code::kInvalidArgument, "BAD_DOCUMENT_MODEL",
                (path.empty() ? "the model" : path) + ": " + std::string(what));
}

template <class T>
Status ReadObject(const Json& json, T& value, const std::string& path);
template <class T>
requires std::is_class_v<T> Status Read(const Json& json, T& value, const std::string& path);

Status Read(const Json& json, Text& value, const std::string& path) {
  if (!json.is_string()) return Mistake(path, "expected a text");
  if (const std::string mistake = MistakeIn(json.AsString()); !mistake.empty()) {
    return Mistake(path, mistake);
  }
  value = json.AsString();
  return Status::Ok();
}

Status Read(const Json& json, Day& value, const std::string& path) {
  if (!json.is_string() || !rules::ParseDay(json.AsString()).ok()) {
    return Mistake(path, "expected a day such as \"2025-07-14\"");
  }
  value.iso = json.AsString();
  return Status::Ok();
}

Status Read(const Json& json, Url& value, const std::string& path) {
  if (!json.is_string()) return Mistake(path, "expected a web address");
  if (const std::string mistake = MistakeInUrl(json.AsString()); !mistake.empty()) {
    return Mistake(path, mistake);
  }
  value.text = json.AsString();
  return Status::Ok();
}

Status Read(const Json& json, std::int64_t& value, const std::string& path) {
  if (!json.is_int() || json.AsInt() < 0 || json.AsInt() > kCountMax) {
    return Mistake(path, "expected a whole number from 0 to " + std::to_string(kCountMax));
  }
  value = json.AsInt();
  return Status::Ok();
}

Status Read(const Json& json, std::uint64_t& value, const std::string& path) {
  std::int64_t number = 0;
  FG_RETURN_IF_ERROR(Read(json, number, path));
  value = static_cast<std::uint64_t>(number);
  return Status::Ok();
}

template <class E>
requires std::is_enum_v<E> Status Read(const Json& json, E& value, const std::string& path) {
  const WordTable table = WordsFor(E{});
  const std::string word = json.is_string() ? json.AsString() : "";
  const auto found = std::find(table.words.begin(), table.words.end(), word);
  if (found != table.words.end()) {
    value = static_cast<E>(found - table.words.begin());
    return Status::Ok();
  }
  std::string what = "expected one of";
  for (const std::string_view known : table.words) what += " " + std::string(known);
  return Mistake(path, what + rules::DidYouMean(word, table.words));
}

template <class T>
Status Read(const Json& json, std::vector<T>& values, const std::string& path) {
  if (!json.is_array()) return Mistake(path, "expected a list");
  if (json.AsArray().size() > kListEntriesMax) {
    return Mistake(path, "more than " + std::to_string(kListEntriesMax) + " entries");
  }
  values.clear();
  for (const Json& item : json.AsArray()) {
    const std::string entry = path + "[" + std::to_string(values.size()) + "]";
    FG_RETURN_IF_ERROR(Read(item, values.emplace_back(), entry));
  }
  return Status::Ok();
}

template <class T>
Status Read(const Json& json, std::optional<T>& value, const std::string& path) {
  return Read(json, value.emplace(), path);
}

template <class T>
requires std::is_class_v<T> Status Read(const Json& json, T& value, const std::string& path) {
  return ReadObject(json, value, path);
}

template <class T>
constexpr bool kMayBeAbsent = false;
template <class T>
constexpr bool kMayBeAbsent<std::optional<T>> = true;
template <class T>
constexpr bool kMayBeAbsent<std::vector<T>> = true;

// Visits a description: reads each member, and remembers the first mistake.
class Reader {
 public:
  Reader(const Json& object, std::string path) : object_(object), path_(std::move(path)) {}

  template <class T>
  void Member(std::string_view name, T& value, std::string_view, Bound bound = Bound::kNone) {
    known_.push_back(name);
    if (!status_.ok()) return;
    const std::string path = PathOf(name);
    const Json* json = object_.Find(name);
    if (json != nullptr && !json->is_null()) {
      status_ = Read(*json, value, path);
    } else if (!kMayBeAbsent<T>) {
      status_ = Mistake(path, "is missing");
    }
    if (status_.ok()) status_ = CheckBound(value, path, bound);
  }

  template <class F>
  void Derived(std::string_view name, F, std::string_view) {
    known_.push_back(name);
  }

  Status Finish() const {
    FG_RETURN_IF_ERROR(status_);
    for (const auto& [name, value] : object_.AsObject()) {
      if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
      return Mistake(PathOf(name), "is unknown" + rules::DidYouMean(name, known_));
    }
    return Status::Ok();
  }

 private:
  std::string PathOf(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  }

  template <class T>
  static Status CheckBound(const T& value, const std::string& path, Bound bound) {
    if constexpr (std::is_same_v<T, std::int64_t>) {
      if (bound == Bound::kPositive && value < 1) return Mistake(path, "expected at least 1");
    } else if constexpr (kMayBeAbsent<T> && requires { value.empty(); }) {
      if (bound == Bound::kAtLeastOne && value.empty()) {
        return Mistake(path, "expected at least one entry");
      }
    }
    return Status::Ok();
  }

  const Json& object_;
  const std::string path_;
  std::vector<std::string_view> known_;
  Status status_;
};

template <class T>
Status ReadObject(const Json& json, T& value, const std::string& path) {
  if (!json.is_object()) return Mistake(path, "expected an object");
  Reader reader(json, path);
  Describe(reader, value);
  return reader.Finish();
}

Json Write(const Text& value) { return value; }
Json Write(const Day& value) { return value.iso; }
Json Write(const Url& value) { return value.text; }
Json Write(std::int64_t value) { return value; }
Json Write(std::uint64_t value) { return value; }
template <class E>
requires std::is_enum_v<E> Json Write(E value) { return WordOf(value); }
template <class T>
requires std::is_class_v<T> Json Write(const T& value);
template <class T>
Json Write(const std::optional<T>& value) {
  return value ? Write(*value) : Json();
}
template <class T>
Json Write(const std::vector<T>& values) {
  Json array = Json::MakeArray();
  for (const T& value : values) array.Push(Write(value));
  return array;
}

// Visits a description: writes what is there.
class Writer {
 public:
  template <class T>
  void Member(std::string_view name, T& value, std::string_view, Bound = Bound::kNone) {
    Json json = Write(std::as_const(value));
    if (!json.is_null()) object_.Set(name, std::move(json));
  }
  template <class F>
  void Derived(std::string_view name, F compute, std::string_view) {
    auto value = compute();
    Member(name, value, "");
  }
  Json Take() { return std::move(object_); }

 private:
  Json object_ = Json::MakeObject();
};

template <class T>
requires std::is_class_v<T> Json Write(const T& value) {
  T copy = value;  // a description takes its model for reading and writing alike
  Writer writer;
  Describe(writer, copy);
  return writer.Take();
}

// Visits a description: notes what a draft still lacks.
class Gaps {
 public:
  Gaps(std::string path, std::vector<std::string>& paths) : path_(std::move(path)), paths_(paths) {}

  template <class T>
  void Member(std::string_view name, T& value, std::string_view, Bound bound = Bound::kNone) {
    Look(path_ + std::string(name), value, bound);
  }
  template <class F>
  void Derived(std::string_view, F, std::string_view) {}

 private:
  void Look(const std::string& path, Text& value, Bound) { NoteIf(value.empty(), path); }
  void Look(const std::string& path, Day& value, Bound) { NoteIf(value.iso.empty(), path); }
  void Look(const std::string& path, Url& value, Bound) { NoteIf(value.text.empty(), path); }
  void Look(const std::string&, std::int64_t, Bound) {}
  void Look(const std::string&, std::uint64_t, Bound) {}
  template <class E>
  requires std::is_enum_v<E>
  void Look(const std::string&, E, Bound) {}
  template <class T>
  void Look(const std::string& path, std::optional<T>& value, Bound bound) {
    if (value) return Look(path, *value, bound);
    NoteIf(bound == Bound::kByPeople, path);
  }
  template <class T>
  void Look(const std::string& path, std::vector<T>& values, Bound bound) {
    NoteIf(bound == Bound::kAtLeastOne && values.empty(), path);
    for (std::size_t i = 0; i < values.size(); ++i) {
      Look(path + "[" + std::to_string(i) + "]", values[i], Bound::kNone);
    }
  }
  template <class T>
  requires std::is_class_v<T>
  void Look(const std::string& path, T& value, Bound) {
    Gaps inner(path + ".", paths_);
    Describe(inner, value);
  }

  void NoteIf(bool is_missing, const std::string& path) {
    if (is_missing) paths_.push_back(path);
  }

  const std::string path_;
  std::vector<std::string>& paths_;
};

}  // namespace

template <class M>
Json ToJson(const M& model) {
  return Write(model);
}

template <class M>
core::Result<M> FromJson(const Json& json) {
  M model;
  FG_RETURN_IF_ERROR(ReadObject(json, model, ""));
  return model;
}

template <class M>
std::vector<std::string> Unfilled(const M& model) {
  std::vector<std::string> paths;
  M copy = model;
  Gaps gaps("", paths);
  Describe(gaps, copy);
  return paths;
}

template <class M>
Status Check(const M& model) {
  return FromJson<M>(ToJson(model)).status();
}

#define FG_INSTANTIATE(Model)                                      \
  template Json ToJson<Model>(const Model&);                       \
  template core::Result<Model> FromJson<Model>(const Json&);       \
  template std::vector<std::string> Unfilled<Model>(const Model&); \
  template Status Check<Model>(const Model&);
FG_INSTANTIATE(FilingModel)
FG_INSTANTIATE(AssessmentModel)
FG_INSTANTIATE(SignModel)
FG_INSTANTIATE(NoticeModel)
FG_INSTANTIATE(LeafletModel)
FG_INSTANTIATE(TransparencyModel)
FG_INSTANTIATE(ComplianceModel)
FG_INSTANTIATE(DutiesModel)
FG_INSTANTIATE(NotificationModel)
FG_INSTANTIATE(ReceiptModel)
FG_INSTANTIATE(AccessModel)
FG_INSTANTIATE(ErasureModel)
#undef FG_INSTANTIATE

}  // namespace facegate::documents
