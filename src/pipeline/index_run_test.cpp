// SPDX-License-Identifier: Apache-2.0
// The run as a whole, with analyzers made for the test: overlap, failures of every stage, stops.
#include "pipeline/index_run.h"

#include <atomic>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "files/path_text.h"
#include "pipeline/testing/index_run_fixture.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

using testing::Behaviour;
using ::testing::HasSubstr;
using testing::MeanAnalyzer;
using ::testing::UnorderedElementsAre;

class IndexRunTest : public testing::IndexRunFixture {};

TEST_F(IndexRunTest, EveryPictureBecomesARowAndTheBudgetIsEmptyAfterwards) {
  write_pictures(12);
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(done(), 12U);
  EXPECT_EQ(budget_->used(), Bytes{});
  const auto found = rows();
  ASSERT_EQ(found.size(), 12U);
  for (const PictureRow& row : found) {
    EXPECT_EQ(row.picture->size, (Size{120, 90}));
    EXPECT_GT(row.quality->brightness, 0.0F);
    EXPECT_TRUE(row.failures.empty());
  }
}

TEST_F(IndexRunTest, ASecondRunAnalyzesNothing) {
  write_pictures(4);
  auto analyzer = std::make_unique<MeanAnalyzer>("quality");
  const MeanAnalyzer& counted = *analyzer;
  use(std::move(analyzer));
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(counted.calls(), 4);
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(counted.calls(), 4);
  EXPECT_EQ(progress_->unchanged, 4U);
  rehash_ = Rehash::kAll;
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(counted.calls(), 8);
}

// What was timed was the way into the queue.
TEST_F(IndexRunTest, WritingIsTimedPerTransactionWhereItIsDone) {
  write_pictures(4);
  workers_ = 1;
  LibraryWriter& writer = *library_->writer().value();
  listener_ = [&](const FileEvent&) { static_cast<void>(writer.flush()); };
  ASSERT_TRUE(run().has_value());
  const StageFigures& figures = clock_.figures(Stage::kWrite);
  EXPECT_EQ(figures.count, 5U) << "one of each picture, and that of what the scan found";
  EXPECT_GT(figures.bytes, 4 * sizeof(PictureResult));
  EXPECT_GT(figures.wall_ns, 0);
  EXPECT_GT(figures.cpu_ns, 0);
  ASSERT_TRUE(writer.append_edit({.kind = "name"}).has_value());
  EXPECT_EQ(figures.count, 5U) << "the run is over";
}

TEST_F(IndexRunTest, ACopyIsDecodedOnce) {
  write_pictures(1);
  const auto bytes = albumen::testing::encode_jpeg(
      albumen::testing::photo_like({.width = 120, .height = 90}, 3, 0));
  auto analyzer = std::make_unique<MeanAnalyzer>("quality");
  const MeanAnalyzer& counted = *analyzer;
  use(std::move(analyzer));
  ASSERT_TRUE(run().has_value());
  write("copy.jpg", bytes);
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(counted.calls(), 1);
  EXPECT_EQ(progress_->copies, 1U);
  EXPECT_EQ(rows().size(), 2U);
}

TEST_F(IndexRunTest, ABudgetOfOneLargestJobFinishesWithEightWorkers) {
  write_pictures(24, {.width = 900, .height = 700});
  workers_ = 8;
  budget_ = std::make_unique<Budget>(kMiB * 3);  // one such picture takes more than half of it
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(done(), 24U);
  EXPECT_LE(budget_->peak(), budget_->limit());
}

// What is known of the files of a library holds a part of the budget for the whole run: a job that
// would need that part, too, must not wait for it.
TEST_F(IndexRunTest, AJobAsLargeAsTheWholeBudgetIsRefusedInsteadOfWaitingForEver) {
  write_pictures(1, {.width = 900, .height = 700});
  ASSERT_TRUE(run().has_value());
  rehash_ = Rehash::kAll;
  ASSERT_TRUE(run().has_value());
  const Bytes enough = budget_->peak();
  budget_ = std::make_unique<Budget>(enough);
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(done(), 1U);
  budget_ = std::make_unique<Budget>(enough - Bytes{1});
  const auto report = run();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->failed.at("BudgetExceeded"), 1U);
}

TEST_F(IndexRunTest, APictureThatCannotFitIsRefusedWithNeedAndLimit) {
  write_pictures(1, {.width = 640, .height = 480});
  budget_ = std::make_unique<Budget>(kKiB * 40);
  const auto report = run();
  ASSERT_TRUE(report.has_value()) << to_string(report.error());
  EXPECT_EQ(report->failed.at("BudgetExceeded"), 1U);
  EXPECT_THAT(rows().at(0).failures.at(0).reason, HasSubstr("memory budget is 40.0 KiB"));
}

