// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/internal/mtcnn_stages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace albumen::faces {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Two levels side by side on a canvas of 40 columns: 24x24 at (0, 0) and 14x14 at (24, 0).
PyramidPlan two_levels() {
  return {.levels = {{.scale = 0.5F, .size = {.width = 24, .height = 24}},
                     {.scale = 0.25F, .size = {.width = 14, .height = 14}, .x = 24}},
          .width = 40,
          .strips = 1};
}

struct Maps {
  std::vector<float> boxes = std::vector<float>(4 * 64 * 15);
  std::vector<float> scores = std::vector<float>(2 * 64 * 15);

  void set(std::size_t row, std::size_t column, float score) {
    scores[64 * 15 + row * 15 + column] = score;
  }

  [[nodiscard]] StripMaps strip() const {
    return {.rows = 64, .columns = 15, .boxes = boxes, .scores = scores};
  }
};

TEST(MtcnnStagesTest, PlacesACellInThePicture) {
  Maps maps;
  maps.set(2, 3, 0.8F);
  maps.boxes[0 * 960 + 33] = 0.1F;
  maps.boxes[3 * 960 + 33] = -0.2F;
  std::vector<std::vector<Candidate>> found(2);
  collect_proposals(maps.strip(), two_levels(), found);
  ASSERT_THAT(found[0], SizeIs(1));
  const Candidate& box = found[0][0];
  // Cell (3, 2): inclusive corners 7, 5 and 18, 16; regression times 11; divided by 0.5.
  EXPECT_FLOAT_EQ(box.x1, (7 + 1.1F) * 2);
  EXPECT_FLOAT_EQ(box.y1, 5 * 2);
  EXPECT_FLOAT_EQ(box.x2, 18 * 2);
  EXPECT_FLOAT_EQ(box.y2, (16 - 2.2F) * 2);
  EXPECT_EQ(box.score, 0.8F);
}

TEST(MtcnnStagesTest, CountsCellsOfASecondLevelFromItsCorner) {
  Maps maps;
  maps.set(1, 13, 0.9F);  // canvas (26, 2): cell (1, 1) of the second level
  std::vector<std::vector<Candidate>> found(2);
  collect_proposals(maps.strip(), two_levels(), found);
  EXPECT_THAT(found[0], IsEmpty());
  ASSERT_THAT(found[1], SizeIs(1));
  EXPECT_FLOAT_EQ(found[1][0].x1, 3 * 4);
}

TEST(MtcnnStagesTest, DropsCellsThatLieOnTwoLevelsOrOnNone) {
  Maps maps;
  maps.set(0, 7, 0.9F);   // canvas 14..26: over the border at 24
  maps.set(8, 13, 0.9F);  // below the second level
  maps.set(7, 0, 0.9F);   // rows 14..26 of a level of 24
  std::vector<std::vector<Candidate>> found(2);
  collect_proposals(maps.strip(), two_levels(), found);
  EXPECT_THAT(found, ElementsAre(IsEmpty(), IsEmpty()));
}

TEST(MtcnnStagesTest, KeepsOnlyScoresAboveTheThreshold) {
  Maps maps;
  maps.set(0, 0, kProposalScore);
  std::vector<std::vector<Candidate>> found(2);
  collect_proposals(maps.strip(), two_levels(), found);
  EXPECT_THAT(found[0], IsEmpty());
}

TEST(MtcnnStagesTest, IgnoresRegressionsThatLeadNowhere) {
  Maps maps;
  maps.set(0, 0, 0.9F);
  maps.boxes[0] = 3e38F;
  std::vector<std::vector<Candidate>> found(2);
  collect_proposals(maps.strip(), two_levels(), found);
  EXPECT_THAT(found[0], IsEmpty());
}

TEST(MtcnnStagesTest, RefinesMovesAndSquares) {
  const std::vector<Candidate> squares = {{.x1 = 10, .y1 = 10, .x2 = 29, .y2 = 29},
                                          {.x1 = 50, .y1 = 50, .x2 = 69, .y2 = 69}};
  const std::vector<float> boxes = {0, 0.5F, 0, 0, 0, 0, 0, 0};
  const std::vector<float> scores = {0.1F, 0.9F, 0.4F, 0.6F};
  const auto kept = refine(squares, boxes, scores);
  ASSERT_THAT(kept, SizeIs(1));
  // 20 = 19 + 1 pixels a side: y1 moves by 10, the square is 19 wide around the middle.
  EXPECT_FLOAT_EQ(kept[0].x1, 10);
  EXPECT_FLOAT_EQ(kept[0].y1, 15);
  EXPECT_FLOAT_EQ(kept[0].width(), 19);
  EXPECT_FLOAT_EQ(kept[0].height(), 19);
}

TEST(MtcnnStagesTest, PlacesLandmarksInTheSquareBeforeTheBoxMoves) {
  const std::vector<Candidate> squares = {{.x1 = 100, .y1 = 200, .x2 = 139, .y2 = 239}};
  const std::vector<float> boxes = {0.25F, 0, 0, 0};
  const std::vector<float> scores = {0, 1};
  const std::vector<float> points = {0.25F, 0.75F, 0.5F, 0.25F, 0.75F,
                                     0.25F, 0.25F, 0.5F, 0.75F, 1.0F};
  const auto faces = finish(squares, {.boxes = boxes, .scores = scores, .landmarks = points}, 0.9F);
  ASSERT_THAT(faces, SizeIs(1));
  EXPECT_FLOAT_EQ(faces[0].x1, 110);
  EXPECT_EQ(faces[0].landmarks[0], (Point{.x = 110, .y = 210}));
  EXPECT_EQ(faces[0].landmarks[4], (Point{.x = 130, .y = 240}));
  EXPECT_THAT(finish(squares, {.boxes = boxes, .scores = scores, .landmarks = points}, 1.0F),
              IsEmpty());
}

}  // namespace
}  // namespace albumen::faces
