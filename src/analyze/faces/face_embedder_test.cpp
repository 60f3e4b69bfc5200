// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/face_embedder.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

#include "analyze/faces/testing/chips.h"
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

// network.h promises it: of one chip, not of one photograph, whose points move a little, too.
TEST(FaceEmbedderTest, Bf16VectorsOfOneChipAreNearlyThoseOfF32) {
  const auto model = testing::installed_model("dlib-resnet29");
  ASSERT_TRUE(model.has_value()) << to_string(model.error());
  auto cutter = testing::ChipCutter::create();
  ASSERT_TRUE(cutter.has_value()) << to_string(cutter.error());
  std::vector<std::uint8_t> chips;
  for (const char* name :
       {"/face_recognition/obama.jpg", "/face_recognition/obama2.jpg",
        "/face_recognition/obama3.jpg", "/face_recognition/biden.jpg", "/insightface/t1.jpg"}) {
    const auto more = cutter->chips_of(testing::samples_directory() + name, *model->card.alignment);
    ASSERT_TRUE(more.has_value()) << to_string(more.error());
    chips.insert(chips.end(), more->begin(), more->end());
  }
  std::vector<std::vector<std::vector<float>>> vectors;
  std::size_t count = 0;
  for (const Precision precision : {Precision::kF32, Precision::kBf16}) {
    const auto runtime = make_openvino_runtime({.precision = precision});
    ASSERT_TRUE(runtime.has_value()) << to_string(runtime.error());
    const auto embedder = FaceEmbedder::create(**runtime, *model);
    ASSERT_TRUE(embedder.has_value()) << to_string(embedder.error());
    count = chips.size() / embedder->chip_bytes();
    vectors.push_back((*embedder->make_worker())->embed(chips, count).value());
  }
  ASSERT_GE(count, 10U);
  for (std::size_t index = 0; index < count; ++index) {
    EXPECT_GE(std::inner_product(vectors[0][index].begin(), vectors[0][index].end(),
                                 vectors[1][index].begin(), 0.0),
              kPrecisionsAgree)
        << index;
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
