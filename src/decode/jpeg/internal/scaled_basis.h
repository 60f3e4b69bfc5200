// SPDX-License-Identifier: Apache-2.0
// A block of a JPEG at N/8 of its size is the sum of its coefficients' pictures: N x N samples
// each. Few coefficients of a photograph are not zero, so this sum is short; and it is exact, where
// a fast inverse DCT rounds between its passes. Tested by ../plain_scan_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace albumen {

/// Fractional bits of the samples of a basis picture. The largest quantiser (65535) times the
/// largest sample (1/4) stays below 2^31, and 64 roundings below 1/100 of a grey level.
inline constexpr int kBasisBits = 16;

/// Samples of one basis picture in memory: a block of `side`, filled up to whole vectors.
constexpr std::size_t basis_samples(int side) {
  const auto samples = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  return side <= 2 ? 4 : (samples + 15) / 16 * 16;
}

/// Writes the pictures of all 64 coefficients, in the order of the scan, each multiplied by its
/// quantiser, row by row, basis_samples(side) numbers each. For 1, 2, 4 and 8 samples a side: means
/// over equal parts of the full block; for the others the inverse DCT of that size. So does
/// libjpeg. REQUIRES: side 1..8; `out` has 64 * basis_samples(side) elements.
void make_scaled_basis(int side, std::span<const std::uint16_t, 64> quantisers,
                       std::span<std::int32_t> out);

}  // namespace albumen
