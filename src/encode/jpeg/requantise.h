// SPDX-License-Identifier: Apache-2.0
// Coefficients of a JPEG rounded to coarser steps, vectorised for the processor it runs on: the
// same on each. Tested by requantise_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace albumen {

inline constexpr std::size_t kBlockCoefficients = 64;

/// Old step over new one for each coefficient of a block, in its order; at most 1.
using StepRatios = std::array<float, kBlockCoefficients>;

/// From one set of steps to another, of which none is finer.
struct Rounding {
  StepRatios ratios{};
  bool keeps_all = true;  ///< no step changes: there is nothing to do
};

inline Rounding rounding_between(std::span<const std::uint16_t, kBlockCoefficients> old_steps,
                                 std::span<const std::uint16_t, kBlockCoefficients> new_steps) {
  Rounding rounding;
  for (std::size_t i = 0; i < kBlockCoefficients; ++i) {
    rounding.ratios[i] = static_cast<float>(old_steps[i]) / static_cast<float>(new_steps[i]);
    rounding.keeps_all = rounding.keeps_all && old_steps[i] == new_steps[i];
  }
  return rounding;
}

/// Multiplies each coefficient by its ratio and rounds to nearest, ties to even. In place.
void requantise(std::int16_t* coefficients, std::size_t blocks, const StepRatios& ratios);

/// What a scan of 8-bit samples can say (T.81, tables F.1 and F.2): DC between these, so that no
/// two differ by more than a code says, and AC up to this, either way.
inline constexpr std::int16_t kLeastDc = -1024;
inline constexpr std::int16_t kMostDc = 1023;
inline constexpr std::int16_t kMostAc = 1023;

/// Whether these coefficients, in an order that begins with DC, are within those.
bool fits_baseline(const std::int16_t* coefficients, std::size_t blocks);

}  // namespace albumen
