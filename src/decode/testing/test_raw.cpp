// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "decode/testing/raw_builder.h"

namespace albumen::testing {
namespace {

using std::string_view_literals::operator""sv;
using Numbers = std::vector<std::uint32_t>;

constexpr auto kShort = TiffType::kShort;
constexpr auto kLong = TiffType::kLong;

std::size_t width_of(TiffType type) {
  switch (type) {
    case TiffType::kShort:
      return 2;
    case TiffType::kLong:
    case TiffType::kDirectory:
      return 4;
    default:
      return 1;
  }
}

std::uint32_t size_of(const EncodedBytes& bytes) {
  return static_cast<std::uint32_t>(bytes.size());
}

RawEntry number(TiffTag tag, TiffType type, std::uint32_t value) {
  return {.tag = tag, .type = type, .value = Numbers{value}};
}

void add(std::vector<RawEntry>& entries, std::vector<RawEntry> more) {
  entries.insert(entries.end(), more.begin(), more.end());
}

/// Where a JPEG lies, and the two ways in which a directory says so.
struct Placed {
  std::uint32_t offset;
  std::uint32_t bytes;

  [[nodiscard]] std::vector<RawEntry> as_jpeg() const {
    return {number(TiffTag::kJpegOffset, kLong, offset), number(TiffTag::kJpegBytes, kLong, bytes)};
  }

