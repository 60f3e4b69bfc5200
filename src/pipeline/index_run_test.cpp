// SPDX-License-Identifier: Apache-2.0
// The run as a whole, with analyzers made for the test: overlap, failures of every stage, stops.
#include "pipeline/index_run.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "decode/testing/test_pictures.h"
#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

enum class Behaviour : std::uint8_t { kWell, kFails, kRefuses, kThrows, kForgets };

// Reports the mean of its view as brightness.
class MeanAnalyzer final : public Analyzer {
 public:
  explicit MeanAnalyzer(std::string name, Behaviour behaviour = Behaviour::kWell)
      : id_{.name = std::move(name), .version = "1", .model_digest = "", .parameters = ""},
        behaviour_(behaviour) {}

  const AnalyzerId& id() const override { return id_; }

  std::span<const ViewSpec> views() const override { return views_; }

  Bytes working_bytes(Size /*decoded*/, Size /*original*/) const override { return kKiB; }

  void analyze(std::span<const AnalysisInput> batch, Reservation& /*job*/,
               const StopToken& /*stop*/, FindingSink& out) const override {
    ++calls_;
    for (std::size_t index = 0; index < batch.size(); ++index) {
      if (behaviour_ == Behaviour::kThrows) {
        throw std::runtime_error{"thrown by a test"};
      }
      if (behaviour_ == Behaviour::kFails) {
        out.accept(index, fail(ErrorCode::kModelFailed, "failed as a test asked"));
      } else if (behaviour_ == Behaviour::kRefuses) {
        out.accept(index, fail(ErrorCode::kUnsupported, "refused, as it would be again"));
      } else if (behaviour_ == Behaviour::kWell) {
        out.accept(index, mean_of(batch[index].views[0]->pixels));
      }
    }
  }

  int calls() const { return calls_; }

 private:
  static Finding mean_of(ImageView view) {
    double sum = 0;
    for (std::uint32_t y = 0; y < view.height(); ++y) {
      for (const std::uint8_t sample : view.row(y)) {
        sum += sample;
      }
    }
    return Quality{.brightness =
                       static_cast<float>(sum / static_cast<double>(view.size().pixels().count()))};
  }

  AnalyzerId id_;
  Behaviour behaviour_;
  std::vector<ViewSpec> views_{{.longest_side = 64, .layout = ViewLayout::kGray8}};
  mutable std::atomic<int> calls_ = 0;
};

// A folder of pictures, a library, and everything that a run needs.
class IndexRunTest : public ::testing::Test {
 protected:
  void SetUp() override { open_library(0); }

  void open_library(std::int64_t page_limit) {
    library_.reset();
    OpenOptions options;
    options.mode = LibraryMode::kWrite;
    options.page_limit_for_testing = page_limit;
    library_ = std::move(Library::open(folder_ / "library.db", options)).value();
  }

  void write_pictures(int count, Size size = {.width = 120, .height = 90}) {
    for (int number = 0; number < count; ++number) {
      const auto bytes = albumen::testing::encode_jpeg(
          albumen::testing::photo_like(size, 3, static_cast<std::uint32_t>(number)));
      write(fmt::format("p{}.jpg", number), bytes);
    }
  }

  void write(const std::string& name, std::span<const std::byte> bytes) {
    folder_.write("pictures/" + name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }

  void use(std::unique_ptr<Analyzer> analyzer) {
    std::vector<std::unique_ptr<Analyzer>> analyzers;
    analyzers.push_back(std::move(analyzer));
    analyzers_ = std::make_unique<AnalyzerSet>(std::move(analyzers));
  }

  Result<IndexReport> run(const StopToken& stop = {}) {
    if (!analyzers_) {
      use(std::make_unique<MeanAnalyzer>("quality"));
    }
    LibraryWriter& writer = *library_->writer().value();
    auto run_id = writer.begin_run({.command = "index",
                                    .program_version = version_,
                                    .started_ms = 0,
                                    .analyzers = analyzers_->ids()});
    if (!run_id) {
      return std::unexpected(run_id.error());
    }
    progress_ = std::make_unique<IndexProgress>();
    const IndexRequest request{.sources = {folder_ / "pictures"},
                               .source_options = {},
                               .decode = {},
                               .rehash = rehash_,
                               .workers = workers_,
                               .run = *run_id,
                               .program_version = version_};
    const IndexEnvironment environment{.library = *library_,
                                       .writer = writer,
                                       .reader = reader_,
                                       .analyzers = *analyzers_,
                                       .budget = *budget_,
                                       .clock = clock_,
                                       .progress = *progress_,
                                       .listener = listener_};
    return run_index(request, environment, stop);
  }

  std::vector<PictureRow> rows() {
    std::vector<PictureRow> rows;
    EXPECT_TRUE(library_
                    ->for_each_picture({},
                                       [&](const PictureRow& row) -> Result<void> {
                                         rows.push_back(row);
                                         return {};
                                       })
                    .has_value());
    return rows;
  }

  std::uint64_t done() const { return progress_->done; }

  TemporaryDirectory folder_;
  std::unique_ptr<Library> library_;
  std::unique_ptr<AnalyzerSet> analyzers_;
  SourceReader reader_;
  std::unique_ptr<Budget> budget_ = std::make_unique<Budget>(kMiB * 64);
  StageClock clock_;
  std::unique_ptr<IndexProgress> progress_;
  FileListener listener_;
  Rehash rehash_ = Rehash::kChanged;
  unsigned workers_ = 3;
  std::string version_ = "test";
};

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
  EXPECT_THAT(rows().at(0).failures.at(0).reason, HasSubstr("memory budget of 40.0 KiB"));
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
    told.emplace_back(event.name.substr(event.name.rfind('/') + 1), event.outcome, event.reason);
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

TEST_F(IndexRunTest, AnInjectedReadFailureCostsOnePictureOnce) {
  write_pictures(6);
  reader_.fail_nth_for_testing(3);
  auto report = run();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->failed.at("Io"), 1U);
  EXPECT_EQ(done(), 5U);
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(done(), 1U) << "Io is worth another try on the next run";
  EXPECT_EQ(progress_->unchanged, 5U);
}

TEST_F(IndexRunTest, EveryInjectedReservationFailureLeavesARowAndNoLeak) {
  write_pictures(3);
  for (std::uint64_t n = 1; n <= 6; ++n) {
    rehash_ = Rehash::kAll;
    budget_->fail_nth_for_testing(n);
    const auto report = run();
    EXPECT_EQ(budget_->used(), Bytes{}) << n;
    budget_->fail_nth_for_testing(0);
    if (report) {
      EXPECT_EQ(done() + progress_->failed, 3U) << n;
    } else {
      EXPECT_EQ(report.error().code, ErrorCode::kBudgetExceeded) << n;
    }
  }
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
