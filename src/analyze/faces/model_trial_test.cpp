// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/model_trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyze/faces/testing/small_models.h"
#include "infer/testing/model_files.h"

namespace albumen {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Result<void> try_out(const Result<InstalledModel>& model) {
  const auto runtime = TRY(make_openvino_runtime({.precision = Precision::kF32}));
  return try_face_model(*runtime, TRY(Result<InstalledModel>{model}));
}

TEST(ModelTrialTest, TheDefaultModelsPass) {
  for (const char* name : {"mtcnn", "dlib-resnet29"}) {
    const auto tried = try_out(testing::installed_model(name));
    EXPECT_TRUE(tried.has_value()) << to_string(tried.error());
  }
}

TEST(ModelTrialTest, AnEmbedderOfTheCardsDimensionsPasses) {
  const testing::TemporaryFolder folder;
  const auto tried = try_out(testing::install_mean_embedder(folder.path()));
  EXPECT_TRUE(tried.has_value()) << to_string(tried.error());
}

TEST(ModelTrialTest, NamesTheOutputsThatADetectorHasInstead) {
  const testing::TemporaryFolder folder;
  const std::vector<testing::FixedOutput> outputs = {{"boxes", {1, 2, 4}, std::vector<float>(8)}};
  for (const char* layout : {"yunet", "scrfd"}) {
    const auto tried = try_out(testing::install_detector(folder.path(), layout, outputs));
    ASSERT_FALSE(tried.has_value());
    EXPECT_EQ(tried.error().code, ErrorCode::kModelFailed);
    EXPECT_THAT(tried.error().message, HasSubstr("boxes [1,2,4]"));
  }
}

TEST(ModelTrialTest, RefusesAnEmbedderOfOtherDimensions) {
  const testing::TemporaryFolder folder;
  auto model = testing::install_mean_embedder(folder.path());
  ASSERT_TRUE(model.has_value()) << to_string(model.error());
  model->card.comparison->dimensions = 512;
  const auto tried = try_out(model);
  ASSERT_FALSE(tried.has_value());
  EXPECT_EQ(tried.error().code, ErrorCode::kModelFailed);
  EXPECT_THAT(tried.error().message, AllOf(HasSubstr("512"), HasSubstr("embedding [1,3]")));
}

}  // namespace
}  // namespace albumen
