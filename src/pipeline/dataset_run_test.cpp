// SPDX-License-Identifier: Apache-2.0
// The dataset job as a whole: members, names, archives, what is refused.
#include "pipeline/dataset_run.h"

#include <filesystem>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/testing/dataset_run_fixture.h"
#include "sources/testing/tar_writer.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::SizeIs;

using testing::text_of;

class DatasetRunTest : public testing::DatasetRunFixture {
 protected:
  void expect_refused(const std::string& words) {
    DatasetProgress progress;
    const auto refused = attempt(budget_, progress);
    ASSERT_FALSE(refused.has_value()) << words;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(refused.error().message, HasSubstr(words));
  }
};

TEST_F(DatasetRunTest, PicturesAreFittedConvertedAndTheirCaptionsCarriedAlong) {
  write("10_zwx/a.jpg", jpeg(1));
  write("10_zwx/a.txt", " a dog\n");
  write("b.png", png(2));
  request_.captions.trigger_word = "zwx";
  const auto rows = run();
  ASSERT_THAT(rows, SizeIs(3));
  const ManifestRow& first = rows.at("10_zwx/a.jpg");
  EXPECT_EQ(first.status, MemberStatus::kWritten) << first.reason;
  EXPECT_EQ(first.output, "10_zwx/a.png");
  EXPECT_EQ(first.format, "png");
  EXPECT_EQ(first.size, (Size{.width = 64, .height = 51}));
  EXPECT_EQ(first.caption, "zwx, a dog");
  EXPECT_THAT(first.caption_source, HasSubstr("10_zwx/a.txt"));
  EXPECT_EQ(first.repeats, 10U);
  EXPECT_EQ(first.concept_name, "zwx");
  EXPECT_EQ(rows.at("10_zwx/a.txt").status, MemberStatus::kSkipped);
  EXPECT_EQ(rows.at("b.png").size, (Size{.width = 40, .height = 60}));  // never enlarged
  const auto set = files();
  ASSERT_THAT(set, SizeIs(3));
  EXPECT_EQ(set.at("10_zwx/a.txt"), "zwx, a dog");
  EXPECT_EQ(to_string(*first.sha256),
            to_string(sha256(std::as_bytes(std::span{set.at("10_zwx/a.png")}))));
}

// The concept was lost where "train/*" named the folders one by one.
TEST_F(DatasetRunTest, AConceptStaysOneWhereItsFolderIsTheSource) {
  write("10_zwx/a.jpg", jpeg(1));
  write("5_dog/a.jpg", jpeg(2));
  write("2024_holiday/b.png", png(3));
  write("100_PANA/c.png", png(4));
  const std::string in = folder_ / "in";
  request_.sources = {in + "/10_zwx", in + "/5_dog/", in + "/2024_holiday", in + "/100_PANA"};
  const auto rows = run();
  EXPECT_EQ(rows.at("10_zwx/a.jpg").output, "10_zwx/a.png");
  EXPECT_EQ(rows.at("10_zwx/a.jpg").repeats, 10U);
  EXPECT_EQ(rows.at("10_zwx/a.jpg").concept_name, "zwx");
  EXPECT_EQ(rows.at("5_dog/a.jpg").output, "5_dog/a.png");
  EXPECT_EQ(rows.at("2024_holiday/b.png").output, "b.png");  // a year
  EXPECT_EQ(rows.at("2024_holiday/b.png").repeats, 1U);
  EXPECT_EQ(rows.at("100_PANA/c.png").output, "c.png");  // a camera's folder
}

// Else a trainer that reads train/10_zwx would find a folder there and no picture.
TEST_F(DatasetRunTest, ASetThatIsCalledLikeAConceptHoldsItsPicturesItself) {
  write("10_zwx/a.jpg", jpeg(1));
  request_.sources = {folder_ / "in/10_zwx"};
  request_.directory = folder_ / "train/10_zwx/";
  EXPECT_EQ(run().at("10_zwx/a.jpg").output, "a.png");
  request_.directory.clear();
  request_.archive = folder_ / "10_zwx.zip";
  DatasetProgress progress;
  ASSERT_TRUE(attempt(budget_, progress).has_value());
  EXPECT_TRUE(std::filesystem::exists(request_.archive));
}

