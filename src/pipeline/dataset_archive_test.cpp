// SPDX-License-Identifier: Apache-2.0
// A training set as one archive, on a real file system, from pictures made by code.
#include "pipeline/internal/dataset_archive.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <stop_token>

#include "decode/testing/test_pictures.h"
#include "files/testing/temporary_directory.h"
#include "pipeline/dataset_run.h"
#include "sources/archive_listing.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DatasetArchiveTest : public ::testing::Test {
 protected:
  DatasetArchiveTest() {
    request_.sources = {folder_ / "in"};
    request_.archive = folder_ / "set.zip";
    request_.settings.frame.target = {.width = 48, .height = 48};
    request_.workers = 2;
  }

  void write_picture(const std::string& name, std::uint32_t seed) const {
    const auto bytes = encode_jpeg(testing::photo_like({.width = 80, .height = 60}, 3, seed));
    folder_.write("in/" + name,
                  std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }

  void write_text(const std::string& name, const std::string& text) const {
    folder_.write("in/" + name, text);
  }

  void write_six() const {
    for (std::uint32_t picture = 0; picture < 6; ++picture) {
      write_picture("10_zwx/" + std::to_string(picture) + ".jpg", picture);
      write_text("10_zwx/" + std::to_string(picture) + ".txt",
                 "caption " + std::to_string(picture));
    }
  }

  Result<DatasetReport> try_run(const StopToken& stop = {},
                                std::function<void(const ManifestRow&)> listener = {}) {
    return try_run_within(budget_, stop, std::move(listener));
  }

  Result<DatasetReport> try_run_within(Budget& budget, const StopToken& stop = {},
                                       std::function<void(const ManifestRow&)> listener = {}) {
    written_ = 0;
    unchanged_ = 0;
    DatasetProgress progress;
    StageClock clock{&budget};
    auto report = run_dataset(request_,
                              {.reader = reader_,
                               .budget = budget,
                               .clock = clock,
                               .progress = progress,
                               .listener = std::move(listener)},
                              stop);
    written_ = progress.written;
    unchanged_ = progress.unchanged;
    read_ = progress.bytes_read;
    EXPECT_EQ(budget.used(), Bytes{});
    return report;
  }

  void run() {
    const auto report = try_run();
    ASSERT_TRUE(report.has_value()) << to_string(report.error());
    EXPECT_FALSE(report->interrupted);
    EXPECT_FALSE(fs::exists(part()));
  }

  // Stops when `count` pictures are there.
  void run_and_stop_after(int count) {
    std::stop_source stop;
    std::atomic<int> news = 0;
    const auto report = try_run(stop.get_token(), [&](const ManifestRow& row) {
      if (row.status == MemberStatus::kWritten && ++news == count) {
        stop.request_stop();
      }
    });
    ASSERT_TRUE(report.has_value()) << to_string(report.error());
    EXPECT_TRUE(report->interrupted);
    EXPECT_TRUE(fs::exists(part()));
  }

  void expect_refused(const std::string& words) {
    const auto refused = try_run();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(refused.error().message, HasSubstr(words));
  }

  std::string part() const { return request_.archive + ".part"; }

  // Compared by ==, as nobody wants to read it.
  std::string archive() const { return read_small_file(request_.archive, kMiB * 16).value(); }

  // What a run that knows nothing makes of the same.
  std::string archive_made_anew() {
    const std::string asked = std::exchange(request_.archive, folder_ / "anew.zip");
    fs::remove(request_.archive);
    run();
    const std::string anew = archive();
    request_.archive = asked;
    return anew;
  }

  // Changes when the file is written again, also with the same bytes.
  fs::file_time_type identity() const { return fs::last_write_time(request_.archive); }

  std::vector<std::string> names() const {
    std::vector<std::string> found;
    EXPECT_TRUE(list_archive(request_.archive, {},
                             [&](const SourceEntry& entry) { found.push_back(entry.member); }, {})
                    .has_value());
    return found;
  }

  // By name; only of an archive that list_archive takes.
  std::map<std::string, std::string> contents() {
    std::map<std::string, std::string> found;
    EXPECT_TRUE(
        list_archive(request_.archive, {},
                     [&](const SourceEntry& entry) {
                       auto memory =
                           budget_.reserve(MemoryTag::kEncoded, entry.reading_bytes(), {}).value();
                       const auto bytes = reader_.read(entry, memory).value();
                       found[entry.member] = {reinterpret_cast<const char*>(bytes.bytes.data()),
                                              bytes.bytes.size()};
                     },
                     {})
            .has_value());
    return found;
  }

  TemporaryDirectory folder_;
  DatasetRequest request_;
  SourceReader reader_;
  Budget budget_{kMiB * 64};
  std::uint64_t written_ = 0;
  std::uint64_t unchanged_ = 0;
  std::uint64_t read_ = 0;
};

