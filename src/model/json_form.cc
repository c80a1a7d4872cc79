// The JSON forms of resources, read off fields.h: the stored body, and what the API takes and
// gives.
//
// They differ in what a client sees: the API has enum values behind their type's name, links and
// names as full resource names, and gives members in lowerCamelCase. A stored body has ids.
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "facegate/model/api_json.h"
#include "facegate/model/fields.h"
#include "facegate/model/resources.h"

namespace facegate::model {
namespace {

using core::Code;
using core::Json;
using core::Result;
using core::Status;

enum class Form { kStored, kApi };

template <class T, template <class...> class Of>
constexpr bool kIs = false;
template <template <class...> class Of, class... Args>
constexpr bool kIs<Of<Args...>, Of> = true;
template <class T>
constexpr bool kIsDate = std::is_same_v<T, Date>;
template <class T>
constexpr bool kIsTime = std::is_same_v<T, core::Timestamp>;

// Of what the registry decides: a stored body has it unless it may be empty.
template <class T>
constexpr bool kMayBeEmpty = kIs<T, std::optional> || kIs<T, std::vector>;

Status BadResource(std::string_view field) {
  return Status(Code::kDataLoss, "BAD_RESOURCE",
                "a stored resource is malformed at " + std::string(field));
}

// ---- Writing ----

template <Form form>
class Writer {
 public:
  template <class Id>
  void Key(std::string_view name, const Id& id) {
    if (form == Form::kStored) json_.Set(name, id.str());
  }
  template <class T>
  void Must(std::string_view name, const T& value) {
    json_.Set(name, Encode(value));
  }
  template <class T>
  void May(std::string_view name, const T& value) {
    if (value != T{}) json_.Set(name, Encode(value));
  }
  template <class T>
  void Out(std::string_view name, const T& value) {
    if (form == Form::kStored && (!kMayBeEmpty<T> || value != T{})) json_.Set(name, Encode(value));
  }
  template <class Id, class Prefix>
  void Link(std::string_view name, const Id& id, const Prefix& prefix) {
    if (form == Form::kStored) {
      json_.Set(name, id.str());
    } else if (!id.empty()) {
      json_.Set(name, prefix() + id.str());
    }
  }
  Json Take() && { return std::move(json_); }

 private:
  template <class T>
  static Json Encode(const T& value) {
    if constexpr (kIs<T, std::optional>) {
      return Encode(*value);  // an unset one is not written
    } else if constexpr (kIs<T, std::vector> || kIs<T, std::set>) {
      Json list = Json::MakeArray();
      for (const auto& each : value) list.Push(Encode(each));
      return list;
    } else if constexpr (std::is_enum_v<T>) {
      const std::string prefix = form == Form::kApi ? std::string(TypeWord<T>()) + "_" : "";
      return prefix + std::string(Word(value));
    } else if constexpr (kIsDate<T>) {
      return FormatDate(value);
    } else if constexpr (kIsTime<T>) {
      return core::FormatRfc3339(value);
    } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) {
      Writer inner;
      Fields<T>::Visit(inner, value);
      return std::move(inner).Take();
    } else {
      return Json(value);
    }
  }

  Json json_ = Json::MakeObject();
};

// ---- Reading ----

// Reads members; remembers the first that is missing or malformed.
template <Form form>
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  template <class Tag>
  void Key(std::string_view name, Id<Tag>& id) {
    if (form == Form::kStored) ReadId(name, id, /*may_be_empty=*/false);
  }
  template <class T>
  void Must(std::string_view name, T& value) {
    Read(name, value, /*required=*/form == Form::kStored);
  }
  template <class T>
  void May(std::string_view name, T& value) {
    Read(name, value, /*required=*/false);
  }
  template <class T>
  void Out(std::string_view name, T& value) {
    Read(name, value, /*required=*/form == Form::kStored && !kMayBeEmpty<T>);
  }
  template <class Tag, class Prefix>
  void Link(std::string_view name, Id<Tag>& id, const Prefix& prefix) {
    if (form == Form::kStored) return ReadId(name, id, /*may_be_empty=*/true);
    std::string link;
    Read(name, link, /*required=*/false);
    if (link.empty()) return;
    const std::string start = prefix();
    const bool fits = link.starts_with(start) && IsValidId(link.substr(start.size()));
    if (!fits) return Fail(name);
    id = Id<Tag>(link.substr(start.size()));
  }
  const Status& status() const { return status_; }

 private:
  const Json* Find(std::string_view name) const {
    const Json* member = json_.Find(form == Form::kApi ? CamelOf(name) : std::string(name));
    const bool unset = form == Form::kApi && member != nullptr && member->is_null();
    return unset ? nullptr : member;
  }

  void Fail(std::string_view name) {
    if (status_.ok()) status_ = BadResource(name);
  }

  template <class Tag>
  void ReadId(std::string_view name, Id<Tag>& id, bool may_be_empty) {
    std::string text;
    Read(name, text, /*required=*/true);
    if (may_be_empty && text.empty()) return;
    if (!IsValidId(text)) return Fail(name);
    id = Id<Tag>(text);
  }

