// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_state.h"

#include <csignal>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <sys/resource.h>

#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

JournalEntry entry_of(const std::string& output) {
  JournalEntry entry;
  entry.row = {.source = "/in/" + output, .status = MemberStatus::kWritten, .output = output};
  entry.row.sha256 = Sha256Digest{};
  return entry;
}

class DatasetStateTest : public ::testing::Test {
 protected:
  DatasetState open() const { return DatasetState::open(folder_ / "set", "test").value(); }

  // What the next run reads.
  DatasetHistory history() const { return DatasetHistory::read(folder_ / "set").value(); }

  TemporaryDirectory folder_;
};

TEST_F(DatasetStateTest, OneProcessWritesAtATime) {
  const auto first = open();
  const auto second = DatasetState::open(folder_ / "set", "test");
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
}

TEST_F(DatasetStateTest, WhatWasGrowingIsGone) {
  folder_.write("set/.albumen-dataset/growing/a.png", "half");
  const auto state = open();
  EXPECT_TRUE(std::filesystem::is_empty(growing_folder(folder_ / "set")));
}

TEST_F(DatasetStateTest, FinishKeepsTheEntriesAndEndsEveryClaim) {
  auto state = open();
  ASSERT_TRUE(state.claim({.output = "a.png"}).has_value());
  ASSERT_TRUE(state.claim({.output = "b.png"}).has_value());
  EXPECT_TRUE(history().left_unsaid("b.png"));
  ASSERT_TRUE(state.finish({entry_of("a.png")}).has_value());
  EXPECT_TRUE(history().outputs().at("a.png").is_synced);
  EXPECT_FALSE(history().wrote("b.png"));
}

TEST_F(DatasetStateTest, BeforeAPictureIsReplacedNoOutputIsTrusted) {
  ASSERT_TRUE(open().finish({entry_of("a.png"), entry_of("b.png")}).has_value());
  auto state = open();
  ASSERT_TRUE(state.claim({.output = "new.png"}).has_value());
  EXPECT_TRUE(history().outputs().at("b.png").is_synced);
  ASSERT_TRUE(state.claim({.output = "a.png"}).has_value());
  EXPECT_FALSE(history().outputs().at("b.png").is_synced);
}

TEST_F(DatasetStateTest, AClaimThatIsTakenBackIsAsIfItHadNotBeen) {
  auto state = open();
  ASSERT_TRUE(state.claim({.output = "a.png"}).has_value());
  ASSERT_TRUE(state.withdraw("a.png").has_value());
  EXPECT_FALSE(history().wrote("a.png"));
}

// The file may be the one of the run that was killed.
TEST_F(DatasetStateTest, WhatAnEarlierRunLeftUnsaidIsNotTakenBack) {
  ASSERT_TRUE(open().claim({.output = "a.png"}).has_value());
  auto state = open();
  ASSERT_TRUE(state.claim({.output = "a.png"}).has_value());
  ASSERT_TRUE(state.withdraw("a.png").has_value());
  EXPECT_TRUE(history().left_unsaid("a.png"));
}

// Of a disk that was full for a moment the next line went into the torn one, and was lost with it.
TEST_F(DatasetStateTest, ALineBehindATornOneIsReadAgain) {
  auto state = open();
  ASSERT_TRUE(state.append(entry_of("a.png")).has_value());
  const std::string journal = journal_path(folder_ / "set");
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit tight = before;
  tight.rlim_cur = std::filesystem::file_size(journal) + 10;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  EXPECT_FALSE(state.append(entry_of("b.png")).has_value());
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(std::filesystem::file_size(journal), tight.rlim_cur) << "no line was torn";
  ASSERT_TRUE(state.append(entry_of("c.png")).has_value());
  EXPECT_TRUE(history().wrote("a.png"));
  EXPECT_TRUE(history().wrote("c.png"));
}

}  // namespace
}  // namespace albumen