TEST_F(DatasetArchiveTest, HoldsWhatAFolderWouldEachPictureBeforeItsCaption) {
  write_picture("10_zwx/b.jpg", 1);
  write_text("10_zwx/b.txt", "a dog");
  write_picture("10_zwx/c.jpg", 2);
  write_picture("caf\xE9.jpg", 3);
  run();
  EXPECT_THAT(names(), ElementsAre("caf\xE9.png", "10_zwx/b.png", "10_zwx/b.txt", "10_zwx/c.png",
                                   "manifest.jsonl", kArchivedJournal));
  const auto packed = contents();
  EXPECT_EQ(packed.at("10_zwx/b.txt"), "a dog");
  request_.directory = folder_ / "set";
  request_.archive.clear();
  ASSERT_TRUE(try_run().has_value());
  for (const std::string name : {"caf\xE9.png", "10_zwx/b.png", "10_zwx/c.png", "manifest.jsonl"}) {
    EXPECT_EQ(packed.at(name), read_small_file(folder_ / ("set/" + name), kMiB).value()) << name;
  }
}

TEST_F(DatasetArchiveTest, RunningItAgainReadsNoPictureAndWritesNothing) {
  write_six();
  run();
  const auto before = identity();
  run();
  EXPECT_EQ(unchanged_, 6U);
  EXPECT_EQ(read_, 0U);
  EXPECT_EQ(identity(), before);
}

TEST_F(DatasetArchiveTest, OnlyWhatChangedIsMadeAgainAndTheArchiveIsThatOfANewRun) {
  write_six();
  run();
  write_picture("10_zwx/3.jpg", 33);
  write_picture("a_new.jpg", 34);
  fs::remove(folder_ / "in/10_zwx/5.jpg");
  run();
  EXPECT_EQ(written_, 2U);
  EXPECT_EQ(unchanged_, 4U);
  EXPECT_TRUE(archive() == archive_made_anew());
}

// A second disk that was not mounted, or one damaged source, took finished pictures out of the
// archive.
TEST_F(DatasetArchiveTest, KeepsWhatItHasOfASourceThatFails) {
  write_six();
  write_picture("broken.jpg", 7);
  folder_.write("other/x.jpg", read_small_file(folder_ / "in/10_zwx/0.jpg", kMiB).value());
  request_.sources.push_back(folder_ / "other");
  run();
  const auto whole = contents();
  fs::rename(folder_ / "other", folder_ / "away");
  write_text("broken.jpg", "\xFF\xD8\xFF\xE0 no longer");
  for (int times = 0; times < 2; ++times) {
    const auto report = try_run();
    ASSERT_TRUE(report.has_value());
    EXPECT_THAT(report->pruned, IsEmpty());
    auto now = contents();
    for (const std::string_view own : {std::string_view{"manifest.jsonl"}, kArchivedJournal}) {
      now[std::string{own}] = whole.at(std::string{own});
    }
    EXPECT_TRUE(now == whole);
  }
  fs::rename(folder_ / "away", folder_ / "other");
  fs::remove(folder_ / "in/broken.jpg");
  const auto report = try_run();
  ASSERT_TRUE(report.has_value());
  EXPECT_THAT(report->pruned, ElementsAre("broken.png")) << "named, since it leaves the archive";
  EXPECT_TRUE(archive() == archive_made_anew());
}

