// SPDX-License-Identifier: Apache-2.0
// Baseline JPEGs: pixels against libjpeg, memory against the prediction, damaged files.
#include <gtest/gtest.h>
#include <random>

#include "decode/jpeg/jpeg_geometry.h"
#include "decode/testing/decode_all.h"
#include "decode/testing/reference_jpeg.h"
#include "govern/testing/heap_peak.h"

namespace albumen {
namespace {

using testing::EncodedBytes;
using testing::HeapPeak;
using testing::JpegOptions;
using testing::JpegScript;
using testing::JpegSpace;
using testing::largest_difference;
using testing::mean_difference;
using testing::photo_like;
using testing::TestDecode;
using testing::visible_samples;

struct Sampling {
  int horizontal;
  int vertical;
};

constexpr std::array kSamplings{Sampling{1, 1}, Sampling{2, 1}, Sampling{2, 2},
                                Sampling{1, 2}, Sampling{4, 1}, Sampling{4, 2}};

// The longest side that makes the plan choose N/8.
std::uint32_t side_for(Size size, int scale) {
  return (size.longest_side() * static_cast<std::uint32_t>(scale) + 7) / 8;
}

// Both decodes round: the plain one once, libjpeg's after each of its passes.
constexpr int kRounding = 1;

TEST(JpegTest, PlanesAreThoseOfLibjpegAtEveryScaleAndSampling) {
  for (const Size size : {Size{203, 131}, Size{64, 64}, Size{17, 1}, Size{1, 33}}) {
    const auto picture = photo_like(size, 3, 1);
    for (const Sampling sampling : kSamplings) {
      const EncodedBytes bytes =
          encode_jpeg(picture, {.horizontal = sampling.horizontal, .vertical = sampling.vertical});
      TestDecode decode{bytes};
      for (int scale = 1; scale <= 8; ++scale) {
        const auto image = decode.decode_to(side_for(size, scale));
        ASSERT_TRUE(image.has_value()) << to_string(image.error());
        EXPECT_EQ(image->layout, PixelLayout::kYcc8);
        const int used = decode.plan_used().jpeg_scale;
        const auto samples = visible_samples(*image);
        const auto expected = testing::reference_planes(bytes, used);
        EXPECT_LE(largest_difference(samples, expected), kRounding)
            << size.width << "x" << size.height << " " << sampling.horizontal << "x"
            << sampling.vertical << " at " << used;
        EXPECT_LT(mean_difference(samples, expected), 0.1);
      }
    }
  }
}

TEST(JpegTest, GrayComesAsOnePlane) {
  const EncodedBytes bytes = encode_jpeg(photo_like({100, 75}, 1, 2));
  TestDecode decode{bytes};
  const auto image = decode.decode_to(100);
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->layout, PixelLayout::kGray8);
  EXPECT_LE(largest_difference(visible_samples(*image), testing::reference_planes(bytes, 8)),
            kRounding);
}

TEST(JpegTest, RgbFilesKeepTheirPixels) {
  const auto picture = photo_like({90, 70}, 3, 3);
  const EncodedBytes bytes = encode_jpeg(picture, {.quality = 95, .space = JpegSpace::kRgb});
  TestDecode decode{bytes};
  ASSERT_TRUE(decode.info().has_value());
  EXPECT_EQ(decode.info()->jpeg.color, JpegColor::kRgb);
  const auto image = decode.decode_to(90);
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->layout, PixelLayout::kRgb8);
  EXPECT_EQ(visible_samples(*image), testing::reference_rgb(bytes, 8).pixels);
}

// Planes of two sizes were handed on, and then refused by the resize.
TEST(JpegTest, ChromaOfTwoSamplingsComesAsRgb) {
  const EncodedBytes bytes =
      encode_jpeg(photo_like({90, 70}, 3, 3), {.quality = 95, .blue_horizontal = 2});
  TestDecode decode{bytes};
  const auto image = decode.decode_to(90);
  ASSERT_TRUE(image.has_value()) << to_string(image.error());
  EXPECT_EQ(image->layout, PixelLayout::kRgb8);
  EXPECT_EQ(visible_samples(*image), testing::reference_rgb(bytes, 8).pixels);
}

