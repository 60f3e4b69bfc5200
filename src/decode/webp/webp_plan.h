// SPDX-License-Identifier: Apache-2.0
// What libwebp needs beside the output, from the header alone. Tested by webp_test.cpp against the
// memory really taken.
#pragma once

#include "decode/decoder.h"

namespace albumen {

/// Bound of libwebp's own memory for a decode to `decoded`; enforced while it runs.
Bytes webp_codec_bytes(const ImageInfo& info, Size decoded);

/// Bytes between rows of the output.
std::size_t webp_stride(const ImageInfo& info, Size decoded);

/// Only a frame that fills its canvas can be scaled while it is decoded.
inline bool frame_fills_canvas(const ImageInfo& info) {
  return info.webp.frame_size == info.stored_size;
}

}  // namespace albumen
