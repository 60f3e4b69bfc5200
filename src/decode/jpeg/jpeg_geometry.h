// SPDX-License-Identifier: Apache-2.0
// Where every sample of a scaled JPEG decode lies and how much memory libjpeg takes for it:
// arithmetic on the header alone, the same that libjpeg-turbo does. Tested by jpeg_test.cpp, which
// compares it with libjpeg's own and with the memory really taken.
#pragma once

#include <array>
#include <cstddef>

#include "decode/decoder.h"

namespace albumen {

/// One component of the picture at one scale.
struct JpegPlane {
  Size samples;            ///< that belong to the picture
  Size blocks;             ///< 8x8 blocks of the component in the file
  int block_side = 8;      ///< samples a side that one block gives at this scale
  std::size_t rows = 0;    ///< in memory: whole MCU rows, a few more than samples.height
  std::size_t stride = 0;  ///< bytes; whole blocks, rounded up to cache lines
  std::size_t offset = 0;  ///< of the plane in the output buffer
};

struct JpegGeometry {
  Size decoded;
  PixelLayout layout = PixelLayout::kRgb8;
  /// True: libjpeg writes whole planes (grey, YCbCr). False: it writes rows of RGB or CMYK.
  bool planar = false;
  std::array<JpegPlane, 4> planes;
  std::size_t row_stride = 0;    ///< when not planar
  std::size_t output_bytes = 0;  ///< of the output buffer
  std::size_t arena_bytes = 0;   ///< bound of what libjpeg asks its memory manager for
};

/// `scale`: N of N/8, 1..8. REQUIRES: `info` comes from `probe`.
JpegGeometry jpeg_geometry(const ImageInfo& info, int scale);

/// libjpeg's tables of all its modules together, part of arena_bytes; measured 12 to 25 KiB.
inline constexpr Bytes kJpegTableBytes = kKiB * 40;

/// libjpeg's tables before it knows the picture, and this module's session around it: less than 64
/// KiB. With kJpegTableBytes it holds the tables of the plain decode, which is tried before.
inline constexpr Bytes kJpegSessionBytes = kKiB * 96;

}  // namespace albumen
