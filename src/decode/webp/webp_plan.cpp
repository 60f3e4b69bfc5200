// SPDX-License-Identifier: Apache-2.0
#include "decode/webp/webp_plan.h"

#include <algorithm>

#include "decode/internal/format.h"

namespace albumen {
namespace {

// Contexts, prediction tables and the coefficients of one row of macroblocks; measured below 2 KiB
// a column of 16 pixels and 60 KiB in all.
constexpr std::size_t kFixedBytes = std::size_t{128} * 1024;
constexpr std::size_t kBytesPerColumn = std::size_t{4} * 1024;

// Rescaler: two rows of 32-bit sums and one of samples for each of four channels.
constexpr std::size_t kRescalerBytesPerPixel = 64;

// Lossless: Huffman codes come in groups of about 20 KiB. An encoder chooses their number; nothing
// but the bit stream tells it. Encoders stay far below one for 2048 pixels; more is refused.
constexpr std::uint64_t kGroupBytes = std::uint64_t{21} * 1024;
constexpr std::uint64_t kPixelsPerGroup = 2048;
constexpr std::uint64_t kFewestGroups = 128;
constexpr std::uint64_t kMostGroups = 1300;

// The frame in ARGB with 17 rows more, and for every 4x4 pixels at most one entry of the
// predictor, colour and entropy images.
Bytes lossless_bytes(Size frame) {
  const Bytes argb =
      PixelCount{std::uint64_t{frame.width} * (std::uint64_t{frame.height} + 17)}.bytes(
          sizeof(std::uint32_t));
  const std::uint64_t tiles = std::uint64_t{divide_up(frame.width, 4)} * divide_up(frame.height, 4);
  const std::uint64_t groups =
      std::clamp(frame.pixels().count() / kPixelsPerGroup, kFewestGroups, kMostGroups);
  return argb + Bytes{tiles * 3 * sizeof(std::uint32_t)} + Bytes{groups * kGroupBytes};
}

DecodePlan plan_at(const ImageInfo& info, Size decoded) {
  DecodePlan plan;
  plan.decoded_size = decoded;
  plan.layout = info.has_alpha ? PixelLayout::kRgba8 : PixelLayout::kRgb8;
  plan.output_bytes = Bytes{webp_stride(info, decoded)} * decoded.height;
  plan.peak_bytes = plan.output_bytes + webp_codec_bytes(info, decoded);
  return plan;
}

}  // namespace

Bytes webp_codec_bytes(const ImageInfo& info, Size decoded) {
  const Size frame = info.webp.frame_size;
  Bytes sum{kFixedBytes + kBytesPerColumn * divide_up(frame.width, 16)};
  if (decoded != info.stored_size) {
    sum += Bytes{kRescalerBytesPerPixel * decoded.width};
  }
  if (info.webp.lossless) {
    sum += lossless_bytes(frame);
  } else if (info.has_alpha) {
    sum += frame.pixels().bytes(1) + lossless_bytes(frame);  // the alpha plane is coded losslessly
  }
  return sum;
}

std::size_t webp_stride(const ImageInfo& info, Size decoded) {
  return round_up(std::size_t{decoded.width} * (info.has_alpha ? 4 : 3), kRowAlignment);
}

Result<DecodePlan> plan_webp(const ImageInfo& info, const PlanRequest& request) {
  const bool scalable = frame_fills_canvas(info);
  DecodePlan plan = plan_at(info, scalable ? request.needed : info.stored_size);
  const Bytes need = plan.peak_bytes;
  while (scalable && plan.peak_bytes > request.affordable && plan.decoded_size.longest_side() > 1) {
    plan = plan_at(info, fit_inside(info.stored_size, plan.decoded_size.longest_side() / 2));
    plan.covers_views = false;
  }
  if (plan.peak_bytes > request.affordable) {
    return needs_more(need, request.affordable);
  }
  return plan;
}

}  // namespace albumen