TEST_F(DatasetArchiveTest, ATouchedFileIsTheSamePicture) {
  write_six();
  run();
  const auto before = contents();
  fs::last_write_time(folder_ / "in/10_zwx/2.jpg", fs::file_time_type::clock::now());
  run();
  EXPECT_EQ(unchanged_, 6U);
  auto after = contents();
  EXPECT_NE(after.at(std::string{kArchivedJournal}), before.at(std::string{kArchivedJournal}));
  after[std::string{kArchivedJournal}] = before.at(std::string{kArchivedJournal});
  EXPECT_EQ(after, before);
  run();
  EXPECT_EQ(read_, 0U);
}

// What Windows takes for ways out of the set made an archive that the next run refused to know.
TEST_F(DatasetArchiveTest, NamesThatOtherSystemsReadOtherwiseAreNoneOfAnArchive) {
  write_picture("C: drive.jpg", 1);
  write_picture("b\\..\\..\\c.jpg", 2);
  write_text("b\\..\\..\\c.txt", "a dog");
  run();
  EXPECT_THAT(names(), ElementsAre("C_ drive.png", "b_.._.._c.png", "b_.._.._c.txt",
                                   "manifest.jsonl", kArchivedJournal));
  const auto before = identity();
  run();
  EXPECT_EQ(unchanged_, 2U);
  EXPECT_EQ(identity(), before);
}

TEST_F(DatasetArchiveTest, CaptionsChangeWithoutTheirPictures) {
  write_six();
  run();
  write_text("10_zwx/0.txt", "another one");
  run();
  EXPECT_EQ(written_, 0U);
  EXPECT_EQ(contents().at("10_zwx/0.txt"), "another one");
  EXPECT_TRUE(archive() == archive_made_anew());
  fs::remove(folder_ / "in/10_zwx/0.txt");
  request_.caption_extension = ".caption";
  run();
  EXPECT_EQ(written_, 0U);
  EXPECT_THAT(names(), Not(::testing::Contains("10_zwx/0.caption")));
  EXPECT_EQ(contents().at("10_zwx/1.caption"), "caption 1");
  EXPECT_TRUE(archive() == archive_made_anew());
}

TEST_F(DatasetArchiveTest, StoppedAnywhereAndRunAgainItIsTheArchiveOfOneRun) {
  write_six();
  const std::string whole = archive_made_anew();
  for (const int stopped : {1, 2, 1}) {
    run_and_stop_after(stopped);
    EXPECT_FALSE(fs::exists(request_.archive));
  }
  run();
  EXPECT_GT(unchanged_, 0U);
  EXPECT_TRUE(archive() == whole);
}

TEST_F(DatasetArchiveTest, UntilANewOneIsWholeTheOldArchiveStays) {
  write_six();
  run();
  const std::string old = archive();
  request_.settings.frame.target = {.width = 32, .height = 32};
  const std::string whole = archive_made_anew();
  run_and_stop_after(3);
  EXPECT_TRUE(archive() == old);
  run();
  EXPECT_TRUE(archive() == whole);
  // Back again: nothing of the other size is left anywhere.
  request_.settings.frame.target = {.width = 48, .height = 48};
  run_and_stop_after(3);
  run();
  EXPECT_TRUE(archive() == old);
}

TEST_F(DatasetArchiveTest, WhatARunKilledAtItsEndLeftGoesWithTheNext) {
  write_six();
  run();
  const auto before = identity();
  // Killed between the archive and the removal of its folder; and while one was packed.
  folder_.write("set.zip.part/.albumen-dataset/journal.jsonl", "{\"torn");
  folder_.write("set.zip.part/.albumen-dataset/growing/.albumen-a1b2c3.part", "half an archive");
  folder_.write("set.zip.part/10_zwx/0.png", "spoilt");
  run();
  EXPECT_EQ(identity(), before);
  EXPECT_TRUE(archive() == archive_made_anew());
}

