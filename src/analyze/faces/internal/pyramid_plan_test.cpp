// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/internal/pyramid_plan.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace albumen::faces {
namespace {

bool overlap(const Level& a, const Level& b) {
  return a.x < b.x + b.size.width && b.x < a.x + a.size.width && a.y < b.y + b.size.height &&
         b.y < a.y + a.size.height;
}

void expect_valid(const PyramidPlan& plan, Size view) {
  for (std::size_t index = 0; index < plan.levels.size(); ++index) {
    const Level& level = plan.levels[index];
    EXPECT_EQ(level.x % kCellStep, 0U);
    EXPECT_EQ(level.y % kCellStep, 0U);
    EXPECT_LE(level.x + level.size.width, plan.width);
    EXPECT_LE(level.y + level.size.height, plan.height());
    EXPECT_GE(std::min(level.size.width, level.size.height), kCell);
    EXPECT_EQ(level.size.width, std::ceil(view.width * double{level.scale} - 1e-4));
    for (std::size_t other = 0; other < index; ++other) {
      EXPECT_FALSE(overlap(level, plan.levels[other]));
    }
  }
}

TEST(PyramidPlanTest, PacksTheUsualView) {
  const Size view{.width = 640, .height = 480};
  const PyramidPlan plan = plan_pyramid(view, 640, 20);
  expect_valid(plan, view);
  ASSERT_EQ(plan.levels.size(), 10U);
  EXPECT_EQ(plan.levels[0].size, (Size{.width = 384, .height = 288}));
  EXPECT_EQ(plan.width, 384U);
  EXPECT_EQ(plan.strips, 5U);  // 222,000 pixels of levels on 265,000 of strips
}

TEST(PyramidPlanTest, PacksEveryKindOfView) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const Size view{.width = 1 + static_cast<std::uint32_t>(random() % 640),
                    .height = 1 + static_cast<std::uint32_t>(random() % 640)};
    const float min_face = 12.0F + static_cast<float>(random() % 100);
    expect_valid(plan_pyramid(view, 640, min_face), view);
  }
}

TEST(PyramidPlanTest, HasNoLevelForViewsSmallerThanAFace) {
  const PyramidPlan plan = plan_pyramid({.width = 640, .height = 19}, 640, 20);
  EXPECT_TRUE(plan.levels.empty());
  EXPECT_EQ(plan.strips, 0U);
  EXPECT_EQ(plan.height(), 0U);
  EXPECT_EQ(plan_pyramid({.width = 20, .height = 20}, 640, 20).levels.size(), 1U);
}

TEST(PyramidPlanTest, EveryCellLiesWholeInOneStrip) {
  // Cell rows 0..63 of strip k begin at canvas rows 128k + 0..126 and end 12 rows later.
  EXPECT_EQ((kStripRows - kCell) / kCellStep + 1, kStripStep / kCellStep);
  EXPECT_EQ(kStripStep % kCellStep, 0U);
}

}  // namespace
}  // namespace albumen::faces
