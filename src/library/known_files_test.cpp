// SPDX-License-Identifier: Apache-2.0
#include "library/known_files.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "library/testing/library_test_support.h"

namespace albumen {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Names = std::pair<std::string, std::string>;

std::string made_up_path(std::mt19937_64& random) {
  std::string path;
  for (std::uint64_t depth = random() % 4 + 1; depth > 0; --depth) {
    path.push_back('/');
    path.append(1 + random() % 2, static_cast<char>('a' + random() % 3));
  }
  return path;
}

TEST(KnownFilesTest, FindsWhatAnOrdinaryMapFinds) {
  std::mt19937_64 random{3};
  std::map<Names, KnownFile> twin;
  for (int round = 0; round < 3000; ++round) {
    const std::string member = random() % 4 == 0 ? made_up_path(random) : "";
    twin[{made_up_path(random), member}] = {.stamp = {.size_bytes = random()},
                                            .is_picture = random() % 2 == 0,
                                            .content_type = ContentType::kVideo,
                                            .missing = random() % 2 == 0,
                                            .done = static_cast<AnalyzerMask>(random()),
                                            .given_up = static_cast<AnalyzerMask>(random())};
  }
  std::size_t names = 0;
  for (const auto& [key, file] : twin) {
    names += key.first.size() + key.second.size();
  }
  Budget budget{kMiB * 16};
  KnownFiles known{
      must(budget.try_reserve(MemoryTag::kOther, KnownFiles::predicted_bytes(twin.size(), names))),
      twin.size(), names};
  for (const auto& [key, file] : twin) {
    must(known.add(key.first, key.second, 1, file));
  }
  known.settle_reservation();
  EXPECT_LE(known.memory(), KnownFiles::predicted_bytes(twin.size(), names));
  EXPECT_EQ(budget.used(), known.memory());
  for (int round = 0; round < 5000; ++round) {
    const Names key{made_up_path(random), random() % 4 == 0 ? made_up_path(random) : ""};
    const auto expected = twin.find(key);
    const auto found = known.find(key.first, key.second);
    ASSERT_EQ(found.has_value(), expected != twin.end());
    if (found) {
      EXPECT_EQ(found->stamp, expected->second.stamp);
      EXPECT_EQ(found->is_picture, expected->second.is_picture);
      EXPECT_EQ(found->content_type, expected->second.content_type);
      EXPECT_EQ(found->missing, expected->second.missing);
      EXPECT_EQ(found->done, expected->second.done);
      EXPECT_EQ(found->given_up, expected->second.given_up);
    }
  }
}

TEST(KnownFilesTest, AnEmptyOneKnowsNothing) {
  KnownFiles known;
  EXPECT_FALSE(known.find("/a", ""));
  EXPECT_FALSE(known.see("", ""));
  EXPECT_THAT(known.changes({.roots = {"/"}}).vanished, IsEmpty());
  EXPECT_EQ(code_of(known.add("/a", "", 1, {})), ErrorCode::kInternal);
}

TEST(KnownFilesTest, ImpossibleNamesAreRefused) {
  KnownFiles known{{}, 1, 10};
  EXPECT_EQ(code_of(known.add("/a", std::string(70'000, 'x'), 1, {})), ErrorCode::kTooLarge);
}

KnownFiles some_files(const std::vector<std::string>& paths, bool missing = false) {
  KnownFiles known{{}, paths.size(), 1000};
  for (std::size_t index = 0; index < paths.size(); ++index) {
    must(known.add(paths.at(index), "", static_cast<FileToken>(index), {.missing = missing}));
  }
  return known;
}

TEST(KnownFilesTest, OnlyWhatLiesBelowARootCanVanish) {
  const auto known = some_files({"/a/b", "/a/bc", "/ab", "/a", "relative", "/a/b/c/d"});
  EXPECT_THAT(known.changes({.roots = {"/a/b"}}).vanished, UnorderedElementsAre(0, 5));
  EXPECT_THAT(known.changes({.roots = {"/a"}}).vanished, UnorderedElementsAre(0, 1, 3, 5));
  EXPECT_THAT(known.changes({.roots = {"/"}}).vanished, UnorderedElementsAre(0, 1, 2, 3, 5));
  EXPECT_THAT(known.changes({.roots = {"relative", "/ab"}}).vanished, UnorderedElementsAre(2, 4));
  EXPECT_THAT(known.changes({.roots = {"/a"}, .kept = {"/a/b"}}).vanished,
              UnorderedElementsAre(1, 3));
  EXPECT_THAT(known.changes({}).vanished, IsEmpty());
}

TEST(KnownFilesTest, SeenFilesStayAndReturn) {
  auto known = some_files({"/a", "/b"});
  EXPECT_TRUE(known.see("/b", ""));
  EXPECT_THAT(known.changes({.roots = {"/"}}).vanished, ElementsAre(0));
  auto missing = some_files({"/a", "/b"}, true);
  EXPECT_TRUE(missing.see("/b", ""));
  EXPECT_THAT(missing.changes({.roots = {"/"}}).vanished, IsEmpty());
  EXPECT_THAT(missing.changes({.roots = {"/"}}).returned, ElementsAre(1));
}

TEST(KnownFilesTest, ThreadsMaySeeAtOnce) {
  std::vector<std::string> paths;
  for (int index = 0; index < 500; ++index) {
    paths.push_back("/x/" + std::to_string(index));
  }
  KnownFiles known{{}, paths.size(), 10'000};
  for (const std::string& path : paths) {
    must(known.add(path, "", 0, {}));
  }
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t index = thread % 2; index < paths.size(); index += 2) {
        EXPECT_TRUE(known.see(paths.at(index), ""));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(known.changes({.roots = {"/x"}}).vanished, IsEmpty());
}

TEST(KnownFilesTest, SettledNeedsTheSameStampAndNothingLeftToTry) {
  const FileStamp stamp{.size_bytes = 1, .inode = 2};
  KnownFile file{.stamp = stamp, .is_picture = true, .done = 0b01, .given_up = 0b10};
  EXPECT_TRUE(file.settled(stamp, 0b11));
  EXPECT_FALSE(file.settled(stamp, 0b111));
  EXPECT_FALSE(file.settled({}, 0b11));
  file.failure = ErrorCode::kIo;
  file.retry = RetryPolicy::kNextRun;
  EXPECT_FALSE(file.settled(stamp, 0));
  file.retry = RetryPolicy::kWhenInputChanges;
  EXPECT_TRUE(file.settled(stamp, 0b111));
}

TEST(KnownFilesTest, AFileFailedAsAWholeOrForAnAnalyzerThatHasNothingStill) {
  KnownFile file{.is_picture = true, .done = 0b01, .given_up = 0b10};
  EXPECT_TRUE(file.failed(0b11));
  EXPECT_FALSE(file.failed(0b01)) << "of an analyzer that nobody asks for";
  file.done = 0b11;
  EXPECT_FALSE(file.failed(0b11)) << "a copy of the picture did better";
  EXPECT_FALSE((KnownFile{.is_picture = false}.failed(0b11))) << "no picture is no failure";
  EXPECT_TRUE((KnownFile{.failure = ErrorCode::kCorrupt}.failed(0b11)));
}

}  // namespace
}  // namespace albumen