// Inks written as Adobe does (255: none) must come back as the light they let through.
TEST(JpegTest, CmykBecomesRgbInBothOfItsForms) {
  auto inks = photo_like({80, 60}, 4, 4);
  std::vector<std::uint8_t> expected;
  for (std::size_t at = 0; at < inks.pixels.size(); at += 4) {
    inks.pixels[at + 3] = 200;
    for (std::size_t channel = 0; channel < 3; ++channel) {
      expected.push_back(static_cast<std::uint8_t>(inks.pixels[at + channel] * 200 / 255));
    }
  }
  for (const JpegSpace space : {JpegSpace::kCmyk, JpegSpace::kYcck}) {
    const EncodedBytes bytes =
        encode_jpeg(inks, {.quality = 97, .horizontal = 1, .vertical = 1, .space = space});
    TestDecode decode{bytes};
    const auto image = decode.decode_to(80);
    ASSERT_TRUE(image.has_value()) << to_string(image.error());
    EXPECT_EQ(image->layout, PixelLayout::kRgb8);
    // Quantisation at quality 97 moves samples by a few levels.
    EXPECT_LT(testing::mean_difference(visible_samples(*image), expected), 4.0);
  }
}

TEST(JpegTest, ScaledDecodeIsCloseToABoxOfTheFullDecode) {
  const auto picture = photo_like({256, 192}, 1, 5);
  const EncodedBytes bytes = encode_jpeg(picture, {.quality = 95});
  TestDecode decode{bytes};
  const auto full = decode.decode_to(256);
  ASSERT_TRUE(full.has_value());
  for (const int factor : {2, 4, 8}) {
    const auto small = decode.decode_to(256 / static_cast<std::uint32_t>(factor));
    ASSERT_TRUE(small.has_value());
    std::vector<std::uint8_t> boxes;
    const auto side = static_cast<std::uint32_t>(factor);
    for (std::uint32_t y = 0; y < 192 / side; ++y) {
      for (std::uint32_t x = 0; x < 256 / side; ++x) {
        std::uint32_t sum = 0;
        for (std::uint32_t at = 0; at < side * side; ++at) {
          sum += full->planes[0].row(y * side + at / side)[x * side + at % side];
        }
        boxes.push_back(static_cast<std::uint8_t>((sum + side * side / 2) / (side * side)));
      }
    }
    // Means of samples that were rounded and clamped, against means rounded once.
    EXPECT_LT(testing::mean_difference(visible_samples(*small), boxes), 0.6);
  }
}

TEST(JpegTest, PlanTakesTheSmallestScaleThatCovers) {
  const EncodedBytes bytes = encode_jpeg(photo_like({800, 600}, 3, 6));
  TestDecode decode{bytes};
  const auto scale_for = [&](std::uint32_t side) {
    const ViewSpec view{.longest_side = side, .layout = ViewLayout::kRgb8};
    return plan(*decode.info(), {&view, 1}, testing::kTestBudget)->jpeg_scale;
  };
  EXPECT_EQ(scale_for(1), 1);
  EXPECT_EQ(scale_for(100), 1);
  EXPECT_EQ(scale_for(101), 2);
  EXPECT_EQ(scale_for(300), 3);
  EXPECT_EQ(scale_for(400), 4);
  EXPECT_EQ(scale_for(401), 8);  // 5/8 to 7/8 cost more than all of it
  EXPECT_EQ(scale_for(800), 8);
  EXPECT_EQ(scale_for(5000), 8);
}

TEST(JpegTest, PlanFallsBackToWhatTheBudgetAllows) {
  const EncodedBytes bytes = encode_jpeg(photo_like({1600, 1200}, 3, 7));
  TestDecode decode{bytes};
  const ViewSpec view{.longest_side = 1600, .layout = ViewLayout::kRgb8};
  const auto full = plan(*decode.info(), {&view, 1}, testing::kTestBudget);
  ASSERT_TRUE(full.has_value());
  const auto smaller = plan(*decode.info(), {&view, 1}, full->peak_bytes - Bytes{1});
  ASSERT_TRUE(smaller.has_value());
  EXPECT_FALSE(smaller->covers_views);
  EXPECT_LT(smaller->peak_bytes, full->peak_bytes);
  const auto refused = plan(*decode.info(), {&view, 1}, kKiB);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kBudgetExceeded);
}

