// SPDX-License-Identifier: Apache-2.0
// What the camera wrote beside the pixels: EXIF of JPEG, PNG, WebP, HEIF, AVIF and JPEG XL, and the
// directories of TIFF and RAW files. Best effort: broken EXIF is not a broken picture. Tested by
// metadata/metadata_test.cpp, metadata/boxes_test.cpp and metadata/exif_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/geometry.h"
#include "core/result.h"
#include "govern/images.h"

namespace albumen {

/// WGS 84, degrees; north and east positive.
struct Gps {
  double latitude = 0;               ///< -90..90
  double longitude = 0;              ///< -180..180
  std::optional<double> altitude_m;  ///< above sea level

  friend bool operator==(const Gps&, const Gps&) = default;
};

struct Metadata {
  Orientation orientation = Orientation::kUpright;
  /// When it was taken, ISO 8601 local time as the camera wrote it: "2024-05-01T13:07:59", with
  /// sub-seconds (".25") and offset ("+02:00") where they were written.
  std::optional<std::string> taken_at;
  std::string camera_make;   ///< valid UTF-8, trimmed; empty when absent
  std::string camera_model;  ///< likewise
  std::string lens_model;    ///< likewise
  std::optional<Gps> gps;
  /// There is an EXIF block and some of it could not be read.
  bool damaged = false;

  friend bool operator==(const Metadata&, const Metadata&) = default;
};

/// Everything absent stays at its default; formats without EXIF give the default Metadata.
/// Errors: none today beyond Internal; a Result so that formats to come may fail.
Result<Metadata> read_metadata(const EncodedImage& image);

/// The EXIF block itself, TIFF header first, not looked into: into the image's bytes. Empty where
/// there is none, or one above kMaxExifBytes (limits.h). Of a RAW: that of its embedded JPEG, which
/// is often without.
std::span<const std::byte> exif_block_of(const EncodedImage& image);

}  // namespace albumen
