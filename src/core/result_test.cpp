// SPDX-License-Identifier: Apache-2.0
#include "core/result.h"

#include <gtest/gtest.h>
#include <memory>

#include "core/check.h"

namespace albumen {
namespace {

Result<int> half_of(int number) {
  if (number % 2 != 0) {
    return fail(ErrorCode::kInvalidArgument, "odd");
  }
  return number / 2;
}

Result<int> quarter_of(int number) { return TRY_CONTEXT(half_of(TRY(half_of(number))), "second"); }

Result<void> must_be_even(int number) {
  TRY(half_of(number));
  return {};
}

Result<std::unique_ptr<int>> boxed(int number) { return std::make_unique<int>(number); }

TEST(ResultTest, TryReturnsTheFirstErrorAndKeepsItsLocation) {
  EXPECT_EQ(quarter_of(8).value(), 2);
  const auto first = quarter_of(7);
  ASSERT_FALSE(first.has_value());
  EXPECT_EQ(first.error().message, "odd");
  EXPECT_NE(std::string_view{first.error().where.function_name()}.find("half_of"),
            std::string_view::npos);
}

TEST(ResultTest, ContextIsAddedOnlyWhereItWasAsked) {
  EXPECT_EQ(quarter_of(6).error().message, "second: odd");
}

TEST(ResultTest, TryWorksForStatementsAndMoveOnlyValues) {
  EXPECT_TRUE(must_be_even(2).has_value());
  EXPECT_FALSE(must_be_even(3).has_value());
  const auto unboxed = []() -> Result<int> { return *TRY(boxed(5)); };
  EXPECT_EQ(unboxed().value(), 5);
}

TEST(ResultTest, EnsureTurnsABugIntoAnInternalError) {
  const auto checked = [](bool condition) -> Result<void> {
    ALBUMEN_ENSURE(condition);
    return {};
  };
  EXPECT_TRUE(checked(true).has_value());
  EXPECT_EQ(checked(false).error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace albumen
