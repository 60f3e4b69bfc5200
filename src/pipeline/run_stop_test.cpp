// SPDX-License-Identifier: Apache-2.0
// Runs that are stopped in the middle of a picture, and pictures that take too long.
#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <stop_token>

#include "pipeline/testing/dataset_run_fixture.h"
#include "pipeline/testing/index_run_fixture.h"

namespace albumen {
namespace {

class IndexStopTest : public testing::IndexRunFixture {};

// A picture made to be decoded for hours held up its run for as long.
TEST_F(IndexStopTest, APictureOutOfTimeCostsOnePicture) {
  write_pictures(3);
  write("p1-tall.jpg", encode_jpeg(testing::photo_like({.width = 16, .height = 1200}, 3, 9)));
  workers_ = 1;
  // Each look at the clock finds 50 s gone, and only a tall picture is looked at more than once.
  std::atomic<int> looks = 0;
  decode_.processor_time = [&looks] { return std::chrono::seconds{50} * ++looks; };
  const auto report = run();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->failed, (std::map<std::string, std::uint64_t>{{"DeadlineExceeded", 1}}));
  EXPECT_EQ(done(), 3U);
  EXPECT_EQ(budget_->used(), Bytes{});
  for (const PictureRow& row : rows()) {
    const bool is_tall = row.file.path.ends_with("tall.jpg");
    ASSERT_EQ(row.failures.size(), is_tall ? 1U : 0U) << row.file.path;
    EXPECT_TRUE(!is_tall || row.failures.front().stage == "decode");
  }
}

// A picture made to be decoded for hours took its minutes again in every run.
TEST_F(IndexStopTest, APictureOutOfTimeIsSettledUntilItIsAskedFor) {
  write_pictures(1);
  std::atomic<int> looks = 0;
  decode_.processor_time = [&looks] { return std::chrono::hours{1} * ++looks; };
  const auto first = run();
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->failed, (std::map<std::string, std::uint64_t>{{"DeadlineExceeded", 1}}));
  decode_ = {};
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(progress_->failed_before, 1U);
  EXPECT_EQ(done(), 0U);
  rehash_ = Rehash::kAll;
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(done(), 1U);
}

// A stop waited for the end of every decode that had begun.
TEST_F(IndexStopTest, AStopInsideADecodeLeavesNoRow) {
  write_pictures(1);
  std::stop_source stop;
  std::atomic<int> looks = 0;
  decode_.processor_time = [&] {
    if (++looks == 2) {  // the first look is at its beginning
      stop.request_stop();
    }
    return std::chrono::nanoseconds{};
  };
  const auto report = run(stop.get_token());
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->interrupted);
  EXPECT_EQ(done(), 0U);
  EXPECT_TRUE(rows().empty());
  EXPECT_EQ(budget_->used(), Bytes{});
  decode_ = {};
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(done(), 1U);
}

// Asks for a stop while a picture is planned.
class StoppingProbe final : public PressureProbe {
 public:
  PressureReading read() override {
    stop.request_stop();
    return {};
  }

  std::stop_source stop;
};

class DatasetStopTest : public testing::DatasetRunFixture {};

// A stop was noticed between two pictures only: the one in work was made to its end.
TEST_F(DatasetStopTest, AStopInsideAPictureLeavesNoOutput) {
  write("a.jpg", jpeg(1));
  StoppingProbe probe;
  pressure_ = &probe;
  EXPECT_TRUE(run(probe.stop.get_token()).empty());
  EXPECT_TRUE(files().empty());
  pressure_ = nullptr;
  EXPECT_EQ(run()["a.jpg"].status, MemberStatus::kWritten);
}

}  // namespace
}  // namespace albumen
