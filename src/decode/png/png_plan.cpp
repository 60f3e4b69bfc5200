// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "decode/internal/format.h"
#include "decode/png/png_layout.h"

namespace albumen {
namespace {

// libspng's context and read buffer, zlib's state and 32 KiB window; measured 66 KiB.
constexpr std::size_t kCodecFixedBytes = std::size_t{96} * 1024;

// A palette counts as three channels in ImageInfo but as one in the file; counting three there
// keeps the bound a bound.
std::size_t stored_row_bytes(const ImageInfo& info) {
  const std::size_t bits = std::size_t{info.stored_size.width} *
                           static_cast<std::size_t>(info.channels * info.bit_depth);
  return bits / 8 + 2;
}

DecodePlan plan_with(const ImageInfo& info, std::uint32_t factor) {
  const PngLayout layout = png_layout(info, factor);
  DecodePlan plan;
  plan.decoded_size = layout.shrink.target();
  plan.shrink = factor;
  plan.layout = layout.layout;
  plan.output_bytes = Bytes{layout.output_bytes};
  plan.peak_bytes = plan.output_bytes + Bytes{layout.row_bytes} + Bytes{layout.sum_bytes} +
                    Bytes{layout.codec_bytes};
  return plan;
}

}  // namespace

PngLayout png_layout(const ImageInfo& info, std::uint32_t factor) {
  PngLayout layout;
  const bool gray = info.channels <= 2 && !info.has_alpha;
  layout.layout =
      info.has_alpha ? PixelLayout::kRgba8 : (gray ? PixelLayout::kGray8 : PixelLayout::kRgb8);
  const int channels = channels_of(layout.layout);
  // libspng has no 8-bit grey out of 16: it gives RGB, of which one channel is kept.
  layout.row_channels = gray && info.bit_depth == 16 ? 3 : channels;
  layout.shrink = {.source = info.stored_size,
                   .factor = factor,
                   .channels = channels,
                   .order = info.interlaced ? RowOrder::kAny : RowOrder::kTopDown};
  const Size target = layout.shrink.target();
  const std::size_t full_row =
      std::size_t{info.stored_size.width} * static_cast<std::size_t>(layout.row_channels);
  const bool direct = factor == 1 && !info.interlaced && layout.row_channels == channels;
  layout.row_bytes = direct ? 0 : full_row;
  layout.sum_bytes = factor == 1 ? 0 : layout.shrink.sum_count() * sizeof(std::uint32_t);
  layout.codec_bytes =
      kCodecFixedBytes + 2 * stored_row_bytes(info) + (info.interlaced ? full_row : 0);
  layout.stride =
      round_up(std::size_t{target.width} * static_cast<std::size_t>(channels), kRowAlignment);
  layout.output_bytes = layout.stride * target.height;
  return layout;
}

Result<DecodePlan> plan_png(const ImageInfo& info, const PlanRequest& request) {
  const Size stored = info.stored_size;
  // The largest factor that covers lies near the ratio of the sides; rounding up may add one.
  std::uint32_t factor = std::min({stored.width / request.needed.width + 1,
                                   stored.height / request.needed.height + 1, kMaxShrink});
  const auto covered_by = [&](std::uint32_t candidate) {
    const ShrinkShape shape{.source = stored, .factor = candidate};
    return covers(shape.target(), request.needed);
  };
  while (factor > 1 && !covered_by(factor)) {
    --factor;
  }
  DecodePlan plan = plan_with(info, factor);
  const Bytes need = plan.peak_bytes;
  while (plan.peak_bytes > request.affordable && factor < kMaxShrink) {
    ++factor;
    plan = plan_with(info, factor);
    plan.covers_views = covered_by(factor);
  }
  if (plan.peak_bytes > request.affordable) {
    return needs_more(std::min(need, plan.peak_bytes), request.affordable);
  }
  return plan;
}

}  // namespace albumen
