// SPDX-License-Identifier: Apache-2.0
// Sources that are out of reach: what the library knows of them is neither gone nor a new failure.
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/index_run.h"
#include "pipeline/testing/index_run_fixture.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

class IndexSourcesTest : public testing::IndexRunFixture {
 protected:
  IndexReport ran() {
    auto report = run();
    EXPECT_TRUE(report.has_value());
    return report.value_or(IndexReport{});
  }
};

// The folder under another name, or its disk away, and all that was below it counted as vanished:
// --prune forgot the whole library.
TEST_F(IndexSourcesTest, NothingVanishesBelowASourceThatIsNotThere) {
  write_pictures(3);
  ran();
  fs::rename(folder_ / "pictures", folder_ / "away");
  const auto report = ran();
  EXPECT_EQ(report.vanished, 0U);
  EXPECT_EQ(report.failed.at("NotFound"), 1U);
  EXPECT_EQ(report.failed_sources, 1U);
  EXPECT_FALSE(report.may_prune());
  EXPECT_EQ(rows().size(), 3U) << "and no row of the folder";
  fs::rename(folder_ / "away", folder_ / "pictures");
  EXPECT_TRUE(ran().may_prune());
  EXPECT_EQ(progress_->unchanged, 3U);
}

// The mount point of a disk that is away is an empty folder.
TEST_F(IndexSourcesTest, NothingVanishesBelowASourceThatIsEmptyNow) {
  write_pictures(2);
  ran();
  fs::rename(folder_ / "pictures", folder_ / "disk");
  fs::create_directories(folder_ / "pictures/lost");
  auto report = ran();
  EXPECT_EQ(report.vanished, 0U);
  EXPECT_THAT(report.emptied_sources, ElementsAre(folder_ / "pictures"));
  EXPECT_FALSE(report.may_prune());
  // One file is enough to say that it was looked into.
  fs::copy_file(folder_ / "disk/p0.jpg", folder_ / "pictures/lost/p0.jpg");
  report = ran();
  EXPECT_EQ(report.vanished, 2U);
  EXPECT_THAT(report.emptied_sources, IsEmpty());
  EXPECT_TRUE(report.may_prune());
}

TEST_F(IndexSourcesTest, AFolderThatNeverHeldAnythingStandsInNobodysWay) {
  write_pictures(2);
  fs::create_directory(folder_ / "empty");
  sources_.push_back(folder_ / "empty");
  ran();
  fs::remove(folder_ / "pictures/p0.jpg");
  const auto report = ran();
  EXPECT_EQ(report.vanished, 1U);
  EXPECT_TRUE(report.may_prune());
}

// The disk of somebody else, or what a system leaves in a mount point, was enough to forget all.
TEST_F(IndexSourcesTest, WhatIsHiddenSaysNothingOfTheFilesThatWereThere) {
  write_pictures(2);
  ran();
  fs::rename(folder_ / "pictures", folder_ / "disk");
  folder_.write("pictures/.keep", "");
  folder_.write("pictures/.Trashes/a.jpg", "");
  fs::create_symlink("loop", folder_ / "pictures/loop");
  auto report = ran();
  EXPECT_EQ(report.vanished, 0U);
  EXPECT_THAT(report.emptied_sources, ElementsAre(folder_ / "pictures"));
  // Nor does a folder that is named, too, and is not there.
  sources_.push_back(folder_ / "pictures/missing");
  report = ran();
  EXPECT_EQ(report.vanished, 0U);
  EXPECT_EQ(report.failed_sources, 1U);
}

// A folder of which all was left out counted as emptied, "its disk may be away", and kept what had
// vanished elsewhere from being forgotten.
TEST_F(IndexSourcesTest, ASourceOfWhichAllIsLeftOutIsNotEmptied) {
  write_pictures(2);
  fs::create_directory(folder_ / "other");
  fs::rename(folder_ / "pictures/p1.jpg", folder_ / "other/o1.jpg");
  sources_.push_back(folder_ / "other");
  ran();
  fs::remove(folder_ / "other/o1.jpg");
  folder_.write("other/text.txt", "a file");
  excludes_ = {"p*.jpg"};
  const auto report = ran();
  EXPECT_EQ(report.vanished, 1U) << "of the other one";
  EXPECT_THAT(report.emptied_sources, IsEmpty());
  EXPECT_TRUE(report.may_prune());
}

// Who has deleted all of the pictures beside their library need not be told that it may be away.
TEST_F(IndexSourcesTest, AFolderThatTheLibraryLiesInIsThere) {
  write_pictures(2);
  sources_ = {folder_.path()};
  excludes_ = {"library.db*"};
  ran();
  fs::remove_all(folder_ / "pictures");
  const auto report = ran();
  EXPECT_EQ(report.vanished, 2U);
  EXPECT_THAT(report.emptied_sources, IsEmpty());
}

// A folder in a folder that is named, too, is no reason to take the outer one for empty.
TEST_F(IndexSourcesTest, WhatLiesInASourceThatLiesInAnotherIsInBoth) {
  write_pictures(2);
  fs::create_directory(folder_ / "pictures/inner");
  fs::copy_file(folder_ / "pictures/p0.jpg", folder_ / "pictures/inner/p0.jpg");
  ran();
  fs::remove(folder_ / "pictures/p0.jpg");
  fs::remove(folder_ / "pictures/p1.jpg");
  sources_.push_back(folder_ / "pictures/inner");
  const auto report = ran();
  EXPECT_EQ(report.vanished, 2U);
  EXPECT_THAT(report.emptied_sources, IsEmpty());
}

// A typo stayed in every export as a picture that failed.
TEST_F(IndexSourcesTest, ASourceThatNeverWasThereLeavesNoRow) {
  sources_ = {folder_ / "nosuch"};
  std::vector<std::string> told;
  listener_ = [&](const FileEvent& event) { told.push_back(event.name); };
  const auto report = ran();
  EXPECT_THAT(told, ElementsAre(::testing::HasSubstr("nosuch")));
  EXPECT_EQ(report.failed.at("NotFound"), 1U);
  EXPECT_EQ(progress_->failed, 1U);
  EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(IndexSourcesTest, AFileThatIsASourceAndHasGoneHasVanished) {
  write_pictures(2);
  ran();
  sources_ = {folder_ / "pictures/p1.jpg"};
  fs::remove(sources_[0]);
  const auto report = ran();
  EXPECT_EQ(report.vanished, 1U);
  EXPECT_EQ(report.failed.at("NotFound"), 1U);
  ASSERT_EQ(rows().size(), 1U);
  EXPECT_EQ(rows()[0].file.path, folder_ / "pictures/p0.jpg");
  EXPECT_TRUE(report.may_prune());
}

// A list of the files of a disk, indexed again while that was away, made all of them vanish.
TEST_F(IndexSourcesTest, FilesThatAreSourcesOnADiskThatIsAwayHaveNotVanished) {
  write_pictures(2);
  sources_ = {folder_ / "pictures/p0.jpg", folder_ / "pictures/p1.jpg"};
  ran();
  fs::rename(folder_ / "pictures", folder_ / "disk");
  for (const bool has_mount_point : {false, true}) {
    if (has_mount_point) {
      fs::create_directory(folder_ / "pictures");
    }
    const auto report = ran();
    EXPECT_EQ(report.vanished, 0U);
    EXPECT_EQ(report.failed_sources, 2U);
    EXPECT_EQ(rows().size(), 2U);
  }
}

}  // namespace
}  // namespace albumen
