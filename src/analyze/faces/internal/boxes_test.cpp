// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/internal/boxes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

namespace albumen::faces {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

Candidate box(float x, float y, float side, float score) {
  return {.x1 = x, .y1 = y, .x2 = x + side, .y2 = y + side, .score = score};
}

TEST(BoxesTest, SuppressesTheLowerScore) {
  const Candidate best = box(1, 0, 10, 0.9F);
  const Candidate other = box(50, 0, 10, 0.5F);
  EXPECT_THAT(suppress({box(0, 0, 10, 0.8F), best, other}, 0.5F, Overlap::kUnion, 10),
              ElementsAre(best, other));
}

TEST(BoxesTest, ASuppressedBoxSuppressesNothing) {
  // A chain: 0 overlaps 4, 4 overlaps 8, 0 and 8 hardly.
  const auto kept = suppress({box(0, 0, 10, 0.9F), box(4, 0, 10, 0.8F), box(8, 0, 10, 0.7F)}, 0.3F,
                             Overlap::kUnion, 10);
  EXPECT_THAT(kept, SizeIs(2));
}

TEST(BoxesTest, ASmallBoxInALargeOneFallsOnlyByTheSmallerArea) {
  const std::vector<Candidate> boxes = {box(0, 0, 100, 0.9F), box(40, 40, 10, 0.8F)};
  EXPECT_THAT(suppress(boxes, 0.7F, Overlap::kUnion, 10), SizeIs(2));
  EXPECT_THAT(suppress(boxes, 0.7F, Overlap::kSmaller, 10), SizeIs(1));
}

TEST(BoxesTest, LooksAtNoMoreThanTheLimit) {
  std::vector<Candidate> boxes;
  for (int index = 0; index < 100; ++index) {
    boxes.push_back(box(20.0F * static_cast<float>(index), 0, 10, 0.5F));
  }
  EXPECT_THAT(suppress(boxes, 0.5F, Overlap::kUnion, 7), SizeIs(7));
}

TEST(BoxesTest, SquaresAroundTheCentre) {
  const Candidate square = squared({.x1 = 10, .y1 = 20, .x2 = 20, .y2 = 50});
  EXPECT_EQ(square, (Candidate{.x1 = 0, .y1 = 20, .x2 = 30, .y2 = 50}));
}

TEST(BoxesTest, KnowsBoxesThatAreNone) {
  EXPECT_TRUE(is_sane(box(-50, -50, 100, 1)));
  EXPECT_FALSE(is_sane(box(0, 0, 0.5F, 1)));
  EXPECT_FALSE(is_sane(box(0, 0, -3, 1)));
  EXPECT_FALSE(is_sane(box(0, 0, 1e9F, 1)));
  EXPECT_FALSE(is_sane(box(std::numeric_limits<float>::quiet_NaN(), 0, 10, 1)));
  EXPECT_FALSE(is_sane(box(0, std::numeric_limits<float>::infinity(), 10, 1)));
}

}  // namespace
}  // namespace albumen::faces
