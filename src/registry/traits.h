// What the registry must know of each kind of resource; all but the store's words is read off
// model/fields.h.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "facegate/model/fields.h"
#include "facegate/model/ids.h"
#include "facegate/model/resources.h"

namespace facegate::registry {

template <class R>
struct Traits {
  // The stored kind.
  static constexpr std::string_view kKind = model::Kind<R>::kWord;

  // The log's event type: "registry.access_point".
  static std::string Event() {
    return "registry." + model::SpellingOf(model::Kind<R>::kName).member;
  }

  // The kinds that live directly below it.
  static std::vector<std::string_view> Children() {
    std::vector<std::string_view> children;
    const auto add = [&]<class Other>(const Other&) {
      const model::Spelling spelling = model::SpellingOf(model::Kind<Other>::kName);
      if (spelling.parent_form == model::Kind<R>::kName) {
        children.push_back(model::Kind<Other>::kWord);
      }
    };
    std::apply([&](const auto&... each) { (add(each), ...); }, model::Kinds{});
    return children;
  }

  static model::OperatorId Log(const R& v) {
    if constexpr (requires { v.op; }) {
      return v.op;
    } else {
      return v.id;
    }
  }
};

}  // namespace facegate::registry
