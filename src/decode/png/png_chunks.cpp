// SPDX-License-Identifier: Apache-2.0
#include "decode/png/png_chunks.h"

namespace albumen {
namespace {

constexpr std::size_t kHeaderBytes = 8;    // length, type
constexpr std::size_t kChecksumBytes = 4;  // CRC-32
constexpr std::uint32_t kMaxLength = 0x7FFF'FFFF;

}  // namespace

Result<PngChunk> PngChunks::next() {
  const auto length = read_number(bytes_, position_, 4, ByteOrder::kBigEndian);
  if (length && *length > kMaxLength) {
    return fail(ErrorCode::kCorrupt, "a PNG chunk claims more than 2^31 - 1 bytes");
  }
  if (!length || bytes_.size() - position_ < kHeaderBytes + kChecksumBytes + *length) {
    return fail(ErrorCode::kTruncated, "the PNG ends inside a chunk");
  }
  PngChunk chunk;
  chunk.begin = position_;
  chunk.end = position_ + kHeaderBytes + *length + kChecksumBytes;
  chunk.type = {reinterpret_cast<const char*>(bytes_.data()) + position_ + 4, 4};
  chunk.data = bytes_.subspan(position_ + kHeaderBytes, *length);
  position_ = chunk.end;
  return chunk;
}

std::string_view PngChunks::next_type() const {
  const ByteSpan type = slice(bytes_, position_ + 4, 4);
  return {reinterpret_cast<const char*>(type.data()), type.size()};
}

}  // namespace albumen
