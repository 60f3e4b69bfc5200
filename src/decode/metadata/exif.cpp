// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata/exif.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace albumen {
namespace {

using Tag = TiffTag;
using Directory = TiffDirectory;

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
  return metadata_of(*tiff);
}

Metadata metadata_of(const TiffBlock& tiff) {
  Metadata metadata;
  bool& damaged = metadata.damaged;
  const auto first = tiff.first_directory();
  damaged = !first;
  const Directory main{tiff, first, damaged};
  const Directory exif{tiff, main.integer(Tag::kExifDirectory), damaged};
  const Directory gps{tiff, main.integer(Tag::kGpsDirectory), damaged};
  metadata.orientation = orientation_from_exif(main.integer(Tag::kOrientation).value_or(1));
  metadata.camera_make = main.text(Tag::kMake);
  metadata.camera_model = main.text(Tag::kModel);
  metadata.lens_model = exif.text(Tag::kLensModel);
  metadata.taken_at = taken_at(main, exif);
  metadata.gps = parse_gps(gps);
  return metadata;
}

std::optional<Orientation> stated_orientation(const TiffBlock& tiff) {
  bool damaged = false;
  const Directory main{tiff, tiff.first_directory(), damaged};
  const auto stated = main.integer(Tag::kOrientation);
  return stated ? std::optional{orientation_from_exif(*stated)} : std::nullopt;
}

Orientation exif_orientation(ByteSpan block) {
  const auto tiff = TiffBlock::open(block);
  return tiff ? stated_orientation(*tiff).value_or(Orientation::kUpright) : Orientation::kUpright;
}

}  // namespace albumen
