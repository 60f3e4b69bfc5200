// SPDX-License-Identifier: Apache-2.0
// Which DCT scale: the smallest that covers the views, smaller ones only where memory forces it.
#include <algorithm>
#include <array>

#include "decode/internal/format.h"
#include "decode/jpeg/jpeg_geometry.h"

namespace albumen {
namespace {

constexpr std::array kScales{1, 2, 3, 4, 5, 6, 7, 8};

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
  DecodePlan largest_that_fits;
  Bytes need;
  for (const int scale : kScales) {
    DecodePlan plan = plan_at(info, scale);
    plan.covers_views = covers(plan.decoded_size, request.needed);
    const bool fits = plan.peak_bytes <= request.affordable;
    if (fits) {
      largest_that_fits = plan;
    }
    if (scale == kScales.front()) {
      need = plan.peak_bytes;
    }
    if (plan.covers_views || !fits) {
      break;
    }
  }
  if (largest_that_fits.output_bytes == Bytes{}) {
    return needs_more(need, request.affordable);
  }
  return largest_that_fits;
}

}  // namespace albumen
