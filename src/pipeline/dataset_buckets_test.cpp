// SPDX-License-Identifier: Apache-2.0
// The dataset job with aspect buckets, and requests for buckets that there cannot be.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "pipeline/testing/dataset_run_fixture.h"

namespace albumen {
namespace {

using ::testing::HasSubstr;

class DatasetBucketsTest : public testing::DatasetRunFixture {
 protected:
  DatasetBucketsTest() {
    request_.settings.frame.fit = Fit::kCover;
    request_.settings.bucket_step = 8;
  }

  // What is wrong, and that it was said before any source was listed.
  std::string refusal() {
    DatasetProgress progress;
    const auto report = attempt(budget_, progress);
    EXPECT_EQ(progress.listed, 0U);
    EXPECT_FALSE(report.has_value());
    if (report) {
      return {};
    }
    EXPECT_EQ(report.error().code, ErrorCode::kInvalidArgument);
    return report.error().message;
  }
};

// A picture smaller than its bucket got sides that are no multiples of the step.
TEST_F(DatasetBucketsTest, SidesAreMultiplesHoweverSmallThePicture) {
  write("large.jpg", jpeg(1, {.width = 300, .height = 200}));
  write("small.png", png(2, {.width = 50, .height = 29}));
  write("tiny.png", png(3, {.width = 5, .height = 29}));
  run();
  EXPECT_EQ(rows_.at("large.jpg").size, (Size{.width = 80, .height = 48}));
  EXPECT_EQ(rows_.at("small.png").size, (Size{.width = 48, .height = 24}));
  EXPECT_EQ(rows_.at("tiny.png").size, (Size{.width = 5, .height = 24}));
  request_.settings.frame.upscale = Upscale::kAllowed;
  run();
  EXPECT_EQ(rows_.at("large.jpg").size, (Size{.width = 80, .height = 48}));
  EXPECT_EQ(rows_.at("small.png").size, (Size{.width = 80, .height = 48}));
  EXPECT_EQ(rows_.at("tiny.png").size, (Size{.width = 24, .height = 128}));
}

// Only when all sources were listed, an hour later perhaps, was a step refused that fits no size.
TEST_F(DatasetBucketsTest, AStepThatFitsNoSizeIsRefusedBeforeAnythingIsListed) {
  write("a.jpg", jpeg(1));
  request_.settings.bucket_step = 65;
  EXPECT_THAT(refusal(), HasSubstr("--bucket-step"));
  request_.settings.frame.target = {.width = 60'000, .height = 60'000};
  EXPECT_THAT(refusal(), HasSubstr("--bucket-step"));
}

TEST_F(DatasetBucketsTest, BucketsAreFilledOrNotAskedFor) {
  write("a.jpg", jpeg(1));
  for (const Fit fit : {Fit::kOriginal, Fit::kInside, Fit::kPad}) {
    request_.settings.frame.fit = fit;
    EXPECT_THAT(refusal(), HasSubstr("buckets"));
  }
}

}  // namespace
}  // namespace albumen
