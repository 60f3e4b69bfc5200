// SPDX-License-Identifier: Apache-2.0
// Runs in which the nth read, reservation, inference or write fails, for every n: it costs what it
// must, nothing more, and the next run finishes to the same export, byte for byte.
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyze/faces/faces_analyzer.h"
#include "analyze/faces/testing/small_models.h"
#include "analyze/hashes/hashes.h"
#include "exporters/export.h"
#include "infer/testing/failing_runtime.h"
#include "infer/testing/model_files.h"
#include "pipeline/testing/index_run_fixture.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class IndexInjectionTest : public testing::IndexRunFixture {
 protected:
  static constexpr std::uint64_t kPictures = 4;

  // What a run without a failure gives.
  void expect_from_now_on() {
    ASSERT_TRUE(run().has_value());
    expected_ = exported();
    ASSERT_FALSE(expected_.empty());
  }

  void start_over() {
    library_.reset();
    for (const char* name : {"library.db", "library.db-wal", "library.db-shm"}) {
      std::filesystem::remove(folder_ / name);
    }
    open_library(0);
  }

  std::string exported() {
    std::string text;
    EXPECT_TRUE(export_pictures(*library_, ExportFormat::kJsonl,
                                [&](std::string_view part) -> Result<void> {
                                  text.append(part);
                                  return {};
                                },
                                {})
                    .has_value());
    return text;
  }

  void expect_the_next_run_to_finish(std::uint64_t nth) {
    EXPECT_THAT(library_->integrity_check({}).value(), IsEmpty()) << nth;
    EXPECT_EQ(budget_->used(), Bytes{}) << nth;
    EXPECT_TRUE(run().has_value()) << nth;
    EXPECT_EQ(exported(), expected_) << nth;
    EXPECT_THAT(library_->integrity_check({}).value(), IsEmpty()) << nth;
  }

  std::string expected_;
};

TEST_F(IndexInjectionTest, EveryReadThatFailsCostsOnePictureOnce) {
  write_pictures(kPictures);
  expect_from_now_on();
  std::uint64_t nth = 1;
  for (;; ++nth) {
    start_over();
    reader_.fail_nth_for_testing(nth);
    const auto report = run();
    reader_.fail_nth_for_testing(0);
    ASSERT_TRUE(report.has_value()) << nth;
    if (report->failed.empty()) {
      break;
    }
    EXPECT_THAT(report->failed, ElementsAre(Pair("Io", 1U))) << nth;
    EXPECT_EQ(done(), kPictures - 1) << nth;
    expect_the_next_run_to_finish(nth);
    EXPECT_EQ(done(), 1U) << "Io is worth another try on the next run: " << nth;
    EXPECT_EQ(progress_->unchanged, kPictures - 1) << nth;
  }
  EXPECT_EQ(nth, 2 * kPictures + 1) << "of each picture its head is read, then all of it";
}

TEST_F(IndexInjectionTest, EveryReservationThatFailsCostsOnePictureOrTheRun) {
  write_pictures(kPictures);
  expect_from_now_on();
  std::uint64_t nth = 1;
  for (;; ++nth) {
    start_over();
    budget_->fail_nth_for_testing(nth);
    const auto report = run();
    budget_->fail_nth_for_testing(0);
    if (!report) {
      EXPECT_EQ(report.error().code, ErrorCode::kBudgetExceeded) << nth;
    } else if (report->failed.empty()) {
      break;
    } else {
      EXPECT_THAT(report->failed, ElementsAre(Pair("BudgetExceeded", 1U))) << nth;
      EXPECT_EQ(done(), kPictures - 1) << nth;
    }
    expect_the_next_run_to_finish(nth);
  }
  EXPECT_GT(nth, kPictures) << "each picture reserves, and so does the run";
}

// A transaction for every picture, so that the disk can fail between any two of them.
TEST_F(IndexInjectionTest, EveryWriteThatFailsEndsTheRunAndKeepsTheLibraryWhole) {
  write_pictures(kPictures);
  expect_from_now_on();
  workers_ = 1;
  std::uint64_t nth = 1;
  for (;; ++nth) {
    start_over();
    LibraryWriter& writer = *library_->writer().value();
    listener_ = [&](const FileEvent&) { static_cast<void>(writer.flush()); };  // seen by the run
    writer.fail_nth_for_testing(nth);
    const auto report = run();
    listener_ = {};
    writer.fail_nth_for_testing(0);
    if (report) {
      break;
    }
    EXPECT_EQ(report.error().code, ErrorCode::kStoreFailed) << nth;
    open_library(0);
    expect_the_next_run_to_finish(nth);
  }
  EXPECT_GT(nth, kPictures + 2) << "the run's begin, its pictures, the end of its scan";
}

