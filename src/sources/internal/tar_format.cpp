// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/tar_format.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/check.h"

namespace albumen {
namespace {

struct Field {
  std::size_t offset;
  std::size_t size;
};

constexpr Field kName{.offset = 0, .size = 100};
constexpr Field kSize{.offset = 124, .size = 12};
constexpr Field kChecksum{.offset = 148, .size = 8};
constexpr std::size_t kTypeOffset = 156;
constexpr Field kMark{.offset = 257, .size = 6};
constexpr Field kPrefix{.offset = 345, .size = 155};
// Of GNU's old sparse files: whether blocks with more of the map follow this one.
constexpr std::size_t kSparseMoreOffset = 482;
constexpr std::size_t kSparseMapMoreOffset = 504;

constexpr std::string_view kPosixMark{"ustar\0", 6};
constexpr std::string_view kGnuMark{"ustar ", 6};

constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int64_t>::max();

std::string_view text_at(std::span<const std::byte> block, Field field) {
  const auto bytes = block.subspan(field.offset, field.size);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view up_to_zero(std::string_view text) { return text.substr(0, text.find('\0')); }

// Octal digits with spaces before, spaces or zero bytes behind; nothing at all is zero.
std::optional<std::uint64_t> parse_octal(std::string_view field) {
  field = up_to_zero(field);
  field.remove_prefix(std::min(field.find_first_not_of(' '), field.size()));
  field = field.substr(0, field.find(' '));
  std::uint64_t value = 0;
  for (const char digit : field) {
    if (digit < '0' || digit > '7') {
      return std::nullopt;
    }
    value = value << 3U | static_cast<std::uint64_t>(digit - '0');
  }
  return value;  // 12 digits are 36 bits
}

// GNU's: the first bit set, then a number in two's complement, highest byte first.
std::optional<std::uint64_t> parse_base_256(std::string_view field) {
  constexpr unsigned kMarkBit = 0x80;
  std::uint64_t value = static_cast<unsigned char>(field.front()) ^ kMarkBit;
  for (const char letter : field.substr(1)) {
    if (value > kMostBytes >> 8U) {  // a negative one begins with ones
      return std::nullopt;
    }
    value = value << 8U | static_cast<unsigned char>(letter);
  }
  return value;
}

std::optional<std::uint64_t> parse_size(std::string_view field) {
  const bool is_base_256 = (static_cast<unsigned char>(field.front()) & 0x80U) != 0;
  return is_base_256 ? parse_base_256(field) : parse_octal(field);
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || last != end || error != std::errc{} || value > kMostBytes) {
    return std::nullopt;
  }
  return value;
}

template <class Byte>
std::int64_t sum_of(std::span<const std::byte> bytes) {
  std::int64_t sum = 0;
  for (const std::byte byte : bytes) {
    sum += static_cast<Byte>(byte);
  }
  return sum;
}

// The sum of all bytes, those of the checksum itself as spaces.
template <class Byte>
std::int64_t checksum_of(std::span<const std::byte> block) {
  constexpr auto kSpaces = static_cast<std::int64_t>(kChecksum.size) * ' ';
  return sum_of<Byte>(block) - sum_of<Byte>(block.subspan(kChecksum.offset, kChecksum.size)) +
         kSpaces;
}

bool has_right_checksum(std::span<const std::byte> block) {
  const auto claimed = parse_octal(text_at(block, kChecksum));
  if (!claimed.has_value()) {
    return false;
  }
  // Some old programs added signed bytes.
  const auto wanted = static_cast<std::int64_t>(*claimed);
  return wanted == checksum_of<std::uint8_t>(block) || wanted == checksum_of<std::int8_t>(block);
}

TarKind kind_of(std::byte type) {
  switch (std::to_integer<char>(type)) {
    case '\0':
    case '0':
    case '7':  // contiguous on the disk, where a system knows such files
      return TarKind::kFile;
    case '1':
      return TarKind::kHardLink;
    case '2':
      return TarKind::kSymbolicLink;
    case '3':
    case '4':
    case '6':
      return TarKind::kDevice;
    case '5':
      return TarKind::kFolder;
    case 'S':
      return TarKind::kSparse;
    case 'L':
      return TarKind::kLongName;
    case 'K':
      return TarKind::kLongLink;
    case 'x':
    case 'X':  // the same, by Solaris before there was a standard
      return TarKind::kPax;
    case 'g':
      return TarKind::kGlobalPax;
    default:
      return TarKind::kOther;
  }
}

std::string name_of(std::span<const std::byte> block) {
  std::string name{up_to_zero(text_at(block, kName))};
  // GNU keeps other things where POSIX has the first part of a long name.
  if (text_at(block, kMark) != kPosixMark) {
    return name;
  }
  const std::string_view prefix = up_to_zero(text_at(block, kPrefix));
  return prefix.empty() ? name : std::string{prefix}.append("/").append(name);
}

Result<void> take_pax_record(std::string_view key, std::string_view value, PaxFields& fields) {
  if (key == "path") {
    fields.path = value.empty() ? std::nullopt : std::optional<std::string>{value};
  } else if (key == "size") {
    fields.size_bytes = parse_decimal(value);
    if (!fields.size_bytes.has_value() && !value.empty()) {
      return fail(ErrorCode::kCorrupt, "a pax header has a size that is no number");
    }
  } else if (key.starts_with("GNU.sparse.") || key == "SCHILY.realsize") {
    fields.sparse = true;
  }
  return {};
}

}  // namespace

bool TarHeader::has_data() const {
  switch (kind) {
    case TarKind::kFolder:
    case TarKind::kHardLink:
    case TarKind::kSymbolicLink:
    case TarKind::kDevice:
      return false;
    default:
      return true;
  }
}

bool is_tar_header(std::span<const std::byte> head) {
  if (head.size() < kTarBlockBytes) {
    return false;
  }
  const auto block = head.first(kTarBlockBytes);
  const std::string_view mark = text_at(block, kMark);
  return mark == kPosixMark || mark == kGnuMark || (!is_zero(block) && has_right_checksum(block));
}

bool is_zero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{}; });
}

