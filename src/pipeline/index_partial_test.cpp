// SPDX-License-Identifier: Apache-2.0
// Damaged pictures: which of them a run keeps, what it says of them, and when it looks again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <vector>

#include "pipeline/testing/index_run_fixture.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;

class IndexPartialTest : public testing::IndexRunFixture {
 protected:
  // About two thirds of a picture, the same under every name.
  void write_cut(const std::string& name) {
    const auto bytes = encode_png(testing::photo_like({.width = 240, .height = 180}, 3, 7));
    write(name, std::span{bytes}.first(bytes.size() * 7 / 10));
  }

  void run_keeping(float percent) {
    decode_.keep_truncated_percent = percent;
    shares_.clear();
    listener_ = [this](const FileEvent& event) {
      const std::lock_guard lock{mutex_};
      shares_.push_back(event.complete);
    };
    const auto report = run();
    ASSERT_TRUE(report.has_value()) << to_string(report.error());
  }

  std::mutex mutex_;
  std::vector<float> shares_;  // that the last run told of
};

// Nobody was told that a picture in the library is a part of one.
TEST_F(IndexPartialTest, APictureThatIsKeptInPartIsCountedAndTold) {
  write_pictures(1);
  write_cut("cut.png");
  run_keeping(50);
  ASSERT_EQ(done(), 2U);
  EXPECT_EQ(progress_->partial, 1U);
  const auto found = rows();
  ASSERT_EQ(found.size(), 2U);
  const float share = found.at(0).picture->complete;
  EXPECT_GT(share, 0.5F);
  EXPECT_LT(share, 1.0F);
  EXPECT_EQ(found.at(1).picture->complete, 1.0F);
  EXPECT_THAT(shares_, ::testing::UnorderedElementsAre(share, 1.0F));
}

// A file that had failed was not looked at again when the user began to accept such files.
TEST_F(IndexPartialTest, WhatFailedIsLookedAtAgainWhenLessIsAskedFor) {
  write_cut("cut.png");
  run_keeping(100);
  EXPECT_EQ(progress_->failed, 1U);
  run_keeping(90);
  EXPECT_EQ(progress_->failed, 1U) << "it may have been there to 90 %";
  run_keeping(90);
  EXPECT_EQ(progress_->failed_before, 1U) << "it was not";
  run_keeping(95);
  EXPECT_EQ(progress_->failed_before, 1U);
  run_keeping(50);
  EXPECT_EQ(progress_->partial, 1U);
  EXPECT_TRUE(rows().at(0).failures.empty());
}

// A picture that one run accepted in part stayed in the library for all that came after.
TEST_F(IndexPartialTest, WhatWasKeptIsRefusedAgainWhenMoreIsAskedFor) {
  write_cut("cut.png");
  run_keeping(50);
  EXPECT_EQ(progress_->partial, 1U);
  run_keeping(50);
  EXPECT_EQ(progress_->unchanged, 1U);
  run_keeping(20);
  EXPECT_EQ(progress_->unchanged, 1U) << "this, too, accepts it";
  for (const float percent : {90.0F, 100.0F}) {
    run_keeping(20);
    EXPECT_EQ(done() + progress_->unchanged, 1U);
    run_keeping(percent);
    EXPECT_EQ(progress_->failed, 1U);
    const auto found = rows();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_FALSE(found.at(0).picture);
    ASSERT_EQ(found.at(0).failures.size(), 1U);
    EXPECT_EQ(found.at(0).failures.at(0).code, ErrorCode::kTruncated);
  }
}

// A picture kept in part in which every analyzer failed for good stayed settled for every later
// run.
TEST_F(IndexPartialTest, WhatWasKeptForNothingIsRefusedAgainToo) {
  use(std::make_unique<testing::MeanAnalyzer>("quality", testing::Behaviour::kRefuses));
  write_cut("cut.png");
  run_keeping(50);
  EXPECT_EQ(rows().at(0).failures.at(0).code, ErrorCode::kUnsupported);
  run_keeping(50);
  EXPECT_EQ(progress_->failed_before, 1U);
  run_keeping(100);
  EXPECT_EQ(progress_->failed, 1U);
  EXPECT_EQ(rows().at(0).failures.at(0).code, ErrorCode::kTruncated);
}

// A copy of a picture that was kept in part, known by its bytes, made a whole one of both.
TEST_F(IndexPartialTest, ACopyIsAsDamagedAsItsOriginal) {
  write_cut("cut.png");
  run_keeping(50);
  ASSERT_EQ(progress_->partial, 1U);
  const float share = rows().at(0).picture->complete;
  write_cut("copy.png");
  run_keeping(50);
  EXPECT_EQ(progress_->copies, 1U);
  EXPECT_EQ(progress_->partial, 1U);
  EXPECT_THAT(shares_, ElementsAre(share));
  EXPECT_EQ(rows().at(0).picture->complete, share);
  EXPECT_EQ(rows().at(1).picture->complete, share);
  write_cut("third.png");
  run_keeping(100);
  EXPECT_EQ(progress_->failed, 3U) << "that another one was accepted says nothing for this run";
}

}  // namespace
}  // namespace albumen
