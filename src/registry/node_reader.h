// Reads the members of a resource from a node of a YAML document, over what the resource has
// already: what the document leaves out stays.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/model/fields.h"
#include "facegate/rules/document.h"

namespace facegate::registry {

// The index of the node's word, in any case, among `words`; else the error that tells them.
core::Result<std::size_t> ReadWord(const rules::Document& document, const rules::Node& node,
                                   const std::vector<std::string_view>& words);

// The members that a resource or a value inside one may have.
class MemberNames {
 public:
  template <class Id>
  void Key(std::string_view, const Id&) {}
  template <class T>
  void Must(std::string_view name, const T&) {
    names_.push_back(name);
  }
  template <class T>
  void May(std::string_view name, const T&) {
    names_.push_back(name);
  }
  template <class T>
  void Out(std::string_view, const T&) {}
  template <class Id, class Prefix>
  void Link(std::string_view name, const Id&, const Prefix&) {
    names_.push_back(name);
  }
  const std::vector<std::string_view>& names() const { return names_; }

 private:
  std::vector<std::string_view> names_;
};

template <class T>
std::vector<std::string_view> MembersOf(const T& value) {
  MemberNames members;
  model::Fields<T>::Visit(members, value);
  return members.names();
}

// Remembers the first mistake. The caller checks for unknown keys at the top.
class NodeReader {
 public:
  // `is_new`: what has no sensible default must be there.
  NodeReader(const rules::Document& document, const rules::Node& node, bool is_new)
      : document_(document), node_(node), is_new_(is_new) {}

  template <class Id>
  void Key(std::string_view, const Id&) {}
  template <class T>
  void Must(std::string_view name, T& value) {
    const rules::Node* node = node_.Find(name);
    if (node != nullptr) return Absorb(Read(*node, value));
    constexpr bool kNeeded =
        std::is_enum_v<T> || std::is_same_v<T, model::Date> || std::is_same_v<T, core::Timestamp>;
    if (kNeeded && is_new_) Absorb(document_.Require(node_, name).status());
  }
  template <class T>
  void May(std::string_view name, T& value) {
    const rules::Node* node = node_.Find(name);
    if (node == nullptr) return;
    if (node->is_null()) {
      value = T{};
    } else {
      Absorb(Read(*node, value));
    }
  }
  template <class T>
  void Out(std::string_view, const T&) {}
  // A link is an id, or a whole name.
  template <class Id, class Prefix>
  void Link(std::string_view name, Id& id, const Prefix& prefix) {
    const rules::Node* node = node_.Find(name);
    if (node == nullptr) return;
    id = Id();
    if (node->is_null()) return;
    std::string text;
    Absorb(Read(*node, text));
    if (const std::string start = prefix(); text.starts_with(start)) text.erase(0, start.size());
    if (model::IsValidId(text)) {
      id = Id(text);
    } else {
      Absorb(document_.Error(node->position(),
                             std::string(name) + " is no id, and no name of " + prefix() + "..."));
    }
  }
  const core::Status& status() const { return status_; }

 private:
  void Absorb(const core::Status& status) {
    if (status_.ok()) status_ = status;
  }

  core::Status Read(const rules::Node& node, std::string& value) {
    FG_ASSIGN_OR_RETURN(value, document_.String(node));
    return core::Status::Ok();
  }
  core::Status Read(const rules::Node& node, bool& value) {
    FG_ASSIGN_OR_RETURN(value, document_.Bool(node));
    return core::Status::Ok();
  }
  core::Status Read(const rules::Node& node, int& value) {
    FG_ASSIGN_OR_RETURN(
        const std::int64_t number,
        document_.Int(node, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
    value = static_cast<int>(number);
    return core::Status::Ok();
  }
  core::Status Read(const rules::Node& node, double& value) {
    FG_ASSIGN_OR_RETURN(value, document_.Number(node, std::numeric_limits<double>::lowest(),
                                                std::numeric_limits<double>::max()));
    return core::Status::Ok();
  }
  core::Status Read(const rules::Node& node, model::Date& value) {
    return ReadTime(node, value, [](std::string_view text) { return model::ParseDate(text); });
  }
  core::Status Read(const rules::Node& node, core::Timestamp& value) {
    return ReadTime(node, value, [](std::string_view text) { return core::ParseRfc3339(text); });
  }
  template <class T, class Parse>
  core::Status ReadTime(const rules::Node& node, T& value, const Parse& parse) {
    FG_ASSIGN_OR_RETURN(const std::string text, document_.String(node));
    const auto parsed = parse(text);
    if (!parsed.ok()) return document_.Error(node.position(), parsed.status().message());
    value = *parsed;
    return core::Status::Ok();
  }
  template <class T>
  core::Status Read(const rules::Node& node, std::optional<T>& value) {
    T inner = value.value_or(T{});
    FG_RETURN_IF_ERROR(Read(node, inner));
    value = std::move(inner);
    return core::Status::Ok();
  }
  template <class T>
  core::Status Read(const rules::Node& node, std::vector<T>& values) {
    if (!node.is_list()) return document_.Error(node.position(), "expected a list");
    // An element stays what it was where it is of the same kind at the same place.
    values.resize(node.items().size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      T value = values[i];
      FG_RETURN_IF_ERROR(Read(node.items()[i], value));
      if constexpr (requires { value.kind; }) {
        if (value.kind != values[i].kind) {
          value = T{};
          FG_RETURN_IF_ERROR(Read(node.items()[i], value));
        }
      }
      values[i] = std::move(value);
    }
    return core::Status::Ok();
  }
  template <class E>
  core::Status Read(const rules::Node& node, std::set<E>& values) {
    if (!node.is_list()) return document_.Error(node.position(), "expected a list");
    values.clear();
    for (const rules::Node& item : node.items()) {
      E value{};
      FG_RETURN_IF_ERROR(Read(item, value));
      values.insert(value);
    }
    return core::Status::Ok();
  }
  template <class T>
  core::Status Read(const rules::Node& node, T& value) {
    if constexpr (std::is_enum_v<T>) {
      const std::vector<std::string_view> words = model::WordsOf<T>();
      FG_ASSIGN_OR_RETURN(const std::size_t index, ReadWord(document_, node, words));
      value = *model::FromWord<T>(words[index]);
      return core::Status::Ok();
    } else {
      FG_RETURN_IF_ERROR(document_.CheckKeys(node, MembersOf(value)));
      NodeReader inner(document_, node, /*is_new=*/true);
      model::Fields<T>::Visit(inner, value);
      return inner.status();
    }
  }

  const rules::Document& document_;
  const rules::Node& node_;
  const bool is_new_;
  core::Status status_;
};

}  // namespace facegate::registry
