// SPDX-License-Identifier: Apache-2.0
// The obvious JPEG decode: libjpeg as its documentation shows it, every scan, its own memory.
// The twin that checks jpeg/.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decode/testing/test_pictures.h"

namespace albumen::testing {

/// Samples of all components at N/8, plane after plane, without padding.
std::vector<std::uint8_t> reference_planes(std::span<const std::byte> bytes, int scale);

/// Samples of a grey picture at N/8 as the formula of T.81, A.3.3 gives them, before rounding: for
/// 1, 2, 4 and 8 eighths means over the full block, for the others the inverse DCT of that size.
std::vector<double> exact_gray(std::span<const std::byte> bytes, int scale);

/// Interleaved RGB (grey: one channel) at N/8.
Picture reference_rgb(std::span<const std::byte> bytes, int scale);

}  // namespace albumen::testing
