// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata/exif.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/core.h>
#include <string_view>

#include "files/path_text.h"

namespace albumen {
namespace {

// Tags of EXIF 2.32, tables 4 to 15.
enum class Tag : std::uint16_t {
  kMake = 0x010F,
  kModel = 0x0110,
  kOrientation = 0x0112,
  kDateTime = 0x0132,
  kExifDirectory = 0x8769,
  kGpsDirectory = 0x8825,
  kDateTimeOriginal = 0x9003,
  kOffsetTime = 0x9010,
  kOffsetTimeOriginal = 0x9011,
  kSubSecTime = 0x9290,
  kSubSecTimeOriginal = 0x9291,
  kLensModel = 0xA434,
  // In the GPS directory, which counts its own.
  kGpsLatitudeRef = 0x0001,
  kGpsLatitude = 0x0002,
  kGpsLongitudeRef = 0x0003,
  kGpsLongitude = 0x0004,
  kGpsAltitudeRef = 0x0005,
  kGpsAltitude = 0x0006,
};

// TIFF 6.0, section 2; EXIF 2.32, 4.6.2.
enum class Type : std::uint16_t {
  kByte = 1,
  kAscii = 2,
  kShort = 3,
  kLong = 4,
  kRational = 5,
};

std::size_t bytes_of(Type type) {
  switch (type) {
    case Type::kByte:
    case Type::kAscii:
      return 1;
    case Type::kShort:
      return 2;
    case Type::kLong:
      return 4;
    case Type::kRational:
      return 8;
  }
  return 0;
}

// A directory of a real camera has below 100 entries.
constexpr std::uint32_t kMaxEntries = 1000;
constexpr std::size_t kEntryBytes = 12;
constexpr std::size_t kMaxTextBytes = 256;

/// One value of a directory: its type, and its bytes in the block.
struct Value {
  Type type = Type::kByte;
  ByteSpan bytes;
};

/// A TIFF block with its byte order.
class TiffBlock {
 public:
  static std::optional<TiffBlock> open(ByteSpan block) {
    TiffBlock tiff{block};
    if (starts_with(block, {"MM\0*", 4})) {
      tiff.order_ = ByteOrder::kBigEndian;
    } else if (!starts_with(block, {"II*\0", 4})) {
      return std::nullopt;
    }
    return tiff;
  }

  [[nodiscard]] std::optional<std::uint32_t> first_directory() const { return number(4, 4); }

  [[nodiscard]] std::optional<std::uint32_t> number(std::size_t offset, std::size_t width) const {
    return read_number(block_, offset, width, order_);
  }

