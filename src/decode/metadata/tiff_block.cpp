// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata/tiff_block.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "files/path_text.h"

namespace albumen {
namespace {

using std::string_view_literals::operator""sv;

// A directory of a real camera has below 100 entries.
constexpr std::uint32_t kMaxEntries = 1000;
constexpr std::size_t kEntryBytes = 12;
constexpr std::size_t kMaxTextBytes = 256;

std::size_t bytes_of(TiffType type) {
  switch (type) {
    case TiffType::kByte:
    case TiffType::kAscii:
    case TiffType::kUndefined:
      return 1;
    case TiffType::kShort:
      return 2;
    case TiffType::kLong:
    case TiffType::kDirectory:
      return 4;
    case TiffType::kRational:
      return 8;
  }
  return 0;
}

}  // namespace

std::optional<TiffBlock> TiffBlock::open(ByteSpan block) {
  if (starts_with(block, "MM\0*"sv)) {
    return TiffBlock{block, ByteOrder::kBigEndian};
  }
  if (starts_with(block, "II*\0"sv)) {
    return TiffBlock{block, ByteOrder::kLittleEndian};
  }
  return std::nullopt;
}

std::optional<TiffBlock> TiffBlock::open_raw(ByteSpan file) {
  constexpr std::array kLittle{"IIRO"sv, "IIRS"sv, "IIU\0"sv};
  if (starts_with(file, "MMOR"sv)) {
    return TiffBlock{file, ByteOrder::kBigEndian};
  }
  if (std::ranges::any_of(kLittle, [&](auto magic) { return starts_with(file, magic); })) {
    return TiffBlock{file, ByteOrder::kLittleEndian};
  }
  return open(file);
}

std::optional<std::uint32_t> TiffBlock::next_directory(std::uint32_t offset) const {
  const auto count = number(offset, 2);
  if (!count || *count > kMaxEntries) {
    return std::nullopt;
  }
  return number(std::size_t{offset} + 2 + *count * kEntryBytes, 4);
}

std::optional<TiffValue> TiffBlock::find(std::uint32_t offset, TiffTag tag, bool& damaged) const {
  const auto count = number(offset, 2);
  if (!count || *count > kMaxEntries) {
    damaged = true;
    return std::nullopt;
  }
  for (std::uint32_t index = 0; index < *count; ++index) {
    const std::size_t entry = std::size_t{offset} + 2 + index * kEntryBytes;
    const auto found = number(entry, 2);
    if (!found) {
      damaged = true;
      return std::nullopt;
    }
    if (*found == static_cast<std::uint32_t>(tag)) {
      return value_at(entry, damaged);
    }
  }
  return std::nullopt;
}

std::optional<std::uint32_t> TiffBlock::integer(const TiffValue& value, std::size_t index) const {
  if (value.type == TiffType::kAscii || value.type == TiffType::kRational ||
      value.type == TiffType::kUndefined) {
    return std::nullopt;
  }
  const std::size_t width = bytes_of(value.type);
  return read_number(value.bytes, index * width, width, order_);
}

std::optional<double> TiffBlock::rational(const TiffValue& value, std::size_t index) const {
  if (value.type != TiffType::kRational) {
    return std::nullopt;
  }
  const auto above = read_number(value.bytes, index * 8, 4, order_);
  const auto below = read_number(value.bytes, index * 8 + 4, 4, order_);
  if (!above || !below || *below == 0) {
    return std::nullopt;
  }
  return static_cast<double>(*above) / static_cast<double>(*below);
}

// Entry: tag, type, count, then the value itself if it fits four bytes, else its offset.
std::optional<TiffValue> TiffBlock::value_at(std::size_t entry, bool& damaged) const {
  const auto type = number(entry + 2, 2);
  const auto count = number(entry + 4, 4);
  const std::size_t unit = type ? bytes_of(static_cast<TiffType>(*type)) : 0;
  if (!count || unit == 0) {
    damaged = damaged || !count;
    return std::nullopt;
  }
  const std::uint64_t size = std::uint64_t{*count} * unit;
  constexpr std::uint64_t kInline = 4;
  std::size_t at = entry + 8;
  if (size > kInline) {
    at = number(entry + 8, 4).value_or(0xFFFF'FFFF);
  }
  if (at > block_.size() || size > block_.size() - at) {
    damaged = true;
    return std::nullopt;
  }
  return TiffValue{.type = static_cast<TiffType>(*type), .bytes = block_.subspan(at, size)};
}

std::string TiffDirectory::text(TiffTag tag) const {
  const auto value = find(tag);
  if (!value || value->type != TiffType::kAscii) {
    return {};
  }
  const ByteSpan bytes = value->bytes.first(std::min(value->bytes.size(), kMaxTextBytes));
  std::string text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  text.resize(std::min(text.find('\0'), text.size()));
  const bool valid = is_utf8(text);
  for (char& letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x20 || code == 0x7F || (code >= 0x80 && !valid)) {
      letter = '?';
    }
  }
  const auto first = text.find_first_not_of(' ');
  const auto last = text.find_last_not_of(' ');
  return first == std::string::npos ? std::string{} : text.substr(first, last - first + 1);
}

}  // namespace albumen
