// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/face_aligner.h"

#include <cmath>

namespace albumen {
namespace {

struct Centred {
  double x = 0;
  double y = 0;
};

Centred centroid(const Landmarks& points) {
  Centred sum;
  for (const Point& point : points) {
    sum.x += double{point.x};
    sum.y += double{point.y};
  }
  const auto count = static_cast<double>(points.size());
  return {.x = sum.x / count, .y = sum.y / count};
}

}  // namespace

Result<Affine> chip_to_picture(const Landmarks& points, const AlignmentTemplate& alignment) {
  // Least squares of picture onto template, then inverted: the error counts in chip pixels, so
  // that a face's size does not change the weight of its points.
  const Centred from = centroid(points);
  const Centred to = centroid(alignment.points);
  double along = 0;   // a = along / length: cosine part of the similarity
  double across = 0;  // b = across / length: sine part
  double length = 0;
  for (std::size_t index = 0; index < points.size(); ++index) {
    const double px = double{points[index].x} - from.x;
    const double py = double{points[index].y} - from.y;
    const double qx = double{alignment.points[index].x} - to.x;
    const double qy = double{alignment.points[index].y} - to.y;
    along += px * qx + py * qy;
    across += px * qy - py * qx;
    length += px * px + py * py;
  }
  const double a = along / length;
  const double b = across / length;
  const double square = a * a + b * b;
  // A chip pixel between 1/1000 and 1000 picture pixels; false for NaN.
  if (!(square > 1e-6 && square < 1e6)) {
    return fail(ErrorCode::kCorrupt, "the points of a face do not span one");
  }
  // The inverse of [a -b; b a].
  const double c = a / square;
  const double d = -b / square;
  return Affine{.xx = static_cast<float>(c),
                .xy = static_cast<float>(-d),
                .x0 = static_cast<float>(from.x - c * to.x + d * to.y),
                .yx = static_cast<float>(d),
                .yy = static_cast<float>(c),
                .y0 = static_cast<float>(from.y - d * to.x - c * to.y)};
}

}  // namespace albumen
