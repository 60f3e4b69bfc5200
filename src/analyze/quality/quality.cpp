// SPDX-License-Identifier: Apache-2.0
#include "analyze/quality/quality.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>

#include "analyze/analyzer.h"
#include "analyze/internal/one_view_analyzer.h"
#include "analyze/quality/internal/row_sums.h"
#include "core/error.h"
#include "core/findings.h"
#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/view_spec.h"

namespace albumen {
namespace {

/// E[x^2] - E[x]^2 from exact sums.
double variance(std::int64_t sum, std::int64_t squares, double count) {
  const double mean = static_cast<double>(sum) / count;
  return std::max((static_cast<double>(squares) / count) - (mean * mean), 0.0);
}

/// Of the Laplacian (centre -4, four neighbours 1) over all pixels that have four neighbours.
float sharpness_of(ImageView gray) {
  if (gray.width() < 3 || gray.height() < 3) {
    return 0;
  }
  internal::LaplacianSums sums;
  for (std::uint32_t y = 1; y + 1 < gray.height(); ++y) {
    internal::add_laplacian({.above = gray.row(y - 1).data(),
                             .row = gray.row(y).data(),
                             .below = gray.row(y + 1).data(),
                             .width = gray.width()},
                            sums);
  }
  const double count = double{gray.width() - 2.0} * (gray.height() - 2.0);
  return static_cast<float>(variance(sums.sum, sums.squares, count));
}

}  // namespace

Result<Quality> measure_quality(ImageView gray) {
  if (gray.empty() || gray.channels() != 1) {
    return fail(ErrorCode::kInvalidArgument, "quality is measured on a grey picture");
  }
  internal::LumaSums sums;
  for (std::uint32_t y = 0; y < gray.height(); ++y) {
    internal::add_luma(gray.row(y), sums);
  }
  const auto count = static_cast<double>(gray.size().pixels().count());
  return Quality{.sharpness = sharpness_of(gray),
                 .brightness = static_cast<float>(static_cast<double>(sums.sum) / count),
                 .contrast = static_cast<float>(std::sqrt(variance(sums.sum, sums.squares, count))),
                 .clipped_dark = static_cast<float>(static_cast<double>(sums.dark) / count),
                 .clipped_bright = static_cast<float>(static_cast<double>(sums.bright) / count)};
}

std::unique_ptr<Analyzer> make_quality_analyzer() {
  // One size for all pictures makes the measures comparable between cameras; 640 is what the face
  // detector looks at, so that its luma plane serves both and no decode grows for it, and large
  // enough to tell a shake of two thousandths of the picture from a sharp one.
  constexpr ViewSpec kView{.longest_side = 640, .layout = ViewLayout::kGray8};
  return std::make_unique<internal::OneViewAnalyzer<measure_quality>>(
      AnalyzerId{.name = "quality", .version = "1", .model_digest = "", .parameters = "view=640"},
      kView);
}

}  // namespace albumen
