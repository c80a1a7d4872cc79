#include "facegate/core/status.h"

#include <gtest/gtest.h>

#include <memory>

namespace facegate::core {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return Status(Code::kInvalidArgument, "ODD", "an even number is needed");
  return n / 2;
}

Result<int> Quarter(int n) {
  FG_ASSIGN_OR_RETURN(const int half, Half(n));
  return Half(half);
}

Status CheckEven(int n) {
  FG_RETURN_IF_ERROR(Half(n).status());
  return Status::Ok();
}

TEST(Status, IsOkByDefault) {
  EXPECT_TRUE(Status().ok());
  EXPECT_EQ(Status().ToString(), "OK");
}

TEST(Status, TellsCodeReasonAndMessage) {
  const Status status(Code::kNotFound, "SITE_NOT_FOUND", "register it first");
  EXPECT_EQ(status.ToString(), "NOT_FOUND SITE_NOT_FOUND: register it first");
}

TEST(Status, PutsContextBeforeTheMessageOfAFailureOnly) {
  EXPECT_TRUE(Status().WithContext("loading").ok());
  EXPECT_EQ(Status(Code::kInternal, "X", "no").WithContext("loading").message(), "loading: no");
}

TEST(Result, PassesAValueOn) { EXPECT_EQ(*Quarter(8), 2); }

TEST(Result, LeavesTheFunctionWithTheFirstFailure) {
  EXPECT_EQ(Quarter(6).status().reason(), "ODD");
  EXPECT_EQ(CheckEven(3).reason(), "ODD");
  EXPECT_TRUE(CheckEven(4).ok());
}

TEST(Result, HoldsWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 5);
}

TEST(ResultDeathTest, AbortsWhenAValueIsTakenFromAFailure) {
  EXPECT_DEATH({ (void)Half(3).value(); }, "check failed: ok\\(\\)");
}

TEST(StatusDeathTest, AbortsOnAFailureWithoutACode) {
  EXPECT_DEATH({ const Status status(Code::kOk, "X", "y"); }, "check failed");
}

TEST(ResultDeathTest, AbortsOnAnOkStatusWithoutAValue) {
  EXPECT_DEATH({ const Result<int> result = Status::Ok(); }, "check failed");
}

}  // namespace
}  // namespace facegate::core
