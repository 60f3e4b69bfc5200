// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/anchor_detectors.h"

#include <cmath>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyze/faces/testing/small_models.h"
#include "infer/testing/model_files.h"

namespace albumen {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

using Outputs = std::vector<testing::FixedOutput>;

// Grids of 8x4, 4x2 and 2x1 cells on an input of 64x32.
constexpr std::array<std::size_t, 3> kStrides = {8, 16, 32};

std::size_t cells(std::size_t stride) { return 64 / stride * (32 / stride); }

// One face in the middle grid, row 1, column 2: centre (40, 24), 16 wide, 8 high.
Outputs yunet_outputs() {
  Outputs outputs;
  for (const std::size_t stride : kStrides) {
    const std::size_t n = cells(stride);
    std::vector<float> scores(n, 0.0F);
    std::vector<float> boxes(4 * n, 0.0F);
    std::vector<float> points(10 * n, 0.25F);
    if (stride == 16) {
      scores[6] = 1.0F;
      boxes[24] = 0.5F;
      boxes[25] = 0.5F;
      boxes[27] = std::log(0.5F);
    }
    outputs.push_back({fmt::format("cls_{}", stride), {1, n, 1}, scores});
    outputs.push_back({fmt::format("obj_{}", stride), {1, n, 1}, std::vector<float>(n, 0.81F)});
    outputs.push_back({fmt::format("bbox_{}", stride), {1, n, 4}, boxes});
    outputs.push_back({fmt::format("kps_{}", stride), {1, n, 10}, points});
  }
  return outputs;
}

// The same face, found by both anchors of its cell; outputs without telling names, as exported.
Outputs scrfd_outputs() {
  Outputs outputs;
  int number = 440;
  for (const std::size_t columns : {1U, 4U, 10U}) {
    for (const std::size_t stride : kStrides) {
      const std::size_t n = 2 * cells(stride);
      std::vector<float> values(n * columns, columns == 10 ? 0.25F : 0.0F);
      if (stride == 16 && columns == 1) {
        values[12] = 0.9F;
        values[13] = 0.8F;
      }
      if (stride == 16 && columns == 4) {
        for (const std::size_t anchor : {12U, 13U}) {
          values[4 * anchor + 2] = 1.0F;
          values[4 * anchor + 1] = -0.25F;
          values[4 * anchor + 3] = 0.75F;
        }
      }
      outputs.push_back({std::to_string(number++), {n, columns}, values});
    }
  }
  return outputs;
}

Result<std::vector<FaceBox>> detect(const InstalledModel& model, Size view_size) {
  const auto runtime = TRY(make_openvino_runtime({.precision = Precision::kF32}));
  const auto detector =
      TRY(make_face_detector(*runtime, model, {.view_side = 64, .min_score = 0.6F}));
  const auto worker = TRY(detector->make_worker());
  Budget budget{kMiB * 4};
  Reservation job =
      TRY(budget.reserve(MemoryTag::kTensor, detector->working_bytes(view_size), StopToken()));
  const std::vector<std::uint8_t> pixels(view_size.pixels().bytes(3).count(), 90);
  return worker->detect({pixels.data(), view_size, 3, std::size_t{view_size.width} * 3}, job);
}

void expect_the_face(const FaceBox& face, float scale) {
  EXPECT_NEAR(face.score, 0.9, 1e-3);
  EXPECT_NEAR(face.box.x, 32 * scale, 1e-3);
  EXPECT_NEAR(face.box.y, 20 * scale, 1e-3);
  EXPECT_NEAR(face.box.width, 16 * scale, 1e-3);
  EXPECT_NEAR(face.box.height, 8 * scale, 1e-3);
  EXPECT_NEAR(face.landmarks[3].x, (32 + 4) * scale, 1e-3);
}

TEST(AnchorDetectorsTest, RunsANetOfYunetsLayout) {
  const testing::TemporaryFolder folder;
  const auto model = testing::install_detector(folder.path(), "yunet", yunet_outputs());
  ASSERT_TRUE(model.has_value()) << to_string(model.error());
  const auto faces = detect(*model, {.width = 64, .height = 32});
  ASSERT_TRUE(faces.has_value()) << to_string(faces.error());
  ASSERT_THAT(*faces, SizeIs(1));
  expect_the_face(faces->front(), 1);
}

TEST(AnchorDetectorsTest, RunsANetOfScrfdsLayoutAndSuppressesTheSecondAnchor) {
  const testing::TemporaryFolder folder;
  const auto model = testing::install_detector(folder.path(), "scrfd", scrfd_outputs());
  ASSERT_TRUE(model.has_value()) << to_string(model.error());
  const auto faces = detect(*model, {.width = 64, .height = 32});
  ASSERT_TRUE(faces.has_value()) << to_string(faces.error());
  ASSERT_THAT(*faces, SizeIs(1));
  EXPECT_NEAR(faces->front().box.width, 16, 1e-3);
  expect_the_face(faces->front(), 1);
}

TEST(AnchorDetectorsTest, FitsAViewOfAnotherShape) {
  const testing::TemporaryFolder folder;
  const auto model = testing::install_detector(folder.path(), "yunet", yunet_outputs());
  ASSERT_TRUE(model.has_value()) << to_string(model.error());
  // 32x64 stands upright: half its size fits, so one input pixel is two of the view.
  const auto faces = detect(*model, {.width = 32, .height = 64});
  ASSERT_TRUE(faces.has_value()) << to_string(faces.error());
  ASSERT_THAT(*faces, SizeIs(1));
  expect_the_face(faces->front(), 2);
}

TEST(AnchorDetectorsTest, RefusesNetsOfAnotherLayout) {
  const testing::TemporaryFolder folder;
  Outputs outputs = yunet_outputs();
  outputs.pop_back();
  const auto model = testing::install_detector(folder.path(), "yunet", outputs);
  ASSERT_TRUE(model.has_value()) << to_string(model.error());
  const auto faces = detect(*model, {.width = 64, .height = 32});
  EXPECT_EQ(faces.error().code, ErrorCode::kModelFailed);
  EXPECT_THAT(faces.error().message, HasSubstr("kps_32"));
  const auto runtime = make_openvino_runtime({});
  const auto embedder = testing::installed_model("dlib-resnet29");
  EXPECT_EQ(make_face_detector(**runtime, embedder.value(), {}).error().code,
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace albumen
