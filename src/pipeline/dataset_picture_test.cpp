// SPDX-License-Identifier: Apache-2.0
// What the dataset job makes of one picture.

#include <filesystem>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decode/decoder.h"
#include "decode/metadata.h"
#include "decode/testing/decode_all.h"
#include "decode/testing/exif_builder.h"
#include "decode/testing/test_pictures.h"
#include "pipeline/testing/dataset_run_fixture.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

using DatasetPictureTest = testing::DatasetRunFixture;
using testing::text_of;

TEST_F(DatasetPictureTest, AJpegOfTheSameSizeIsMadeFromItsCoefficients) {
  write("a.jpg", jpeg(1, {.width = 64, .height = 48}));
  request_.settings.format = OutputFormat::kJpeg;
  request_.settings.quality = 100;
  run();
  // Finer tables than the source's change nothing: the same pixels to the last bit.
  const auto samples = [](const std::string& bytes) {
    testing::TestDecode decode{std::as_bytes(std::span{bytes.data(), bytes.size()})};
    return testing::visible_samples(decode.decode_to(64).value());
  };
  EXPECT_EQ(samples(files().at("a.jpg")), samples(jpeg(1, {.width = 64, .height = 48})));
}

// Only the first frame was taken, and nobody was told.
TEST_F(DatasetPictureTest, OfAnAnimationTheFirstFrameIsTakenAndTheRowSaysSo) {
  const Size size{.width = 40, .height = 30};
  const auto frame = testing::photo_like(size, 3, 1);
  const auto still = encode_webp(frame);
  const auto frames = testing::bytes_of(std::string{"\0\0\0\2\0\0\0\0", 8});
  write("a.webp", text_of(testing::animate_webp(still, size, size, {.x = 0, .y = 0})));
  write("b.webp", text_of(still));
  write("c.png", text_of(testing::with_png_chunk(encode_png(frame), "acTL", frames)));
  write("d.png", text_of(encode_png(frame)));
  EXPECT_EQ(dry_run().at("a.webp").note, "first frame of an animation");
  const auto rows = run();
  for (const char* const name : {"a.webp", "c.png"}) {
    EXPECT_EQ(rows.at(name).status, MemberStatus::kWritten) << rows.at(name).reason;
    EXPECT_EQ(rows.at(name).note, "first frame of an animation");
  }
  EXPECT_EQ(rows.at("b.webp").note, "");
  EXPECT_EQ(rows.at("d.png").note, "");
  EXPECT_EQ(run().at("a.webp").note, "first frame of an animation") << "also where it is unchanged";
  // A copy has all its frames.
  request_.settings.format = OutputFormat::kKeep;
  EXPECT_EQ(dry_run().at("c.png").note, "");
  EXPECT_EQ(run().at("c.png").note, "");
}

// What PNG output took, JPEG output refused, because damage ended the rewriting of coefficients.
TEST_F(DatasetPictureTest, AJpegThatTheDecoderTakesFailsInNoFormat) {
  const Size size{.width = 160, .height = 240};
  const std::string whole = jpeg(1, size);
  write("no_end.jpg", whole.substr(0, whole.size() - 2));
  write("cut.jpg", whole.substr(0, whole.size() * 4 / 5));
  request_.settings.keep_truncated_percent = 50;
  request_.settings.frame.target = size;
  for (const OutputFormat format : {OutputFormat::kPng, OutputFormat::kJpeg, OutputFormat::kKeep}) {
    request_.settings.format = format;
    for (const auto& [name, row] : run()) {
      EXPECT_EQ(row.status, MemberStatus::kWritten) << name << ": " << row.reason;
      EXPECT_EQ(row.size, size);
    }
  }
}

// Half a picture went into the set as a whole one, without a word.
TEST_F(DatasetPictureTest, TheRowOfADamagedPictureSaysHowMuchWasThere) {
  const std::string whole = jpeg(1, {.width = 160, .height = 240});
  write("whole.jpg", whole);
  write("cut.jpg", whole.substr(0, whole.size() / 2));
  request_.settings.keep_truncated_percent = 10;
  for (int times = 0; times < 2; ++times) {
    const auto rows = run();
    EXPECT_THAT(rows.at("cut.jpg").note, HasSubstr("% that are there"));
    EXPECT_TRUE(tells_damage(rows.at("cut.jpg")));
    EXPECT_EQ(rows.at("whole.jpg").note, "");
  }
}

