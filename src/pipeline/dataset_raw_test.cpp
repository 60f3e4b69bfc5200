// SPDX-License-Identifier: Apache-2.0
// The dataset job over cameras' RAW files, alone and beside the JPEG of the same shot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decode/testing/raw_builder.h"
#include "decode/testing/test_pictures.h"
#include "pipeline/testing/dataset_run_fixture.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

using ::testing::Key;
using testing::text_of;
using ::testing::UnorderedElementsAre;

class DatasetRawTest : public testing::DatasetRunFixture {
 protected:
  static std::string raw(testing::RawKind kind, std::uint32_t seed, std::uint16_t turn = 1) {
    const auto photo = testing::photo_like({.width = 100, .height = 80}, 3, seed);
    const auto thumbnail = testing::photo_like({.width = 20, .height = 16}, 3, seed);
    return text_of(make_raw(
        kind,
        {.jpeg = encode_jpeg(photo), .thumbnail = encode_jpeg(thumbnail), .orientation = turn}));
  }
};

TEST_F(DatasetRawTest, ARawIsMadeFromItsJpegAndSaysSo) {
  write("a.nef", raw(testing::RawKind::kNef, 1, 6));
  write("b.dng", raw(testing::RawKind::kDng, 2));
  write("c.arw", raw(testing::RawKind::kArw, 3).substr(0, 700));
  const auto planned = dry_run();
  const auto rows = run();
  EXPECT_EQ(rows.at("a.nef").note, "embedded JPEG of 80x100");
  EXPECT_EQ(rows.at("a.nef").size, (Size{.width = 51, .height = 64}));
  EXPECT_EQ(rows.at("b.dng").note, "embedded JPEG of 100x80");
  EXPECT_EQ(rows.at("c.arw").status, MemberStatus::kFailed);
  EXPECT_EQ(planned.at("a.nef").note, rows.at("a.nef").note);
  EXPECT_THAT(files(), UnorderedElementsAre(Key("a.png"), Key("b.png")));
  const auto again = run();
  EXPECT_EQ(again.at("a.nef").status, MemberStatus::kUnchanged);
  EXPECT_EQ(again.at("a.nef").note, "embedded JPEG of 80x100");
}

// A RAW is never copied into a set, as pictures of its own format are.
TEST_F(DatasetRawTest, KeepingTheFormatMakesAPngOfARaw) {
  write("a.cr2", raw(testing::RawKind::kCr2, 1));
  request_.settings.format = OutputFormat::kKeep;
  request_.settings.frame.fit = Fit::kOriginal;
  const auto rows = run();
  EXPECT_EQ(rows.at("a.cr2").format, "png");
  EXPECT_EQ(rows.at("a.cr2").size, (Size{.width = 100, .height = 80}));
}

TEST_F(DatasetRawTest, ARawWhoseJpegIsThereIsLeftOut) {
  write("a/IMG_1.CR2", raw(testing::RawKind::kCr2, 1));
  write("a/img_1.jpg", jpeg(1));
  write("a/IMG_1.txt", "of the raw");
  write("a/img_1.txt", "of the jpeg");
  write("a/2.nef", raw(testing::RawKind::kNef, 2));  // by its directories alone
  write("a/2.jpeg", jpeg(2));
  write("a/3.raf", raw(testing::RawKind::kRaf, 3));  // no JPEG, whatever it is called
  write("a/3.jpg", png(3));
  write("b/img_1.dng", raw(testing::RawKind::kDng, 4));  // another folder
  write("b/two.jpg", raw(testing::RawKind::kDng, 5));    // a RAW whatever it is called
  write("b/TWO.dng", jpeg(5));
  const auto rows = run();
  for (const char* const left_out : {"a/IMG_1.CR2", "a/2.nef", "b/two.jpg"}) {
    EXPECT_EQ(rows.at(left_out).status, MemberStatus::kSkipped) << left_out;
    EXPECT_EQ(rows.at(left_out).reason, "its JPEG is there");
  }
  EXPECT_EQ(rows.at("a/img_1.jpg").output, "a/img_1.png");
  EXPECT_EQ(rows.at("a/img_1.jpg").caption, "of the jpeg");
  for (const char* const taken : {"a/2.jpeg", "a/3.raf", "a/3.jpg", "b/img_1.dng", "b/TWO.dng"}) {
    EXPECT_EQ(rows.at(taken).status, MemberStatus::kWritten) << taken;
  }
}

TEST_F(DatasetRawTest, PairsOfAnArchiveAreOneToo) {
  ZipWriter writer;
  writer.add({.name = "a.nef", .content = raw(testing::RawKind::kNef, 1)});
  writer.add({.name = "a.jpg", .content = jpeg(1)});
  request_.sources = {folder_.write("set.zip", writer.finish())};
  run();
  EXPECT_EQ(rows_.at(folder_ / "set.zip" + "!a.nef").reason, "its JPEG is there");
  EXPECT_THAT(files(), UnorderedElementsAre(Key("a.png")));
}

TEST_F(DatasetRawTest, AJpegThatComesLaterTakesTheRawsPlace) {
  write("a.cr2", raw(testing::RawKind::kCr2, 1));
  run();
  write("a.jpg", jpeg(2));
  const auto rows = run();
  EXPECT_EQ(rows.at("a.cr2").status, MemberStatus::kSkipped);
  EXPECT_EQ(rows.at("a.jpg").output, "a.png");
  EXPECT_THAT(files(), UnorderedElementsAre(Key("a.png")));
}

}  // namespace
}  // namespace albumen