// Every variant at every scale: what the budget and the heap saw is within the prediction, and the
// prediction is not wildly above it.
TEST(JpegTest, PredictedPeakHoldsForEveryPlan) {
  const auto color = photo_like({611, 407}, 3, 8);
  const std::vector<EncodedBytes> files{
      encode_jpeg(color),
      encode_jpeg(color, {.horizontal = 1, .vertical = 1}),
      encode_jpeg(color, {.horizontal = 4, .vertical = 1}),
      encode_jpeg(color, {.script = JpegScript::kProgressive}),
      encode_jpeg(color, {.script = JpegScript::kSeparateScans}),
      encode_jpeg(color, {.space = JpegSpace::kRgb}),
      encode_jpeg(color, {.arithmetic = true}),
      encode_jpeg(photo_like({611, 407}, 1, 8)),
      encode_jpeg(photo_like({611, 407}, 4, 8), {.space = JpegSpace::kCmyk}),
      encode_jpeg(photo_like({611, 407}, 4, 8), {.space = JpegSpace::kYcck})};
  for (const EncodedBytes& bytes : files) {
    for (int scale = 1; scale <= 8; ++scale) {
      TestDecode decode{bytes};
      const Bytes before = decode.budget().used();
      std::size_t heap = 0;
      {
        const HeapPeak counter;
        const auto image = decode.decode_to(side_for({611, 407}, scale));
        heap = counter.peak_bytes();
        ASSERT_TRUE(image.has_value()) << to_string(image.error());
        EXPECT_EQ(image->buffer.size(), decode.plan_used().output_bytes.count());
      }
      // The ledger shows the whole reservation; less than 96 KiB of it is heap of libjpeg's own.
      EXPECT_EQ(decode.budget().peak() - before, decode.plan_used().peak_bytes);
      EXPECT_LE(heap, kJpegSessionBytes.count());
    }
  }
}

TEST(JpegTest, ArenaPredictionIsTight) {
  const EncodedBytes bytes = encode_jpeg(photo_like({640, 480}, 3, 9));
  TestDecode decode{bytes};
  ASSERT_TRUE(decode.decode_to(640).has_value());
  // Baseline planes: no row buffers, no coefficients.
  EXPECT_LE(decode.plan_used().peak_bytes - decode.plan_used().output_bytes, kKiB * 160);
}

TEST(JpegTest, TruncationAtEveryByteIsTruncatedOrWhole) {
  for (const JpegScript script : {JpegScript::kBaseline, JpegScript::kProgressive}) {
    const EncodedBytes bytes = encode_jpeg(photo_like({40, 24}, 3, 10), {.script = script});
    TestDecode whole{bytes};
    const auto expected = visible_samples(*whole.decode_to(40));
    for (std::size_t size = 3; size < bytes.size(); ++size) {
      TestDecode decode{std::span{bytes}.first(size)};
      const auto image = decode.decode_to(40);
      if (image.has_value()) {
        // Only end marker and padding are gone.
        EXPECT_GE(size + 3, bytes.size());
        EXPECT_LE(largest_difference(visible_samples(*image), expected), kRounding);
        EXPECT_EQ(script, JpegScript::kBaseline);
      } else {
        EXPECT_EQ(image.error().code, ErrorCode::kTruncated) << size << to_string(image.error());
      }
    }
  }
}

TEST(JpegTest, KeepTruncatedReportsTheShareThatWasThere) {
  const auto picture = photo_like({64, 512}, 1, 11);
  const EncodedBytes bytes = encode_jpeg(picture);
  const auto expected = testing::reference_planes(bytes, 8);
  TestDecode decode{std::span{bytes}.first(bytes.size() / 2)};
  const auto kept = decode.decode_to(512, {.keep_truncated_percent = 30});
  ASSERT_TRUE(kept.has_value()) << to_string(kept.error());
  EXPECT_GT(kept->complete, 0.35F);
  EXPECT_LT(kept->complete, 0.65F);
  const auto rows = static_cast<std::size_t>(kept->complete * 512.0F);
  const auto samples = visible_samples(*kept);
  EXPECT_TRUE(std::equal(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(rows * 64),
                         expected.begin()));
  const auto refused = decode.decode_to(512, {.keep_truncated_percent = 80});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kTruncated);
}

TEST(JpegTest, KeepTruncatedProgressiveCountsScans) {
  const EncodedBytes bytes =
      encode_jpeg(photo_like({128, 128}, 3, 12), {.script = JpegScript::kProgressive});
  float last = 0;
  for (const std::size_t percent : {20U, 50U, 80U, 95U}) {
    TestDecode decode{std::span{bytes}.first(bytes.size() * percent / 100)};
    const auto kept = decode.decode_to(128, {.keep_truncated_percent = 0});
    ASSERT_TRUE(kept.has_value()) << percent << to_string(kept.error());
    EXPECT_GE(kept->complete, last);
    EXPECT_LT(kept->complete, 1.0F);
    last = kept->complete;
  }
  EXPECT_GT(last, 0.6F);
}

