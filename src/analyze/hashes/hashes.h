// SPDX-License-Identifier: Apache-2.0
// Perceptual hashes: 64-bit pHash and dHash of the picture and of its seven turns and mirrors.
//
// Both see the picture squashed to a small grid whose cells are exact area means (integers; no
// resampling filter, so that turning the picture turns the grid exactly). Bits go row by row, the
// first in the most significant place, as the widespread ImageHash library prints them.
//   pHash: grid of 32 x 32, orthonormal two-dimensional DCT-II, the 8 x 8 lowest frequencies in
//          rows of rising horizontal frequency; bit = coefficient above the median of the 64.
//          The first bit belongs to the mean and is set for all but black pictures.
//   dHash: grid 9 wide, 8 high; bit = cell brighter than its left neighbour.
// Tested by hashes_test.cpp.
#pragma once

#include <cstdint>
#include <memory>

#include "analyze/analyzer.h"
#include "core/findings.h"
#include "core/image_view.h"
#include "core/result.h"

namespace albumen {

/// The analyzer that wraps `compute_hashes`.
std::unique_ptr<Analyzer> make_hashes_analyzer();

/// Hashes of a grey picture (1 channel). Needs no memory of its own.
/// Error: InvalidArgument for an empty picture or more than one channel.
Result<Hashes> compute_hashes(ImageView gray);

/// Pictures are flat when the median magnitude of the 63 coefficients other than the mean is below
/// this (grey levels, orthonormal DCT). JPEG noise moves a coefficient by about 0.5; below a few
/// times that, noise decides half of the bits. Of about 1,000 photographs, crops and shrunken
/// copies the least had 3.0, the first percentile 8.8, the median 66.
inline constexpr double kFlatBelow = 2.0;

/// Number of differing bits, 0..64.
int hamming_distance(std::uint64_t a, std::uint64_t b);

}  // namespace albumen
