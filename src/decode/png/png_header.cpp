// SPDX-License-Identifier: Apache-2.0
// The header of a PNG: IHDR, and whether tRNS comes before the pixels.
#include <fmt/core.h>

#include "decode/internal/format.h"
#include "decode/png/png_chunks.h"

namespace albumen {
namespace {

// Colour types of the PNG specification, table 12.
enum class PngColor : std::uint8_t {
  kGray = 0,
  kRgb = 2,
  kPalette = 3,
  kGrayAlpha = 4,
  kRgbAlpha = 6,
};

int channels_of_color(PngColor color) {
  switch (color) {
    case PngColor::kGray:
      return 1;
    case PngColor::kGrayAlpha:
      return 2;
    case PngColor::kRgb:
    case PngColor::kPalette:
      return 3;
    case PngColor::kRgbAlpha:
      return 4;
  }
  return 0;
}

bool is_valid(std::uint8_t depth, PngColor color) {
  switch (color) {
    case PngColor::kGray:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
    case PngColor::kPalette:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case PngColor::kRgb:
    case PngColor::kGrayAlpha:
    case PngColor::kRgbAlpha:
      return depth == 8 || depth == 16;
  }
  return false;
}

// Width, height, depth, colour, compression, filter, interlace.
Result<ImageInfo> parse_header(const PngChunk& chunk) {
  constexpr std::size_t kHeaderBytes = 13;
  if (chunk.type != "IHDR" || chunk.data.size() != kHeaderBytes) {
    return fail(ErrorCode::kCorrupt, "the PNG does not begin with a header chunk");
  }
  const auto byte_at = [&chunk](std::size_t at) {
    return std::to_integer<std::uint8_t>(chunk.data[at]);
  };
  ImageInfo info;
  info.stored_size = {.width = read_number(chunk.data, 0, 4, ByteOrder::kBigEndian).value_or(0),
                      .height = read_number(chunk.data, 4, 4, ByteOrder::kBigEndian).value_or(0)};
  const auto color = static_cast<PngColor>(byte_at(9));
  info.bit_depth = byte_at(8);
  info.channels = channels_of_color(color);
  info.has_alpha = color == PngColor::kGrayAlpha || color == PngColor::kRgbAlpha;
  info.interlaced = byte_at(12) == 1;
  if (!is_valid(byte_at(8), color) || byte_at(10) != 0 || byte_at(11) != 0 || byte_at(12) > 1) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("the PNG header has depth {}, colour {}, compression {}, filter {}, "
                            "interlace {}",
                            byte_at(8), byte_at(9), byte_at(10), byte_at(11), byte_at(12)));
  }
  return info;
}

}  // namespace

Result<ImageInfo> probe_png(ByteSpan bytes) {
  PngChunks chunks{bytes};
  ImageInfo info = TRY(parse_header(TRY(chunks.next())));
  while (true) {
    const auto chunk = chunks.next();
    if (!chunk.has_value()) {
      // A cut inside the first pixels is for decode to judge. What is cut before them may still say
      // that the picture has an alpha.
      const bool is_before_pixels =
          chunk.error().code == ErrorCode::kTruncated && chunks.next_type() != "IDAT";
      return is_before_pixels ? Result<ImageInfo>{std::unexpected(chunk.error())} : info;
    }
    if (chunk->type == "tRNS" && !info.has_alpha) {
      info.has_alpha = true;
      ++info.channels;
    } else if (chunk->type == "acTL") {
      info.has_more_frames = true;
    } else if (chunk->type == "IDAT" || chunk->type == "IEND") {
      return info;
    }
  }
}

}  // namespace albumen
