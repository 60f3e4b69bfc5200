// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_stale.h"

#include <filesystem>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "files/sha256.h"
#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DatasetStaleTest : public ::testing::Test {
 protected:
  DatasetStaleTest() { request_.directory = folder_ / "set"; }

  // As a run that wrote `content` for `source` left it.
  void wrote(const std::string& source, const std::string& output, const std::string& content,
             const std::string& caption = {}) {
    folder_.write("set/" + output, content);
    note(source, output, content, caption);
  }

  void note(const std::string& source, const std::string& output, const std::string& content,
            const std::string& caption = {}) {
    JournalEntry entry;
    entry.row = {.source = source, .status = MemberStatus::kWritten, .output = output};
    entry.row.format = "png";
    entry.row.size = {.width = 1, .height = 1};
    entry.row.caption = caption;
    entry.row.sha256 = sha256(std::as_bytes(std::span{content}));
    entry.bytes = content.size();
    journal_ += fmt::format("{}\n", to_journal_line(entry));
  }

  DatasetHistory history(bool is_synced = true) {
    folder_.write("set/.albumen-dataset/journal.jsonl",
                  is_synced ? fmt::format("{}{}\n", journal_, kJournalSyncedLine) : journal_);
    return DatasetHistory::read(request_.directory).value();
  }

  std::vector<std::string> stale() { return names(former().stale); }

  FormerOutputs former(bool is_synced = true) {
    const DatasetHistory known = history(is_synced);
    const FinishedArchive none;
    return former_outputs({.history = known, .directory = request_.directory, .archive = none},
                          rows_);
  }

  std::vector<std::string> pruned(Pruning pruning = Pruning::kReal) {
    auto former = this->former();
    const Pruned pruned = prune(request_, rows_, pruning, former.stale).value();
    captions_ = pruned.captions;
    return names(pruned.outputs);
  }

  static std::vector<std::string> names(const std::vector<JournalEntry>& entries) {
    std::vector<std::string> outputs;
    for (const JournalEntry& entry : entries) {
      outputs.push_back(entry.row.output);
    }
    return outputs;
  }

  [[nodiscard]] bool exists(const std::string& name) const { return fs::exists(folder_ / name); }

  TemporaryDirectory folder_;
  DatasetRequest request_;
  std::vector<ManifestRow> rows_;
  std::string journal_;
  std::uint64_t captions_ = 0;  // pruned
};

TEST_F(DatasetStaleTest, WhatNoMemberGivesAnyMoreIsStale) {
  wrote("/in/here.jpg", "here.png", "1");
  wrote("/in/gone.jpg", "gone.png", "2");
  wrote("/in/left_out.jpg", "left_out.png", "3");
  wrote("/in/elsewhere.jpg", "elsewhere.png", "4");
  note("/in/removed.jpg", "removed.png", "5");
  rows_ = {{.source = "/in/here.jpg", .status = MemberStatus::kUnchanged, .output = "here.png"},
           {.source = "/in/left_out.jpg", .status = MemberStatus::kSkipped, .reason = "excluded"},
           {.source = "/in/elsewhere.jpg", .status = MemberStatus::kWritten, .output = "e.jpg"}};
  EXPECT_THAT(stale(), ElementsAre("elsewhere.png", "gone.png", "left_out.png"));
}

// A disk that is not there, an archive that cannot be read: nobody deleted those pictures.
TEST_F(DatasetStaleTest, WhatLiesInSomethingThatFailedIsSpared) {
  wrote("/in/a.jpg", "a.png", "1");
  wrote("/in/b.zip!c/d.jpg", "c/d.png", "2");
  wrote("/mnt/photos/x/e.jpg", "x/e.png", "3");
  rows_ = {{.source = "/in/a.jpg", .status = MemberStatus::kFailed},
           {.source = "/in/b.zip", .status = MemberStatus::kFailed},
           {.source = "/mnt/photos", .status = MemberStatus::kFailed}};
  EXPECT_THAT(stale(), IsEmpty());
  EXPECT_THAT(names(former().spared), ElementsAre("a.png", "c/d.png", "x/e.png"));
}

TEST_F(DatasetStaleTest, OnlyWhatIsAsWrittenIsRemoved) {
  wrote("/in/a.jpg", "a.png", "picture");
  wrote("/in/b.jpg", "b.png", "picture");
  folder_.write("set/b.png", "PICTURE");  // the same length
  EXPECT_THAT(pruned(), ElementsAre("a.png"));
  EXPECT_FALSE(exists("set/a.png"));
  EXPECT_TRUE(exists("set/b.png"));
}

TEST_F(DatasetStaleTest, ACaptionGoesWithItsPictureUnlessSomebodyWroteInIt) {
  wrote("/in/a.jpg", "a.png", "1", "a dog");
  wrote("/in/b.jpg", "b.png", "2", "a cat");
  wrote("/in/c.jpg", "c.png", "3", "a cow");
  folder_.write("set/a.txt", "a dog");
  folder_.write("set/b.txt", "a rat");
  folder_.write("set/c.txt", "a cow");
  // The same picture in another format has that caption now.
  rows_ = {{.source = "/in/c.jpg", .status = MemberStatus::kWritten, .output = "c.jpg"}};
  EXPECT_THAT(pruned(), ElementsAre("a.png", "b.png", "c.png"));
  EXPECT_EQ(captions_, 1U);
  EXPECT_FALSE(exists("set/a.txt"));
  EXPECT_TRUE(exists("set/b.txt"));
  EXPECT_TRUE(exists("set/c.txt"));
}

TEST_F(DatasetStaleTest, PretendingRemovesNothing) {
  wrote("/in/a.jpg", "a.png", "1");
  EXPECT_THAT(pruned(Pruning::kPretended), ElementsAre("a.png"));
  EXPECT_TRUE(exists("set/a.png"));
}

// A set may come from anywhere, with its journal.
TEST_F(DatasetStaleTest, AJournalCannotPointOutOfTheSet) {
  folder_.write("precious.png", "precious");
  fs::create_directories(folder_ / "set/.albumen-dataset");
  fs::create_directory_symlink(folder_.path(), folder_ / "set/link");
  for (const std::string& output :
       {std::string{"../precious.png"}, folder_ / "precious.png", std::string{"link/precious.png"},
        std::string{"link/../precious.png"}, std::string{".albumen-dataset/lock"}}) {
    note("/in/a.jpg", output, "precious");
  }
  EXPECT_THAT(stale(), IsEmpty());
  auto all = std::vector<JournalEntry>{};
  const DatasetHistory lies = history();
  for (const auto& [output, known] : lies.outputs()) {
    all.push_back(known.entry);
  }
  EXPECT_THAT(prune(request_, rows_, Pruning::kReal, all).value().outputs, IsEmpty());
  EXPECT_TRUE(exists("precious.png"));
}

TEST_F(DatasetStaleTest, AfterAPowerCutTheDigestDecidesWhatStandsThere) {
  wrote("/in/a.jpg", "a.png", "picture");
  folder_.write("set/a.png", "0000000");
  EXPECT_THAT(former(/*is_synced=*/false).stale, IsEmpty());
}

}  // namespace
}  // namespace albumen
