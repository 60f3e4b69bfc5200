// SPDX-License-Identifier: Apache-2.0
#include "people/face_key.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>

#include "people/testing/synthetic_library.h"

namespace albumen {
namespace {

TEST(FaceKeyTest, TextGoesBothWays) {
  const FaceKey key = people::testing::synthetic_key(77, 12);
  const std::string text = to_string(key);
  EXPECT_EQ(text.substr(64), "/12");
  EXPECT_EQ(parse_face_key(text).value(), key);
}

TEST(FaceKeyTest, BadTextIsRefused) {
  const std::string good = to_string(people::testing::synthetic_key(1, 0));
  const std::string stem = good.substr(0, 65);
  for (const std::string& bad : {std::string(), std::string("1"), good.substr(0, 64), stem,
                                 fmt::format("{}x", good), fmt::format("x{}", good.substr(1)),
                                 fmt::format("{}-1", stem), fmt::format("{}4294967296", stem)}) {
    EXPECT_EQ(parse_face_key(bad).error().code, ErrorCode::kInvalidArgument) << bad;
  }
}

TEST(FaceKeyTest, OrderIsPictureThenIndex) {
  const FaceKey first = people::testing::synthetic_key(3, 0);
  const FaceKey second = people::testing::synthetic_key(3, 10);
  EXPECT_LT(first, second);
  EXPECT_NE(FaceKeyHash{}(first), FaceKeyHash{}(second));
}

}  // namespace
}  // namespace albumen
