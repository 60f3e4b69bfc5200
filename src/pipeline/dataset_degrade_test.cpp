// SPDX-License-Identifier: Apache-2.0
// The dataset job where memory is short and lower quality was permitted, or was not.
#include <filesystem>
#include <gtest/gtest.h>

#include "pipeline/testing/dataset_run_fixture.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

// A machine under the pressure that the test wants.
class SetProbe final : public PressureProbe {
 public:
  PressureReading read() override {
    return {.process = {}, .cgroup = {}, .host = share, .gpu = {}};
  }

  double share = 0.5;
};

class DatasetDegradeTest : public testing::DatasetRunFixture {
 protected:
  DatasetDegradeTest() {
    request_.settings.frame.target = {.width = 1024, .height = 1024};
    request_.settings.format = OutputFormat::kJpeg;
    pressure_ = &probe_;
    write("large.jpg", jpeg(1, {.width = 1000, .height = 750}));
    write("small.png", png(2));
  }

  void run_within(Bytes limit) {
    Budget budget{limit};
    DatasetProgress progress;
    const auto report = attempt(budget, progress);
    ASSERT_TRUE(report.has_value()) << to_string(report.error());
    rows_.clear();
    read_manifest();
  }

  SetProbe probe_;
};

TEST_F(DatasetDegradeTest, UnaskedTheOutputNeverDependsOnMemory) {
  const auto calm = run();
  const auto before = files();
  fs::remove_all(request_.directory);
  probe_.share = 0.99;
  run();
  EXPECT_EQ(files(), before);
  EXPECT_EQ(rows_.at("large.jpg").level, "");
}

TEST_F(DatasetDegradeTest, PermittedPicturesBecomeSmallerAndTheNextRunMakesThemAnew) {
  request_.degrade = true;
  run();
  const auto asked = files();
  EXPECT_EQ(rows_.at("large.jpg").level, "");
  fs::remove_all(request_.directory);

  probe_.share = 0.85;
  run();
  EXPECT_EQ(rows_.at("large.jpg").level, "medium");
  EXPECT_EQ(rows_.at("large.jpg").size, (Size{.width = 800, .height = 600}));
  EXPECT_EQ(rows_.at("small.png").level, "");  // small enough, and 85 is what medium has

  probe_.share = 0.95;
  run();
  EXPECT_EQ(rows_.at("large.jpg").level, "low");
  EXPECT_EQ(rows_.at("large.jpg").size, (Size{.width = 512, .height = 384}));
  EXPECT_EQ(rows_.at("small.png").status, MemberStatus::kUnchanged);  // as good as was asked

  probe_.share = 0.5;
  run();
  EXPECT_EQ(rows_.at("large.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(rows_.at("large.jpg").level, "");
  EXPECT_EQ(files(), asked);
  run();
  EXPECT_EQ(rows_.at("large.jpg").status, MemberStatus::kUnchanged);
}

TEST_F(DatasetDegradeTest, LowQualityIsOneOfTheReasons) {
  request_.degrade = true;
  probe_.share = 0.95;
  run();
  EXPECT_EQ(rows_.at("small.png").level, "low");  // 75 instead of 85
  EXPECT_EQ(rows_.at("small.png").size, (Size{.width = 40, .height = 60}));
  fs::remove_all(request_.directory);
  request_.settings.format = OutputFormat::kPng;
  run();
  EXPECT_EQ(rows_.at("small.png").level, "");  // a PNG has none
  EXPECT_EQ(rows_.at("large.jpg").level, "low");
}

// With a little less memory a JPEG was decoded and encoded instead of rewritten from its
// coefficients, and came out as other bytes.
TEST_F(DatasetDegradeTest, AnyBudgetGivesTheSameBytesOrARefusal) {
  probe_.share = 0.5;
  fs::remove(folder_ / "in/small.png");
  run();
  const std::string expected = files().at("large.jpg");
  int refused = 0;
  for (Bytes limit = kMiB * 16; limit > kMiB; limit = limit * 7 / 8) {
    fs::remove_all(request_.directory);
    run_within(limit);
    if (rows_.at("large.jpg").code == "BudgetExceeded") {
      ++refused;
    } else {
      EXPECT_EQ(files().at("large.jpg"), expected) << limit.count();
    }
  }
  EXPECT_GT(refused, 0);
}

// A budget that the picture at its full size does not fit, whatever the machine has.
TEST_F(DatasetDegradeTest, WhatDoesNotFitTheBudgetFailsOrBecomesSmaller) {
  write("giant.png", png(3, {.width = 2100, .height = 2100}));
  request_.settings.frame.fit = Fit::kOriginal;
  request_.settings.format = OutputFormat::kPng;
  run_within(kMiB * 24);
  EXPECT_EQ(rows_.at("giant.png").code, "BudgetExceeded") << rows_.at("giant.png").reason;
  request_.degrade = true;
  run_within(kMiB * 24);
  EXPECT_EQ(rows_.at("giant.png").level, "high");
  EXPECT_EQ(rows_.at("giant.png").size, (Size{.width = 1024, .height = 1024}));
}

TEST_F(DatasetDegradeTest, PicturesOfOneSizeCannotBecomeSmaller) {
  request_.degrade = true;
  request_.settings.frame.fit = Fit::kPad;
  DatasetProgress progress;
  const auto report = attempt(budget_, progress);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace albumen
