// SPDX-License-Identifier: Apache-2.0
#include "decode/webp/webp_chunks.h"

#include <algorithm>

namespace albumen {
namespace {

constexpr std::size_t kChunkHeaderBytes = 8;  // four characters, size
constexpr std::size_t kFileHeaderBytes = 12;  // "RIFF", size, "WEBP"

std::uint32_t little_endian(ByteSpan bytes, std::size_t offset, std::size_t width) {
  return read_number(bytes, offset, width, ByteOrder::kLittleEndian).value_or(0);
}

}  // namespace

WebpChunks WebpChunks::of_file(ByteSpan file) {
  // What lies behind the RIFF size is not part of the picture.
  const std::size_t claimed = kChunkHeaderBytes + std::size_t{little_endian(file, 4, 4)};
  return {slice(file, 0, claimed), std::min(kFileHeaderBytes, file.size())};
}

std::optional<WebpChunk> WebpChunks::next() {
  const auto size = read_number(bytes_, position_ + 4, 4, ByteOrder::kLittleEndian);
  if (!size) {
    return std::nullopt;
  }
  WebpChunk chunk;
  chunk.begin = position_;
  chunk.type = {reinterpret_cast<const char*>(bytes_.data()) + position_, 4};
  chunk.data = slice(bytes_, position_ + kChunkHeaderBytes, *size);
  chunk.truncated = chunk.data.size() < *size;
  const std::size_t padded = std::size_t{*size} + (*size & 1U);
  position_ = std::min(position_ + kChunkHeaderBytes + padded, bytes_.size());
  chunk.end = position_;
  return chunk;
}

std::optional<WebpExtendedHeader> parse_extended_header(const WebpChunk& chunk) {
  constexpr std::size_t kBytes = 10;
  constexpr auto kAnimationFlag = std::byte{0x02};
  if (chunk.type != "VP8X" || chunk.data.size() < kBytes) {
    return std::nullopt;
  }
  return WebpExtendedHeader{.animated = (chunk.data[0] & kAnimationFlag) != std::byte{0},
                            .canvas = {.width = little_endian(chunk.data, 4, 3) + 1,
                                       .height = little_endian(chunk.data, 7, 3) + 1}};
}

std::optional<WebpFrameHeader> parse_frame_header(const WebpChunk& chunk) {
  constexpr std::size_t kBytes = 16;
  if (chunk.type != "ANMF" || chunk.data.size() < kBytes) {
    return std::nullopt;
  }
  return WebpFrameHeader{.x = little_endian(chunk.data, 0, 3) * 2,
                         .y = little_endian(chunk.data, 3, 3) * 2,
                         .size = {.width = little_endian(chunk.data, 6, 3) + 1,
                                  .height = little_endian(chunk.data, 9, 3) + 1},
                         .frame_data = chunk.data.subspan(kBytes)};
}

}  // namespace albumen
