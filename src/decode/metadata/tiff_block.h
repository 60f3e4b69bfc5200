// SPDX-License-Identifier: Apache-2.0
// Reads directories of TIFF blocks: EXIF's, and those of cameras' RAW files. Every offset is
// checked, nothing is allocated but text, and a directory is read only where it is asked for: loops
// and huge counts cost nothing by themselves. Tested by exif_test.cpp and ../raw/raw_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "decode/internal/byte_reader.h"

namespace albumen {

enum class TiffTag : std::uint16_t {
  // TIFF 6.0, with the supplements for PageMaker (SubIFDs) and JPEG.
  kNewSubfileType = 0x00FE,
  kCompression = 0x0103,
  kPhotometric = 0x0106,
  kMake = 0x010F,
  kModel = 0x0110,
  kStripOffsets = 0x0111,
  kOrientation = 0x0112,
  kStripByteCounts = 0x0117,
  kDateTime = 0x0132,
  kSubDirectories = 0x014A,
  kJpegOffset = 0x0201,
  kJpegBytes = 0x0202,
  // EXIF 2.32, tables 4 to 15.
  kExifDirectory = 0x8769,
  kGpsDirectory = 0x8825,
  kDateTimeOriginal = 0x9003,
  kOffsetTime = 0x9010,
  kOffsetTimeOriginal = 0x9011,
  kMakerNote = 0x927C,
  kSubSecTime = 0x9290,
  kSubSecTimeOriginal = 0x9291,
  kLensModel = 0xA434,
  // DNG 1.6.
  kDngVersion = 0xC612,
  // In the GPS directory, which counts its own.
  kGpsLatitudeRef = 0x0001,
  kGpsLatitude = 0x0002,
  kGpsLongitudeRef = 0x0003,
  kGpsLongitude = 0x0004,
  kGpsAltitudeRef = 0x0005,
  kGpsAltitude = 0x0006,
  // Of single makers, as ExifTool's documentation of tags has them.
  kPanasonicJpeg = 0x002E,
  kNikonPreviewDirectory = 0x0011,
  kOlympusCameraSettings = 0x2020,
  kOlympusPreviewOffset = 0x0101,  // in the camera settings, as the next
  kOlympusPreviewBytes = 0x0102,
};

// TIFF 6.0, section 2; EXIF 2.32, 4.6.2; the last by the supplement for PageMaker.
enum class TiffType : std::uint16_t {
  kByte = 1,
  kAscii = 2,
  kShort = 3,
  kLong = 4,
  kRational = 5,
  kUndefined = 7,
  kDirectory = 13,
};

/// One value of a directory: its type, and its bytes in the block.
struct TiffValue {
  TiffType type = TiffType::kByte;
  ByteSpan bytes;
};

/// A TIFF block with its byte order. Refers to bytes that outlive it.
class TiffBlock {
 public:
  /// Nothing unless `block` begins with the TIFF header ("II*\0" or "MM\0*").
  static std::optional<TiffBlock> open(ByteSpan block);

  /// Also with the headers of Olympus ("IIRO", "IIRS", "MMOR") and Panasonic ("IIU\0").
  static std::optional<TiffBlock> open_raw(ByteSpan file);

  /// A block without a header: makers' notes.
  TiffBlock(ByteSpan block, ByteOrder order) : block_(block), order_(order) {}

  [[nodiscard]] ByteSpan bytes() const { return block_; }

  [[nodiscard]] std::optional<std::uint32_t> first_directory() const { return number(4, 4); }

  /// What stands behind the directory at `offset`: where the next is, 0 after the last.
  [[nodiscard]] std::optional<std::uint32_t> next_directory(std::uint32_t offset) const;

  [[nodiscard]] std::optional<std::uint32_t> number(std::size_t offset, std::size_t width) const {
    return read_number(block_, offset, width, order_);
  }

  /// The value of `tag` in the directory at `offset`; `damaged` is set where the directory or the
  /// value lies outside the block.
  [[nodiscard]] std::optional<TiffValue> find(std::uint32_t offset, TiffTag tag,
                                              bool& damaged) const;

  /// The `index`th unsigned number of a byte, short, long or directory value.
  [[nodiscard]] std::optional<std::uint32_t> integer(const TiffValue& value,
                                                     std::size_t index) const;

  [[nodiscard]] std::optional<double> rational(const TiffValue& value, std::size_t index) const;

 private:
  std::optional<TiffValue> value_at(std::size_t entry, bool& damaged) const;

  ByteSpan block_;
  ByteOrder order_ = ByteOrder::kLittleEndian;
};

/// One directory, with the damage met on the way. Block and flag outlive it.
class TiffDirectory {
 public:
  /// Without an offset it is empty.
  TiffDirectory(const TiffBlock& tiff, std::optional<std::uint32_t> offset, bool& damaged)
      : tiff_(tiff), offset_(offset), damaged_(damaged) {}

  [[nodiscard]] std::optional<TiffValue> find(TiffTag tag) const {
    return offset_ ? tiff_.find(*offset_, tag, damaged_) : std::nullopt;
  }

  [[nodiscard]] std::optional<std::uint32_t> integer(TiffTag tag, std::size_t index = 0) const {
    const auto value = find(tag);
    return value ? tiff_.integer(*value, index) : std::nullopt;
  }

  [[nodiscard]] std::optional<double> rational(TiffTag tag, std::size_t index) const {
    const auto value = find(tag);
    return value ? tiff_.rational(*value, index) : std::nullopt;
  }

  /// Up to the first NUL, trimmed, printable UTF-8 (Latin-1 and worse become '?').
  [[nodiscard]] std::string text(TiffTag tag) const;

 private:
  const TiffBlock& tiff_;
  std::optional<std::uint32_t> offset_;
  bool& damaged_;
};

}  // namespace albumen
