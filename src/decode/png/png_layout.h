// SPDX-License-Identifier: Apache-2.0
// How a PNG's rows come out of libspng and what memory that takes: shared by plan and decode, so
// that both compute the same.
#pragma once

#include <cstddef>

#include "decode/decoder.h"
#include "decode/png/box_shrink.h"

namespace albumen {

struct PngLayout {
  PixelLayout layout = PixelLayout::kRgb8;
  int row_channels = 3;         ///< of the rows that libspng writes: 1, 3 or 4
  ShrinkShape shrink;           ///< factor 1: no sums are used
  std::size_t row_bytes = 0;    ///< scratch row; 0 where rows go straight to the output
  std::size_t sum_bytes = 0;    ///< scratch sums
  std::size_t codec_bytes = 0;  ///< bound of libspng's and zlib's own memory
  std::size_t stride = 0;       ///< of the output
  std::size_t output_bytes = 0;
};

/// REQUIRES: `info` from `probe`, 1 <= factor <= kMaxShrink.
PngLayout png_layout(const ImageInfo& info, std::uint32_t factor);

}  // namespace albumen