TEST_F(IndexRunTest, AFailingAnalyzerIsARowAndTheNextVersionTriesAgain) {
  write_pictures(2);
  for (const Behaviour behaviour : {Behaviour::kFails, Behaviour::kThrows, Behaviour::kForgets}) {
    use(std::make_unique<MeanAnalyzer>("quality", behaviour));
    rehash_ = Rehash::kAll;
    ASSERT_TRUE(run().has_value());
    EXPECT_EQ(progress_->failed, 2U);
    for (const PictureRow& row : rows()) {
      ASSERT_EQ(row.failures.size(), 1U);
      EXPECT_EQ(row.failures[0].stage, "quality");
    }
  }
  use(std::make_unique<MeanAnalyzer>("quality"));
  rehash_ = Rehash::kAll;
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(done(), 2U);
  EXPECT_TRUE(rows().at(0).failures.empty());
}

TEST_F(IndexRunTest, EveryFileIsToldOfOnceWithWhatBecameOfIt) {
  write_pictures(1);
  folder_.write("pictures/diary.jpg", "Dear diary, whatever my name says");
  folder_.write("pictures/empty.jpg", "");
  folder_.write("pictures/film.jpg", std::string{"\0\0\0\x18"
                                                 "ftypisom\0\0\2\0",
                                                 16});
  folder_.write("pictures/.hidden.jpg", "");
  std::mutex mutex;
  std::vector<std::tuple<std::string, FileOutcome, std::string>> told;
  listener_ = [&](const FileEvent& event) {
    const std::lock_guard lock{mutex};
    told.emplace_back(last_component(event.name), event.outcome, event.reason);
  };
  const auto report = run();
  ASSERT_TRUE(report.has_value());
  using enum FileOutcome;
  EXPECT_THAT(told, UnorderedElementsAre(std::tuple{".hidden.jpg", kSkipped, "hidden"},
                                         std::tuple{"diary.jpg", kSkipped, "no picture"},
                                         std::tuple{"empty.jpg", kFailed, "the file is empty"},
                                         std::tuple{"film.jpg", kSkipped, "video"},
                                         std::tuple{"p0.jpg", kDone, ""}));
  EXPECT_EQ(progress_->finished(), progress_->listed);
  EXPECT_EQ(progress_->skipped, 3U);
  EXPECT_THAT(report->skipped,
              UnorderedElementsAre(std::pair{"hidden", 1U}, std::pair{"no picture", 1U},
                                   std::pair{"video", 1U}));
}

TEST_F(IndexRunTest, WhatIsNoPictureIsSkippedOnEveryRunAndToldOfOnce) {
  folder_.write("pictures/diary.txt", "Dear diary");
  folder_.write("pictures/film.jpg", std::string{"\0\0\0\x18"
                                                 "ftypisom\0\0\2\0",
                                                 16});
  const auto skipped = UnorderedElementsAre(std::pair{"no picture", 1U}, std::pair{"video", 1U});
  EXPECT_THAT(run()->skipped, skipped);
  int told = 0;
  listener_ = [&](const FileEvent&) { ++told; };
  EXPECT_THAT(run()->skipped, skipped);
  EXPECT_EQ(progress_->skipped, 2U);
  EXPECT_EQ(progress_->unchanged, 0U);
  EXPECT_EQ(progress_->finished(), progress_->listed);
  EXPECT_EQ(told, 0);
}

// A file that would fail again is counted, not tried, as long as nothing changes.
TEST_F(IndexRunTest, WhatFailedBeforeIsCountedApartAndTriedAgainWhenAsked) {
  write_pictures(2);
  folder_.write("pictures/cut.jpg", std::string{"\xFF\xD8\xFF\xE0 and no more", 16});
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(progress_->failed, 1U);
  EXPECT_EQ(progress_->failed_before, 0U);
  const auto report = run();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(progress_->failed_before, 1U);
  EXPECT_EQ(progress_->unchanged, 2U);
  EXPECT_EQ(progress_->failed, 0U);
  EXPECT_EQ(progress_->finished(), progress_->listed);
  EXPECT_TRUE(report->failed.empty());
  version_ = "a newer one";
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(progress_->failed, 1U);
  EXPECT_EQ(progress_->failed_before, 0U);
  rehash_ = Rehash::kAll;
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(progress_->failed, 1U);
  rehash_ = Rehash::kChanged;
  folder_.write("pictures/cut.jpg", "now it is a text");
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(progress_->failed + progress_->failed_before, 0U);
}

TEST_F(IndexRunTest, AnAnalyzerThatWouldFailAgainCountsAsFailedBefore) {
  write_pictures(3);
  use(std::make_unique<MeanAnalyzer>("quality", Behaviour::kRefuses));
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(progress_->failed, 3U);
  use(std::make_unique<MeanAnalyzer>("quality", Behaviour::kRefuses));
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(progress_->failed_before, 3U);
  use(std::make_unique<MeanAnalyzer>("another"));
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(done(), 3U) << "what failed was not asked for";
}