TEST_F(DatasetRunTest, ADryRunSaysWhatTheRunThenDoesAndWritesNothing) {
  write("10_zwx/a.jpg", jpeg(1));
  write("10_zwx/a.txt", "a dog");
  write("b.png", png(2));
  write("c.jpg", "no picture at all, but words");
  write("d.jpg", "");
  const auto planned = dry_run();
  EXPECT_FALSE(fs::exists(request_.directory));
  const auto made = run();
  ASSERT_EQ(planned.size(), made.size());
  for (const auto& [name, row] : made) {
    ManifestRow expected = row;
    if (row.status == MemberStatus::kWritten) {
      expected.status = MemberStatus::kPlanned;
      expected.sha256.reset();
    }
    EXPECT_EQ(to_json_line(planned.at(name)), to_json_line(expected));
  }
}

// Captions that fit no picture were skipped with the same word as those that were used.
TEST_F(DatasetRunTest, ACaptionThatNoPictureTakesIsTold) {
  write("a.jpg", jpeg(1));
  write("a.caption", "a dog");
  write("a.txt", "another dog");
  write("b.jpg", jpeg(2));
  write("b.jpg.txt", "a cat");
  const auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").caption, "a dog");
  EXPECT_EQ(rows.at("a.caption").reason, "caption");
  EXPECT_EQ(rows.at("a.txt").reason, "caption beside another one of the same name");
  EXPECT_EQ(rows.at("b.jpg").caption, "");
  EXPECT_EQ(rows.at("b.jpg.txt").reason, "caption of no picture");
  EXPECT_EQ(report_.without_caption, 1U);
}

TEST_F(DatasetRunTest, NamesNeverMeet) {
  write("a/x.jpg", jpeg(1));
  write("a/x.png", png(2));
  write("b/x.png", png(3));
  write("caf\xE9.jpg", jpeg(4));
  const auto rows = run();
  EXPECT_THAT(files(), SizeIs(4));
  EXPECT_EQ(rows.at("a/x.jpg").output, "a/x.png");
  EXPECT_EQ(rows.at("a/x.png").output, "a/x-2.png");
  EXPECT_EQ(rows.at("b/x.png").output, "b/x.png");
  EXPECT_EQ(rows.at("caf%e9.jpg").output, "caf%e9.png");
  EXPECT_THAT(files(), Contains(Key("caf\xE9.png")));
}

TEST_F(DatasetRunTest, MembersOfAnArchiveNeedNoUnpacking) {
  ZipWriter writer;
  const std::string picture = jpeg(1);
  writer.add({.name = "5_zwx/a.jpg", .content = picture});
  writer.add({.name = "5_zwx/a.caption", .content = "a dog"});
  writer.add({.name = "meta.json", .content = R"({"b.jpg": {"caption": "a cat"}})"});
  writer.add({.name = "b.jpg", .content = jpeg(2)});
  writer.add({.name = "__MACOSX/._b.jpg", .content = "junk"});
  request_.sources = {folder_.write("set.zip", writer.finish())};
  run();
  const std::string zip = folder_ / "set.zip";
  EXPECT_EQ(rows_.at(zip + "!5_zwx/a.jpg").caption, "a dog");
  EXPECT_EQ(rows_.at(zip + "!b.jpg").caption, "a cat");
  EXPECT_EQ(rows_.at(zip + "!__MACOSX/._b.jpg").status, MemberStatus::kSkipped);
  EXPECT_THAT(files(), AllOf(Contains(Key("5_zwx/a.png")), Contains(Key("b.png"))));
  EXPECT_THAT(order_, ElementsAre(zip + "!5_zwx/a.jpg", zip + "!5_zwx/a.caption",
                                  zip + "!meta.json", zip + "!b.jpg", zip + "!__MACOSX/._b.jpg"));
}