// Whatever the bits say: an answer, no crash, no leak into the budget. Sanitizer builds see more.
TEST(JpegTest, FlippedBitsNeverDoMoreThanFail) {
  std::minstd_rand random{20};
  for (const JpegScript script :
       {JpegScript::kBaseline, JpegScript::kProgressive, JpegScript::kSeparateScans}) {
    const EncodedBytes original = encode_jpeg(photo_like({48, 40}, 3, 13), {.script = script});
    for (int round = 0; round < 3400; ++round) {
      EncodedBytes bytes = original;
      for (int flips = 0; flips < 1 + round % 4; ++flips) {
        bytes[2 + random() % (bytes.size() - 2)] ^= static_cast<std::byte>(1U << random() % 8);
      }
      TestDecode decode{bytes, kMiB * 64};
      const auto side = static_cast<std::uint32_t>(6 + round % 43);
      const DecodeOptions options{.keep_truncated_percent = round % 2 == 0 ? 100.0F : 10.0F};
      (void)decode.decode_to(side, options);
    }
  }
}

TEST(JpegTest, HeaderClaimsAreChecked) {
  const EncodedBytes original = encode_jpeg(photo_like({16, 16}, 3, 14));
  const auto with_size = [&original](unsigned width, unsigned height) {
    EncodedBytes bytes = original;
    for (std::size_t at = 0; at + 9 < bytes.size(); ++at) {
      if (bytes[at] == std::byte{0xFF} && bytes[at + 1] == std::byte{0xC0}) {
        bytes[at + 5] = static_cast<std::byte>(height >> 8U);
        bytes[at + 6] = static_cast<std::byte>(height);
        bytes[at + 7] = static_cast<std::byte>(width >> 8U);
        bytes[at + 8] = static_cast<std::byte>(width);
        break;
      }
    }
    return bytes;
  };
  EXPECT_EQ(TestDecode{with_size(65500, 65500)}.info().error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(TestDecode{with_size(65535, 10)}.info().error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(TestDecode{with_size(0, 16)}.info().error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(TestDecode{with_size(16, 0)}.info().error().code, ErrorCode::kCorrupt);
  // Claims more than there is: the data ends early, and no more than the plan is taken.
  TestDecode large{with_size(16000, 16000)};
  const auto image = large.decode_to(512);
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(image.error().code, ErrorCode::kTruncated);
}

// libjpeg takes over the component count of a second frame header before it refuses the file.
TEST(JpegTest, SecondFrameHeaderBetweenScansIsCorrupt) {
  const EncodedBytes original =
      encode_jpeg(photo_like({32, 32}, 1, 17), {.script = JpegScript::kProgressive});
  EncodedBytes second = testing::bytes_of(std::string{"\xFF\xC2\0\x11\x08\0\x20\0\x20\3", 10});
  second.insert(second.end(), 9, std::byte{0x11});
  EncodedBytes bytes{original.begin(), original.end() - 2};
  bytes.insert(bytes.end(), second.begin(), second.end());
  bytes.insert(bytes.end(), original.end() - 2, original.end());
  TestDecode decode{bytes};
  for (const float percent : {100.0F, 1.0F}) {
    const auto image = decode.decode_to(32, {.keep_truncated_percent = percent});
    ASSERT_FALSE(image.has_value());
    EXPECT_EQ(image.error().code, ErrorCode::kCorrupt);
  }
}

TEST(JpegTest, TooManyScansAreRefused) {
  const EncodedBytes original =
      encode_jpeg(photo_like({16, 16}, 1, 15), {.script = JpegScript::kDcRefined});
  // Repeats the last scan before the end marker.
  std::size_t scan = 0;
  for (std::size_t at = 0; at + 1 < original.size(); ++at) {
    if (original[at] == std::byte{0xFF} && original[at + 1] == std::byte{0xDA}) {
      scan = at;
    }
  }
  const EncodedBytes last{original.begin() + static_cast<std::ptrdiff_t>(scan), original.end() - 2};
  EncodedBytes bytes{original.begin(), original.end() - 2};
  for (int repeat = 0; repeat < 200; ++repeat) {
    bytes.insert(bytes.end(), last.begin(), last.end());
  }
  bytes.insert(bytes.end(), original.end() - 2, original.end());
  TestDecode decode{bytes};
  const auto image = decode.decode_to(16);
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(image.error().code, ErrorCode::kTooLarge);
}

TEST(JpegTest, RestartMarkersAndArithmeticCodingAreRead) {
  const auto picture = photo_like({120, 90}, 3, 16);
  for (const JpegOptions& options :
       {JpegOptions{.restart_rows = 1}, JpegOptions{.arithmetic = true},
        JpegOptions{.script = JpegScript::kProgressive, .arithmetic = true}}) {
    const EncodedBytes bytes = encode_jpeg(picture, options);
    TestDecode decode{bytes};
    const auto image = decode.decode_to(120);
    ASSERT_TRUE(image.has_value()) << to_string(image.error());
    EXPECT_LE(largest_difference(visible_samples(*image), testing::reference_planes(bytes, 8)),
              kRounding);
  }
}

}  // namespace
}  // namespace albumen
