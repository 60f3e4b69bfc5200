// SPDX-License-Identifier: Apache-2.0
// CopiedParts::kPicture, format by format; errors as copy_picture says.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/result.h"
#include "encode/byte_sink.h"

namespace albumen {

using FileBytes = std::span<const std::byte>;

Result<void> copy_jpeg_picture(FileBytes file, ByteSink& sink);

Result<void> copy_png_picture(FileBytes file, ByteSink& sink);

Result<void> copy_webp_picture(FileBytes file, ByteSink& sink);

/// REQUIRES: `at + width` lies within `bytes`; `width` of 1 to 4.
inline std::uint32_t big_endian(FileBytes bytes, std::size_t at, std::size_t width) {
  std::uint32_t value = 0;
  for (const std::byte byte : bytes.subspan(at, width)) {
    value = (value << 8U) | std::to_integer<std::uint32_t>(byte);
  }
  return value;
}

/// Likewise, four bytes.
inline std::uint32_t little_endian(FileBytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t index = 4; index-- > 0;) {
    value = (value << 8U) | std::to_integer<std::uint32_t>(bytes[at + index]);
  }
  return value;
}

inline std::array<std::byte, 4> to_little_endian(std::uint32_t value) {
  std::array<std::byte, 4> bytes{};
  for (std::size_t index = 0; index < bytes.size(); ++index) {
    bytes.at(index) = static_cast<std::byte>(value >> (8 * index));
  }
  return bytes;
}

/// REQUIRES: four bytes at `at`, which outlive the view.
inline std::string_view four_letters(FileBytes bytes, std::size_t at) {
  return {reinterpret_cast<const char*>(bytes.data()) + at, 4};
}

inline bool begins_with(FileBytes bytes, std::string_view text) {
  return std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()}.starts_with(
      text);
}

}  // namespace albumen