TEST_F(DatasetArchiveTest, AFileThatAlbumenDidNotWriteIsReplacedWhenAskedOnly) {
  write_six();
  ZipWriter foreign;
  foreign.add({.name = "holiday.jpg", .content = "precious"});
  for (const std::string& content : {std::string{"words"}, foreign.finish(), std::string{}}) {
    folder_.write("set.zip", content);
    request_.overwrite = false;
    expect_refused("--overwrite");
    EXPECT_TRUE(archive() == content);
    EXPECT_FALSE(fs::exists(part()));
    request_.overwrite = true;
    run();
    EXPECT_EQ(written_, 6U);
  }
  folder_.write("set.zip.part/notes.txt", "mine");
  expect_refused("set.zip.part");
}

// The next run packed its own words and pictures again, and an edit inside the archive was gone.
TEST_F(DatasetArchiveTest, WhatSomebodyChangedInItIsNotReplacedUnasked) {
  write_six();
  run();
  const std::string whole = archive();
  for (const std::string name : {"10_zwx/0.txt", "10_zwx/1.png"}) {
    folder_.write("set.zip", whole);
    auto members = contents();
    members.at(name) = "edited by hand";
    ZipWriter zip;
    for (const std::string& member : names()) {
      zip.add({.name = member, .content = members.at(member)});
    }
    const std::string edited = zip.finish();
    folder_.write("set.zip", edited);
    expect_refused(name + " was changed since");
    EXPECT_TRUE(archive() == edited);
  }
  request_.overwrite = true;
  run();
  EXPECT_TRUE(archive() == whole);
}

TEST_F(DatasetArchiveTest, AFolderOfThatNameIsNeverReplaced) {
  write_six();
  fs::create_directory(request_.archive);
  request_.overwrite = true;
  EXPECT_EQ(try_run().error().code, ErrorCode::kInvalidArgument);
}

TEST_F(DatasetArchiveTest, ItsOwnSourceIsRefused) {
  write_six();
  run();
  request_.sources = {request_.archive};
  expect_refused("apart");
  request_.sources = {folder_.path()};
  expect_refused("apart");
}

TEST_F(DatasetArchiveTest, WhereNoPictureIsLeftTheOldArchiveStays) {
  write_six();
  run();
  const auto before = identity();
  fs::rename(folder_ / "in", folder_ / "away");  // as a disk that is not mounted
  ASSERT_TRUE(try_run().has_value());
  EXPECT_EQ(identity(), before);
  fs::rename(folder_ / "away", folder_ / "in");
  run();
  EXPECT_EQ(unchanged_, 6U);
  EXPECT_EQ(identity(), before);
}

// A picture was taken over whole, out of the budget: one that another run had had room for ended
// this one, or had it wait for ever.
TEST_F(DatasetArchiveTest, APictureLargerThanTheBudgetIsTakenOver) {
  request_.settings.frame.target = {.width = 800, .height = 800};
  const auto large = encode_jpeg(testing::photo_like({.width = 800, .height = 700}, 3, 1));
  write_text("large.jpg", {reinterpret_cast<const char*>(large.data()), large.size()});
  run();
  write_picture("small.jpg", 2);
  Budget small{kKiB * 500};
  ASSERT_GT(contents().at("large.png").size(), small.limit().count());
  const auto report = try_run_within(small);
  ASSERT_TRUE(report.has_value()) << to_string(report.error());
  EXPECT_EQ(unchanged_, 1U);
  EXPECT_EQ(written_, 1U);
  EXPECT_TRUE(archive() == archive_made_anew());
}

TEST_F(DatasetArchiveTest, ADamagedArchiveIsNotPassedOn) {
  write_six();
  run();
  std::string bytes = archive();
  bytes.at(200) ^= 1;  // inside the first picture
  std::ofstream{request_.archive} << bytes;
  write_picture("10_zwx/5.jpg", 55);
  const auto failed = try_run();
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(failed.error().message, HasSubstr("10_zwx/0.png"));
  EXPECT_TRUE(archive() == bytes);
  fs::remove(request_.archive);
  run();
  EXPECT_TRUE(archive() == archive_made_anew());
}

}  // namespace
}  // namespace albumen
