// SPDX-License-Identifier: Apache-2.0
// PNG encoding, for contact sheets and small pictures. The first encoder: plain libspng; a faster
// one with its own deflate takes its place when whole collections are written as PNG.
// Tested by png_test.cpp.
#pragma once

#include <cstddef>
#include <vector>

#include "core/image_view.h"
#include "core/result.h"

namespace albumen {

struct PngOptions {
  /// zlib level, 0 (stored) to 9 (smallest).
  int compression_level = 6;
};

/// A whole PNG file of 8-bit grey (1 channel), RGB (3) or RGBA (4, straight alpha).
/// Errors: InvalidArgument for an empty picture, other channel counts or a level outside 0..9;
/// TooLarge where a side exceeds what PNG can say (2^31 - 1).
Result<std::vector<std::byte>> encode_png(ImageView pixels, const PngOptions& options);

}  // namespace albumen
