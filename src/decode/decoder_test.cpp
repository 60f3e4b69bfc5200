// SPDX-License-Identifier: Apache-2.0
// What all formats share: content decides, orientation is recorded, reservations are honest.
#include "decode/decoder.h"

#include <gtest/gtest.h>

#include "decode/limits.h"
#include "decode/testing/decode_all.h"
#include "govern/testing/heap_peak.h"

namespace albumen {
namespace {

using testing::bytes_of;
using testing::EncodedBytes;
using testing::photo_like;
using testing::TestDecode;
using testing::with_jpeg_segment;
using testing::with_png_chunk;
using testing::with_webp_chunk;

Error probe_error(const EncodedBytes& bytes) {
  TestDecode decode{bytes};
  return decode.info().has_value() ? Error{} : decode.info().error();
}

TEST(DecoderTest, WhatIsNoPictureIsUnsupportedByName) {
  const Error text = probe_error(bytes_of("Dear diary, this is no JPEG whatever its name says"));
  EXPECT_EQ(text.code, ErrorCode::kUnsupported);
  EXPECT_NE(text.message.find("is no picture"), std::string::npos);
  const Error film =
      probe_error(bytes_of(std::string{"\0\0\0\x18"
                                       "ftypisom\0\0\2\0",
                                       16}));
  EXPECT_NE(film.message.find("video"), std::string::npos);
}

TEST(DecoderTest, OtherFormatsNeedAnotherProgram) {
  const Error heif =
      probe_error(bytes_of(std::string{"\0\0\0\x18"
                                       "ftypheic\0\0\0\0",
                                       16}));
  EXPECT_EQ(heif.code, ErrorCode::kUnsupported);
  EXPECT_NE(heif.message.find("HEIF is not decoded without albumen-longtail"), std::string::npos);
}

TEST(DecoderTest, OnlyWhatLongtailReadsIsHeldToTheClock) {
  for (const ContentType type : {ContentType::kJpeg, ContentType::kPng, ContentType::kWebp}) {
    EXPECT_TRUE(is_decoded_in_process({.type = type})) << name_of(type);
  }
  EXPECT_FALSE(is_decoded_in_process({.type = ContentType::kHeif}));
  EXPECT_FALSE(is_decoded_in_process({.type = ContentType::kRaw})) << "developed from the sensor";
  EXPECT_TRUE(is_decoded_in_process({.type = ContentType::kRaw, .embedded = {.size = 100}}));
}

TEST(DecoderTest, EmptyFilesAreTruncated) {
  EXPECT_EQ(probe_error({}).code, ErrorCode::kTruncated);
}

TEST(DecoderTest, MessagesNameTheInput) {
  Budget budget{kMiB};
  const EncodedImage image = testing::as_image(budget, bytes_of("nothing"), "holiday/a.jpg");
  const auto info = probe(image);
  ASSERT_FALSE(info.has_value());
  EXPECT_NE(info.error().message.find("holiday/a.jpg"), std::string::npos);
}

std::vector<EncodedBytes> with_orientation(std::uint16_t value) {
  const auto picture = photo_like({40, 20}, 3, 1);
  const EncodedBytes block = testing::exif_with_orientation(value);
  EncodedBytes segment = bytes_of(std::string{"Exif\0\0", 6});
  segment.insert(segment.end(), block.begin(), block.end());
  return {with_jpeg_segment(encode_jpeg(picture), 0xE1, segment),
          with_png_chunk(encode_png(picture), "eXIf", block),
          with_webp_chunk(encode_webp(picture), "EXIF", block, {40, 20}),
          with_webp_chunk(encode_webp(picture), "EXIF", segment, {40, 20})};
}

TEST(DecoderTest, OrientationIsRecordedAndPixelsStayStored) {
  for (std::uint16_t value = 1; value <= 8; ++value) {
    for (const EncodedBytes& bytes : with_orientation(value)) {
      TestDecode decode{bytes};
      ASSERT_TRUE(decode.info().has_value()) << to_string(decode.info().error());
      EXPECT_EQ(decode.info()->orientation, static_cast<Orientation>(value));
      EXPECT_EQ(decode.info()->size(), value >= 5 ? (Size{20, 40}) : (Size{40, 20}));
      const auto image = decode.decode_to(40);
      ASSERT_TRUE(image.has_value());
      EXPECT_EQ(image->stored_size, (Size{40, 20}));
      EXPECT_EQ(image->orientation, static_cast<Orientation>(value));
      EXPECT_EQ(image->original_size(), decode.info()->size());
    }
  }
}

TEST(DecoderTest, NonsenseOrientationIsUpright) {
  for (const std::uint16_t value : {std::uint16_t{0}, std::uint16_t{9}, std::uint16_t{60000}}) {
    for (const EncodedBytes& bytes : with_orientation(value)) {
      EXPECT_EQ(TestDecode{bytes}.info()->orientation, Orientation::kUpright);
    }
  }
}

TEST(DecoderTest, PlanNeedsViews) {
  TestDecode decode{encode_jpeg(photo_like({40, 20}, 3, 1))};
  EXPECT_EQ(plan(*decode.info(), {}, kGiB).error().code, ErrorCode::kInvalidArgument);
  const ViewSpec nothing{.longest_side = 0};
  EXPECT_EQ(plan(*decode.info(), {&nothing, 1}, kGiB).error().code, ErrorCode::kInvalidArgument);
}

TEST(DecoderTest, LargestViewDecides) {
  TestDecode decode{encode_png(photo_like({400, 200}, 3, 1))};
  const std::array views{ViewSpec{.longest_side = 32, .layout = ViewLayout::kGray8},
                         ViewSpec{.longest_side = 200, .layout = ViewLayout::kDecoded},
                         ViewSpec{.longest_side = 64, .layout = ViewLayout::kRgb8}};
  EXPECT_EQ(plan(*decode.info(), views, kGiB)->decoded_size, (Size{200, 100}));
}

TEST(DecoderTest, OversamplingAsksForMoreThanTheViewButNotMoreThanThereIs) {
  TestDecode decode{encode_jpeg(photo_like({800, 400}, 3, 1))};
  ViewSpec view{.longest_side = 100, .layout = ViewLayout::kRgb8};
  EXPECT_EQ(plan(*decode.info(), {&view, 1}, kGiB)->jpeg_scale, 1);
  view.oversampling = 2;
  EXPECT_EQ(plan(*decode.info(), {&view, 1}, kGiB)->jpeg_scale, 2);
  view.oversampling = 1U << 31U;
  const auto largest = plan(*decode.info(), {&view, 1}, kGiB);
  EXPECT_EQ(largest->jpeg_scale, 8);
  EXPECT_TRUE(largest->covers_views);
}

TEST(DecoderTest, SmallReservationIsRefusedBeforeAnythingIsDone) {
  Budget budget{kMiB * 16};
  const EncodedImage image = testing::as_image(budget, encode_jpeg(photo_like({200, 100}, 3, 1)));
  const auto info = probe(image);
  const ViewSpec view{.longest_side = 200};
  const auto how = plan(*info, {&view, 1}, budget.limit());
  auto job = budget.try_reserve(MemoryTag::kOther, how->peak_bytes - Bytes{1});
  const auto decoded = decode(image, *info, *how, {}, *job);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code, ErrorCode::kInternal);
}

// What the codec needed is back in the job; the picture carries the rest.
TEST(DecoderTest, MemoryIsSplitBetweenJobAndPicture) {
  const auto picture = photo_like({300, 200}, 3, 1);
  for (const EncodedBytes& bytes :
       {encode_jpeg(picture), encode_png(picture, {.interlaced = true}), encode_webp(picture)}) {
    Budget budget{kMiB * 64};
    const EncodedImage image = testing::as_image(budget, bytes);
    const auto info = probe(image);
    const ViewSpec view{.longest_side = 100};
    const auto how = plan(*info, {&view, 1}, budget.limit());
    auto job = budget.try_reserve(MemoryTag::kOther, how->peak_bytes);
    const auto decoded = decode(image, *info, *how, {}, *job);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(budget.used(MemoryTag::kPixels), how->output_bytes);
    EXPECT_EQ(job->size(), how->peak_bytes - how->output_bytes);
  }
}

TEST(DecoderTest, FailedDecodesGiveEverythingBack) {
  const auto picture = photo_like({300, 200}, 3, 1);
  for (const EncodedBytes& bytes :
       {encode_jpeg(picture), encode_png(picture), encode_webp(picture)}) {
    TestDecode decode{std::span{bytes}.first(bytes.size() * 3 / 4)};
    const Bytes before = decode.budget().used();
    EXPECT_FALSE(decode.decode_to(300).has_value());
    EXPECT_EQ(decode.budget().used(), before);
  }
}

TEST(DecoderTest, HeapPeakOfTheTestsCounts) {
  if (!testing::HeapPeak::works()) {
    GTEST_SKIP() << "sanitizers need malloc for themselves; release builds run this test";
  }
  const testing::HeapPeak counter;
  const std::vector<char> block(100'000);
  EXPECT_GE(counter.peak_bytes(), block.size());
}

}  // namespace
}  // namespace albumen
