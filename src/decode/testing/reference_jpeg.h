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

/// Interleaved RGB (grey: one channel) at N/8.
Picture reference_rgb(std::span<const std::byte> bytes, int scale);

}  // namespace albumen::testing