Result<TarHeader> parse_tar_header(std::span<const std::byte> block) {
  ALBUMEN_DCHECK(block.size() == kTarBlockBytes);
  if (!has_right_checksum(block)) {
    return fail(ErrorCode::kCorrupt, "no header with a right checksum");
  }
  const auto size = parse_size(text_at(block, kSize));
  if (!size.has_value()) {
    return fail(ErrorCode::kCorrupt, "a header whose size is no number");
  }
  TarHeader header{
      .name = name_of(block), .size_bytes = *size, .kind = kind_of(block[kTypeOffset])};
  header.sparse_map_goes_on =
      header.kind == TarKind::kSparse && block[kSparseMoreOffset] != std::byte{};
  return header;
}

bool sparse_map_goes_on(std::span<const std::byte> map_block) {
  return map_block[kSparseMapMoreOffset] != std::byte{};
}

Result<void> parse_pax_records(std::string_view records, PaxFields& fields) {
  while (!records.empty()) {
    const std::size_t space = records.find(' ');
    const auto length = parse_decimal(records.substr(0, space));
    if (space == records.npos || !length.has_value() || *length <= space + 1 ||
        *length > records.size()) {
      return fail(ErrorCode::kCorrupt, "a pax header has a record of a wrong length");
    }
    const std::string_view record =
        records.substr(space + 1, static_cast<std::size_t>(*length) - space - 1);
    const std::size_t equals = record.find('=');
    if (!record.ends_with('\n') || equals == record.npos) {
      return fail(ErrorCode::kCorrupt, "a pax header has a record of a wrong length");
    }
    TRY(take_pax_record(record.substr(0, equals),
                        record.substr(equals + 1, record.size() - equals - 2), fields));
    records.remove_prefix(static_cast<std::size_t>(*length));
  }
  return {};
}

std::uint64_t in_whole_blocks(std::uint64_t size_bytes) {
  return (size_bytes + kTarBlockBytes - 1) / kTarBlockBytes * kTarBlockBytes;
}

}  // namespace albumen
