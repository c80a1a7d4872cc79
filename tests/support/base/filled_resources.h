// A resource of any kind with every member set to something that is not its default, for tests that
// no member is lost on the way. Such a resource makes no sense otherwise.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "facegate/model/fields.h"

namespace facegate::testing {

class Filler {
 public:
  template <class Id>
  void Key(std::string_view name, Id& id) {
    id = Id("some-" + Dashed(name));
  }
  template <class T>
  void Must(std::string_view, T& value) {
    Fill(value);
  }
  template <class T>
  void May(std::string_view, T& value) {
    Fill(value);
  }
  template <class T>
  void Out(std::string_view, T& value) {
    Fill(value);
  }
  template <class Id, class Prefix>
  void Link(std::string_view name, Id& id, const Prefix&) {
    id = Id("linked-" + Dashed(name));
  }

 private:
  static std::string Dashed(std::string_view name) {
    std::string text(name);
    for (char& c : text) c = c == '_' ? '-' : c;
    return text;
  }

  void Fill(std::string& value) { value = "text " + std::to_string(++count_); }
  void Fill(bool& value) { value = !value; }
  void Fill(int& value) { value += ++count_; }
  void Fill(double& value) { value = value == 0 ? 0.25 : 0.75; }
  void Fill(model::Date& value) { value.days = 20'000 + ++count_; }
  void Fill(core::Timestamp& value) { value.unix_ms = 1'700'000'000'000 + ++count_; }
  template <class T>
  void Fill(std::optional<T>& value) {
    T inner{};
    Fill(inner);
    value = inner;
  }
  template <class T>
  void Fill(std::vector<T>& value) {
    value.resize(2);
    for (T& each : value) Fill(each);
  }
  template <class T>
  void Fill(std::set<T>& value) {
    value = {static_cast<T>(0), static_cast<T>(1)};
  }
  template <class T>
  void Fill(T& value) {
    if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(value == static_cast<T>(1) ? 2 : 1);
    } else {
      model::Fields<T>::Visit(*this, value);
    }
  }

  int count_ = 0;
};

template <class R>
R Filled() {
  R resource;
  Filler filler;
  model::Kind<R>::Keys(filler, resource);
  model::Fields<R>::Visit(filler, resource);
  return resource;
}

// Calls `take(R{})` for every kind of resource.
template <class Take>
void ForEachKind(const Take& take) {
  std::apply([&](const auto&... kinds) { (take(kinds), ...); }, model::Kinds{});
}

}  // namespace facegate::testing
