// Status and Result<T>: how a failure of the world travels.
//
// A policy denial is a value of its own (policy::Denial) and a bug is a crash (FG_CHECK); neither
// is ever a Status. Nothing of facegate throws: exceptions of libraries stop where the library is
// wrapped. Messages say what failed and what to do; they never hold a name, an embedding, or
// whether a subject exists.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "facegate/core/check.h"

namespace facegate::core {

// The canonical codes, with gRPC's numbers, so that rpc maps them one to one.
enum class Code {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// "INVALID_ARGUMENT" and so on.
std::string_view CodeName(Code code);

// The outcome of something that returns nothing. Value type, cheap to copy when ok.
class [[nodiscard]] Status {
 public:
  Status() = default;  // ok
  // `reason` is a stable UPPER_SNAKE word that clients may switch on; it is listed in docs/API.md.
  // Requires: code != kOk.
  Status(Code code, std::string reason, std::string message);

  static Status Ok() { return {}; }

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& reason() const { return reason_; }
  const std::string& message() const { return message_; }

  // "FAILED_PRECONDITION SITE_HAS_CAMERAS: delete its cameras first".
  std::string ToString() const;

  // The same status with `context` and ": " before the message.
  Status WithContext(std::string_view context) const;

 private:
  Code code_ = Code::kOk;
  std::string reason_;
  std::string message_;
};

// A value, or the Status that says why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose: `return value;` and `return Status(...)` both read well.
  Result(T value) : rep_(std::move(value)) {}
  Result(Status status) : rep_(tl::unexpect, std::move(status)) { FG_CHECK(!rep_.error().ok()); }

  bool ok() const { return rep_.has_value(); }
  explicit operator bool() const { return ok(); }

  // Requires: ok().
  const T& value() const& {
    FG_CHECK(ok());
    return *rep_;
  }
  T& value() & {
    FG_CHECK(ok());
    return *rep_;
  }
  T&& value() && {
    FG_CHECK(ok());
    return std::move(*rep_);
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  // The failure, or an ok status when there is a value.
  Status status() const { return ok() ? Status::Ok() : rep_.error(); }

 private:
  tl::expected<T, Status> rep_;
};

}  // namespace facegate::core

#define FG_CONCAT_INNER(a, b) a##b
#define FG_CONCAT(a, b) FG_CONCAT_INNER(a, b)

// Leaves the function with the status if `expr` failed.
#define FG_RETURN_IF_ERROR(expr)                                                           \
  do {                                                                                     \
    if (::facegate::core::Status fg_status_ = (expr); !fg_status_.ok()) return fg_status_; \
  } while (false)

// Declares or assigns `lhs` from a Result, or leaves the function with its status.
// NOLINTBEGIN(bugprone-macro-parentheses): what declares or names cannot stand in parentheses
#define FG_ASSIGN_OR_RETURN(lhs, expr) \
  FG_ASSIGN_OR_RETURN_IMPL(FG_CONCAT(fg_result_, __LINE__), lhs, expr)
#define FG_ASSIGN_OR_RETURN_IMPL(result, lhs, expr) \
  auto result = (expr);                             \
  if (!result.ok()) return result.status();         \
  lhs = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)
