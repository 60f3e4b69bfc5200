// SPDX-License-Identifier: Apache-2.0
// Walks the RIFF chunks of a WebP (WebP container specification) without decoding anything.
// Tested by webp_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/geometry.h"
#include "decode/internal/byte_reader.h"

namespace albumen {

struct WebpChunk {
  std::string_view type;   ///< four characters, in the encoded bytes
  std::size_t begin = 0;   ///< offset of the four characters
  std::size_t end = 0;     ///< one past the data and its padding, at most the end of the bytes
  ByteSpan data;           ///< shorter than claimed where the bytes end first
  bool truncated = false;  ///< the data is not all there
};

/// Forward iterator over the chunks of a file, or of an animation frame. One thread.
class WebpChunks {
 public:
  /// Over a whole file, which begins with "RIFF", size, "WEBP". `file` outlives the walker.
  static WebpChunks of_file(ByteSpan file);

  /// Over WebpFrameHeader::frame_data, which outlives the walker.
  static WebpChunks of_frame(ByteSpan frame_data) { return {frame_data, 0}; }

  /// The next chunk; nothing where the bytes or the RIFF size end.
  std::optional<WebpChunk> next();

 private:
  WebpChunks(ByteSpan bytes, std::size_t position) : bytes_(bytes), position_(position) {}

  ByteSpan bytes_;
  std::size_t position_;
};

/// VP8X: what an extended file holds.
struct WebpExtendedHeader {
  bool animated = false;
  Size canvas;
};

std::optional<WebpExtendedHeader> parse_extended_header(const WebpChunk& chunk);

/// ANMF: one frame of an animation; its own chunks follow in `frame_data`.
struct WebpFrameHeader {
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  Size size;
  ByteSpan frame_data;
};

std::optional<WebpFrameHeader> parse_frame_header(const WebpChunk& chunk);

}  // namespace albumen
