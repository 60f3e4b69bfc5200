// SPDX-License-Identifier: Apache-2.0
#include "core/error.h"

#include <gtest/gtest.h>

namespace albumen {
namespace {

TEST(ErrorTest, EveryCodeHasARowThatIsFoundByItsName) {
  for (std::size_t index = 0; index < kErrorCodeCount; ++index) {
    const auto code = static_cast<ErrorCode>(index);
    const ErrorCodeInfo& info = describe(code);
    EXPECT_EQ(info.code, code);
    EXPECT_EQ(parse_error_code(info.name), code);
    EXPECT_GE(info.http_status, 400);
    EXPECT_GE(info.exit_code, 2) << "0 and 1 are outcomes of a finished command";
  }
}

TEST(ErrorTest, UnknownNamesAreNotGuessed) {
  EXPECT_EQ(parse_error_code("truncated"), std::nullopt);
  EXPECT_EQ(parse_error_code(""), std::nullopt);
}

TEST(ErrorTest, ContextStandsInFrontOfTheMessage) {
  Error error{.code = ErrorCode::kTruncated, .message = "ends inside a scan"};
  EXPECT_EQ(to_string(std::move(error).with_context("a.jpg")),
            "Truncated: a.jpg: ends inside a scan");
}

}  // namespace
}  // namespace albumen
