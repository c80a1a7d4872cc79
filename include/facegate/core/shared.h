// An immutable value that several hold: a copy of it is a pointer.
#pragma once

#include <memory>
#include <utility>

namespace facegate::core {

// Never null: one that was not set reads as T(). Thread-safe as std::shared_ptr is.
template <class T>
class Shared {
 public:
  Shared() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a value to be shared is a value
  Shared(T value) : held_(std::make_shared<const T>(std::move(value))) {}
  // `value` lives within what `owner` keeps alive.
  template <class Owner>
  Shared(std::shared_ptr<Owner> owner, const T& value) : held_(std::move(owner), &value) {}

  const T& operator*() const { return held_ == nullptr ? Unset() : *held_; }
  const T* operator->() const { return &**this; }
  // NOLINTNEXTLINE(google-explicit-constructor): read like the value itself
  operator const T&() const { return **this; }

 private:
  static const T& Unset() {
    static const T unset;
    return unset;
  }
  std::shared_ptr<const T> held_;
};

}  // namespace facegate::core
