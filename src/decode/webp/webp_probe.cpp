// SPDX-License-Identifier: Apache-2.0
#include <webp/decode.h>

#include "decode/internal/format.h"
#include "decode/webp/webp_chunks.h"
#include "decode/webp/webp_frame.h"

namespace albumen {
namespace {

bool is_bitstream(const WebpChunk& chunk) { return chunk.type == "VP8 " || chunk.type == "VP8L"; }

Result<WebpFrame> animation_frame(const WebpChunk& chunk, const WebpExtendedHeader& extended) {
  const auto header = parse_frame_header(chunk);
  if (!header) {
    return fail(ErrorCode::kTruncated, "the WebP ends inside its first frame");
  }
  if (std::uint64_t{header->x} + header->size.width > extended.canvas.width ||
      std::uint64_t{header->y} + header->size.height > extended.canvas.height) {
    return fail(ErrorCode::kCorrupt, "the first frame of the WebP leaves its canvas");
  }
  WebpFrame frame{.bytes = header->frame_data,
                  .canvas = extended.canvas,
                  .size = header->size,
                  .x = header->x,
                  .y = header->y,
                  .animated = true,
                  .truncated = chunk.truncated};
  WebpChunks chunks = WebpChunks::of_frame(header->frame_data);
  while (const auto inner = chunks.next()) {
    if (is_bitstream(*inner)) {
      frame.bytes = header->frame_data.first(inner->end);
      frame.pixels_at = inner->begin;
      frame.truncated = inner->truncated;
      break;
    }
  }
  return frame;
}

}  // namespace

Result<WebpFrame> find_first_frame(ByteSpan file) {
  WebpChunks chunks = WebpChunks::of_file(file);
  std::optional<WebpExtendedHeader> extended;
  while (const auto chunk = chunks.next()) {
    if (chunk->type == "VP8X") {
      extended = parse_extended_header(*chunk);
    } else if (chunk->type == "ANMF" && extended && extended->animated) {
      return animation_frame(*chunk, *extended);
    } else if (is_bitstream(*chunk) && !(extended && extended->animated)) {
      return WebpFrame{.bytes = file.first(chunk->end),
                       .pixels_at = chunk->begin,
                       .canvas = extended ? extended->canvas : Size{},
                       .size = {},
                       .truncated = chunk->truncated};
    }
  }
  return fail(ErrorCode::kTruncated, "the WebP ends before its pixels");
}

Result<ImageInfo> probe_webp(ByteSpan bytes) {
  const WebpFrame frame = TRY(find_first_frame(bytes));
  WebPBitstreamFeatures features{};
  const VP8StatusCode status = WebPGetFeatures(
      reinterpret_cast<const std::uint8_t*>(frame.bytes.data()), frame.bytes.size(), &features);
  if (status != VP8_STATUS_OK) {
    const bool short_of_data = status == VP8_STATUS_NOT_ENOUGH_DATA || frame.truncated;
    return fail(short_of_data ? ErrorCode::kTruncated : ErrorCode::kCorrupt,
                "the WebP has no readable frame header");
  }
  const Size decoded{.width = static_cast<std::uint32_t>(features.width),
                     .height = static_cast<std::uint32_t>(features.height)};
  if (frame.animated && decoded != frame.size) {
    return fail(ErrorCode::kCorrupt, "the first frame of the WebP has two sizes");
  }
  constexpr int kLossless = 2;
  ImageInfo info;
  info.stored_size = frame.animated ? frame.canvas : decoded;
  info.has_more_frames = frame.animated;
  const bool covers_canvas = !frame.animated || decoded == frame.canvas;
  info.has_alpha = features.has_alpha != 0 || !covers_canvas;
  info.channels = info.has_alpha ? 4 : 3;
  info.webp = {.lossless = features.format == kLossless,
               .frame_size = decoded,
               .frame_x = frame.x,
               .frame_y = frame.y};
  return info;
}

}  // namespace albumen
