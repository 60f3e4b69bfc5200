// SPDX-License-Identifier: Apache-2.0
// The short way for profiles of primaries and curves, which nearly all photographs have: a table
// for each channel, a matrix, a table back, all on integers. Little CMS does the same through
// functions for each pixel, three times as slowly.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "colour/internal/lcms.h"

namespace albumen::internal {

class MatrixShaper {
 public:
  /// Nothing where the profile is more than three primaries and three curves, or has numbers that
  /// do not fit the arithmetic.
  static std::optional<MatrixShaper> from(const LcmsContext& context, const LcmsProfile& profile);

  /// Whole pixels of 3 or 4 channels, the fourth untouched, in place.
  void convert(std::span<std::uint8_t> pixels, std::size_t channels) const;

 private:
  static constexpr int kBits = 14;
  static constexpr std::int32_t kOne = 1 << kBits;

  MatrixShaper() = default;

  std::array<std::array<std::int32_t, 256>, 3> to_light_{};  // sample to light, kOne is all of it
  std::array<std::array<std::int32_t, 3>, 3> matrix_{};      // light to light of sRGB, by kOne
  std::array<std::uint8_t, kOne + 1> from_light_{};          // light to sample
};

}  // namespace albumen::internal
