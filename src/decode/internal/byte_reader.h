// SPDX-License-Identifier: Apache-2.0
// Bounds-checked numbers out of bytes; the parsers of this module touch raw bytes only through it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace albumen {

using ByteSpan = std::span<const std::byte>;

enum class ByteOrder : std::uint8_t { kBigEndian, kLittleEndian };

/// The unsigned number in `width` bytes (1..4) at `offset`, or nothing past the end.
inline std::optional<std::uint32_t> read_number(ByteSpan bytes, std::size_t offset,
                                                std::size_t width, ByteOrder order) {
  if (offset > bytes.size() || bytes.size() - offset < width) {
    return std::nullopt;
  }
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < width; ++index) {
    const std::size_t at = order == ByteOrder::kBigEndian ? index : width - 1 - index;
    value = (value << 8U) | std::to_integer<std::uint32_t>(bytes[offset + at]);
  }
  return value;
}

/// `count` bytes from `offset`, fewer where the end comes first.
inline ByteSpan slice(ByteSpan bytes, std::size_t offset, std::size_t count) {
  const ByteSpan rest = bytes.subspan(offset < bytes.size() ? offset : bytes.size());
  return rest.first(count < rest.size() ? count : rest.size());
}

inline bool starts_with(ByteSpan bytes, std::string_view text) {
  const std::string_view head{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  return head.starts_with(text);
}

}  // namespace albumen
