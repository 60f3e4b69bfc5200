// SPDX-License-Identifier: Apache-2.0
// What each format's folder offers to decoder.cpp, and what they share.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/completeness.h"
#include "core/result.h"
#include "decode/decoder.h"
#include "decode/internal/byte_reader.h"
#include "decode/internal/decode_watch.h"

namespace albumen {

/// What `plan` of one format must satisfy.
struct PlanRequest {
  Size needed;       ///< stored orientation; the decode must be at least this, on both sides
  Bytes affordable;  ///< the plan's peak must not exceed it
};

/// Everything a format's decode works with. All outlive the call.
struct DecodeRequest {
  ByteSpan bytes;
  const ImageInfo& info;
  const DecodePlan& plan;
  const DecodeOptions& options;
  DecodeWatch& watch;
};

Result<ImageInfo> probe_jpeg(ByteSpan bytes);
Result<DecodePlan> plan_jpeg(const ImageInfo& info, const PlanRequest& request);
Result<DecodedImage> decode_jpeg(const DecodeRequest& request, Reservation& job);

Result<ImageInfo> probe_png(ByteSpan bytes);
Result<DecodePlan> plan_png(const ImageInfo& info, const PlanRequest& request);
Result<DecodedImage> decode_png(const DecodeRequest& request, Reservation& job);

Result<ImageInfo> probe_webp(ByteSpan bytes);
Result<DecodePlan> plan_webp(const ImageInfo& info, const PlanRequest& request);
Result<DecodedImage> decode_webp(const DecodeRequest& request, Reservation& job);

/// What is embedded in a RAW is planned as the JPEG that it is.
Result<ImageInfo> probe_raw(ByteSpan bytes);
Result<DecodedImage> decode_raw(const DecodeRequest& request, Reservation& job);

/// The three of every content that longtail_formats.h knows. A probe gives what the child said, in
/// its limits.
Result<ImageInfo> probe_longtail(ContentType type, ByteSpan bytes, LongtailDecoder& decoder);
Result<DecodePlan> plan_longtail(const ImageInfo& info, const PlanRequest& request);
Result<DecodedImage> decode_longtail(const DecodeRequest& request, Reservation& job);
/// What a child may take to read a header, beside the shared copy of the file.
Bytes longtail_probe_bytes();

/// Corrupt for an empty size, TooLarge beyond limits.h.
Result<void> check_size(Size stored);

/// The size, stored orientation, that a decode needs to cover every view: each view fitted inside
/// its longest side (core/geometry.h), the largest of each side.
/// REQUIRES: views not empty, no longest side 0.
Size needed_size(Size stored, std::span<const ViewSpec> views);

inline bool covers(Size decoded, Size needed) {
  return decoded.width >= needed.width && decoded.height >= needed.height;
}

/// BudgetExceeded naming need and limit.
std::unexpected<Error> needs_more(Bytes need, Bytes affordable);

/// The picture whose single plane of `channels` begins the buffer, rows `stride_bytes` apart.
DecodedImage single_plane_image(const DecodeRequest& request, ByteBuffer buffer,
                                std::size_t stride_bytes);

constexpr int channels_of(PixelLayout layout) {
  switch (layout) {
    case PixelLayout::kGray8:
    case PixelLayout::kYcc8:
      return 1;
    case PixelLayout::kRgb8:
      return 3;
    case PixelLayout::kRgba8:
      return 4;
  }
  return 1;
}

/// Rows start at multiples of this, so that SIMD code may read whole cache lines.
constexpr std::size_t kRowAlignment = 64;

constexpr std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

constexpr std::uint32_t divide_up(std::uint64_t value, std::uint64_t divisor) {
  return static_cast<std::uint32_t>((value + divisor - 1) / divisor);
}

/// Whether a damaged picture of which `complete` (0..1) is there may be used.
inline bool keeps(const DecodeOptions& options, float complete) {
  return keeps_damaged(complete, options.keep_truncated_percent);
}

}  // namespace albumen
