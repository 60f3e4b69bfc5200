// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/face_aligner.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace albumen {
namespace {

AlignmentTemplate dlib_template() { return *built_in_card("dlib-resnet29")->alignment; }

Landmarks moved(const Landmarks& points, const Affine& map) {
  Landmarks result = points;
  for (Point& point : result) {
    point = map.apply(point);
  }
  return result;
}

TEST(FaceAlignerTest, FindsTheSimilarityThatWasApplied) {
  const AlignmentTemplate alignment = dlib_template();
  for (const float degrees : {0.0F, 30.0F, -75.0F, 180.0F}) {
    for (const float scale : {0.2F, 1.0F, 7.0F}) {
      const float radians = degrees * 3.14159265F / 180;
      const Affine truth{.xx = scale * std::cos(radians),
                         .xy = -scale * std::sin(radians),
                         .x0 = 321,
                         .yx = scale * std::sin(radians),
                         .yy = scale * std::cos(radians),
                         .y0 = -45};
      const auto found = chip_to_picture(moved(alignment.points, truth), alignment);
      ASSERT_TRUE(found.has_value());
      const Point probe{.x = 17, .y = 131};
      EXPECT_NEAR(found->apply(probe).x, truth.apply(probe).x, 0.01);
      EXPECT_NEAR(found->apply(probe).y, truth.apply(probe).y, 0.01);
    }
  }
}

TEST(FaceAlignerTest, NoNearbySimilarityIsBetter) {
  const AlignmentTemplate alignment = dlib_template();
  Landmarks points = alignment.points;
  points[0].x += 6;
  points[2].y -= 9;
  points[4].x -= 5;
  const Affine best = chip_to_picture(points, alignment).value();
  // Sum of squares in chip pixels of the inverse of c [1 -t; t 1] + shift.
  const auto error = [&](double c, double d, double x0, double y0) {
    double sum = 0;
    for (std::size_t index = 0; index < points.size(); ++index) {
      const double px = double{points[index].x} - x0;
      const double py = double{points[index].y} - y0;
      const double square = c * c + d * d;
      const double qx = (c * px + d * py) / square;
      const double qy = (c * py - d * px) / square;
      sum += std::pow(qx - double{alignment.points[index].x}, 2) +
             std::pow(qy - double{alignment.points[index].y}, 2);
    }
    return sum;
  };
  const double least = error(best.xx, best.yx, best.x0, best.y0);
  for (const double step : {-0.01, 0.01}) {
    EXPECT_GT(error(best.xx + step, best.yx, best.x0, best.y0), least);
    EXPECT_GT(error(best.xx, best.yx + step, best.x0, best.y0), least);
    EXPECT_GT(error(best.xx, best.yx, best.x0 + 50 * step, best.y0), least);
    EXPECT_GT(error(best.xx, best.yx, best.x0, best.y0 + 50 * step), least);
  }
}

TEST(FaceAlignerTest, RefusesPointsThatSpanNoFace) {
  const AlignmentTemplate alignment = dlib_template();
  EXPECT_EQ(chip_to_picture(Landmarks{}, alignment).error().code, ErrorCode::kCorrupt);
  Landmarks broken = alignment.points;
  broken[1].x = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(chip_to_picture(broken, alignment).has_value());
  broken[1].x = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(chip_to_picture(broken, alignment).has_value());
}

}  // namespace
}  // namespace albumen
