// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata/exif_block.h"

#include "decode/jpeg/jpeg_markers.h"
#include "decode/limits.h"
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

}  // namespace

ByteSpan find_exif_block(ContentType type, ByteSpan bytes) {
  ByteSpan block;
  if (type == ContentType::kJpeg) {
    block = find_in_jpeg(bytes);
  } else if (type == ContentType::kPng) {
    block = find_in_png(bytes);
  } else if (type == ContentType::kWebp) {
    block = find_in_webp(bytes);
  } else if (type == ContentType::kRaw) {
    if (const auto jpeg = find_embedded_jpeg(bytes)) {
      block = find_in_jpeg(jpeg->bytes);
    }
  }
  return block.size() <= kMaxExifBytes ? block : ByteSpan{};
}

}  // namespace albumen
