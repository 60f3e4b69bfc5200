// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata.h"

#include "core/content_type.h"
#include "decode/decoder.h"
#include "decode/metadata/exif.h"
#include "decode/metadata/exif_block.h"
#include "decode/raw/raw_file.h"

namespace albumen {
namespace {

// These turn their pixels themselves; what EXIF says is left over from another format.
bool turns_by_itself(ContentType type) {
  return type == ContentType::kHeif || type == ContentType::kAvif || type == ContentType::kJpegXl;
}

}  // namespace

Result<Metadata> read_metadata(const EncodedImage& image) {
  const ContentType type = content_type_of(image);
  if (type == ContentType::kRaw) {
    return raw_metadata(image.bytes.bytes());
  }
  if (type == ContentType::kTiff) {  // its first directory is what EXIF borrowed
    const auto tiff = TiffBlock::open(image.bytes.bytes());
    return tiff ? metadata_of(*tiff) : Metadata{};
  }
  Metadata metadata = parse_exif(exif_block_of(image));
  if (turns_by_itself(type)) {
    metadata.orientation = Orientation::kUpright;
  }
  return metadata;
}

std::span<const std::byte> exif_block_of(const EncodedImage& image) {
  return find_exif_block(content_type_of(image), image.bytes.bytes());
}

}  // namespace albumen