TEST_F(DatasetRunTest, OneBadMemberCostsOneMember) {
  write("good.jpg", jpeg(1));
  write("empty.jpg", "");
  write("text.jpg", "no picture at all, but words");
  write("cut.jpg", jpeg(2).substr(0, 700));
  write("words.jpg", jpeg(3));
  write("words.txt", "\xFF\xFE\xFF");
  const auto rows = run();
  EXPECT_EQ(rows.at("good.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(rows.at("empty.jpg").code, "Truncated");
  EXPECT_EQ(rows.at("text.jpg").status, MemberStatus::kSkipped);
  EXPECT_EQ(rows.at("cut.jpg").code, "Truncated");
  EXPECT_EQ(rows.at("words.jpg").code, "Corrupt");
  EXPECT_EQ(rows.at("words.jpg").output, "");  // no picture of the set lacks its words
  write("words.txt", "now it is text");
  const auto again = run();
  EXPECT_EQ(again.at("words.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(again.at("words.jpg").caption, "now it is text");
}

// Every caption of the set was then no text, or had two lines.
TEST_F(DatasetRunTest, WordsThatAreNotOneLineOfUtf8AreRefused) {
  write("a.jpg", jpeg(1));
  for (const std::string words : {"\xFF", "a\nb", "a\rb"}) {
    request_.captions = {.trigger_word = words};
    expect_refused("--trigger-word");
    request_.captions = {.trigger_word = {}, .prefix = words};
    expect_refused("--caption-prefix");
    request_.captions = {.trigger_word = {}, .prefix = {}, .suffix = words};
    expect_refused("--caption-suffix");
  }
}

// It was looked for on the disk, and said to be "Io".
TEST_F(DatasetRunTest, ASetWithoutANameIsRefused) {
  request_.directory = "";
  expect_refused("--out");
}

TEST_F(DatasetRunTest, ASetInItsOwnSourceIsRefused) {
  write("a.jpg", jpeg(1));
  for (const std::string& directory : {folder_ / "in", folder_ / "in/set", folder_.path()}) {
    request_.directory = directory;
    expect_refused("apart");
  }
  EXPECT_FALSE(fs::exists(folder_ / "in/set"));
}

// A picture a.png and a folder a.png/ cannot both be; nor can a folder be where the manifest goes.
TEST_F(DatasetRunTest, PicturesFoldersAndTheManifestTakeNoPlaceOfAnother) {
  write("a.jpg", jpeg(1));
  write("a.png/b.jpg", jpeg(2));
  write("c.jpg", jpeg(3));
  write("c.txt", "words");
  write("c.txt.d/e.jpg", jpeg(4));
  write("manifest.jsonl/f.jpg", jpeg(5));
  for (int times = 0; times < 2; ++times) {
    const auto rows = run();
    EXPECT_EQ(rows.at("a.jpg").output, "a-2.png");
    EXPECT_EQ(rows.at("a.png/b.jpg").output, "a.png/b.png");
    EXPECT_EQ(rows.at("c.jpg").output, "c.png");
    EXPECT_EQ(rows.at("manifest.jsonl/f.jpg").output, "manifest.jsonl_/f.png");
    EXPECT_THAT(report_.failed, SizeIs(0));
    EXPECT_THAT(files(), SizeIs(6));
  }
}

// Captions called .png took the places of the pictures that they belong to.
TEST_F(DatasetRunTest, CaptionsCannotBeCalledLikePictures) {
  write("a.jpg", jpeg(1));
  for (const char* extension : {".png", ".JPG", ".jpeg", ".webp", ".a.png", "txt", ".", "./a",
                                ".\\a", ".abcdefghijklmnop"}) {
    request_.caption_extension = extension;
    expect_refused("no extension of captions");
  }
}

TEST_F(DatasetRunTest, ThreadsAndMemoryChangeNothing) {
  for (std::uint32_t picture = 0; picture < 6; ++picture) {
    write(std::to_string(picture) + ".jpg", jpeg(picture, {.width = 300, .height = 200}));
  }
  run();
  const auto whole = files();
  request_.directory = folder_ / "other";
  request_.workers = 1;
  Budget small{kMiB * 2};
  DatasetProgress progress;
  const auto report = attempt(small, progress);
  ASSERT_TRUE(report.has_value()) << to_string(report.error());
  EXPECT_EQ(files(), whole);
  EXPECT_LE(small.peak(), small.limit());
}

// Tables were paid for when all of them were in memory, and not for what parsing them takes.
TEST_F(DatasetRunTest, ATableThatTheBudgetHasNoRoomForIsAFailedRow) {
  write("a.jpg", jpeg(1));
  for (int table = 0; table < 10; ++table) {
    std::string lines = R"({"file_name": "a.jpg", "text": "a dog"})";
    for (int row = 0; row < 10; ++row) {
      lines += fmt::format("\n{{\"file_name\": \"{}-{}.jpg\", \"text\": \"{}\"}}", table, row,
                           std::string(50'000, 'x'));
    }
    write(fmt::format("table{}.jsonl", table), lines);
  }
  std::string wide = "[{}";
  for (int object = 1; object < 30'000; ++object) {
    wide += ",{}";
  }
  write("wide.json", wide + "]");
  Budget small{kMiB * 4};
  DatasetProgress progress;
  const auto report = attempt(small, progress);
  ASSERT_TRUE(report.has_value()) << to_string(report.error());
  read_manifest();
  EXPECT_EQ(rows_.at("a.jpg").caption, "a dog");
  EXPECT_EQ(rows_.at("table0.jsonl").status, MemberStatus::kSkipped);
  EXPECT_EQ(rows_.at("table9.jsonl").code, "BudgetExceeded");
  EXPECT_EQ(rows_.at("wide.json").code, "BudgetExceeded");
  EXPECT_LE(small.peak(), small.limit());
}

TEST_F(DatasetRunTest, ACaptionOfATableIsNoLongerThanOneOfAFile) {
  write("a.jpg", jpeg(1));
  write("meta.json",
        fmt::format(R"({{"a.jpg": "{}"}})", std::string(kCaptionFileLimit.count() + 1, 'x')));
  const auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").code, "TooLarge");
  EXPECT_THAT(rows.at("a.jpg").reason, HasSubstr("meta.json"));
}

TEST_F(DatasetRunTest, TheSamplesOfAWebDatasetNeedNoUnpacking) {
  TarWriter writer;
  writer.add({.name = "./1.cls", .content = "7"});
  writer.add({.name = "./1.jpg", .content = jpeg(1)});
  writer.add({.name = "./1.json", .content = R"({"caption": "not this one"})"});
  writer.add({.name = "./1.txt", .content = "a dog"});
  writer.add({.name = "./2.json", .content = R"({"text": "a cat"})"});
  writer.add({.name = "./2.jpg", .content = jpeg(2)});
  writer.add({.name = "./2.seg.png", .content = png(3)});
  request_.sources = {folder_.write("shard-000.tar", writer.finish())};
  run();
  const std::string tar = folder_ / "shard-000.tar";
  EXPECT_EQ(rows_.at(tar + "!1.jpg").output, "1.png") << "the name is not taken by 1.cls";
  EXPECT_EQ(rows_.at(tar + "!1.jpg").caption, "a dog");
  EXPECT_EQ(rows_.at(tar + "!2.jpg").caption, "a cat");
  EXPECT_EQ(rows_.at(tar + "!2.seg.png").caption, "a cat");
  EXPECT_EQ(rows_.at(tar + "!2.seg.png").output, "2.seg.png");
  EXPECT_EQ(rows_.at(tar + "!1.cls").status, MemberStatus::kSkipped);
}

TEST_F(DatasetRunTest, DotsInNamesMakeNoSamplesOutsideATar) {
  write("2.jpg", jpeg(1));
  write("2.txt", "a cat");
  write("2.seg.png", png(2));
  const auto rows = run();
  EXPECT_EQ(rows.at("2.jpg").caption, "a cat");
  EXPECT_EQ(rows.at("2.seg.png").caption, "");
}

// The caption of photo.v2 went to photo.
TEST_F(DatasetRunTest, AFileAboutOnePictureIsAboutTheOneOfItsName) {
  write("photo.jpg", jpeg(1));
  write("photo.v2.jpg", jpeg(2));
  write("photo.v2.json", R"({"caption": "a cat"})");
  const auto rows = run();
  EXPECT_EQ(rows.at("photo.jpg").caption, "");
  EXPECT_EQ(rows.at("photo.v2.jpg").caption, "a cat");
}

}  // namespace
}  // namespace albumen
