// SPDX-License-Identifier: Apache-2.0
// Pictures made by code, for tests and benchmarks: photo-like pixels, encoded by the reference
// libraries in every variant that the decoders must read. Failures to encode throw.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/geometry.h"
#include "govern/budget.h"
#include "govern/images.h"

namespace albumen::testing {

using EncodedBytes = std::vector<std::byte>;

/// Interleaved 8-bit pixels.
struct Picture {
  Size size;
  int channels = 3;
  std::vector<std::uint8_t> pixels;

  [[nodiscard]] const std::uint8_t* at(std::uint32_t x, std::uint32_t y) const {
    return pixels.data() + (std::size_t{y} * size.width + x) * static_cast<std::size_t>(channels);
  }
};

/// Smooth gradients and shapes with sensor-like noise, different for each seed. Four channels:
/// the last is an alpha with transparent, half-transparent and opaque regions.
Picture photo_like(Size size, int channels, std::uint32_t seed);

/// One scan of a progressive file: components, spectral band, successive approximation.
struct ScanSpec {
  std::vector<int> components;
  int first = 0;
  int last = 0;
  int high = 0;
  int low = 0;
};

enum class JpegScript : std::uint8_t {
  kBaseline,
  kProgressive,   ///< libjpeg's own
  kSplitChroma,   ///< chroma bands 1-8 and 9-63 apart, as mozjpeg does
  kDcRefined,     ///< DC in two steps, no AC refinement
  kSeparateDc,    ///< a DC scan for each component
  kSeparateScans  ///< baseline, one scan for each component
};

enum class JpegSpace : std::uint8_t { kAuto, kRgb, kCmyk, kYcck };

struct JpegOptions {
  int quality = 85;
  int horizontal = 2;  ///< luma sampling factors; chroma has 1
  int vertical = 2;
  int blue_horizontal = 1;  ///< of the blue chroma; the red one keeps 1
  JpegScript script = JpegScript::kBaseline;
  JpegSpace space = JpegSpace::kAuto;
  int restart_rows = 0;
  bool arithmetic = false;
};

/// Channels 1, 3, or 4 as CMYK (written inverted, as Adobe does).
EncodedBytes encode_jpeg(const Picture& picture, const JpegOptions& options = {});

struct PngOptions {
  int bit_depth = 8;         ///< 1, 2, 4 for grey or palette; 16 repeats each byte
  bool palette = false;      ///< colours rounded to 3-3-2 bits
  bool transparent = false;  ///< tRNS: the first colour of the palette, or black
  bool interlaced = false;
};

/// Channels 1, 2, 3 or 4.
EncodedBytes encode_png(const Picture& picture, const PngOptions& options = {});

struct WebpOptions {
  bool lossless = false;
  float quality = 80;
};

/// Channels 3 or 4.
EncodedBytes encode_webp(const Picture& picture, const WebpOptions& options = {});

/// An animation of one frame: `frame` at (x, y) on a canvas.
EncodedBytes animate_webp(const EncodedBytes& frame, Size frame_size, Size canvas, Point at);

/// `file` with a segment after the start marker; `payload` includes any name it needs.
EncodedBytes with_jpeg_segment(const EncodedBytes& file, std::uint8_t marker,
                               std::span<const std::byte> payload);

/// `file` with a chunk after IHDR.
EncodedBytes with_png_chunk(const EncodedBytes& file, const std::string& type,
                            std::span<const std::byte> data);

/// `file` with the checksum of every chunk made right, up to the first that does not fit.
EncodedBytes with_png_checksums(EncodedBytes file);

/// `file` as an extended WebP with a chunk behind the pixels (before them for "ICCP").
EncodedBytes with_webp_chunk(const EncodedBytes& file, const std::string& type,
                             std::span<const std::byte> data, Size canvas);

EncodedBytes bytes_of(const std::string& text);

/// An EXIF TIFF block holding only an orientation.
EncodedBytes exif_with_orientation(std::uint16_t value);

/// `bytes` as sources would hand them over, paid from `budget`.
EncodedImage as_image(Budget& budget, std::span<const std::byte> bytes,
                      const std::string& name = "picture");

}  // namespace albumen::testing
