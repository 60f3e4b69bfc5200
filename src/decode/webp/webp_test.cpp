// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <webp/decode.h>

#include "decode/internal/metered_heap.h"
#include "decode/testing/decode_all.h"
#include "decode/webp/webp_plan.h"
#include "govern/testing/heap_peak.h"

namespace albumen {
namespace {

using testing::animate_webp;
using testing::EncodedBytes;
using testing::HeapPeak;
using testing::photo_like;
using testing::Picture;
using testing::TestDecode;
using testing::visible_samples;
using testing::with_webp_chunk;

TEST(WebpTest, LosslessPixelsComeBack) {
  const Picture rgb = photo_like({70, 45}, 3, 1);
  TestDecode opaque{encode_webp(rgb, {.lossless = true})};
  const auto image = opaque.decode_to(70);
  ASSERT_TRUE(image.has_value()) << to_string(image.error());
  EXPECT_EQ(image->layout, PixelLayout::kRgb8);
  EXPECT_EQ(visible_samples(*image), rgb.pixels);
}

TEST(WebpTest, AlphaIsKept) {
  const Picture rgba = photo_like({70, 45}, 4, 2);
  for (const bool lossless : {false, true}) {
    TestDecode decode{encode_webp(rgba, {.lossless = lossless})};
    const auto image = decode.decode_to(70);
    ASSERT_TRUE(image.has_value());
    EXPECT_EQ(image->layout, PixelLayout::kRgba8);
    const auto samples = visible_samples(*image);
    for (std::size_t at = 3; at < samples.size(); at += 4) {
      ASSERT_EQ(samples[at], rgba.pixels[at]);
    }
  }
}

TEST(WebpTest, LossyIsCloseToTheOriginal) {
  const Picture rgb = photo_like({160, 120}, 3, 3);
  TestDecode decode{encode_webp(rgb, {.quality = 95})};
  const auto image = decode.decode_to(160);
  ASSERT_TRUE(image.has_value());
  // Chroma is halved and the range limited: a few levels on noisy pixels.
  EXPECT_LT(testing::mean_difference(visible_samples(*image), rgb.pixels), 8.0);
}

// The samples of libwebp's own call for a whole picture.
std::vector<std::uint8_t> at_once(const EncodedBytes& bytes, Size size, std::uint64_t channels) {
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::uint8_t* const pixels = channels == 4 ? WebPDecodeRGBA(data, bytes.size(), nullptr, nullptr)
                                             : WebPDecodeRGB(data, bytes.size(), nullptr, nullptr);
  std::vector<std::uint8_t> samples(size.pixels().bytes(channels).count());
  std::copy_n(pixels, samples.size(), samples.begin());
  WebPFree(pixels);
  return samples;
}

TEST(WebpTest, LargePicturesAreDecodedInPiecesToTheSameSamples) {
  constexpr Size kLarge{.width = 1400, .height = 800};
  for (const int channels : {3, 4}) {
    const Picture picture = photo_like(kLarge, channels, 11);
    for (const bool lossless : {false, true}) {
      const EncodedBytes bytes = encode_webp(picture, {.lossless = lossless});
      TestDecode decode{bytes};
      const auto image = decode.decode_to(kLarge.width);
      ASSERT_TRUE(image.has_value()) << to_string(image.error());
      EXPECT_TRUE(visible_samples(*image) ==
                  at_once(bytes, kLarge, static_cast<std::uint64_t>(channels)))
          << channels << lossless;
      TestDecode cut{std::span{bytes}.first(bytes.size() / 2)};
      const auto part = cut.decode_to(kLarge.width);
      ASSERT_FALSE(part.has_value());
      EXPECT_EQ(part.error().code, ErrorCode::kTruncated);
      const auto kept = cut.decode_to(kLarge.width, {.keep_truncated_percent = 10});
      ASSERT_TRUE(kept.has_value()) << to_string(kept.error());
      EXPECT_LT(kept->complete, 0.9F);
    }
  }
}

TEST(WebpTest, ScalesToExactlyWhatTheViewNeeds) {
  const Picture rgb = photo_like({400, 300}, 3, 4);
  for (const bool lossless : {false, true}) {
    TestDecode decode{encode_webp(rgb, {.lossless = lossless})};
    const auto image = decode.decode_to(100);
    ASSERT_TRUE(image.has_value());
    EXPECT_EQ(image->stored_size, (Size{100, 75}));
    EXPECT_EQ(image->stored_original, (Size{400, 300}));
    std::vector<std::uint8_t> boxes;
    for (std::uint32_t y = 0; y < 75; ++y) {
      for (std::uint32_t x = 0; x < 100; ++x) {
        for (std::size_t channel = 0; channel < 3; ++channel) {
          unsigned sum = 0;
          for (std::uint32_t at = 0; at < 16; ++at) {
            sum += rgb.at(x * 4 + at % 4, y * 4 + at / 4)[channel];
          }
          boxes.push_back(static_cast<std::uint8_t>(sum / 16));
        }
      }
    }
    // libwebp averages areas in its own way; lossy adds quantisation.
    EXPECT_LT(testing::mean_difference(visible_samples(*image), boxes), lossless ? 1.5 : 6.0);
  }
}

TEST(WebpTest, FirstFrameOfAnAnimationLiesOnItsCanvas) {
  const Picture frame = photo_like({40, 30}, 3, 5);
  const EncodedBytes still = encode_webp(frame, {.lossless = true});
  TestDecode filling{animate_webp(still, {40, 30}, {40, 30}, {0, 0})};
  ASSERT_TRUE(filling.info().has_value()) << to_string(filling.info().error());
  EXPECT_TRUE(filling.info()->has_more_frames);
  EXPECT_EQ(visible_samples(*filling.decode_to(40)), frame.pixels);

  TestDecode partial{animate_webp(still, {40, 30}, {100, 80}, {10, 20})};
  const auto image = partial.decode_to(10);
  ASSERT_TRUE(image.has_value()) << to_string(image.error());
  EXPECT_EQ(image->stored_size, (Size{100, 80}));
  EXPECT_EQ(image->layout, PixelLayout::kRgba8);
  EXPECT_EQ(image->planes[0].row(19)[10 * 4 + 3], 0);
  EXPECT_EQ(image->planes[0].row(20)[10 * 4 + 3], 255);
  EXPECT_EQ(image->planes[0].row(20)[10 * 4], frame.pixels[0]);
  EXPECT_EQ(TestDecode(animate_webp(still, {40, 30}, {45, 45}, {10, 0})).info().error().code,
            ErrorCode::kCorrupt);
}

// The hook in webp_decode.cpp stands or falls with how the program is linked.
TEST(WebpTest, MeterSeesLibwebpsMemory) {
  const EncodedBytes bytes = encode_webp(photo_like({200, 200}, 3, 6), {.lossless = true});
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::vector<std::uint8_t> out(std::size_t{200} * 200 * 3);
  const HeapMeter meter{kMiB * 16};
  ASSERT_NE(WebPDecodeRGBInto(data, bytes.size(), out.data(), out.size(), 600), nullptr);
  EXPECT_GE(meter.peak(), Bytes{std::uint64_t{200} * 200 * 4});
}

TEST(WebpTest, CodecIsStoppedAtItsPrediction) {
  const EncodedBytes bytes = encode_webp(photo_like({200, 200}, 3, 6), {.lossless = true});
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::vector<std::uint8_t> out(std::size_t{200} * 200 * 3);
  const HeapMeter meter{kKiB * 100};
  EXPECT_EQ(WebPDecodeRGBInto(data, bytes.size(), out.data(), out.size(), 600), nullptr);
  EXPECT_TRUE(meter.refused());
}

TEST(WebpTest, PredictedPeakHoldsForEveryPlan) {
  for (const Size size : {Size{640, 480}, Size{1500, 20}, Size{33, 900}}) {
    for (const int channels : {3, 4}) {
      for (const bool lossless : {false, true}) {
        const EncodedBytes bytes =
            encode_webp(photo_like(size, channels, 7), {.lossless = lossless});
        for (const std::uint32_t side : {2000U, 500U, 64U, 1U}) {
          TestDecode decode{bytes};
          const Bytes before = decode.budget().used();
          std::size_t heap = 0;
          {
            const HeapPeak counter;
            const auto image = decode.decode_to(side);
            heap = counter.peak_bytes();
            ASSERT_TRUE(image.has_value()) << to_string(image.error());
          }
          EXPECT_EQ(decode.budget().peak() - before, decode.plan_used().peak_bytes);
          EXPECT_LE(decode.plan_used().output_bytes + Bytes{heap}, decode.plan_used().peak_bytes)
              << size.width << "x" << size.height << " " << channels << lossless << side;
        }
      }
    }
  }
}

TEST(WebpTest, TruncationAtEveryByteIsTruncated) {
  for (const bool lossless : {false, true}) {
    const EncodedBytes bytes = encode_webp(photo_like({32, 24}, 4, 8), {.lossless = lossless});
    for (std::size_t size = 12; size < bytes.size(); ++size) {
      TestDecode decode{std::span{bytes}.first(size)};
      const auto image = decode.decode_to(32);
      if (image.has_value()) {
        EXPECT_EQ(size + 1, bytes.size());  // the padding byte behind an odd chunk
      } else {
        EXPECT_EQ(image.error().code, ErrorCode::kTruncated) << size << to_string(image.error());
      }
    }
  }
}

// One file, cut in the EXIF behind its pixels, was whole with many pixels and Truncated with few.
TEST(WebpTest, WhatIsCutBehindThePixelsIsNoDamage) {
  struct Case {
    Size size;
    bool lossless;
  };

  for (const auto& [size, lossless] :
       {Case{{64, 48}, false}, Case{{64, 48}, true}, Case{{1400, 800}, false}}) {
    const EncodedBytes bare = encode_webp(photo_like(size, 3, 12), {.lossless = lossless});
    const EncodedBytes still = with_webp_chunk(bare, "EXIF", EncodedBytes(100), size);
    const auto expected = at_once(bare, size, 3);
    for (const EncodedBytes& bytes : {still, animate_webp(still, size, size, {0, 0})}) {
      for (const std::size_t missing : {1U, 105U}) {
        TestDecode decode{std::span{bytes}.first(bytes.size() - missing)};
        const auto image = decode.decode_to(size.width);
        ASSERT_TRUE(image.has_value()) << to_string(image.error());
        EXPECT_EQ(image->complete, 1.0F);
        EXPECT_TRUE(visible_samples(*image) == expected) << size.width << lossless << missing;
      }
    }
  }
}

TEST(WebpTest, KeepTruncatedReportsTheShareThatWasThere) {
  const EncodedBytes bytes = encode_webp(photo_like({200, 400}, 3, 9));
  TestDecode decode{std::span{bytes}.first(bytes.size() * 6 / 10)};
  const auto kept = decode.decode_to(400, {.keep_truncated_percent = 20});
  ASSERT_TRUE(kept.has_value()) << to_string(kept.error());
  EXPECT_GT(kept->complete, 0.2F);
  EXPECT_LT(kept->complete, 0.9F);
  EXPECT_FALSE(decode.decode_to(400, {.keep_truncated_percent = 95}).has_value());
}

TEST(WebpTest, FlippedBitsNeverDoMoreThanFail) {
  std::minstd_rand random{22};
  for (const bool lossless : {false, true}) {
    const EncodedBytes original = encode_webp(photo_like({40, 30}, 4, 10), {.lossless = lossless});
    for (int round = 0; round < 5000; ++round) {
      EncodedBytes bytes = original;
      for (int flips = 0; flips < 1 + round % 3; ++flips) {
        bytes[12 + random() % (bytes.size() - 12)] ^= static_cast<std::byte>(1U << random() % 8);
      }
      TestDecode decode{bytes, kMiB * 64};
      const DecodeOptions options{.keep_truncated_percent = round % 2 == 0 ? 100.0F : 10.0F};
      (void)decode.decode_to(static_cast<std::uint32_t>(5 + round % 36), options);
    }
  }
}

}  // namespace
}  // namespace albumen
