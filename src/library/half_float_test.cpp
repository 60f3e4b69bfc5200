// SPDX-License-Identifier: Apache-2.0
#include "library/half_float.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace albumen {
namespace {

// The twin: the definition, by arithmetic.
double value_of(Half half) {
  const int exponent = (half >> 10) & 31;
  const int mantissa = half & 1023;
  const double magnitude =
      exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

bool is_finite(Half half) { return (half & 0x7C00) != 0x7C00; }

TEST(HalfFloatTest, EveryHalfComesBackUnchanged) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<Half>(bits);
    const float value = from_half(half);
    if (is_finite(half)) {
      ASSERT_EQ(value, value_of(half));
      ASSERT_EQ(to_half(value), half);
    }
  }
}

TEST(HalfFloatTest, RoundsToTheNearestAndTiesToEven) {
  for (std::uint32_t bits = 0; bits < 0x7BFF; ++bits) {
    const auto low = static_cast<Half>(bits);
    const auto high = static_cast<Half>(bits + 1);
    const auto middle = static_cast<float>((value_of(low) + value_of(high)) / 2);
    ASSERT_EQ(to_half(middle), (low & 1U) == 0 ? low : high);
    ASSERT_EQ(to_half(std::nextafter(middle, 0.0F)), low);
    ASSERT_EQ(to_half(std::nextafter(middle, 1e6F)), high);
  }
}

TEST(HalfFloatTest, LargeTinyAndNoNumbers) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(to_half(65519.996F), 0x7BFF);
  EXPECT_EQ(to_half(65520.0F), 0x7C00);
  EXPECT_EQ(to_half(-infinity), 0xFC00);
  EXPECT_EQ(from_half(0x7C00), infinity);
  EXPECT_TRUE(std::isnan(from_half(to_half(std::nanf("")))));
  EXPECT_EQ(to_half(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_EQ(to_half(-0.0F), 0x8000);
}

}  // namespace
}  // namespace albumen