TEST_F(DatasetPictureTest, WhatNeedsNoChangeIsCopiedWithoutItsMetadata) {
  const Size fits{.width = 64, .height = 48};
  const auto photo = testing::photo_like(fits, 3, 1);
  const auto exif = testing::ExifBuilder{ByteOrder::kLittleEndian}.build(
      {.main = {{0x0110, "NIKON D90 "}}, .exif = {}, .gps = {}});
  testing::EncodedBytes app1 = testing::bytes_of(std::string{"Exif\0\0", 6});
  app1.insert(app1.end(), exif.begin(), exif.end());
  const auto plain_webp = encode_webp(photo, {.lossless = true});
  write("a.jpg", text_of(testing::with_jpeg_segment(encode_jpeg(photo), 0xE1, app1)));
  write("b.png", text_of(testing::with_png_chunk(encode_png(photo), "eXIf", exif)));
  write("c.webp", text_of(testing::with_webp_chunk(plain_webp, "EXIF", exif, fits)));
  write("d.webp", text_of(plain_webp));
  request_.settings.format = OutputFormat::kKeep;
  const auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").size, fits);
  const auto set = files();
  EXPECT_EQ(set.at("a.jpg"), text_of(encode_jpeg(photo)));
  EXPECT_EQ(set.at("b.png"), text_of(encode_png(photo)));
  EXPECT_THAT(set.at("c.webp"), HasSubstr(text_of(plain_webp).substr(12)));  // behind RIFF's header
  EXPECT_THAT(set.at("c.webp"), Not(HasSubstr("NIKON")));
  EXPECT_EQ(set.at("d.webp"), text_of(plain_webp));
}

TEST_F(DatasetPictureTest, WhatNeedsAChangeIsNotCopied) {
  const Size fits{.width = 64, .height = 48};
  testing::EncodedBytes turned = testing::bytes_of(std::string{"Exif\0\0", 6});
  const testing::EncodedBytes block = testing::exif_with_orientation(6);
  turned.insert(turned.end(), block.begin(), block.end());
  const auto photo = testing::photo_like(fits, 3, 1);
  const auto inks = testing::photo_like(fits, 4, 1);
  write("large.png", png(1, {.width = 100, .height = 60}));
  write("turned.jpg", text_of(testing::with_jpeg_segment(encode_jpeg(photo), 0xE1, turned)));
  write("inks.jpg", text_of(encode_jpeg(inks, {.space = testing::JpegSpace::kCmyk})));
  write("clear.png", text_of(encode_png(testing::photo_like(fits, 4, 1))));
  write("cut.png", png(3, fits).substr(0, 900));
  // A quarter of the light of sRGB: its numbers mean other colours.
  write("dark.png",
        text_of(testing::with_png_chunk(encode_png(photo), "gAMA",
                                        testing::bytes_of(std::string{"\0\0\xFF\xFF", 4}))));
  request_.settings.format = OutputFormat::kKeep;
  request_.settings.frame.alpha = AlphaUse::kFlatten;
  const auto rows = run();
  EXPECT_EQ(rows.at("large.png").size, (Size{.width = 64, .height = 38}));
  EXPECT_EQ(rows.at("turned.jpg").size, (Size{.width = 48, .height = 64}));
  EXPECT_EQ(rows.at("cut.png").code, "Truncated");
  const auto set = files();
  for (const auto& name : {"inks.jpg", "clear.png", "dark.png"}) {
    const auto source = read_small_file(folder_ / ("in/" + std::string{name}), kMiB).value();
    EXPECT_NE(set.at(name), source) << name;
  }
  EXPECT_THAT(set.at("dark.png"), Not(HasSubstr("gAMA")));
}

