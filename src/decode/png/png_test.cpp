// SPDX-License-Identifier: Apache-2.0
// PNGs of every kind: pixels against what was encoded, memory against the prediction, damage.
#include <gtest/gtest.h>
#include <random>

#include "decode/testing/decode_all.h"
#include "govern/testing/heap_peak.h"

namespace albumen {
namespace {

using testing::EncodedBytes;
using testing::HeapPeak;
using testing::photo_like;
using testing::Picture;
using testing::PngOptions;
using testing::TestDecode;
using testing::visible_samples;
using testing::with_png_chunk;

// Grey of `depth` bits as 8 bits.
std::uint8_t widened(std::uint8_t sample, int depth) {
  const unsigned kept = unsigned{sample} >> (8U - static_cast<unsigned>(depth));
  return static_cast<std::uint8_t>(kept * 255 / ((1U << static_cast<unsigned>(depth)) - 1));
}

std::vector<std::uint8_t> decoded(const EncodedBytes& bytes, PixelLayout layout) {
  TestDecode decode{bytes};
  const auto image = decode.decode_to(100000);
  EXPECT_TRUE(image.has_value()) << to_string(image.error());
  if (!image.has_value()) {
    return {};
  }
  EXPECT_EQ(image->layout, layout);
  EXPECT_EQ(image->complete, 1.0F);
  return visible_samples(*image);
}

TEST(PngTest, EveryDepthOfGrayIsRead) {
  const Picture picture = photo_like({51, 37}, 1, 1);
  for (const bool interlaced : {false, true}) {
    for (const int depth : {1, 2, 4, 8, 16}) {
      std::vector<std::uint8_t> expected = picture.pixels;
      if (depth < 8) {
        for (std::uint8_t& sample : expected) {
          sample = widened(sample, depth);
        }
      }
      const PngOptions options{.bit_depth = depth, .interlaced = interlaced};
      EXPECT_EQ(decoded(encode_png(picture, options), PixelLayout::kGray8), expected) << depth;
    }
  }
}

TEST(PngTest, ColorAndAlphaAreReadAtEightAndSixteenBits) {
  for (const bool interlaced : {false, true}) {
    for (const int depth : {8, 16}) {
      const PngOptions options{.bit_depth = depth, .interlaced = interlaced};
      const Picture rgb = photo_like({33, 20}, 3, 2);
      EXPECT_EQ(decoded(encode_png(rgb, options), PixelLayout::kRgb8), rgb.pixels);
      const Picture rgba = photo_like({33, 20}, 4, 3);
      EXPECT_EQ(decoded(encode_png(rgba, options), PixelLayout::kRgba8), rgba.pixels);
      const Picture gray_alpha = photo_like({33, 20}, 2, 4);
      std::vector<std::uint8_t> expected;
      for (std::size_t at = 0; at < gray_alpha.pixels.size(); at += 2) {
        expected.insert(expected.end(), 3, gray_alpha.pixels[at]);
        expected.push_back(gray_alpha.pixels[at + 1]);
      }
      EXPECT_EQ(decoded(encode_png(gray_alpha, options), PixelLayout::kRgba8), expected);
    }
  }
}

TEST(PngTest, PalettesAreReadWithAndWithoutTransparency) {
  const Picture picture = photo_like({40, 30}, 3, 5);
  std::vector<std::uint8_t> opaque;
  for (std::size_t at = 0; at < picture.pixels.size(); at += 3) {
    opaque.push_back(static_cast<std::uint8_t>((picture.pixels[at] >> 5U) * 36));
    opaque.push_back(static_cast<std::uint8_t>((picture.pixels[at + 1] >> 5U) * 36));
    opaque.push_back(static_cast<std::uint8_t>((picture.pixels[at + 2] >> 6U) * 85));
  }
  EXPECT_EQ(decoded(encode_png(picture, {.palette = true}), PixelLayout::kRgb8), opaque);
  const auto transparent =
      decoded(encode_png(picture, {.palette = true, .transparent = true}), PixelLayout::kRgba8);
  ASSERT_EQ(transparent.size(), opaque.size() / 3 * 4);
  for (std::size_t at = 0; at < transparent.size(); at += 4) {
    const bool black = transparent[at] + transparent[at + 1] + transparent[at + 2] == 0;
    EXPECT_EQ(transparent[at + 3], black ? 0 : 255);
  }
}

// The plan's shrink, for rows from the top and interlaced alike, against boxes of the pixels.
TEST(PngTest, LargePicturesAreShrunkWhileTheyAreRead) {
  const Picture picture = photo_like({101, 67}, 1, 6);
  for (const bool interlaced : {false, true}) {
    TestDecode decode{encode_png(picture, {.interlaced = interlaced})};
    const auto image = decode.decode_to(26);
    ASSERT_TRUE(image.has_value()) << to_string(image.error());
    EXPECT_EQ(decode.plan_used().shrink, 4U);
    EXPECT_EQ(image->stored_size, (Size{26, 17}));
    for (std::uint32_t y = 0; y < 17; ++y) {
      for (std::uint32_t x = 0; x < 26; ++x) {
        double sum = 0;
        int count = 0;
        for (std::uint32_t dy = y * 4; dy < std::min(y * 4 + 4, 67U); ++dy) {
          for (std::uint32_t dx = x * 4; dx < std::min(x * 4 + 4, 101U); ++dx, ++count) {
            sum += *picture.at(dx, dy);
          }
        }
        EXPECT_NEAR(image->planes[0].row(y)[x], sum / count, 0.51);
      }
    }
  }
}

TEST(PngTest, PredictedPeakHoldsForEveryPlan) {
  const Size size{700, 300};
  const Picture rgb = photo_like(size, 3, 7);
  std::vector<EncodedBytes> files;
  for (const bool interlaced : {false, true}) {
    files.push_back(encode_png(rgb, {.interlaced = interlaced}));
    files.push_back(encode_png(rgb, {.bit_depth = 16, .interlaced = interlaced}));
    files.push_back(encode_png(rgb, {.palette = true, .interlaced = interlaced}));
    files.push_back(encode_png(photo_like(size, 4, 7), {.interlaced = interlaced}));
    files.push_back(encode_png(photo_like(size, 1, 7), {.bit_depth = 1, .interlaced = interlaced}));
    files.push_back(
        encode_png(photo_like(size, 1, 7), {.bit_depth = 16, .interlaced = interlaced}));
  }
  for (const EncodedBytes& bytes : files) {
    for (const std::uint32_t side : {700U, 350U, 100U, 7U}) {
      TestDecode decode{bytes};
      const Bytes before = decode.budget().used();
      std::size_t heap = 0;
      Bytes buffers;
      {
        const HeapPeak counter;
        const auto image = decode.decode_to(side);
        heap = counter.peak_bytes();
        ASSERT_TRUE(image.has_value()) << to_string(image.error());
        buffers = decode.plan_used().output_bytes;
      }
      EXPECT_EQ(decode.budget().peak() - before, decode.plan_used().peak_bytes);
      EXPECT_LE(buffers + Bytes{heap}, decode.plan_used().peak_bytes);
    }
  }
}

// The well-known bomb: 20,000 x 20,000 in 1.2 MB. Seen at 640 it needs rows, not 1.2 GB.
TEST(PngTest, HugePicturesNeedLittleMemory) {
  const Size size{20000, 20000};
  ImageInfo info;
  info.type = ContentType::kPng;
  info.stored_size = size;
  info.channels = 3;
  const ViewSpec view{.longest_side = 640, .layout = ViewLayout::kRgb8};
  const auto rows = plan(info, {&view, 1}, kMiB * 32);
  ASSERT_TRUE(rows.has_value());
  EXPECT_TRUE(rows->covers_views);
  EXPECT_LT(rows->peak_bytes, kMiB * 4);
  info.interlaced = true;
  const auto interlaced = plan(info, {&view, 1}, kMiB * 32);
  ASSERT_TRUE(interlaced.has_value());
  EXPECT_LT(interlaced->peak_bytes, kMiB * 12);
}

TEST(PngTest, TruncationAtEveryByteIsTruncatedOrWhole) {
  for (const bool interlaced : {false, true}) {
    const Picture picture = photo_like({24, 20}, 3, 8);
    const EncodedBytes bytes = encode_png(picture, {.interlaced = interlaced});
    constexpr std::size_t kEndChunk = 12;
    constexpr std::size_t kChecksums = 8;  // of the last pixels, in zlib and in the chunk
    for (std::size_t size = 8; size < bytes.size(); ++size) {
      TestDecode decode{std::span{bytes}.first(size)};
      const auto image = decode.decode_to(24);
      if (image.has_value()) {
        EXPECT_GE(size, bytes.size() - kEndChunk - kChecksums);
        EXPECT_EQ(visible_samples(*image), picture.pixels);
      } else {
        EXPECT_EQ(image.error().code, ErrorCode::kTruncated) << size << to_string(image.error());
      }
    }
  }
}

TEST(PngTest, KeepTruncatedReportsTheShareThatWasThere) {
  const Picture picture = photo_like({300, 400}, 3, 9);
  const EncodedBytes bytes = encode_png(picture);
  TestDecode decode{std::span{bytes}.first(bytes.size() / 2)};
  const auto kept = decode.decode_to(400, {.keep_truncated_percent = 30});
  ASSERT_TRUE(kept.has_value()) << to_string(kept.error());
  EXPECT_GT(kept->complete, 0.3F);
  EXPECT_LT(kept->complete, 0.6F);
  EXPECT_EQ(kept->planes[0].row(399)[0], 0);
  EXPECT_FALSE(decode.decode_to(400, {.keep_truncated_percent = 70}).has_value());
}

TEST(PngTest, WrongChecksumOfThePixelsIsCorrupt) {
  EncodedBytes bytes = encode_png(photo_like({24, 20}, 3, 10));
  constexpr std::size_t kEndChunk = 12;
  bytes[bytes.size() - kEndChunk - 1] ^= std::byte{1};
  TestDecode decode{bytes};
  const auto image = decode.decode_to(24);
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(image.error().code, ErrorCode::kCorrupt);
}

TEST(PngTest, HugeTextAndBrokenProfilesCostNothing) {
  const Picture picture = photo_like({24, 20}, 3, 11);
  EncodedBytes bytes = encode_png(picture);
  bytes = with_png_chunk(bytes, "tEXt", EncodedBytes(3'000'000, std::byte{'x'}));
  bytes = with_png_chunk(bytes, "iCCP", testing::bytes_of("not a profile"));
  EXPECT_EQ(decoded(bytes, PixelLayout::kRgb8), picture.pixels);
}

// What announces transparency stood behind a text longer than the head that was looked at: the
// picture was planned as opaque, and its rows were then laid out with an alpha.
TEST(PngTest, AHeadThatEndsBeforeThePixelsDoesNotSayWhatThePictureIs) {
  const EncodedBytes bytes = with_png_chunk(
      encode_png(photo_like({24, 20}, 3, 12), {.palette = true, .transparent = true}), "tEXt",
      EncodedBytes(3000, std::byte{'x'}));
  Budget budget{kMiB};
  const auto head = probe(testing::as_image(budget, std::span{bytes}.first(1000)));
  ASSERT_FALSE(head.has_value());
  EXPECT_EQ(head.error().code, ErrorCode::kTruncated);
  TestDecode whole{bytes};
  ASSERT_TRUE(whole.info().has_value());
  EXPECT_TRUE(whole.info()->has_alpha);
}

// Mostly with right checksums, which would else keep every flip from what is behind them.
TEST(PngTest, FlippedBitsNeverDoMoreThanFail) {
  std::minstd_rand random{21};
  for (const bool interlaced : {false, true}) {
    const EncodedBytes original =
        encode_png(photo_like({30, 22}, 3, 12), {.palette = true, .interlaced = interlaced});
    for (int round = 0; round < 5000; ++round) {
      EncodedBytes bytes = original;
      for (int flips = 0; flips < 1 + round % 3; ++flips) {
        bytes[8 + random() % (bytes.size() - 8)] ^= static_cast<std::byte>(1U << random() % 8);
      }
      if (round % 8 != 0) {
        bytes = testing::with_png_checksums(std::move(bytes));
      }
      TestDecode decode{bytes, kMiB * 64};
      const DecodeOptions options{.keep_truncated_percent = round % 2 == 0 ? 100.0F : 10.0F};
      (void)decode.decode_to(static_cast<std::uint32_t>(5 + round % 26), options);
    }
  }
}

}  // namespace
}  // namespace albumen
