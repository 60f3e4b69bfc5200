// SPDX-License-Identifier: Apache-2.0
// Coefficients of a JPEG rounded to coarser steps, vectorised for the processor it runs on: the
// same on each. Tested by requantise_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace albumen {

inline constexpr std::size_t kBlockCoefficients = 64;

/// Old step over new one (step_ratio) for each coefficient of a block, in its order; at most 1.
using StepRatios = std::array<float, kBlockCoefficients>;

inline float step_ratio(std::uint16_t old_step, std::uint16_t new_step) {
  return static_cast<float>(old_step) / static_cast<float>(new_step);
}

/// Multiplies each coefficient by its ratio and rounds to nearest, ties to even. In place.
void requantise(std::int16_t* coefficients, std::size_t blocks, const StepRatios& ratios);

}  // namespace albumen
