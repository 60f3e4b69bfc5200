// SPDX-License-Identifier: Apache-2.0
// For tests of the dataset job on a real file system, from pictures made by code.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "core/mutex.h"
#include "decode/testing/test_pictures.h"
#include "files/testing/temporary_directory.h"
#include "pipeline/dataset_run.h"

namespace albumen::testing {

namespace fs = std::filesystem;

inline std::string text_of(const EncodedBytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class DatasetRunFixture : public ::testing::Test {
 protected:
  DatasetRunFixture() {
    request_.sources = {folder_ / "in"};
    request_.directory = folder_ / "out";
    request_.settings.frame.target = {.width = 64, .height = 64};
    request_.workers = 3;
  }

  static std::string jpeg(std::uint32_t seed, Size size = {.width = 100, .height = 80}) {
    return text_of(encode_jpeg(photo_like(size, 3, seed)));
  }

  static std::string png(std::uint32_t seed, Size size = {.width = 40, .height = 60}) {
    return text_of(encode_png(photo_like(size, 3, seed)));
  }

  void write(const std::string& name, const std::string& content) const {
    folder_.write("in/" + name, content);
  }

  // A run, whatever comes of it.
  Result<DatasetReport> attempt(Budget& budget, DatasetProgress& progress,
                                const StopToken& stop = {}) {
    StageClock clock{&budget};
    return run_dataset(request_,
                       {.reader = reader_,
                        .budget = budget,
                        .clock = clock,
                        .progress = progress,
                        .pressure = pressure_,
                        .listener = {}},
                       stop);
  }

  // Every row by the name of its source below the folder.
  std::map<std::string, ManifestRow> run(const StopToken& stop = {}) {
    rows_.clear();
    DatasetProgress progress;
    const auto report = attempt(budget_, progress, stop);
    EXPECT_TRUE(report.has_value()) << to_string(report.error());
    EXPECT_EQ(budget_.used(), Bytes{});
    count_captions(progress);
    if (report && !report->interrupted) {
      report_ = *report;
      read_manifest();
    }
    return rows_;
  }

  // Every row of a dry run, likewise.
  std::map<std::string, ManifestRow> dry_run() {
    std::map<std::string, ManifestRow> rows;
    Mutex mutex;
    DatasetProgress progress;
    StageClock clock;
    const std::string prefix = folder_.path() + "/in/";
    const auto report = plan_dataset(request_,
                                     {.reader = reader_,
                                      .budget = budget_,
                                      .clock = clock,
                                      .progress = progress,
                                      .listener =
                                          [&](const ManifestRow& row) {
                                            const MutexLock lock{mutex};
                                            rows[row.source.substr(prefix.size())] = row;
                                          }},
                                     {});
    EXPECT_TRUE(report.has_value()) << to_string(report.error());
    count_captions(progress);
    return rows;
  }

  void count_captions(const DatasetProgress& progress) {
    captions_written_ = progress.captions_written;
    captions_removed_ = progress.captions_removed;
  }

  void read_manifest() {
    std::ifstream file{request_.directory + "/manifest.jsonl"};
    for (std::string line; std::getline(file, line);) {
      const auto row = parse_manifest_row(line);
      ASSERT_TRUE(row.has_value()) << line;
      const std::string prefix = folder_.path() + "/in/";
      rows_[row->source.starts_with(prefix) ? row->source.substr(prefix.size()) : row->source] =
          *row;
      order_.push_back(row->source);
    }
  }

  // Every file of the set but the manifest and the state, by its name.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator{request_.directory}) {
      const std::string name = entry.path().lexically_relative(request_.directory).native();
      if (entry.is_regular_file() && !name.starts_with(".albumen-dataset") &&
          name != "manifest.jsonl") {
        found[name] = read_small_file(entry.path(), kMiB * 16).value();
      }
    }
    return found;
  }

  std::string manifest() const {
    return read_small_file(request_.directory + "/manifest.jsonl", kMiB).value();
  }

  TemporaryDirectory folder_;
  DatasetRequest request_;
  SourceReader reader_;
  Budget budget_{kMiB * 64};
  PressureProbe* pressure_ = nullptr;
  std::map<std::string, ManifestRow> rows_;
  std::vector<std::string> order_;
  DatasetReport report_;
  std::uint64_t captions_written_ = 0;  // by the last run, or as the last dry run has it
  std::uint64_t captions_removed_ = 0;
};

}  // namespace albumen::testing
