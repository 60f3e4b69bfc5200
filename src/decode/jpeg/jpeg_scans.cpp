// SPDX-License-Identifier: Apache-2.0
#include "decode/jpeg/jpeg_scans.h"

#include <fmt/core.h>

#include "decode/jpeg/jpeg_markers.h"
#include "decode/limits.h"

namespace albumen {
namespace {

// SOS: count, (id, tables) of each component, Ss, Se, Ah/Al. A progressive AC scan has exactly one
// component and Ss > 0 (T.81, G.1.1.1.1).
bool is_without_effect(ByteSpan scan_header, const ImageInfo& info, const JpegGeometry& geometry) {
  constexpr std::size_t kOneComponentHeader = 6;
  if (scan_header.size() != kOneComponentHeader || scan_header[0] != std::byte{1} ||
      scan_header[3] == std::byte{0}) {
    return false;
  }
  const auto id = std::to_integer<std::uint8_t>(scan_header[1]);
  for (std::size_t index = 0; index < static_cast<std::size_t>(info.jpeg.component_count);
       ++index) {
    if (info.jpeg.components[index].id == id) {
      return geometry.planes[index].block_side == 1;
    }
  }
  return false;
}

}  // namespace

Result<JpegScans> select_scans(ByteSpan bytes, const ImageInfo& info,
                               const JpegGeometry& geometry) {
  JpegScans scans;
  if (!info.jpeg.multi_scan) {
    scans.kept.push_back(bytes);
    scans.has_end = true;
    return scans;
  }
  JpegMarkers markers{bytes};
  std::size_t kept_from = 0;
  bool dropping = false;
  int scan_count = 0;
  while (true) {
    auto segment = markers.next();
    if (!segment.has_value() && segment.error().code != ErrorCode::kTruncated) {
      return std::unexpected(std::move(segment).error());
    }
    const bool at_end = !segment.has_value() || segment->marker == kJpegEoi;
    const bool is_scan = !at_end && segment->marker == kJpegSos;
    if (is_scan && ++scan_count > kMaxJpegScans) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("the JPEG has more than {} scans", kMaxJpegScans));
    }
    if (dropping && segment.has_value()) {
      kept_from = segment->begin;
    } else if (dropping) {
      kept_from = bytes.size();
    }
    dropping = is_scan && info.progressive && is_without_effect(segment->payload, info, geometry);
    if (dropping || at_end) {
      const std::size_t kept_to = dropping ? segment->begin : bytes.size();
      scans.kept.push_back(bytes.subspan(kept_from, kept_to - kept_from));
    }
    if (at_end) {
      scans.has_end = segment.has_value();
      return scans;
    }
  }
}

}  // namespace albumen
