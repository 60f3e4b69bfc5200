// SPDX-License-Identifier: Apache-2.0
#include "dataset/journal.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "dataset/captions.h"
#include "files/sha256.h"

namespace albumen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

JournalEntry some_entry() {
  return {.row = {.source = "/photos/a.jpg",
                  .status = MemberStatus::kWritten,
                  .output = "a.png",
                  .format = "png",
                  .size = {.width = 3, .height = 2},
                  .caption = "a \"dog\"\\",
                  .sha256 = sha256({})},
          .stamp = {.size_bytes = 5, .mtime_ns = -7, .ctime_ns = 9, .inode = ~std::uint64_t{0}},
          .picture = sha256({}),
          .settings = sha256({}),
          .bytes = 123};
}

TEST(JournalTest, ALineReadAgainIsTheEntry) {
  const std::string line = to_journal_line(some_entry());
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto read = parse_journal_line(line);
  ASSERT_TRUE(read.has_value()) << to_string(read.error());
  EXPECT_EQ(*read, some_entry());
}

TEST(JournalTest, CaptionsOfAnotherExtensionAreToldApart) {
  EXPECT_THAT(to_journal_line(some_entry()), Not(HasSubstr("caption_extension")));
  JournalEntry entry = some_entry();
  entry.caption_extension = ".\"words\"";
  const auto read = parse_journal_line(to_journal_line(entry));
  ASSERT_TRUE(read.has_value()) << to_string(read.error());
  EXPECT_EQ(*read, entry);
}

TEST(JournalTest, ATornLineIsNoEntryWhereverItEnds) {
  const std::string line = to_journal_line(some_entry());
  for (std::size_t length = 0; length < line.size(); ++length) {
    EXPECT_FALSE(parse_journal_line(line.substr(0, length)).has_value()) << length;
  }
}

// A set, or its archive, may come from anywhere, with its journal.
TEST(JournalTest, NoLineNamesAFileOutsideOfItsSet) {
  JournalEntry entry = some_entry();
  ASSERT_TRUE(parse_journal_line(to_journal_line(entry)).has_value());
  for (const std::string output : {"../a.png", "b/../../a.png", "/a.png", "%2e./a.png", ".."}) {
    entry.row.output = output;
    EXPECT_FALSE(parse_journal_line(to_journal_line(entry)).has_value()) << output;
  }
  entry = some_entry();
  for (const std::string extension : {"txt", "./../../x", ".a%2fb", ""}) {
    entry.caption_extension = extension;
    EXPECT_FALSE(parse_journal_line(to_journal_line(entry)).has_value()) << extension;
  }
}

TEST(JournalTest, AClaimIsReadAgainAndIsNoEntry) {
  const JournalClaim claim{.output = "10_zwx/\"1\" %ff.png", .sha256 = {}};
  const std::string line = to_claim_line(claim);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(parse_claim_line(line).value(), claim);
  EXPECT_FALSE(parse_journal_line(line).has_value());
  EXPECT_FALSE(parse_claim_line(to_journal_line(some_entry())).has_value());
  EXPECT_FALSE(parse_claim_line(line.substr(0, line.size() - 1)).has_value());
}

TEST(JournalTest, AClaimSaysWhichBytesAreAboutToStandThere) {
  const JournalClaim claim{.output = "a.txt", .sha256 = sha256({})};
  EXPECT_EQ(parse_claim_line(to_claim_line(claim)).value(), claim);
  EXPECT_FALSE(parse_claim_line(R"({"making":"a.txt","sha256":"short"})").has_value());
}

TEST(JournalTest, AWithdrawalIsNeitherAClaimNorAnEntry) {
  const std::string line = to_withdrawal_line("10_zwx/\"1\" %ff.png");
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(parse_withdrawal_line(line).value(), "10_zwx/\"1\" %ff.png");
  EXPECT_FALSE(parse_claim_line(line).has_value());
  EXPECT_FALSE(parse_journal_line(line).has_value());
  EXPECT_FALSE(parse_withdrawal_line(to_claim_line({.output = "a.png"})).has_value());
  EXPECT_FALSE(parse_withdrawal_line(line.substr(0, line.size() - 1)).has_value());
  EXPECT_FALSE(parse_withdrawal_line(R"({"unmade":1})").has_value());
}

// A row was written out as text to be read again, level by level of the stack; and the reader that
// keeps keys in order looked through all of them for each.
TEST(JournalTest, DeepAndWideRowsCostNeitherStackNorTime) {
  constexpr std::size_t kLevels = 200'000;
  const std::string deep = std::string(kLevels, '[') + std::string(kLevels, ']');
  EXPECT_FALSE(parse_journal_line(R"({"row":)" + deep + "}").has_value());
  EXPECT_FALSE(parse_journal_line(R"({"row":{"source":)" + deep + "}}").has_value());
  EXPECT_FALSE(parse_claim_line(R"({"making":)" + deep + "}").has_value());
  constexpr int kKeys = 100'000;
  std::string wide = R"({"row":{"source":"a")";
  for (int key = 0; key < kKeys; ++key) {
    wide += fmt::format(R"(,"{}":0)", key);
  }
  EXPECT_FALSE(parse_journal_line(wide + "}}").has_value());
}

TEST(JournalTest, ALineWithTheLongestCaptionIsRead) {
  JournalEntry entry = some_entry();
  entry.row.caption = std::string(kCaptionFileLimit.count(), '\x01');  // six bytes each
  const auto read = parse_journal_line(to_journal_line(entry));
  ASSERT_TRUE(read.has_value()) << to_string(read.error());
  EXPECT_EQ(*read, entry);
}

// A line of brackets took sixty times its length, whatever else was in it.
TEST(JournalTest, ALineThatNoRunWritesIsRefusedBeforeItIsParsed) {
  std::string line = to_journal_line(some_entry());
  line.pop_back();
  std::string more = line + R"(,"more":[[])";
  for (int value = 0; value < 300; ++value) {
    more += ",[]";
  }
  EXPECT_TRUE(parse_journal_line(line + R"(,"more":[[],[]]})").has_value()) << "of a later build";
  EXPECT_FALSE(parse_journal_line(more + "]}").has_value());
  const std::string spaces(kLongestJournalLine.count(), ' ');
  EXPECT_FALSE(parse_journal_line(line + spaces + "}").has_value());
  EXPECT_FALSE(parse_claim_line(to_claim_line({.output = "a.png"}) + spaces).has_value());
}

TEST(JournalTest, NumbersThatDoNotFitAreRefused) {
  const std::string line = to_journal_line(some_entry());
  for (const auto& [part, other] :
       {std::pair{"\"bytes\":123", "\"bytes\":-1"}, std::pair{"\"size\":5", "\"size\":1e3"},
        std::pair{"\"mtime_ns\":-7", "\"mtime_ns\":\"x\""}}) {
    std::string bad = line;
    bad.replace(bad.find(part), std::string_view{part}.size(), other);
    EXPECT_FALSE(parse_journal_line(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace albumen
