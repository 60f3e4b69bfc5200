// SPDX-License-Identifier: Apache-2.0
// Which DCT scale: the smallest that covers the views, smaller ones only where memory forces it.
#include <algorithm>
#include <array>

#include "decode/internal/format.h"
#include "decode/jpeg/jpeg_geometry.h"

namespace albumen {
namespace {

// libjpeg-turbo has SIMD for 1, 2, 4 and 8 eighths. 3/8 in plain C costs what 4/8 costs and gives
// half the pixels to whoever comes next; 5/8 to 7/8 cost up to twice as much as 8/8 (12 MP, 4:2:0:
// 24, 24, 41, 46, 60, 28 ms for 3 to 8 eighths on one core of a Xeon with AVX-512), so they serve
// only where memory is short.
constexpr std::array kFastScales{1, 2, 3, 4, 8};

DecodePlan plan_at(const ImageInfo& info, int scale) {
  const JpegGeometry geometry = jpeg_geometry(info, scale);
  DecodePlan plan;
  plan.decoded_size = geometry.decoded;
  plan.jpeg_scale = scale;
  plan.layout = geometry.layout;
  plan.output_bytes = Bytes{geometry.output_bytes};
  plan.peak_bytes = plan.output_bytes + Bytes{geometry.arena_bytes} + kJpegSessionBytes;
  const auto is_dc_only = [](const JpegPlane& plane) { return plane.block_side == 1; };
  plan.skip_jpeg_ac_scans =
      info.progressive &&
      std::any_of(geometry.planes.begin(), geometry.planes.begin() + info.jpeg.component_count,
                  is_dc_only);
  return plan;
}

}  // namespace

Result<DecodePlan> plan_jpeg(const ImageInfo& info, const PlanRequest& request) {
  DecodePlan plan;
  for (const int scale : kFastScales) {
    plan = plan_at(info, scale);
    if (covers(plan.decoded_size, request.needed)) {
      break;
    }
  }
  for (int scale = plan.jpeg_scale - 1; plan.peak_bytes > request.affordable; --scale) {
    if (scale == 0) {
      return needs_more(plan.peak_bytes, request.affordable);
    }
    plan = plan_at(info, scale);
    plan.covers_views = covers(plan.decoded_size, request.needed);
  }
  return plan;
}

}  // namespace albumen
