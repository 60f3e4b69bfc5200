// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/internal/anchor_decode.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

namespace albumen::faces {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Size kInput{.width = 64, .height = 32};

TEST(AnchorDecodeTest, DecodesYunet) {
  ASSERT_EQ(cells_of(kInput, 8), 32U);
  std::vector<float> scores(32);
  std::vector<float> objectness(32, 1.0F);
  std::vector<float> boxes(128);
  std::vector<float> points(320);
  constexpr std::size_t kCellIndex = 8 * 2 + 3;  // row 2, column 3
  scores[kCellIndex] = 0.81F;
  boxes[4 * kCellIndex] = 0.5F;
  boxes[4 * kCellIndex + 2] = std::log(2.0F);
  points[10 * kCellIndex + 8] = -1;
  std::vector<Candidate> found;
  decode_yunet(
      {.stride = 8, .scores = scores, .objectness = objectness, .boxes = boxes, .points = points},
      kInput, 0.8F, found);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_FLOAT_EQ(found[0].score, 0.9F);
  EXPECT_FLOAT_EQ(found[0].x1, 24 + 4 - 8);
  EXPECT_FLOAT_EQ(found[0].x2, 24 + 4 + 8);
  EXPECT_FLOAT_EQ(found[0].y1, 16 - 4);
  EXPECT_EQ(found[0].landmarks[0], (Point{.x = 24, .y = 16}));
  EXPECT_EQ(found[0].landmarks[4], (Point{.x = 16, .y = 16}));
}

TEST(AnchorDecodeTest, DecodesScrfd) {
  const std::size_t anchors = 2 * cells_of(kInput, 16);
  ASSERT_EQ(anchors, 16U);
  std::vector<float> scores(anchors);
  std::vector<float> boxes(4 * anchors, 0.5F);
  std::vector<float> points(10 * anchors);
  scores[2 * 5 + 1] = 0.7F;  // second anchor of row 1, column 1
  boxes[4 * 11 + 3] = 2;
  std::vector<Candidate> found;
  decode_scrfd({.stride = 16, .scores = scores, .boxes = boxes, .points = points}, kInput, 0.6F,
               found);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].x1, 8);
  EXPECT_EQ(found[0].y1, 8);
  EXPECT_EQ(found[0].x2, 24);
  EXPECT_EQ(found[0].y2, 16 + 32);
}

TEST(AnchorDecodeTest, IgnoresBoxesThatNoPictureHolds) {
  const std::vector<float> scores(1, 1.0F);
  std::vector<float> boxes = {0, 0, 80, 0};  // e^80 cells wide
  const std::vector<float> points(10);
  std::vector<Candidate> found;
  const GridMaps maps{
      .stride = 32, .scores = scores, .objectness = scores, .boxes = boxes, .points = points};
  decode_yunet(maps, kInput, 0.5F, found);
  boxes = {-1, 0, -1, 0};  // inside out
  decode_scrfd(maps, kInput, 0.5F, found);
  EXPECT_THAT(found, IsEmpty());
}

}  // namespace
}  // namespace albumen::faces