  [[nodiscard]] std::vector<RawEntry> as_strip(std::uint32_t compression,
                                               std::uint32_t photometric) const {
    return {number(TiffTag::kCompression, kShort, compression),
            number(TiffTag::kPhotometric, kShort, photometric),
            number(TiffTag::kStripOffsets, kLong, offset),
            number(TiffTag::kStripByteCounts, kLong, bytes)};
  }
};

Placed place(RawBuilder& file, const EncodedBytes& jpeg) {
  return {.offset = file.append(jpeg), .bytes = size_of(jpeg)};
}

// Camera, orientation and time; `note` may be empty.
std::vector<RawEntry> main_entries(RawBuilder& file, std::uint16_t orientation,
                                   std::vector<RawEntry> exif = {}) {
  exif.push_back({.tag = TiffTag::kDateTimeOriginal,
                  .type = TiffType::kAscii,
                  .value = std::string{"2024:05:01 13:07:59"}});
  const std::uint32_t exif_at = file.directory(exif);
  return {
      {.tag = TiffTag::kMake, .type = TiffType::kAscii, .value = std::string{"Camera Works"}},
      {.tag = TiffTag::kModel, .type = TiffType::kAscii, .value = std::string{"M1"}},
      number(TiffTag::kOrientation, kShort, orientation),
      number(TiffTag::kExifDirectory, kLong, exif_at),
  };
}

std::vector<RawEntry> note_entry(std::uint32_t offset, const EncodedBytes& note) {
  return {{.tag = TiffTag::kMakerNote,
           .type = TiffType::kUndefined,
           .value = RawPlace{.offset = offset, .count = size_of(note)}}};
}

constexpr std::uint32_t kFilterArray = 32803;
constexpr std::uint32_t kNikonCompressed = 34713;
constexpr std::uint32_t kSonyCompressed = 32767;

EncodedBytes make_cr2(const RawParts& parts) {
  RawBuilder file{ByteOrder::kLittleEndian, "II*\0\0\0\0\0CR\2\0\0\0\0\0"sv};
  const Placed jpeg = place(file, parts.jpeg);
  const Placed thumbnail = place(file, parts.thumbnail);
  const Placed sensor = place(file, as_lossless(parts.jpeg));
  const std::uint32_t last = file.directory(sensor.as_strip(6, kFilterArray));
  const std::uint32_t second = file.directory(thumbnail.as_jpeg(), last);
  auto main = main_entries(file, parts.orientation);
  add(main, jpeg.as_strip(6, 6));
  file.patch(4, file.directory(main, second));
  return file.file();
}

// The large JPEG below the main directory, the other in the maker's notes.
EncodedBytes make_nef(const RawParts& parts) {
  RawBuilder file{ByteOrder::kBigEndian, "MM\0*\0\0\0\0"sv};
  RawBuilder inner{ByteOrder::kBigEndian, "MM\0*\0\0\0\0"sv};
  const Placed thumbnail = place(inner, parts.thumbnail);
  const std::uint32_t preview = inner.directory(thumbnail.as_jpeg());
  inner.patch(4, inner.directory({number(TiffTag::kNikonPreviewDirectory, kLong, preview)}));
  EncodedBytes note = bytes_of(std::string{"Nikon\0\2\x10\0\0"sv});
  note.insert(note.end(), inner.file().begin(), inner.file().end());
  const auto notes = note_entry(file.append(note), note);
  const Placed jpeg = place(file, parts.jpeg);
  const Placed sensor = place(file, bytes_of("values of a sensor"));
  const Numbers below{file.directory(jpeg.as_jpeg()),
                      file.directory(sensor.as_strip(kNikonCompressed, kFilterArray))};
  auto main = main_entries(file, parts.orientation, notes);
  main.push_back({.tag = TiffTag::kSubDirectories, .type = kLong, .value = below});
  file.patch(4, file.directory(main));
  return file.file();
}

EncodedBytes make_arw(const RawParts& parts) {
  RawBuilder file{ByteOrder::kLittleEndian, "II*\0\0\0\0\0"sv};
  const Placed jpeg = place(file, parts.jpeg);
  const Placed thumbnail = place(file, parts.thumbnail);
  const Placed sensor = place(file, bytes_of("values of a sensor"));
  const std::uint32_t below = file.directory(sensor.as_strip(kSonyCompressed, kFilterArray));
  const std::uint32_t second = file.directory(thumbnail.as_jpeg());
  auto main = main_entries(file, parts.orientation);
  add(main, jpeg.as_jpeg());
  main.push_back(number(TiffTag::kSubDirectories, TiffType::kDirectory, below));
  file.patch(4, file.directory(main, second));
  return file.file();
}

EncodedBytes make_dng(const RawParts& parts) {
  RawBuilder file{ByteOrder::kLittleEndian, "II*\0\0\0\0\0"sv};
  const Placed thumbnail = place(file, parts.thumbnail);
  const Placed jpeg = place(file, parts.jpeg);
  const Placed sensor = place(file, as_lossless(parts.jpeg));
  const Numbers below{file.directory(sensor.as_strip(7, kFilterArray)),
                      file.directory(jpeg.as_strip(7, 6))};
  auto main = main_entries(file, parts.orientation);
  add(main, thumbnail.as_strip(7, 6));
  main.push_back({.tag = TiffTag::kDngVersion, .type = TiffType::kByte, .value = Numbers{1, 4}});
  main.push_back({.tag = TiffTag::kSubDirectories, .type = kLong, .value = below});
  file.patch(4, file.directory(main));
  return file.file();
}

// All offsets of the notes count from their beginning: a directory of one entry, one of two, the
// JPEG.
EncodedBytes make_orf(const RawParts& parts) {
  constexpr std::uint32_t kSettingsAt = 12 + 2 + 12 + 4;
  constexpr std::uint32_t kJpegAt = kSettingsAt + 2 + 2 * 12 + 4;
  RawBuilder file{ByteOrder::kLittleEndian, "IIRO\0\0\0\0"sv};
  RawBuilder note{ByteOrder::kLittleEndian, "OLYMPUS\0II\3\0"sv};
  note.directory({number(TiffTag::kOlympusCameraSettings, TiffType::kDirectory, kSettingsAt)});
  note.directory({number(TiffTag::kOlympusPreviewOffset, kLong, kJpegAt),
                  number(TiffTag::kOlympusPreviewBytes, kLong, size_of(parts.jpeg))});
  note.append(parts.jpeg);
  const auto notes = note_entry(file.append(note.file()), note.file());
  const Placed thumbnail = place(file, parts.thumbnail);
  const std::uint32_t second = file.directory(thumbnail.as_jpeg());
  file.patch(4, file.directory(main_entries(file, parts.orientation, notes), second));
  return file.file();
}

EncodedBytes make_rw2(const RawParts& parts) {
  RawBuilder file{ByteOrder::kLittleEndian, "IIU\0\0\0\0\0"sv};
  const Placed jpeg = place(file, parts.jpeg);
  auto main = main_entries(file, parts.orientation);
  main.push_back({.tag = TiffTag::kPanasonicJpeg,
                  .type = TiffType::kUndefined,
                  .value = RawPlace{.offset = jpeg.offset, .count = jpeg.bytes}});
  file.patch(4, file.directory(main));
  return file.file();
}

EncodedBytes make_raf(const RawParts& parts) {
  constexpr std::size_t kJpegOffsetAt = 84;
  constexpr std::size_t kHeaderBytes = 148;
  std::string header{"FUJIFILMCCD-RAW 0201"};
  header.resize(kHeaderBytes);
  RawBuilder file{ByteOrder::kBigEndian, header};
  const Placed jpeg = place(file, parts.jpeg);
  file.patch(kJpegOffsetAt, jpeg.offset);
  file.patch(kJpegOffsetAt + 4, jpeg.bytes);
  file.append(bytes_of("values of a sensor"));
  return file.file();
}

}  // namespace

std::uint32_t RawBuilder::append(const EncodedBytes& part) {
  file_.resize(file_.size() + file_.size() % 2);  // TIFF wants even offsets
  const std::uint32_t offset = size_of(file_);
  file_.insert(file_.end(), part.begin(), part.end());
  return offset;
}

std::uint32_t RawBuilder::directory(const std::vector<RawEntry>& entries, std::uint32_t next) {
  EncodedBytes table;
  put(table, static_cast<std::uint32_t>(entries.size()), 2);
  for (const RawEntry& entry : entries) {
    EncodedBytes value;
    std::uint32_t count = 0;
    if (const auto* const numbers = std::get_if<Numbers>(&entry.value)) {
      for (const std::uint32_t one : *numbers) {
        put(value, one, width_of(entry.type));
      }
      count = static_cast<std::uint32_t>(numbers->size());
    } else if (const auto* const text = std::get_if<std::string>(&entry.value)) {
      value = bytes_of(*text);
      value.push_back(std::byte{0});
      count = size_of(value);
    } else {
      const RawPlace& place = std::get<RawPlace>(entry.value);
      put(value, place.offset, 4);
      count = place.count;
    }
    constexpr std::size_t kInline = 4;
    if (value.size() > kInline) {
      const std::uint32_t elsewhere = append(value);
      value.clear();
      put(value, elsewhere, 4);
    }
    value.resize(kInline);
    put(table, static_cast<std::uint32_t>(entry.tag), 2);
    put(table, static_cast<std::uint32_t>(entry.type), 2);
    put(table, count, 4);
    table.insert(table.end(), value.begin(), value.end());
  }
  put(table, next, 4);
  return append(table);
}

void RawBuilder::patch(std::size_t at, std::uint32_t number) {
  EncodedBytes bytes;
  put(bytes, number, 4);
  std::ranges::copy(bytes, file_.begin() + static_cast<std::ptrdiff_t>(at));
}

void RawBuilder::put(EncodedBytes& out, std::uint32_t number, std::size_t width) const {
  for (std::size_t index = 0; index < width; ++index) {
    const std::size_t place = order_ == ByteOrder::kBigEndian ? width - 1 - index : index;
    out.push_back(static_cast<std::byte>(number >> (8 * place)));
  }
}

EncodedBytes make_raw(RawKind kind, const RawParts& parts) {
  switch (kind) {
    case RawKind::kCr2:
      return make_cr2(parts);
    case RawKind::kNef:
      return make_nef(parts);
    case RawKind::kArw:
      return make_arw(parts);
    case RawKind::kDng:
      return make_dng(parts);
    case RawKind::kOrf:
      return make_orf(parts);
    case RawKind::kRw2:
      return make_rw2(parts);
    case RawKind::kRaf:
      return make_raf(parts);
  }
  return {};
}

EncodedBytes as_lossless(EncodedBytes jpeg) {
  constexpr std::array kBaseline{std::byte{0xFF}, std::byte{0xC0}};
  const auto frame = std::ranges::search(jpeg, kBaseline);
  if (!frame.empty()) {
    frame[1] = std::byte{0xC3};
  }
  return jpeg;
}

}  // namespace albumen::testing