// YuNet's outputs for a net of 64 x 32: one face of 16 x 8 in the middle of every picture.
std::vector<testing::FixedOutput> one_face() {
  std::vector<testing::FixedOutput> outputs;
  for (const std::size_t stride : {8U, 16U, 32U}) {
    const std::size_t cells = 64 / stride * (32 / stride);
    std::vector<float> scores(cells, 0.0F);
    std::vector<float> boxes(4 * cells, 0.0F);
    std::vector<float> points(10 * cells, 0.0F);
    if (stride == 16) {
      constexpr std::size_t kCell = 6;
      // From the corner of the cell, in cells: eyes, nose, corners of the mouth.
      constexpr std::array kPoints{0.3F, 0.4F, 0.7F, 0.4F, 0.5F, 0.55F, 0.35F, 0.7F, 0.65F, 0.7F};
      scores[kCell] = 1;
      boxes[4 * kCell] = 0.5F;
      boxes[4 * kCell + 1] = 0.5F;
      std::ranges::copy(kPoints, points.begin() + 10 * kCell);
    }
    outputs.push_back({fmt::format("cls_{}", stride), {1, cells, 1}, scores});
    outputs.push_back(
        {fmt::format("obj_{}", stride), {1, cells, 1}, std::vector<float>(cells, 1.0F)});
    outputs.push_back({fmt::format("bbox_{}", stride), {1, cells, 4}, boxes});
    outputs.push_back({fmt::format("kps_{}", stride), {1, cells, 10}, points});
  }
  return outputs;
}

class InferenceInjectionTest : public IndexInjectionTest {
 protected:
  void SetUp() override {
    IndexInjectionTest::SetUp();
    const auto detector = testing::install_detector(detector_.path(), "yunet", one_face());
    const auto embedder = testing::install_mean_embedder(embedder_.path());
    ASSERT_TRUE(detector.has_value() && embedder.has_value());
    auto real = make_openvino_runtime({.workers = 2, .precision = Precision::kF32});
    ASSERT_TRUE(real.has_value()) << to_string(real.error());
    runtime_ = std::make_unique<testing::FailingRuntime>(*std::move(real));
    auto faces = make_faces_analyzer(*runtime_, *detector, *embedder, {});
    ASSERT_TRUE(faces.has_value()) << to_string(faces.error());
    faces_ = (*faces)->id();
    use(make_hashes_analyzer(), *std::move(faces));
    workers_ = 2;
  }

  testing::TemporaryFolder detector_;
  testing::TemporaryFolder embedder_;
  std::unique_ptr<testing::FailingRuntime> runtime_;
  AnalyzerId faces_;
};

TEST_F(InferenceInjectionTest, EveryInferenceThatFailsCostsTheFacesOfOnePicture) {
  write_pictures(kPictures, {.width = 640, .height = 320});
  expect_from_now_on();
  for (const PictureRow& row : rows()) {
    ASSERT_TRUE(row.faces.has_value());
    ASSERT_EQ(row.faces->size(), 1U);
    ASSERT_GT(row.faces->front().chip_pixels, 0.0F);
  }
  std::uint64_t nth = 1;
  for (;; ++nth) {
    start_over();
    runtime_->fail_nth(nth);
    const auto report = run();
    runtime_->fail_nth(0);
    ASSERT_TRUE(report.has_value()) << nth;
    if (report->failed.empty()) {
      break;
    }
    EXPECT_THAT(report->failed, ElementsAre(Pair("ModelFailed", 1U))) << nth;
    EXPECT_EQ(done(), kPictures - 1) << nth;
    std::size_t hurt = 0;
    for (const PictureRow& row : rows()) {
      EXPECT_TRUE(row.hashes.has_value()) << "the other analyzers' findings are there";
      if (!row.failures.empty()) {
        ++hurt;
        EXPECT_EQ(row.failures.front().stage, "faces");
        EXPECT_EQ(row.failures.front().analyzer, faces_);
        EXPECT_FALSE(row.faces.has_value()) << "not looked for is not the same as none there";
      }
    }
    EXPECT_EQ(hurt, 1U) << nth;
    expect_the_next_run_to_finish(nth);
    EXPECT_EQ(done(), 1U) << nth;
    EXPECT_EQ(progress_->unchanged, kPictures - 1) << nth;
  }
  EXPECT_GT(nth, 2 * kPictures) << "each picture is searched and its face embedded";
}

}  // namespace
}  // namespace albumen
