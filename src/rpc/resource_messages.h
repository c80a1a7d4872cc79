// Registry resources to the messages of resources.proto and back, read off model/fields.h: a
// message's fields have the names that the visitor is told.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "facegate/core/check.h"
#include "facegate/core/status.h"
#include "facegate/model/fields.h"
#include "rpc/messages.h"

namespace facegate::rpc {

// The field of that name. Requires: the message has it; a test fills every kind.
const google::protobuf::FieldDescriptor& FieldOf(const google::protobuf::Message& message,
                                                 std::string_view name);
// Of an enum's field. Requires: the proto has every word of the model.
int NumberOfWord(const google::protobuf::FieldDescriptor& field, std::string_view type,
                 std::string_view word);
// The word behind a number; empty for UNSPECIFIED, nothing for one that this version does not know.
std::optional<std::string_view> WordOfNumber(const google::protobuf::FieldDescriptor& field,
                                             std::string_view type, int number);

// INVALID_ARGUMENT BAD_<TYPE>.
core::Status BadEnum(std::string_view type);
// INVALID_ARGUMENT <FIELD>_ELSEWHERE.
core::Status LinkElsewhere(std::string_view field, std::string_view prefix);

// What a field of type T is in a message: scalars, one after the other where it repeats.
class MessageWriter {
 public:
  explicit MessageWriter(google::protobuf::Message& message) : message_(message) {}

  template <class Id>
  void Key(std::string_view, const Id&) {}
  template <class T>
  void Must(std::string_view name, const T& value) {
    Write(FieldOf(message_, name), value);
  }
  template <class T>
  void May(std::string_view name, const T& value) {
    Must(name, value);
  }
  template <class T>
  void Out(std::string_view name, const T& value) {
    Must(name, value);
  }
  template <class Id, class Prefix>
  void Link(std::string_view name, const Id& id, const Prefix& prefix) {
    if (!id.empty()) Must(name, prefix() + id.str());
  }

 private:
  using Field = google::protobuf::FieldDescriptor;

  void Write(const Field& field, const std::string& value) {
    Put<&Reflection::SetString, &Reflection::AddString>(field, value);
  }
  void Write(const Field& field, bool value) {
    Put<&Reflection::SetBool, &Reflection::AddBool>(field, value);
  }
  void Write(const Field& field, int value) {
    Put<&Reflection::SetInt32, &Reflection::AddInt32>(field, value);
  }
  void Write(const Field& field, double value) {
    Put<&Reflection::SetDouble, &Reflection::AddDouble>(field, value);
  }
  void Write(const Field& field, model::Date value) { Write(field, model::FormatDate(value)); }
  void Write(const Field& field, core::Timestamp value) { Inner(field).CopyFrom(ToProto(value)); }
  template <class T>
  void Write(const Field& field, const std::optional<T>& value) {
    if (value) Write(field, *value);
  }
  template <class T>
  void Write(const Field& field, const std::vector<T>& values) {
    for (const T& value : values) Write(field, value);
  }
  template <class T>
  void Write(const Field& field, const std::set<T>& values) {
    for (const T& value : values) Write(field, value);
  }
  template <class T>
  void Write(const Field& field, const T& value) {
    if constexpr (std::is_enum_v<T>) {
      const int number = NumberOfWord(field, model::TypeWord<T>(), model::Word(value));
      Put<&Reflection::SetEnumValue, &Reflection::AddEnumValue>(field, number);
    } else {
      MessageWriter inner(Inner(field));
      model::Fields<T>::Visit(inner, value);
    }
  }

  using Reflection = google::protobuf::Reflection;
  template <auto set, auto add, class T>
  void Put(const Field& field, const T& value) {
    const Reflection& reflection = *message_.GetReflection();
    if (field.is_repeated()) {
      (reflection.*add)(&message_, &field, value);
    } else {
      (reflection.*set)(&message_, &field, value);
    }
  }
  google::protobuf::Message& Inner(const Field& field) {
    const Reflection& reflection = *message_.GetReflection();
    return field.is_repeated() ? *reflection.AddMessage(&message_, &field)
                               : *reflection.MutableMessage(&message_, &field);
  }

  google::protobuf::Message& message_;
};

// Reads a request's message into a resource that has its ids. What the message leaves out stays as
// the resource has it by default; numbers, texts and enums are left out by being 0, "" and
// UNSPECIFIED. Remembers the first mistake.
class MessageReader {
 public:
  explicit MessageReader(const google::protobuf::Message& message) : message_(message) {}

  template <class T>
  void Must(std::string_view name, T& value) {
    Absorb(Read(FieldOf(message_, name), value, /*required=*/true));
  }
  template <class T>
  void May(std::string_view name, T& value) {
    Absorb(Read(FieldOf(message_, name), value, /*required=*/false));
  }
  template <class T>
  void Out(std::string_view, T&) {}
  template <class Id, class Prefix>
  void Link(std::string_view name, Id& id, const Prefix& prefix) {
    std::string link;
    Absorb(Read(FieldOf(message_, name), link, /*required=*/false));
    if (link.empty()) return;
    const std::string start = prefix();
    const bool fits = link.starts_with(start) && model::IsValidId(link.substr(start.size()));
    if (!fits) return Absorb(LinkElsewhere(name, start));
    id = Id(link.substr(start.size()));
  }
  const core::Status& status() const { return status_; }

