// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_history.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <span>
#include <string>
#include <string_view>

#include "files/sha256.h"
#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

std::string entry_line(const std::string& output, const std::string& caption = {}) {
  JournalEntry entry;
  entry.row = {
      .source = fmt::format("/in/{}", output), .status = MemberStatus::kWritten, .output = output};
  entry.row.caption = caption;
  entry.row.sha256 = sha256({});
  return fmt::format("{}\n", to_journal_line(entry));
}

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span{text});
}

class DatasetHistoryTest : public ::testing::Test {
 protected:
  DatasetHistory read(const std::string& lines, const std::string& earlier = {}) const {
    folder_.write("set/.albumen-dataset/journal.jsonl", lines);
    return DatasetHistory::read(folder_ / "set", earlier).value();
  }

  static bool is_synced(const DatasetHistory& history, const std::string& output) {
    return history.outputs().at(output).is_synced;
  }

  TemporaryDirectory folder_;
  const std::string synced_ = fmt::format("{}\n", kJournalSyncedLine);
};

// Each such line went through everything that was known: a journal of many took hours.
TEST_F(DatasetHistoryTest, ALineThatSaysSyncedIsAboutWhatStandsAboveIt) {
  const auto history = read(entry_line("a.png") + entry_line("b.png") + synced_ + synced_ +
                                entry_line("c.png") + entry_line("b.png"),
                            entry_line("earlier.png"));
  EXPECT_TRUE(is_synced(history, "a.png"));
  EXPECT_TRUE(is_synced(history, "earlier.png"));
  EXPECT_FALSE(is_synced(history, "b.png")) << "written again since";
  EXPECT_FALSE(is_synced(history, "c.png"));
}

TEST_F(DatasetHistoryTest, WhileARunReplacesOutputsNoneIsTrusted) {
  const std::string replacing = fmt::format("{}\n", kJournalReplacingLine);
  const std::string before = entry_line("a.png") + synced_ + replacing;
  EXPECT_FALSE(is_synced(read(before + entry_line("b.png")), "a.png"));
  EXPECT_TRUE(is_synced(read(entry_line("a.png") + replacing + synced_), "a.png"));
}

TEST_F(DatasetHistoryTest, WhatARunSaidLastOfACaptionEndsItsClaim) {
  const std::string claim = fmt::format("{}\n", to_claim_line({.output = "a.txt"}));
  EXPECT_TRUE(read(claim).left_unsaid("a.txt"));
  const auto said = read(claim + entry_line("a.png", "a dog"));
  EXPECT_FALSE(said.left_unsaid("a.txt"));
  EXPECT_TRUE(said.wrote_caption("a", ".txt"));
  const auto again = read(entry_line("a.png", "a dog") + claim);
  EXPECT_TRUE(again.left_unsaid("a.txt"));
}

TEST_F(DatasetHistoryTest, WhatARunSaidLastOfAPictureEndsItsClaim) {
  const std::string claim = fmt::format("{}\n", to_claim_line({.output = "a.png"}));
  EXPECT_FALSE(read(claim + entry_line("a.png")).left_unsaid("a.png"));
  EXPECT_TRUE(read(entry_line("a.png") + claim).left_unsaid("a.png"));
}

// Whatever stood in a file that albumen had written once was taken for albumen's.
TEST_F(DatasetHistoryTest, OnlyWordsThatARunWroteAreItsOwn) {
  const std::string killed = fmt::format(
      "{}\n", to_claim_line({.output = "a.txt", .sha256 = sha256(as_bytes("zwx, a dog"))}));
  const auto history = read(entry_line("a.png", "a dog") + synced_ + killed);
  EXPECT_TRUE(history.wrote_words("a", ".txt", "a dog")) << "killed before the file had its place";
  EXPECT_TRUE(history.wrote_words("a", ".txt", "zwx, a dog")) << "killed behind that";
  EXPECT_FALSE(history.wrote_words("a", ".txt", "a dog, edited"));
  EXPECT_FALSE(history.wrote_words("a", ".caption", "a dog"));
}

TEST_F(DatasetHistoryTest, WhatAPowerCutLeftIsNobodysWorkUntilARunCameToItsEnd) {
  const std::string entry = entry_line("a.png", "a dog");
  EXPECT_TRUE(read(entry).wrote_words("a", ".txt", std::string(5, '\0')));
  EXPECT_TRUE(read(entry).wrote_words("a", ".txt", ""));
  EXPECT_FALSE(read(entry + synced_).wrote_words("a", ".txt", ""));
}

// A journal of an earlier build has claims without digests.
TEST_F(DatasetHistoryTest, WordsThatNoJournalKnowsAreSomebodys) {
  const std::string claim = fmt::format("{}\n", to_claim_line({.output = "a.txt"}));
  EXPECT_FALSE(read(claim).wrote_words("a", ".txt", "a dog"));
}

}  // namespace
}  // namespace albumen