TEST_F(DatasetPictureTest, AskedForMetadataExifGoesAlongUpright) {
  const auto exif = testing::ExifBuilder{ByteOrder::kLittleEndian}.build(testing::typical_exif());
  testing::EncodedBytes app1 = testing::bytes_of(std::string{"Exif\0\0", 6});
  app1.insert(app1.end(), exif.begin(), exif.end());
  const auto photo = encode_jpeg(testing::photo_like({.width = 90, .height = 50}, 3, 1));
  write("a.jpg", text_of(testing::with_jpeg_segment(photo, 0xE1, app1)));
  request_.settings.keep_metadata = true;
  for (const OutputFormat format : {OutputFormat::kPng, OutputFormat::kJpeg, OutputFormat::kWebp}) {
    request_.settings.format = format;
    const auto rows = run();
    ASSERT_EQ(rows.at("a.jpg").status, MemberStatus::kWritten) << rows.at("a.jpg").reason;
    EXPECT_EQ(rows.at("a.jpg").size, (Size{.width = 36, .height = 64}));
    const std::string output = files().at(fmt::format("a{}", extension_of(format)));
    const auto image = testing::as_image(
        budget_, std::as_bytes(std::span{output.data(), output.size()}), "output");
    const Metadata metadata = read_metadata(image).value();
    EXPECT_EQ(metadata.orientation, Orientation::kUpright);
    EXPECT_EQ(metadata.camera_model, "NIKON D90");
    EXPECT_TRUE(metadata.gps.has_value());
    EXPECT_EQ(probe(image).value().size(), (Size{.width = 36, .height = 64}));
  }
}

TEST_F(DatasetPictureTest, AskedForMetadataACopyIsTheFile) {
  const auto photo = encode_jpeg(testing::photo_like({.width = 60, .height = 50}, 3, 1));
  const auto with_words = testing::with_jpeg_segment(photo, 0xFE, testing::bytes_of("words"));
  write("a.jpg", text_of(with_words));
  request_.settings.format = OutputFormat::kKeep;
  request_.settings.keep_metadata = true;
  run();
  EXPECT_EQ(files().at("a.jpg"), text_of(with_words));
  // Only what stands beside the pixels changes, and goes along.
  const auto others = testing::with_jpeg_segment(photo, 0xFE, testing::bytes_of("more words"));
  write("a.jpg", text_of(others));
  run();
  EXPECT_EQ(files().at("a.jpg"), text_of(others));
}

TEST_F(DatasetPictureTest, TheOrientationIsAppliedAndNoMetadataIsLeft) {
  testing::EncodedBytes exif = testing::bytes_of(std::string{"Exif\0\0", 6});
  const testing::EncodedBytes block = testing::exif_with_orientation(6);
  exif.insert(exif.end(), block.begin(), block.end());
  constexpr std::uint8_t kApp1 = 0xE1;
  write("turned.jpg",
        text_of(testing::with_jpeg_segment(
            encode_jpeg(testing::photo_like({.width = 90, .height = 50}, 3, 1)), kApp1, exif)));
  request_.settings.format = OutputFormat::kJpeg;
  const auto rows = run();
  EXPECT_EQ(rows.at("turned.jpg").size, (Size{.width = 36, .height = 64}));
  EXPECT_THAT(files().at("turned.jpg"), Not(HasSubstr("Exif")));
}

// WebP keeps EXIF behind the pixels, where the head of a large file does not reach: such a picture
// was planned as upright, copied, and lay on its side.
TEST_F(DatasetPictureTest, AnOrientationBehindThePixelsIsAppliedToo) {
  constexpr Size kLarge{.width = 640, .height = 400};
  const auto pixels = encode_webp(testing::photo_like(kLarge, 3, 1), {.lossless = true});
  ASSERT_GT(pixels.size(), std::size_t{140'000});
  write("turned.webp", text_of(testing::with_webp_chunk(
                           pixels, "EXIF", testing::exif_with_orientation(6), kLarge)));
  request_.settings.format = OutputFormat::kKeep;
  request_.settings.frame.target = {.width = 640, .height = 640};
  const auto rows = run();
  EXPECT_EQ(rows.at("turned.webp").size, (Size{.width = 400, .height = 640}));
  const std::string made = files().at("turned.webp");
  testing::TestDecode decode{std::as_bytes(std::span{made.data(), made.size()})};
  ASSERT_TRUE(decode.info().has_value());
  EXPECT_EQ(decode.info()->stored_size, (Size{.width = 400, .height = 640}));
  EXPECT_EQ(run().at("turned.webp").status, MemberStatus::kUnchanged);
}

}  // namespace
}  // namespace albumen
