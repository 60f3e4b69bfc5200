// SPDX-License-Identifier: Apache-2.0
// The two nouns that own pixels or their source: an encoded picture in memory, and a decoded one.
// Both carry the reservations that pay for them.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/geometry.h"
#include "core/image_view.h"
#include "files/file.h"
#include "govern/byte_buffer.h"

namespace albumen {

/// A file or archive member, whole in memory. Move-only.
struct EncodedImage {
  /// Where it came from, for messages: path text, "archive.zip!member" for members.
  std::string name;
  ByteBuffer bytes;
  /// Of the file it was read from (of the archive, for members), taken after reading, equal to
  /// the stamp before reading: otherwise the read failed.
  FileStamp stamp;
};

/// How samples lie in a DecodedImage.
enum class PixelLayout : std::uint8_t {
  kGray8,  ///< planes[0], 1 channel
  kRgb8,   ///< planes[0], 3 interleaved channels
  kRgba8,  ///< planes[0], 4 interleaved channels, straight (not premultiplied) alpha
  kYcc8,   ///< planes[0..2], 1 channel each: JFIF full-range Y, Cb, Cr; chroma may be smaller
};

/// Pixels as stored in the file (not yet turned), perhaps at a smaller scale. All planes cover the
/// same picture area: plane sizes differ only by sampling. Move-only.
struct DecodedImage {
  Size stored_original;  ///< pixels in the file, before orientation
  Size stored_size;      ///< of these pixels (planes[0]), before orientation
  Orientation orientation = Orientation::kUpright;
  PixelLayout layout = PixelLayout::kRgb8;
  std::array<ImageView, 3> planes;  // point into `buffer`
  ByteBuffer buffer;
  /// Share of the picture that was really there, 0..1; below 1 only with --keep-truncated.
  float complete = 1.0F;

  /// Size after turning, at the scale of the decode.
  [[nodiscard]] Size size() const { return oriented(stored_size, orientation); }

  /// Size after turning, of the original picture.
  [[nodiscard]] Size original_size() const { return oriented(stored_original, orientation); }
};

}  // namespace albumen
