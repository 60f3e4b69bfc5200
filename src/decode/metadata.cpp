// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata.h"

#include "core/content_type.h"
#include "decode/decoder.h"
#include "decode/metadata/exif.h"
#include "decode/metadata/exif_block.h"
#include "decode/raw/raw_file.h"

namespace albumen {

Result<Metadata> read_metadata(const EncodedImage& image) {
  if (content_type_of(image) == ContentType::kRaw) {
    return raw_metadata(image.bytes.bytes());
  }
  return parse_exif(exif_block_of(image));
}

std::span<const std::byte> exif_block_of(const EncodedImage& image) {
  return find_exif_block(content_type_of(image), image.bytes.bytes());
}

}  // namespace albumen