TEST_F(IndexRunTest, AFullDiskEndsTheRunAndKeepsWhatWasCommitted) {
  write_pictures(2);
  ASSERT_TRUE(run().has_value());
  open_library(45);
  write_pictures(400, {.width = 16, .height = 16});
  const auto report = run();
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, ErrorCode::kStoreFailed);
  EXPECT_EQ(budget_->used(), Bytes{});
  open_library(0);
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(rows().size(), 400U);
}

TEST_F(IndexRunTest, AStopKeepsWhatIsDoneAndTheNextRunFinishes) {
  write_pictures(60);
  std::stop_source stop;
  std::atomic<int> events = 0;
  listener_ = [&](const FileEvent&) {
    if (++events == 10) {
      stop.request_stop();
    }
  };
  const auto report = run(stop.get_token());
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->interrupted);
  EXPECT_GE(done(), 10U);
  EXPECT_LT(done(), 60U);
  const std::uint64_t first = done();
  listener_ = {};
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(done() + progress_->unchanged, 60U);
  EXPECT_EQ(progress_->unchanged, first);
}

TEST_F(IndexRunTest, AStopBeforeTheStartDoesNothing) {
  write_pictures(2);
  std::stop_source stop;
  stop.request_stop();
  const auto report = run(stop.get_token());
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->interrupted);
  EXPECT_EQ(done(), 0U);
}

// One dot file in an archive, or one member that is refused, and all that was taken out of it
// stayed in exports for ever.
TEST_F(IndexRunTest, AMemberThatLeftItsArchiveVanishesWhateverElseIsLeftOutOfIt) {
  const auto picture = [](std::uint32_t seed) {
    const auto bytes = encode_jpeg(testing::photo_like({.width = 120, .height = 90}, 3, seed));
    return std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  };
  const auto write_archive = [&](const std::vector<std::string>& names) {
    ZipWriter archive;
    for (const std::string& name : names) {
      archive.add({.name = name, .content = picture(static_cast<std::uint32_t>(name.size()))});
    }
    archive.add({.name = "__MACOSX/._a.jpg", .content = "a resource fork"});
    archive.add({.name = "../escapes.jpg", .content = "refused"});
    sources_ = {folder_.write("set.zip", archive.finish())};
  };
  const auto members = [&] {
    std::vector<std::string> names;
    for (const PictureRow& row : rows()) {
      if (row.picture) {
        names.push_back(row.file.member);
      }
    }
    return names;
  };
  write_archive({"a.jpg", "bb.jpg", "skip/cc.jpg"});
  ASSERT_TRUE(run().has_value());
  EXPECT_THAT(members(), UnorderedElementsAre("a.jpg", "bb.jpg", "skip/cc.jpg"));
  write_archive({"a.jpg", "skip/cc.jpg"});
  excludes_ = {"skip"};
  const auto report = run();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->vanished, 1U);
  EXPECT_THAT(members(), UnorderedElementsAre("a.jpg", "skip/cc.jpg"))
      << "what is excluded was not looked for";
}

// An archive that cannot be listed may still hold what it held.
TEST_F(IndexRunTest, NothingVanishesFromAnArchiveThatIsNotListedToItsEnd) {
  const auto bytes = encode_jpeg(testing::photo_like({.width = 120, .height = 90}, 3, 1));
  ZipWriter archive;
  archive.add(
      {.name = "a.jpg", .content = {reinterpret_cast<const char*>(bytes.data()), bytes.size()}});
  const std::string whole = archive.finish();
  sources_ = {folder_.write("set.zip", whole)};
  ASSERT_TRUE(run().has_value());
  folder_.write("set.zip", whole.substr(0, whole.size() - 4));
  const auto report = run();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->vanished, 0U);
  EXPECT_EQ(progress_->failed, 1U);
}

TEST_F(IndexRunTest, RowsDependOnNeitherWorkersNorOrder) {
  write_pictures(10);
  workers_ = 1;
  ASSERT_TRUE(run().has_value());
  const auto one = rows();
  std::filesystem::remove(folder_ / "library.db");
  open_library(0);
  workers_ = 7;
  ASSERT_TRUE(run().has_value());
  const auto seven = rows();
  ASSERT_EQ(one.size(), seven.size());
  for (std::size_t index = 0; index < one.size(); ++index) {
    EXPECT_EQ(one[index].file.path, seven[index].file.path);
    EXPECT_EQ(one[index].picture, seven[index].picture);
    EXPECT_EQ(one[index].quality, seven[index].quality);
  }
}

}  // namespace
}  // namespace albumen
