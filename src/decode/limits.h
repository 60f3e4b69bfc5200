// SPDX-License-Identifier: Apache-2.0
// Every limit of the decoders, by name. They hold whatever the memory budget is; what exceeds one
// is TooLarge.
#pragma once

#include <chrono>
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

/// Longest that the decode of a picture may take, in processor time of its thread, so that neither
/// a busy machine nor a process that was suspended fails one: a minute, as albumen-longtail has,
/// and for each pixel 80 times of what a progressive JPEG of ten scans takes on a processor of 2023
/// (decode_bench: 13 ns). What runs into it was made to.
constexpr std::chrono::nanoseconds decode_patience(PixelCount pixels) {
  constexpr std::chrono::seconds kForAny{60};
  constexpr std::chrono::nanoseconds kForEachPixel{1000};
  return kForAny + kForEachPixel * static_cast<std::int64_t>(pixels.count());
}

/// Largest EXIF block that is looked at. JPEG cannot carry more than 64 KiB.
inline constexpr std::size_t kMaxExifBytes = std::size_t{1} << 20;

}  // namespace albumen
