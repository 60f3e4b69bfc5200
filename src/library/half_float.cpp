// SPDX-License-Identifier: Apache-2.0
#include "library/half_float.h"

#include <bit>

namespace albumen {
namespace {

constexpr std::uint32_t kSignFloat = 0x80000000U;
constexpr std::uint32_t kInfinityFloat = 0x7F800000U;
// The first float that rounds to infinity: halfway between 65504 and 65536.
constexpr std::uint32_t kOverflowFloat = 0x477FF000U;
// 2^-14, the smallest normal half.
constexpr std::uint32_t kSmallestNormal = 0x38800000U;
// Exponent biases are 127 and 15; mantissas have 23 and 10 bits.
constexpr std::uint32_t kBiasDifference = 127 - 15;
constexpr unsigned kMantissaShift = 13;

// `value` >> `shift`, rounded to nearest, ties to even. REQUIRES: 0 < shift < 32.
std::uint32_t shift_rounding(std::uint32_t value, unsigned shift) {
  const std::uint32_t kept = value >> shift;
  const std::uint32_t lost = value & ((1U << shift) - 1U);
  const std::uint32_t half = 1U << (shift - 1U);
  const bool up = lost > half || (lost == half && (kept & 1U) != 0);
  return kept + (up ? 1U : 0U);
}

}  // namespace

Half to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits & kSignFloat) >> 16U;
  const std::uint32_t magnitude = bits & ~kSignFloat;
  if (magnitude > kInfinityFloat) {
    return static_cast<Half>(sign | 0x7E00U);
  }
  if (magnitude >= kOverflowFloat) {
    return static_cast<Half>(sign | 0x7C00U);
  }
  if (magnitude >= kSmallestNormal) {
    // A mantissa that rounds up carries into the exponent, which is what is wanted.
    const std::uint32_t rebased = magnitude - (kBiasDifference << 23U);
    return static_cast<Half>(sign | shift_rounding(rebased, kMantissaShift));
  }
  // Subnormal: units of 2^-24. The implicit one becomes explicit.
  const std::uint32_t exponent = magnitude >> 23U;
  constexpr std::uint32_t kVanishes = 102;  // below 2^-25 everything rounds to zero
  if (exponent < kVanishes) {
    return static_cast<Half>(sign);
  }
  const std::uint32_t mantissa = (magnitude & 0x7FFFFFU) | 0x800000U;
  return static_cast<Half>(sign | shift_rounding(mantissa, 126U - exponent));
}

float from_half(Half half) {
  const std::uint32_t sign = (half & 0x8000U) << 16U;
  const std::uint32_t exponent = (half >> 10U) & 0x1FU;
  const std::uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0) {
    // Units of 2^-24, exact in a float.
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
  }
  const std::uint32_t rebased = exponent == 0x1FU ? 0xFFU : exponent + kBiasDifference;
  return std::bit_cast<float>(sign | (rebased << 23U) | (mantissa << kMantissaShift));
}

}  // namespace albumen
