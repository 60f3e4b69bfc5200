// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata.h"

#include "core/content_type.h"
#include "decode/metadata/exif.h"
#include "decode/metadata/exif_block.h"

namespace albumen {

Result<Metadata> read_metadata(const EncodedImage& image) {
  return parse_exif(exif_block_of(image));
}

std::span<const std::byte> exif_block_of(const EncodedImage& image) {
  const ByteSpan bytes = image.bytes.bytes();
  return find_exif_block(sniff(slice(bytes, 0, kSniffBytes)), bytes);
}

}  // namespace albumen
