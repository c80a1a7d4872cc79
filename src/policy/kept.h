// A bounded map of what was read of the store, each value with the counter that vouches for it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace facegate::policy {

// Four ids name whatever a decision keeps. Looking up allocates nothing.
using KeptName = std::array<std::string_view, 4>;

// Thread-safe. Holds at most `entries_max`; beyond that, any one goes for a new one.
template <class Value>
class Kept {
 public:
  explicit Kept(std::size_t entries_max) : entries_max_(entries_max) {}

  // The value kept under `name` at that count, or nullptr.
  std::shared_ptr<const Value> Find(const KeptName& name, std::uint64_t count) const {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(name);
    if (found == entries_.end() || found->second.count != count) return nullptr;
    return found->second.value;
  }

  // Requires: `count` was read before what is in `value` was.
  void Keep(const KeptName& name, std::uint64_t count, std::shared_ptr<const Value> value) {
    const std::unique_lock lock(mutex_);
    const auto found = entries_.find(name);
    if (found != entries_.end()) {
      found->second = {count, std::move(value)};
      return;
    }
    if (entries_.size() >= entries_max_) entries_.erase(entries_.begin());
    Name own;
    for (std::size_t i = 0; i < name.size(); ++i) own[i] = name[i];
    entries_.emplace(std::move(own), Entry{count, std::move(value)});
  }

  // Drops every entry for whose name `goes` is true.
  template <class Predicate>
  void Drop(Predicate goes) {
    const std::unique_lock lock(mutex_);
    std::erase_if(entries_, [&goes](const auto& entry) { return goes(View(entry.first)); });
  }

 private:
  using Name = std::array<std::string, 4>;
  struct Entry {
    std::uint64_t count = 0;
    std::shared_ptr<const Value> value;
  };
  static KeptName View(const Name& name) { return {name[0], name[1], name[2], name[3]}; }
  static const KeptName& View(const KeptName& name) { return name; }

  struct Hash {
    using is_transparent = void;
    template <class N>
    std::size_t operator()(const N& name) const {
      std::size_t sum = 0;
      for (const auto& part : name) sum = sum * 131 + std::hash<std::string_view>{}(part);
      return sum;
    }
  };
  struct Equal {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return View(a) == View(b);
    }
  };

  const std::size_t entries_max_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<Name, Entry, Hash, Equal> entries_;
};

}  // namespace facegate::policy
