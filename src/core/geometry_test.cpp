// SPDX-License-Identifier: Apache-2.0
#include "core/geometry.h"

#include <gtest/gtest.h>

namespace albumen {
namespace {

TEST(GeometryTest, FitInsideKeepsTheAspectAndNeverEnlarges) {
  EXPECT_EQ(fit_inside({4032, 3024}, 640), (Size{640, 480}));
  EXPECT_EQ(fit_inside({3024, 4032}, 640), (Size{480, 640}));
  EXPECT_EQ(fit_inside({100, 50}, 640), (Size{100, 50}));
}

TEST(GeometryTest, FitInsideNeverGivesAnEmptySide) {
  EXPECT_EQ(fit_inside({65535, 1}, 640), (Size{640, 1}));
}

TEST(GeometryTest, FitInsideRoundsToNearest) {
  EXPECT_EQ(fit_inside({1000, 667}, 640), (Size{640, 427}));  // 426.88
}

TEST(GeometryTest, TurnsThatLieDownSwapTheSides) {
  EXPECT_EQ(oriented({4, 3}, Orientation::kRotate180), (Size{4, 3}));
  EXPECT_EQ(oriented({4, 3}, Orientation::kRotate90), (Size{3, 4}));
  EXPECT_EQ(oriented({4, 3}, Orientation::kTransverse), (Size{3, 4}));
}

TEST(GeometryTest, OrientationsOutsideTheStandardAreUpright) {
  EXPECT_EQ(orientation_from_exif(0), Orientation::kUpright);
  EXPECT_EQ(orientation_from_exif(9), Orientation::kUpright);
  EXPECT_EQ(orientation_from_exif(6), Orientation::kRotate90);
}

TEST(GeometryTest, OverlapOfRectangles) {
  const Rect unit{0, 0, 2, 2};
  EXPECT_FLOAT_EQ(intersection_over_union(unit, unit), 1.0F);
  EXPECT_FLOAT_EQ(intersection_over_union(unit, {1, 0, 2, 2}), 1.0F / 3.0F);
  EXPECT_FLOAT_EQ(intersection_over_union(unit, {2, 0, 2, 2}), 0.0F) << "half-open: they touch";
  EXPECT_FLOAT_EQ(intersection_over_union({}, {}), 0.0F);
}

}  // namespace
}  // namespace albumen
