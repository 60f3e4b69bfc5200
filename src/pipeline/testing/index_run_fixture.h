// SPDX-License-Identifier: Apache-2.0
// For tests of the run as a whole: a folder of pictures, a library, an analyzer that does as the
// test says, and everything else that a run needs.
#pragma once

#include <atomic>
#include <cstdint>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "decode/testing/test_pictures.h"
#include "files/testing/temporary_directory.h"
#include "pipeline/index_run.h"

namespace albumen::testing {

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
class IndexRunFixture : public ::testing::Test {
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
      const auto bytes = encode_jpeg(photo_like(size, 3, static_cast<std::uint32_t>(number)));
      write(fmt::format("p{}.jpg", number), bytes);
    }
  }

  void write(const std::string& name, std::span<const std::byte> bytes) {
    folder_.write("pictures/" + name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }

  template <class... Some>
  void use(std::unique_ptr<Some>... some) {
    std::vector<std::unique_ptr<Analyzer>> analyzers;
    (analyzers.push_back(std::move(some)), ...);
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
                                    .keep_truncated_percent = decode_.keep_truncated_percent,
                                    .analyzers = analyzers_->ids()});
    if (!run_id) {
      return std::unexpected(run_id.error());
    }
    progress_ = std::make_unique<IndexProgress>();
    const IndexRequest request{.sources = sources_,
                               .source_options = {.excludes = excludes_, .archive_limits = {}},
                               .decode = decode_,
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
  DecodeOptions decode_;
  Rehash rehash_ = Rehash::kChanged;
  unsigned workers_ = 3;
  std::string version_ = "test";
  std::vector<std::string> sources_{folder_ / "pictures"};
  std::vector<std::string> excludes_;
};

}  // namespace albumen::testing
