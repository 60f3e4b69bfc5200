// SPDX-License-Identifier: Apache-2.0
// Files made of boxes (ISO/IEC 14496-12): HEIF, AVIF and JPEG XL in its container. A walk over them
// that decodes nothing, and where they keep EXIF. Tested by boxes_test.cpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "decode/internal/byte_reader.h"

namespace albumen {

struct Box {
  std::string_view type;  ///< four characters, in the bytes
  ByteSpan payload;       ///< behind the header; shorter than claimed where the bytes end first
};

/// Forward iterator over the boxes of a file, or of a box that holds some. One thread.
class Boxes {
 public:
  /// `bytes` outlives the walker.
  explicit Boxes(ByteSpan bytes) : bytes_(bytes) {}

  /// The next box; nothing at the end, or where no header stands.
  std::optional<Box> next();

  /// The first of `type` from here on, which the walker passes.
  std::optional<Box> find(std::string_view type);

 private:
  ByteSpan bytes_;
  std::size_t position_ = 0;
};

/// The TIFF block of EXIF: of HEIF's and AVIF's first item of type Exif (ISO/IEC 23008-12, annex A)
/// where it lies in one piece, or of JPEG XL's box Exif (ISO/IEC 18181-2, 9.5; a compressed one is
/// not read). Empty where there is none. Points into `file`. Takes time linear in the size of the
/// boxes that say where items lie.
ByteSpan find_exif_in_boxes(ByteSpan file);

}  // namespace albumen
