// SPDX-License-Identifier: Apache-2.0
// Which bytes of a WebP libwebp decodes: those of a still, or of the first frame of an animation.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/result.h"
#include "decode/decoder.h"
#include "decode/internal/byte_reader.h"

namespace albumen {

struct WebpFrame {
  ByteSpan bytes;             ///< up to the end of the pixels: what follows them is not decoded
  std::size_t pixels_at = 0;  ///< where in `bytes` the chunk of the pixels begins
  Size canvas;
  Size size;
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  bool animated = false;
  bool truncated = false;  ///< the pixels are not all there
};

/// Errors: Truncated where there is no frame yet, Corrupt where a frame leaves the canvas.
Result<WebpFrame> find_first_frame(ByteSpan file);

}  // namespace albumen
