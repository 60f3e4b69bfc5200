// SPDX-License-Identifier: Apache-2.0
// RAW files made by code, honest and lying.
#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <random>

#include "decode/colour.h"
#include "decode/raw/raw_file.h"
#include "decode/testing/decode_all.h"
#include "decode/testing/exif_builder.h"
#include "decode/testing/raw_builder.h"

namespace albumen {
namespace {

using testing::bytes_of;
using testing::EncodedBytes;
using testing::make_raw;
using testing::RawBuilder;
using testing::RawEntry;
using testing::RawKind;
using testing::RawPlace;
using testing::TestDecode;
using testing::visible_samples;
using testing::with_jpeg_segment;
using std::string_view_literals::operator""sv;

constexpr std::array kKinds{RawKind::kCr2, RawKind::kNef, RawKind::kArw, RawKind::kDng,
                            RawKind::kOrf, RawKind::kRw2, RawKind::kRaf};
constexpr Size kLarge{.width = 96, .height = 64};
constexpr Size kSmall{.width = 32, .height = 24};
constexpr std::uint16_t kTurned = 6;

EncodedBytes jpeg_of(Size size) { return encode_jpeg(testing::photo_like(size, 3, 1)); }

EncodedBytes jpeg_stating(Size size, std::uint16_t orientation) {
  EncodedBytes segment = bytes_of(std::string{"Exif\0\0", 6});
  const EncodedBytes block = testing::exif_with_orientation(orientation);
  segment.insert(segment.end(), block.begin(), block.end());
  return with_jpeg_segment(jpeg_of(size), 0xE1, segment);
}

EncodedBytes raw_of(RawKind kind, std::uint16_t orientation = 1) {
  return make_raw(
      kind, {.jpeg = jpeg_of(kLarge), .thumbnail = jpeg_of(kSmall), .orientation = orientation});
}

ErrorCode code_of(const EncodedBytes& file) {
  const auto info = TestDecode{file}.info();
  return info ? ErrorCode::kInternal : info.error().code;
}

RawEntry number(TiffTag tag, std::uint32_t value, TiffType type = TiffType::kLong) {
  return {.tag = tag, .type = type, .value = std::vector{value}};
}

RawEntry make_of_camera() {
  return {.tag = TiffTag::kMake, .type = TiffType::kAscii, .value = std::string{"Camera Works"}};
}

// A little-endian DNG of one directory.
EncodedBytes dng_with(RawBuilder& file, std::vector<RawEntry> entries, std::uint32_t next = 0) {
  entries.push_back(make_of_camera());
  entries.push_back(number(TiffTag::kDngVersion, 1, TiffType::kByte));
  file.patch(4, file.directory(entries, next));
  return file.file();
}

RawBuilder little_endian() { return {ByteOrder::kLittleEndian, "II*\0\0\0\0\0"sv}; }

TEST(RawTest, EveryKindIsItsLargestJpeg) {
  const EncodedBytes jpeg = jpeg_of(kLarge);
  TestDecode expected{jpeg};
  const auto pixels = visible_samples(expected.decode_to(1000).value());
  for (const RawKind kind : kKinds) {
    SCOPED_TRACE(static_cast<int>(kind));
    TestDecode raw{raw_of(kind)};
    ASSERT_TRUE(raw.info().has_value()) << to_string(raw.info().error());
    EXPECT_EQ(raw.info()->type, ContentType::kRaw);
    EXPECT_EQ(raw.info()->stored_size, kLarge);
    EXPECT_EQ(raw.info()->embedded.size, jpeg.size());
    const auto decoded = raw.decode_to(1000);
    ASSERT_TRUE(decoded.has_value()) << to_string(decoded.error());
    EXPECT_EQ(visible_samples(*decoded), pixels);
  }
}

TEST(RawTest, WhereverItLiesTheLargerWins) {
  for (const RawKind kind : kKinds) {
    SCOPED_TRACE(static_cast<int>(kind));
    if (kind == RawKind::kRw2 || kind == RawKind::kRaf) {
      continue;  // they have one
    }
    TestDecode raw{make_raw(kind, {.jpeg = jpeg_of(kSmall), .thumbnail = jpeg_of(kLarge)})};
    ASSERT_TRUE(raw.info().has_value());
    EXPECT_EQ(raw.info()->stored_size, kLarge);
  }
}

TEST(RawTest, IsDecodedSmallerWhereAViewAsksForLess) {
  TestDecode raw{make_raw(RawKind::kNef, {.jpeg = jpeg_of({.width = 640, .height = 480}),
                                          .thumbnail = jpeg_of(kSmall)})};
  const auto decoded = raw.decode_to(80);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->stored_size, (Size{.width = 80, .height = 60}));
  EXPECT_EQ(decoded->stored_original, (Size{.width = 640, .height = 480}));
}

TEST(RawTest, TheRawsOrientationCountsUnlessTheJpegStatesOne) {
  for (const RawKind kind : kKinds) {
    SCOPED_TRACE(static_cast<int>(kind));
    const auto of = [&](const EncodedBytes& jpeg) {
      return TestDecode{
          make_raw(kind, {.jpeg = jpeg, .thumbnail = jpeg_of(kSmall), .orientation = kTurned})}
          .info()
          ->orientation;
    };
    EXPECT_EQ(of(jpeg_of(kLarge)),
              kind == RawKind::kRaf ? Orientation::kUpright : Orientation::kRotate90);
    EXPECT_EQ(of(jpeg_stating(kLarge, 8)), Orientation::kRotate270);
    EXPECT_EQ(of(jpeg_stating(kLarge, 1)), Orientation::kUpright);
  }
}

TEST(RawTest, CameraAndTimeComeFromItsOwnDirectories) {
  Budget budget{kMiB};
  for (const RawKind kind : kKinds) {
    SCOPED_TRACE(static_cast<int>(kind));
    const auto metadata = read_metadata(testing::as_image(budget, raw_of(kind, kTurned)));
    ASSERT_TRUE(metadata.has_value());
    if (kind == RawKind::kRaf) {
      EXPECT_EQ(*metadata, Metadata{});
      continue;
    }
    EXPECT_EQ(metadata->camera_make, "Camera Works");
    EXPECT_EQ(metadata->camera_model, "M1");
    EXPECT_EQ(metadata->taken_at, "2024-05-01T13:07:59");
    EXPECT_EQ(metadata->orientation, Orientation::kRotate90);
    EXPECT_FALSE(metadata->damaged);
  }
}

TEST(RawTest, ARafSaysWhatItsJpegSays) {
  EncodedBytes segment = bytes_of(std::string{"Exif\0\0", 6});
  const EncodedBytes block =
      testing::ExifBuilder{ByteOrder::kLittleEndian}.build(testing::typical_exif());
  segment.insert(segment.end(), block.begin(), block.end());
  const EncodedBytes raw = make_raw(
      RawKind::kRaf, {.jpeg = with_jpeg_segment(jpeg_of(kLarge), 0xE1, segment), .thumbnail = {}});
  Budget budget{kMiB};
  const EncodedImage image = testing::as_image(budget, raw);
  const Metadata metadata = read_metadata(image).value_or(Metadata{});
  EXPECT_EQ(metadata.camera_model, "NIKON D90");
  EXPECT_TRUE(metadata.gps.has_value());
  EXPECT_EQ(metadata.orientation, Orientation::kRotate90);
  EXPECT_TRUE(std::ranges::equal(exif_block_of(image), block));
}

// A scan or an edited photograph keeps the name of its camera, and may have its preview below it.
TEST(RawTest, AnOrdinaryTiffOfACameraStaysATiff) {
  RawBuilder file = little_endian();
  const EncodedBytes jpeg = jpeg_of(kLarge);
  const std::uint32_t at = file.append(jpeg);
  const std::uint32_t below =
      file.directory({number(TiffTag::kJpegOffset, at),
                      number(TiffTag::kJpegBytes, static_cast<std::uint32_t>(jpeg.size()))});
  file.patch(4, file.directory({make_of_camera(), number(TiffTag::kPhotometric, 2),
                                number(TiffTag::kSubDirectories, below)}));
  EXPECT_EQ(raw_or_sniffed(file.file()), ContentType::kTiff);
  const auto info = TestDecode{file.file()}.info();
  ASSERT_FALSE(info.has_value());
  EXPECT_NE(info.error().message.find("TIFF"), std::string::npos);
}

TEST(RawTest, ASensorsValuesOfNobodyAreNoRaw) {
  RawBuilder file = little_endian();
  file.patch(4, file.directory({number(TiffTag::kPhotometric, 32803)}));
  EXPECT_EQ(raw_or_sniffed(file.file()), ContentType::kTiff);
}

TEST(RawTest, LosslessJpegsAreNoPicturesToShow) {
  const EncodedBytes sensor = testing::as_lossless(jpeg_of(kLarge));
  for (const RawKind kind : {RawKind::kCr2, RawKind::kNef, RawKind::kArw, RawKind::kDng}) {
    const auto both = make_raw(kind, {.jpeg = sensor, .thumbnail = jpeg_of(kSmall)});
    EXPECT_EQ(TestDecode{both}.info()->stored_size, kSmall);
    EXPECT_EQ(code_of(make_raw(kind, {.jpeg = sensor, .thumbnail = sensor})),
              ErrorCode::kUnsupported);
  }
}

TEST(RawTest, SaysThatThereIsNoJpeg) {
  RawBuilder file = little_endian();
  const auto info = TestDecode{dng_with(file, {})}.info();
  ASSERT_FALSE(info.has_value());
  EXPECT_EQ(info.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(info.error().message.find("no embedded JPEG"), std::string::npos);
}

TEST(RawTest, NamesCr3AsNotDecoded) {
  const auto info = TestDecode{bytes_of(std::string{"\0\0\0\x18"
                                                    "ftypcrx \0\0\0\1crx isom"sv})}
                        .info();
  ASSERT_FALSE(info.has_value());
  EXPECT_EQ(info.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(info.error().message.find("CR3"), std::string::npos);
}

TEST(RawTest, AJpegBeyondTheEndIsTruncation) {
  RawBuilder file = little_endian();
  EXPECT_EQ(code_of(dng_with(
                file, {number(TiffTag::kJpegOffset, 100'000), number(TiffTag::kJpegBytes, 1000)})),
            ErrorCode::kTruncated);
  RawBuilder huge = little_endian();
  EXPECT_EQ(code_of(dng_with(huge, {number(TiffTag::kJpegOffset, 0xFFFF'FFFF),
                                    number(TiffTag::kJpegBytes, 0xFFFF'FFFF)})),
            ErrorCode::kTruncated);
  EncodedBytes raf = raw_of(RawKind::kRaf);
  raf.resize(raf.size() / 2);
  EXPECT_EQ(code_of(raf), ErrorCode::kTruncated);
}

TEST(RawTest, LoopsOfDirectoriesEnd) {
  RawBuilder file = little_endian();
  const EncodedBytes jpeg = jpeg_of(kSmall);
  const std::uint32_t at = file.append(jpeg);
  const auto here = static_cast<std::uint32_t>(file.file().size() + file.file().size() % 2);
  const std::uint32_t directory =
      file.directory({number(TiffTag::kJpegOffset, at),
                      number(TiffTag::kJpegBytes, static_cast<std::uint32_t>(jpeg.size())),
                      number(TiffTag::kSubDirectories, here)},
                     here);
  ASSERT_EQ(directory, here);
  const EncodedBytes raw = dng_with(file, {number(TiffTag::kSubDirectories, directory)}, directory);
  EXPECT_EQ(TestDecode{raw}.info()->stored_size, kSmall);
}

TEST(RawTest, HugeCountsAndStripsInPiecesGiveNothing) {
  const EncodedBytes jpeg = jpeg_of(kSmall);
  RawBuilder pieces = little_endian();
  const std::uint32_t at = pieces.append(jpeg);
  EXPECT_EQ(
      code_of(dng_with(
          pieces,
          {number(TiffTag::kCompression, 7),
           {.tag = TiffTag::kStripOffsets, .type = TiffType::kLong, .value = std::vector{at, at}},
           {.tag = TiffTag::kStripByteCounts,
            .type = TiffType::kLong,
            .value = std::vector{std::uint32_t{300}, std::uint32_t{300}}}})),
      ErrorCode::kUnsupported);
  RawBuilder huge = little_endian();
  EXPECT_EQ(code_of(dng_with(huge, {{.tag = TiffTag::kSubDirectories,
                                     .type = TiffType::kLong,
                                     .value = RawPlace{.offset = 8, .count = 0xFFFF'FFFF}}})),
            ErrorCode::kUnsupported);
}

TEST(RawTest, ColoursAreThoseOfTheJpeg) {
  const EncodedBytes profile = bytes_of(std::string{"ICC_PROFILE\0\1\1", 14} + "profile");
  const EncodedBytes raw = make_raw(
      RawKind::kArw,
      {.jpeg = with_jpeg_segment(jpeg_of(kLarge), 0xE2, profile), .thumbnail = jpeg_of(kSmall)});
  Budget budget{kMiB};
  EXPECT_EQ(read_colour(testing::as_image(budget, raw)).profile.size(), 7U);
}

TEST(RawTest, FlippedBitsGiveAPictureOrAnError) {
  std::minstd_rand random{7};
  for (const RawKind kind : kKinds) {
    const EncodedBytes whole = raw_of(kind, kTurned);
    for (int round = 0; round < 300; ++round) {
      EncodedBytes bytes = whole;
      for (int flips = 0; flips < 1 + round % 5; ++flips) {
        bytes[random() % bytes.size()] ^= static_cast<std::byte>(1U << random() % 8);
      }
      bytes.erase(bytes.end() - static_cast<std::ptrdiff_t>(random() % (bytes.size() / 4)),
                  bytes.end());
      TestDecode raw{bytes, kMiB * 64};
      const auto decoded = raw.decode_to(64, {.keep_truncated_percent = 1});
      if (!decoded) {
        EXPECT_NE(decoded.error().code, ErrorCode::kInternal) << to_string(decoded.error());
      }
    }
  }
}

}  // namespace
}  // namespace albumen
