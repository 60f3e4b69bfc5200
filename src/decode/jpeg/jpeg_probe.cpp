// SPDX-License-Identifier: Apache-2.0
// The header of a JPEG up to its first scan: ITU-T T.81 annex B, JFIF 1.02, Adobe TN 5116.
#include <algorithm>
#include <fmt/core.h>
#include <optional>

#include "decode/internal/format.h"
#include "decode/jpeg/jpeg_markers.h"

namespace albumen {
namespace {

/// What APP0 and APP14 say about colour.
struct ColorHints {
  bool jfif = false;
  std::optional<std::uint8_t> adobe_transform;
};

std::uint8_t byte_at(ByteSpan bytes, std::size_t offset) {
  return std::to_integer<std::uint8_t>(bytes[offset]);
}

Result<void> check_process(std::uint8_t marker) {
  // Baseline, extended and progressive DCT, Huffman or arithmetic: what libjpeg-turbo decodes.
  constexpr std::array<std::uint8_t, 5> kDecoded{kJpegSof0, kJpegSof1, kJpegSof2, kJpegSof9,
                                                 kJpegSof10};
  if (std::ranges::find(kDecoded, marker) == kDecoded.end()) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("JPEG process SOF{} (lossless or hierarchical) is not decoded",
                            marker - kJpegSof0));
  }
  return {};
}

// SOFn: precision, height, width, number of components, then id, factors, table of each.
Result<ImageInfo> parse_frame_header(const JpegSegment& segment) {
  TRY(check_process(segment.marker));
  constexpr std::size_t kFixed = 6;
  constexpr std::size_t kPerComponent = 3;
  const ByteSpan payload = segment.payload;
  if (payload.size() < kFixed) {
    return fail(ErrorCode::kCorrupt, "the JPEG frame header is too short");
  }
  const std::size_t count = byte_at(payload, 5);
  if (payload.size() != kFixed + count * kPerComponent || count == 0) {
    return fail(ErrorCode::kCorrupt, "the JPEG frame header has a wrong length");
  }
  if (byte_at(payload, 0) != 8) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("JPEG with {} bits a sample is not decoded", byte_at(payload, 0)));
  }
  ImageInfo info;
  if (count > info.jpeg.components.size() || count == 2) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("JPEG with {} components is not decoded", count));
  }
  info.stored_size = {.width = read_number(payload, 3, 2, ByteOrder::kBigEndian).value_or(0),
                      .height = read_number(payload, 1, 2, ByteOrder::kBigEndian).value_or(0)};
  info.channels = static_cast<int>(count);
  info.progressive = segment.marker == kJpegSof2 || segment.marker == kJpegSof10;
  info.jpeg.component_count = static_cast<int>(count);
  for (std::size_t index = 0; index < count; ++index) {
    const std::size_t at = kFixed + index * kPerComponent;
    JpegComponent& component = info.jpeg.components[index];
    component.id = byte_at(payload, at);
    component.horizontal = static_cast<std::uint8_t>(byte_at(payload, at + 1) >> 4U);
    component.vertical = byte_at(payload, at + 1) & 0x0FU;
    const auto is_factor = [](std::uint8_t factor) { return factor >= 1 && factor <= 4; };
    if (!is_factor(component.horizontal) || !is_factor(component.vertical)) {
      return fail(ErrorCode::kCorrupt, "a JPEG sampling factor is outside 1..4");
    }
  }
  return info;
}

void note_hints(ColorHints& hints, const JpegSegment& segment) {
  constexpr std::size_t kAdobeTransformAt = 11;
  if (segment.marker == kJpegApp0 && starts_with(segment.payload, {"JFIF\0", 5}) &&
      segment.payload.size() >= 14) {
    hints.jfif = true;
  } else if (segment.marker == kJpegApp14 && starts_with(segment.payload, "Adobe") &&
             segment.payload.size() > kAdobeTransformAt) {
    hints.adobe_transform = byte_at(segment.payload, kAdobeTransformAt);
  }
}

// The rules of libjpeg, which every other program follows; decode checks that they agree.
JpegColor color_of(const JpegDetails& jpeg, const ColorHints& hints) {
  if (jpeg.component_count == 1) {
    return JpegColor::kGray;
  }
  if (jpeg.component_count == 4) {
    return hints.adobe_transform.value_or(0) != 0 ? JpegColor::kYcck : JpegColor::kCmyk;
  }
  if (hints.jfif) {
    return JpegColor::kYcc;
  }
  if (hints.adobe_transform) {
    return *hints.adobe_transform == 0 ? JpegColor::kRgb : JpegColor::kYcc;
  }
  const bool named_rgb =
      jpeg.components[0].id == 'R' && jpeg.components[1].id == 'G' && jpeg.components[2].id == 'B';
  return named_rgb ? JpegColor::kRgb : JpegColor::kYcc;
}

}  // namespace

Result<ImageInfo> probe_jpeg(ByteSpan bytes) {
  JpegMarkers markers{bytes};
  ColorHints hints;
  std::optional<ImageInfo> info;
  while (true) {
    const JpegSegment segment = TRY(markers.next());
    note_hints(hints, segment);
    if (is_jpeg_frame_header(segment.marker)) {
      if (info) {
        return fail(ErrorCode::kCorrupt, "the JPEG has two frame headers");
      }
      info = TRY(parse_frame_header(segment));
    } else if (segment.marker == kJpegEoi) {
      return fail(ErrorCode::kTruncated, "the JPEG ends before its first scan");
    } else if (segment.marker == kJpegSos) {
      if (!info || segment.payload.empty()) {
        return fail(ErrorCode::kCorrupt, "a JPEG scan begins without a header");
      }
      info->jpeg.color = color_of(info->jpeg, hints);
      info->jpeg.adobe_inverted = hints.adobe_transform.has_value();
      info->jpeg.multi_scan =
          info->progressive || byte_at(segment.payload, 0) < info->jpeg.component_count;
      return *info;
    }
  }
}

}  // namespace albumen
