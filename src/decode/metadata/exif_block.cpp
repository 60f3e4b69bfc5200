// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata/exif_block.h"

#include "decode/jpeg/jpeg_markers.h"
#include "decode/limits.h"
#include "decode/metadata/boxes.h"
#include "decode/png/png_chunks.h"
#include "decode/raw/raw_file.h"
#include "decode/webp/webp_chunks.h"

namespace albumen {
namespace {

constexpr std::string_view kExifPrefix{"Exif\0\0", 6};

ByteSpan without_prefix(ByteSpan block) {
  return starts_with(block, kExifPrefix) ? block.subspan(kExifPrefix.size()) : block;
}

ByteSpan find_in_jpeg(ByteSpan bytes) {
  JpegMarkers markers{bytes};
  while (true) {
    const auto segment = markers.next();
    if (!segment.has_value() || segment->marker == kJpegSos || segment->marker == kJpegEoi) {
      return {};
    }
    if (segment->marker == kJpegApp1 && starts_with(segment->payload, kExifPrefix)) {
      return without_prefix(segment->payload);
    }
  }
}

// The chunk may stand behind the pixels.
ByteSpan find_in_png(ByteSpan bytes) {
  PngChunks chunks{bytes};
  while (true) {
    const auto chunk = chunks.next();
    if (!chunk.has_value() || chunk->type == "IEND") {
      return {};
    }
    if (chunk->type == "eXIf") {
      return without_prefix(chunk->data);
    }
  }
}

ByteSpan find_in_webp(ByteSpan bytes) {
  WebpChunks chunks = WebpChunks::of_file(bytes);
  while (const auto chunk = chunks.next()) {
    if (chunk->type == "EXIF") {
      return without_prefix(chunk->data);
    }
  }
  return {};
}

ByteSpan find_in_raw(ByteSpan bytes) {
  const auto jpeg = find_embedded_jpeg(bytes);
  return jpeg ? find_in_jpeg(jpeg->bytes) : ByteSpan{};
}

ByteSpan find_in(ContentType type, ByteSpan bytes) {
  switch (type) {
    case ContentType::kJpeg:
      return find_in_jpeg(bytes);
    case ContentType::kPng:
      return find_in_png(bytes);
    case ContentType::kWebp:
      return find_in_webp(bytes);
    case ContentType::kRaw:
      return find_in_raw(bytes);
    case ContentType::kHeif:
    case ContentType::kAvif:
    case ContentType::kJpegXl:
      return without_prefix(find_exif_in_boxes(bytes));
    default:
      return {};
  }
}

}  // namespace

ByteSpan find_exif_block(ContentType type, ByteSpan bytes) {
  const ByteSpan block = find_in(type, bytes);
  return block.size() <= kMaxExifBytes ? block : ByteSpan{};
}

}  // namespace albumen
