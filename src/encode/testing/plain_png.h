// SPDX-License-Identifier: Apache-2.0
// The slow and obvious reader of the PNGs that this module writes: chunks checked by zlib's CRC,
// pixels inflated by zlib, filters undone sample by sample. Failures are Google Test's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <gtest/gtest.h>
#include <span>
#include <string>
#include <vector>
#include <zlib.h>

#include "core/geometry.h"

namespace albumen::testing {

struct PlainPng {
  Size size;
  int channels = 0;
  std::vector<std::uint8_t> samples;
};

inline std::uint32_t big_endian_at(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = (value << 8U) | std::to_integer<std::uint32_t>(bytes[at + i]);
  }
  return value;
}

/// The whole of a zlib stream, which must end exactly at `expected` bytes and its own end.
inline std::vector<std::uint8_t> inflated(std::span<const std::uint8_t> stream,
                                          std::size_t expected) {
  std::vector<std::uint8_t> out(expected + 1);
  z_stream zlib{};
  EXPECT_EQ(inflateInit(&zlib), Z_OK);
  zlib.next_in = const_cast<Bytef*>(stream.data());  // NOLINT: zlib only reads it
  zlib.avail_in = static_cast<uInt>(stream.size());
  zlib.next_out = out.data();
  zlib.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&zlib, Z_FINISH), Z_STREAM_END) << (zlib.msg == nullptr ? "" : zlib.msg);
  EXPECT_EQ(zlib.avail_in, 0U);
  EXPECT_EQ(zlib.total_out, expected);
  inflateEnd(&zlib);
  out.resize(expected);
  return out;
}

inline int plain_prediction(int filter, int left, int above, int corner) {
  const int estimate = left + above - corner;
  const int to_left = std::abs(estimate - left);
  const int to_above = std::abs(estimate - above);
  const int to_corner = std::abs(estimate - corner);
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) / 2;
    case 4:
      return to_left <= to_above && to_left <= to_corner ? left
             : to_above <= to_corner                     ? above
                                                         : corner;
    default:
      return 0;
  }
}

/// Undoes the filters of `filtered` rows, each behind its filter's number.
inline std::vector<std::uint8_t> unfiltered(std::span<const std::uint8_t> filtered,
                                            std::size_t row_bytes, std::size_t pixel_bytes) {
  const std::size_t rows = filtered.size() / (row_bytes + 1);
  std::vector<std::uint8_t> out(rows * row_bytes);
  for (std::size_t y = 0; y < rows; ++y) {
    const int filter = filtered[y * (row_bytes + 1)];
    EXPECT_LE(filter, 4);
    for (std::size_t x = 0; x < row_bytes; ++x) {
      const std::size_t at = (y * row_bytes) + x;
      const int left = x >= pixel_bytes ? out[at - pixel_bytes] : 0;
      const int above = y > 0 ? out[at - row_bytes] : 0;
      const int corner = x >= pixel_bytes && y > 0 ? out[at - row_bytes - pixel_bytes] : 0;
      const int residue = filtered[(y * (row_bytes + 1)) + 1 + x];
      out[at] = static_cast<std::uint8_t>(residue + plain_prediction(filter, left, above, corner));
    }
  }
  return out;
}

inline PlainPng read_plain_png(std::span<const std::byte> file) {
  PlainPng png;
  std::vector<std::uint8_t> stream;
  std::string order;
  EXPECT_GE(file.size(), 8U);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(file.data()), 8), "\x89PNG\r\n\x1a\n");
  for (std::size_t at = 8; at + 12 <= file.size();) {
    const std::size_t length = big_endian_at(file, at);
    const auto* const typed = reinterpret_cast<const std::uint8_t*>(file.data()) + at + 4;
    EXPECT_LE(at + 12 + length, file.size());
    EXPECT_EQ(crc32(0, typed, static_cast<uInt>(length + 4)), big_endian_at(file, at + 8 + length));
    const std::string type(reinterpret_cast<const char*>(typed), 4);
    if (type == "IHDR") {
      png.size = {.width = big_endian_at(file, at + 8), .height = big_endian_at(file, at + 12)};
      EXPECT_EQ(typed[12], 8);  // bits of a sample
      const int channels_of_type[]{1, 0, 3, 0, 2, 0, 4};
      png.channels = channels_of_type[typed[13]];
      EXPECT_EQ(typed[14] + typed[15] + typed[16], 0);  // compression, filters, interlacing
    } else if (type == "IDAT") {
      stream.insert(stream.end(), typed + 4, typed + 4 + length);
    }
    if (order.size() < 4 || order.substr(order.size() - 4) != type) {
      order += type;
    }
    at += 12 + length;
  }
  EXPECT_EQ(order, "IHDRIDATIEND");
  const auto pixel_bytes = static_cast<std::size_t>(png.channels);
  const std::size_t row_bytes = png.size.width * pixel_bytes;
  png.samples =
      unfiltered(inflated(stream, (row_bytes + 1) * png.size.height), row_bytes, pixel_bytes);
  return png;
}

}  // namespace albumen::testing