 private:
  using Field = google::protobuf::FieldDescriptor;
  using Reflection = google::protobuf::Reflection;

  void Absorb(const core::Status& status) {
    if (status_.ok()) status_ = status;
  }
  const Reflection& reflection() const { return *message_.GetReflection(); }
  bool LeftOut(const Field& field) const {
    return field.has_presence() && !reflection().HasField(message_, &field);
  }

  core::Status Read(const Field& field, std::string& value, bool) {
    if (!LeftOut(field)) value = reflection().GetString(message_, &field);
    return core::Status::Ok();
  }
  core::Status Read(const Field& field, bool& value, bool) {
    if (!LeftOut(field)) value = reflection().GetBool(message_, &field);
    return core::Status::Ok();
  }
  core::Status Read(const Field& field, int& value, bool) {
    const int given = reflection().GetInt32(message_, &field);
    if (field.has_presence() ? !LeftOut(field) : given != 0) value = given;
    return core::Status::Ok();
  }
  core::Status Read(const Field& field, double& value, bool) {
    value = reflection().GetDouble(message_, &field);
    return core::Status::Ok();
  }
  core::Status Read(const Field& field, model::Date& value, bool required) {
    const std::string text = reflection().GetString(message_, &field);
    if (text.empty() && !required) return core::Status::Ok();
    FG_ASSIGN_OR_RETURN(value, model::ParseDate(text));
    return core::Status::Ok();
  }
  core::Status Read(const Field& field, core::Timestamp& value, bool required) {
    if (LeftOut(field)) {
      return required ? core::Status(core::Code::kInvalidArgument, "BAD_TIMESTAMP",
                                     std::string(field.name()) + " is required")
                      : core::Status::Ok();
    }
    FG_ASSIGN_OR_RETURN(value, FromProto(static_cast<const google::protobuf::Timestamp&>(
                                   reflection().GetMessage(message_, &field))));
    return core::Status::Ok();
  }
  template <class T>
  core::Status Read(const Field& field, std::optional<T>& value, bool) {
    if (LeftOut(field)) return core::Status::Ok();
    if constexpr (std::is_same_v<T, model::Date>) {
      if (reflection().GetString(message_, &field).empty()) return core::Status::Ok();
    }
    if constexpr (std::is_enum_v<T>) {
      if (reflection().GetEnumValue(message_, &field) == 0) return core::Status::Ok();
    }
    T given{};
    FG_RETURN_IF_ERROR(Read(field, given, /*required=*/false));
    value = std::move(given);
    return core::Status::Ok();
  }
  template <class T>
  core::Status Read(const Field& field, std::vector<T>& values, bool) {
    for (int i = 0; i < reflection().FieldSize(message_, &field); ++i) {
      T value{};
      if constexpr (std::is_same_v<T, std::string>) {
        value = reflection().GetRepeatedString(message_, &field, i);
      } else {
        FG_RETURN_IF_ERROR(ReadInner(reflection().GetRepeatedMessage(message_, &field, i), value));
      }
      values.push_back(std::move(value));
    }
    return core::Status::Ok();
  }
  template <class E>
  core::Status Read(const Field& field, std::set<E>& values, bool) {
    for (int i = 0; i < reflection().FieldSize(message_, &field); ++i) {
      E value{};
      FG_RETURN_IF_ERROR(ReadWord(field, reflection().GetRepeatedEnumValue(message_, &field, i),
                                  value, /*required=*/true));
      values.insert(value);
    }
    return core::Status::Ok();
  }
  template <class T>
  core::Status Read(const Field& field, T& value, bool required) {
    if constexpr (std::is_enum_v<T>) {
      return ReadWord(field, reflection().GetEnumValue(message_, &field), value, required);
    } else {
      if (LeftOut(field)) return core::Status::Ok();
      return ReadInner(reflection().GetMessage(message_, &field), value);
    }
  }

  template <class T>
  static core::Status ReadInner(const google::protobuf::Message& message, T& value) {
    MessageReader inner(message);
    model::Fields<T>::Visit(inner, value);
    return inner.status();
  }
  template <class E>
  static core::Status ReadWord(const Field& field, int number, E& value, bool required) {
    const std::optional<std::string_view> word = WordOfNumber(field, model::TypeWord<E>(), number);
    if (!word || (word->empty() && required)) return BadEnum(model::TypeWord<E>());
    if (word->empty()) return core::Status::Ok();
    const std::optional<E> known = model::FromWord<E>(*word);
    FG_CHECK(known.has_value());  // a test walks both vocabularies
    value = *known;
    return core::Status::Ok();
  }

  const google::protobuf::Message& message_;
  core::Status status_;
};

}  // namespace facegate::rpc