  /// The value of `tag` in the directory at `offset`; `damaged` is set where the directory or the
  /// value lies outside the block.
  std::optional<Value> find(std::uint32_t offset, Tag tag, bool& damaged) const {
    const auto count = number(offset, 2);
    if (!count || *count > kMaxEntries) {
      damaged = true;
      return std::nullopt;
    }
    for (std::uint32_t index = 0; index < *count; ++index) {
      const std::size_t entry = offset + 2 + index * kEntryBytes;
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

  /// The `index`th unsigned number of a byte, short or long value.
  [[nodiscard]] std::optional<std::uint32_t> integer(const Value& value, std::size_t index) const {
    if (value.type == Type::kAscii || value.type == Type::kRational) {
      return std::nullopt;
    }
    const std::size_t width = bytes_of(value.type);
    return read_number(value.bytes, index * width, width, order_);
  }

  [[nodiscard]] std::optional<double> rational(const Value& value, std::size_t index) const {
    if (value.type != Type::kRational) {
      return std::nullopt;
    }
    const auto above = read_number(value.bytes, index * 8, 4, order_);
    const auto below = read_number(value.bytes, index * 8 + 4, 4, order_);
    if (!above || !below || *below == 0) {
      return std::nullopt;
    }
    return static_cast<double>(*above) / static_cast<double>(*below);
  }

 private:
  explicit TiffBlock(ByteSpan block) : block_(block) {}

  // Entry: tag, type, count, then the value itself if it fits four bytes, else its offset.
  std::optional<Value> value_at(std::size_t entry, bool& damaged) const {
    const auto type = number(entry + 2, 2);
    const auto count = number(entry + 4, 4);
    const std::size_t unit = type ? bytes_of(static_cast<Type>(*type)) : 0;
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
    return Value{.type = static_cast<Type>(*type), .bytes = block_.subspan(at, size)};
  }

  ByteSpan block_;
  ByteOrder order_ = ByteOrder::kLittleEndian;
};

/// One directory, with the damage met on the way.
class Directory {
 public:
  Directory(const TiffBlock& tiff, std::optional<std::uint32_t> offset, bool& damaged)
      : tiff_(tiff), offset_(offset), damaged_(damaged) {}

  [[nodiscard]] std::optional<Value> find(Tag tag) const {
    return offset_ ? tiff_.find(*offset_, tag, damaged_) : std::nullopt;
  }

  [[nodiscard]] std::optional<std::uint32_t> integer(Tag tag) const {
    const auto value = find(tag);
    return value ? tiff_.integer(*value, 0) : std::nullopt;
  }

  [[nodiscard]] std::optional<double> rational(Tag tag, std::size_t index) const {
    const auto value = find(tag);
    return value ? tiff_.rational(*value, index) : std::nullopt;
  }

  /// Up to the first NUL, trimmed, printable UTF-8 (Latin-1 and worse become '?').
  [[nodiscard]] std::string text(Tag tag) const {
    const auto value = find(tag);
    if (!value || value->type != Type::kAscii) {
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

 private:
  const TiffBlock& tiff_;  // outlives the directory: both live in one function
  std::optional<std::uint32_t> offset_;
  bool& damaged_;
};

bool matches(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size()) {
    return false;
  }
  for (std::size_t index = 0; index < text.size(); ++index) {
    const bool digit = text[index] >= '0' && text[index] <= '9';
    if (pattern[index] == '0' ? !digit : text[index] != pattern[index]) {
      return false;
    }
  }
  return true;
}

int two_digits(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// "2024:05:01 13:07:59" -> "2024-05-01T13:07:59"; cameras without a clock write zeros or blanks.
std::optional<std::string> iso_date(std::string text) {
  std::ranges::replace(text, '-', ':');  // some programs write ISO dates
  if (!matches(text, "0000:00:00 00:00:00") || text.starts_with("0000")) {
    return std::nullopt;
  }
  const int month = two_digits(text, 5);
  const int day = two_digits(text, 8);
  if (month < 1 || month > 12 || day < 1 || day > 31 || two_digits(text, 11) > 23 ||
      two_digits(text, 14) > 59 || two_digits(text, 17) > 60) {
    return std::nullopt;
  }
  text[4] = '-';
  text[7] = '-';
  text[10] = 'T';
  return text;
}

struct DateTags {
  Tag sub_second;
  Tag offset;
};

std::optional<std::string> iso_time(std::string date, const Directory& exif, DateTags tags) {
  auto moment = iso_date(std::move(date));
  if (!moment) {
    return std::nullopt;
  }
  const std::string fraction = exif.text(tags.sub_second);
  constexpr std::size_t kMostDigits = 9;
  const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
  if (!fraction.empty() && fraction.size() <= kMostDigits &&
      std::ranges::all_of(fraction, is_digit)) {
    *moment += "." + fraction;
  }
  const std::string offset = exif.text(tags.offset);
  if (offset == "Z" || matches(offset, "+00:00") || matches(offset, "-00:00")) {
    *moment += offset;
  }
  return moment;
}

std::optional<std::string> taken_at(const Directory& main, const Directory& exif) {
  if (auto moment = iso_time(exif.text(Tag::kDateTimeOriginal), exif,
                             {Tag::kSubSecTimeOriginal, Tag::kOffsetTimeOriginal})) {
    return moment;
  }
  return iso_time(main.text(Tag::kDateTime), exif, {Tag::kSubSecTime, Tag::kOffsetTime});
}

/// A latitude or longitude: the tag that names the half of the globe, and the degrees.
struct AngleTags {
  Tag reference;
  Tag degrees;
  char negative;
  double limit;
};

std::optional<double> angle(const Directory& gps, const AngleTags& tags) {
  constexpr double kPerDegree = 60.0;
  const auto degrees = gps.rational(tags.degrees, 0);
  const std::string reference = gps.text(tags.reference);
  if (!degrees || reference.empty()) {
    return std::nullopt;
  }
  const double minutes = gps.rational(tags.degrees, 1).value_or(0);
  const double seconds = gps.rational(tags.degrees, 2).value_or(0);
  const double value = *degrees + minutes / kPerDegree + seconds / (kPerDegree * kPerDegree);
  if (!(value <= tags.limit)) {
    return std::nullopt;
  }
  return reference.front() == tags.negative ? -value : value;
}

std::optional<Gps> parse_gps(const Directory& directory) {
  const auto latitude = angle(directory, {Tag::kGpsLatitudeRef, Tag::kGpsLatitude, 'S', 90.0});
  const auto longitude = angle(directory, {Tag::kGpsLongitudeRef, Tag::kGpsLongitude, 'W', 180.0});
  if (!latitude || !longitude) {
    return std::nullopt;
  }
  Gps gps{.latitude = *latitude, .longitude = *longitude, .altitude_m = std::nullopt};
  if (const auto altitude = directory.rational(Tag::kGpsAltitude, 0)) {
    const bool below_sea = directory.integer(Tag::kGpsAltitudeRef).value_or(0) == 1;
    gps.altitude_m = below_sea ? -*altitude : *altitude;
  }
  return gps;
}

}  // namespace

Metadata parse_exif(ByteSpan block) {
  Metadata metadata;
  if (block.empty()) {
    return metadata;
  }
  const auto tiff = TiffBlock::open(block);
  if (!tiff) {
    metadata.damaged = true;
    return metadata;
  }
  bool& damaged = metadata.damaged;
  const auto first = tiff->first_directory();
  damaged = !first;
  const Directory main{*tiff, first, damaged};
  const Directory exif{*tiff, main.integer(Tag::kExifDirectory), damaged};
  const Directory gps{*tiff, main.integer(Tag::kGpsDirectory), damaged};
  metadata.orientation = orientation_from_exif(main.integer(Tag::kOrientation).value_or(1));
  metadata.camera_make = main.text(Tag::kMake);
  metadata.camera_model = main.text(Tag::kModel);
  metadata.lens_model = exif.text(Tag::kLensModel);
  metadata.taken_at = taken_at(main, exif);
  metadata.gps = parse_gps(gps);
  return metadata;
}

Orientation exif_orientation(ByteSpan block) {
  const auto tiff = TiffBlock::open(block);
  if (!tiff) {
    return Orientation::kUpright;
  }
  bool damaged = false;
  const Directory main{*tiff, tiff->first_directory(), damaged};
  return orientation_from_exif(main.integer(Tag::kOrientation).value_or(1));
}

}  // namespace albumen
