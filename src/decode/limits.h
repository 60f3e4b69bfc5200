// SPDX-License-Identifier: Apache-2.0
// Every limit of the decoders, by name. They hold whatever the memory budget is; what exceeds one
// is TooLarge.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/units.h"

namespace albumen {

/// Longest side of any picture. WebP ends at 16,383 and libjpeg at 65,500 by themselves.
inline constexpr std::uint32_t kMaxSide = 65'500;

/// Most pixels of any picture, decoded or not.
inline constexpr PixelCount kMaxPixels{1'000'000'000};

/// Most scans of one JPEG. Real progressive files have 4 to 20; every scan costs a pass over all
/// blocks however few bytes it has, so a small file could otherwise cost minutes.
inline constexpr int kMaxJpegScans = 120;

/// Largest EXIF block that is looked at. JPEG cannot carry more than 64 KiB.
inline constexpr std::size_t kMaxExifBytes = std::size_t{1} << 20;

}  // namespace albumen
