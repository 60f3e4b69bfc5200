// SPDX-License-Identifier: Apache-2.0
// One picture of each format, 16 x 16 pixels of one colour (a RAW 32 x 32): decoded once before the
// sandbox closes, because libraries open modules and settings at first use, and to learn which
// formats there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "decode/longtail/protocol.h"

namespace albumen {

inline constexpr std::uint32_t kTinySide = 16;
inline constexpr std::uint8_t kTinyRed = 200;
inline constexpr std::uint8_t kTinyGreen = 100;
inline constexpr std::uint8_t kTinyBlue = 50;

struct TinyPicture {
  LongtailFormat format;
  std::vector<std::byte> bytes;
};

/// At least one of each format; TIFF twice, once with inks.
std::vector<TinyPicture> tiny_pictures();

}  // namespace albumen
