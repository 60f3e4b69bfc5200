// SPDX-License-Identifier: Apache-2.0
#include "people/face_key.h"

#include <gtest/gtest.h>

#include "people/testing/synthetic_library.h"

namespace albumen {
namespace {

TEST(FaceKeyTest, OrderIsPictureThenIndex) {
  const FaceKey first = people::testing::synthetic_key(3, 0);
  const FaceKey second = people::testing::synthetic_key(3, 10);
  EXPECT_LT(first, second);
  EXPECT_NE(FaceKeyHash{}(first), FaceKeyHash{}(second));
}

}  // namespace
}  // namespace albumen
