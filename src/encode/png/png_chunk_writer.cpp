// SPDX-License-Identifier: Apache-2.0
#include "encode/png/png_chunk_writer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <libdeflate.h>

namespace albumen {
namespace {

using ChunkType = std::array<char, 4>;

constexpr std::array<std::uint8_t, 8> kSignature{0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
// Colour types of 1 to 4 channels.
constexpr std::array<std::uint8_t, 5> kColorTypes{0, 0, 4, 2, 6};
// A chunk says its length in 31 bits; no part of ours comes near it but for a huge picture encoded
// whole.
constexpr std::size_t kMostChunkBytes = std::size_t{1} << 30;

std::array<std::byte, 4> big_endian(std::uint32_t value) {
  return {std::byte(value >> 24U), std::byte(value >> 16U), std::byte(value >> 8U),
          std::byte(value)};
}

Result<void> write_chunk(ByteSink& sink, const ChunkType& type, std::span<const std::byte> data) {
  std::array<std::byte, 8> head{};
  std::ranges::copy(big_endian(static_cast<std::uint32_t>(data.size())), head.begin());
  std::ranges::copy(std::as_bytes(std::span{type}), head.begin() + 4);
  TRY(sink.write(head));
  TRY(sink.write(data));
  std::uint32_t crc = libdeflate_crc32(0, type.data(), type.size());
  if (!data.empty()) {  // libdeflate takes a null pointer for a new start
    crc = libdeflate_crc32(crc, data.data(), data.size());
  }
  return sink.write(big_endian(crc));
}

}  // namespace

Result<void> PngChunkWriter::begin(Size size, int channels) {
  TRY(sink_->write(std::as_bytes(std::span{kSignature})));
  std::array<std::byte, 13> header{};
  std::ranges::copy(big_endian(size.width), header.begin());
  std::ranges::copy(big_endian(size.height), header.begin() + 4);
  header[8] = std::byte{8};
  header[9] = std::byte{kColorTypes.at(static_cast<std::size_t>(channels))};
  return write_chunk(*sink_, {'I', 'H', 'D', 'R'}, header);
}

Result<void> PngChunkWriter::data(std::span<const std::byte> part) {
  while (!part.empty()) {
    const std::size_t count = std::min(part.size(), kMostChunkBytes);
    TRY(write_chunk(*sink_, {'I', 'D', 'A', 'T'}, part.first(count)));
    part = part.subspan(count);
  }
  return {};
}

Result<void> PngChunkWriter::end() { return write_chunk(*sink_, {'I', 'E', 'N', 'D'}, {}); }

}  // namespace albumen