  template <class T>
  void Read(std::string_view name, T& value, bool required) {
    const Json* member = Find(name);
    if (member == nullptr) {
      if (required) Fail(name);
    } else if (!Decode(*member, value)) {
      Fail(name);
    }
  }

  // False where `json` is no such value.
  template <class T>
  static bool Decode(const Json& json, T& value) {
    if constexpr (kIs<T, std::optional>) {
      if (form == Form::kApi && SaysNothing<typename T::value_type>(json)) return true;
      typename T::value_type inner{};
      if (!Decode(json, inner)) return false;
      value = std::move(inner);
      return true;
    } else if constexpr (kIs<T, std::vector> || kIs<T, std::set>) {
      if (!json.is_array()) return false;
      for (const Json& element : json.AsArray()) {
        typename T::value_type inner{};
        if (!Decode(element, inner)) return false;
        value.insert(value.end(), std::move(inner));
      }
      return true;
    } else if constexpr (std::is_enum_v<T>) {
      return DecodeWord(json, value);
    } else if constexpr (kIsDate<T> || kIsTime<T>) {
      return DecodeTime(json, value);
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (json.is_string()) value = json.AsString();
      return json.is_string();
    } else if constexpr (std::is_same_v<T, bool>) {
      if (json.is_bool()) value = json.AsBool();
      return json.is_bool();
    } else if constexpr (std::is_same_v<T, int>) {
      if (json.is_int()) value = static_cast<int>(json.AsInt());
      return json.is_int();
    } else if constexpr (std::is_same_v<T, double>) {
      if (json.is_number()) value = json.AsNumber();
      return json.is_number();
    } else {
      return DecodeObject(json, value);
    }
  }

  // The API writes fields that were never stated, but for messages, as their zero value.
  template <class T>
  static bool SaysNothing(const Json& json) {
    if constexpr (std::is_enum_v<T>) {
      return json.is_string() && json.AsString() == std::string(TypeWord<T>()) + "_UNSPECIFIED";
    }
    if constexpr (kIsDate<T>) return json.is_string() && json.AsString().empty();
    return false;
  }

  template <class E>
  static bool DecodeWord(const Json& json, E& value) {
    if (!json.is_string()) return false;
    std::string_view word = json.AsString();
    if (form == Form::kApi) {
      const std::string prefix = std::string(TypeWord<E>()) + "_";
      if (!word.starts_with(prefix)) return false;
      word.remove_prefix(prefix.size());
      if (word == "UNSPECIFIED") return true;
    }
    const std::optional<E> known = FromWord<E>(word);
    if (known) value = *known;
    return known.has_value();
  }

  template <class T>
  static bool DecodeTime(const Json& json, T& value) {
    if (!json.is_string()) return false;
    const auto parsed = [&] {
      if constexpr (kIsDate<T>) return ParseDate(json.AsString());
      if constexpr (kIsTime<T>) return core::ParseRfc3339(json.AsString());
    }();
    if (parsed.ok()) value = *parsed;
    return parsed.ok();
  }

  template <class T>
  static bool DecodeObject(const Json& json, T& value) {
    if (!json.is_object()) return false;
    Reader inner(json);
    Fields<T>::Visit(inner, value);
    if constexpr (std::is_same_v<T, Region>) return inner.status().ok() && CheckRegion(value).ok();
    return inner.status().ok();
  }

  const Json& json_;
  Status status_;
};

}  // namespace

template <class R>
Json ToJson(const R& resource) {
  Writer<Form::kStored> writer;
  Kind<R>::Keys(writer, resource);
  Fields<R>::Visit(writer, resource);
  return std::move(writer).Take();
}

template <class R>
Result<R> FromJson(const Json& json) {
  Reader<Form::kStored> reader(json);
  R resource;
  Kind<R>::Keys(reader, resource);
  Fields<R>::Visit(reader, resource);
  if (!reader.status().ok()) return reader.status();
  return resource;
}

template <class R>
Json ToApiJson(const R& resource) {
  Writer<Form::kApi> writer;
  Fields<R>::Visit(writer, resource);
  return std::move(writer).Take();
}

template <class R>
Result<R> FromApiJson(const Json& json) {
  Result<R> resource = ParseNameOf<R>(json.StringOr("name", ""));
  if (!resource.ok()) return BadResource("name");
  Reader<Form::kApi> reader(json);
  Fields<R>::Visit(reader, *resource);
  if (!reader.status().ok()) return reader.status();
  return resource;
}

#define FG_INSTANTIATE(R)                      \
  template Json ToJson<R>(const R&);           \
  template Result<R> FromJson<R>(const Json&); \
  template Json ToApiJson<R>(const R&);        \
  template Result<R> FromApiJson<R>(const Json&);
FG_EACH_KIND(FG_INSTANTIATE)
#undef FG_INSTANTIATE

}  // namespace facegate::model
