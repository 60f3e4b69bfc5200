// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/face_embedder.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyze/faces/testing/small_models.h"
#include "infer/testing/model_files.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

TEST(FaceEmbedderTest, RunsAUsersModelAndNormalises) {
  const testing::TemporaryFolder folder;
  const auto model = testing::install_mean_embedder(folder.path());
  ASSERT_TRUE(model.has_value()) << to_string(model.error());
  const auto runtime = make_openvino_runtime({.precision = Precision::kF32});
  const auto embedder = FaceEmbedder::create(**runtime, *model);
  ASSERT_TRUE(embedder.has_value()) << to_string(embedder.error());
  EXPECT_EQ(embedder->chip_bytes(), 112U * 112 * 3);
  const auto worker = embedder->make_worker();
  std::vector<std::uint8_t> chips(6 * embedder->chip_bytes());
  for (std::size_t index = 0; index < chips.size(); ++index) {
    chips[index] = index % 3 == 0 ? 30 : (index % 3 == 2 ? 40 : 0);  // red 30, blue 40
  }
  const auto vectors = (*worker)->embed(chips, 6);
  ASSERT_TRUE(vectors.has_value()) << to_string(vectors.error());
  ASSERT_EQ(vectors->size(), 6U);
  for (const std::vector<float>& vector : *vectors) {
    EXPECT_THAT(vector,
                ElementsAre(FloatNear(0.8F, 1e-5F), FloatNear(0, 1e-5F), FloatNear(0.6F, 1e-5F)));
  }
}

TEST(FaceEmbedderTest, RefusesAVectorOfZeros) {
  const testing::TemporaryFolder folder;
  const auto model = testing::install_mean_embedder(folder.path());
  const auto runtime = make_openvino_runtime({.precision = Precision::kF32});
  const auto embedder = FaceEmbedder::create(**runtime, model.value());
  const auto worker = embedder->make_worker();
  const std::vector<std::uint8_t> black(embedder->chip_bytes());
  EXPECT_EQ((*worker)->embed(black, 1).error().code, ErrorCode::kModelFailed);
}

TEST(FaceEmbedderTest, RefusesADetector) {
  const auto runtime = make_openvino_runtime({});
  const auto detector = testing::installed_model("mtcnn");
  ASSERT_TRUE(detector.has_value()) << to_string(detector.error());
  EXPECT_EQ(FaceEmbedder::create(**runtime, *detector).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace albumen
