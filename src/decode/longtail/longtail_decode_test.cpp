// SPDX-License-Identifier: Apache-2.0
// The whole way of the formats that albumen-longtail reads, with pictures that libvips wrote
// (programs/longtail/testing/maker.cpp). Where it was not built, only what happens without it.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "decode/decoder.h"
#include "decode/longtail.h"
#include "decode/testing/test_pictures.h"

namespace albumen {
namespace {

using ::testing::HasSubstr;

constexpr Bytes kBudget = kMiB * 512;

Result<ImageInfo> probe_bytes(std::span<const std::byte> bytes, const DecodeOptions& options) {
  Budget budget{kBudget};
  return probe(testing::as_image(budget, bytes), options);
}

TEST(LongtailDecodeTest, WithoutTheProgramItsFormatsAreUnsupported) {
  constexpr std::string_view kGif = "GIF89a\x01\x00\x01\x00 and so on";
  const auto bytes = std::as_bytes(std::span{kGif});
  const auto none = probe_bytes(bytes, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(none.error().message, HasSubstr("GIF is not decoded without albumen-longtail"));
  LongtailDecoder missing{{.program = "/no/such/albumen-longtail"}};
  const auto not_there = probe_bytes(bytes, {.longtail = &missing});
  ASSERT_FALSE(not_there);
  EXPECT_EQ(not_there.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(not_there.error().message, HasSubstr("/no/such/albumen-longtail"));
}

TEST(LongtailDecodeTest, ManyThreadsShareFewChildren) {
  constexpr std::string_view kGif = "GIF89a: any bytes are an honest picture to the stand-in";
  const auto bytes = std::as_bytes(std::span{kGif});
  LongtailDecoder decoder{{.program = LONGTAIL_ROGUE, .processes = 2}};
  constexpr int kThreads = 6;
  constexpr int kEach = 20;
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> threads;
    for (int index = 0; index < kThreads; ++index) {
      threads.emplace_back([&] {
        for (int round = 0; round < kEach; ++round) {
          const auto info = probe_bytes(bytes, {.longtail = &decoder});
          done += info && info->stored_size == Size{.width = 5, .height = 3} ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(done, kThreads * kEach);
}

#ifdef LONGTAIL_PROGRAM

std::vector<std::byte> made(std::string_view format, std::string_view kind, Size size) {
  const std::string command =
      fmt::format("{} '{}' {} {} {}", LONGTAIL_MAKER, format, kind, size.width, size.height);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe{::popen(command.c_str(), "re"),
                                                             ::pclose};
  std::vector<std::byte> bytes;
  std::array<std::byte, 4096> block{};
  while (const std::size_t got = std::fread(block.data(), 1, block.size(), pipe.get())) {
    bytes.insert(bytes.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got));
  }
  return bytes;
}

constexpr Size kSize{.width = 301, .height = 203};

/// Tolerance: what the format's losses may add to a step of a gradient.
struct FormatCase {
  ContentType type;
  std::string_view format;
  int tolerance;
};

constexpr std::array kCases{FormatCase{ContentType::kTiff, ".tif", 1},
                            FormatCase{ContentType::kTiff, ".tif[compression=lzw]", 1},
                            FormatCase{ContentType::kTiff, ".tif[compression=deflate,tile]", 1},
                            FormatCase{ContentType::kTiff, ".tif[compression=jpeg,Q=95]", 6},
                            FormatCase{ContentType::kGif, ".gif", 30},
                            FormatCase{ContentType::kBmp, ".bmp", 1},
                            FormatCase{ContentType::kHeif, ".heic[Q=90]", 6},
                            FormatCase{ContentType::kAvif, ".avif[Q=90,effort=0]", 6},
                            FormatCase{ContentType::kJpegXl, ".jxl[Q=95]", 10},
                            FormatCase{ContentType::kJpeg2000, ".jp2[lossless]", 1},
                            FormatCase{ContentType::kPsd, ".psd", 1},
                            FormatCase{ContentType::kNetpbm, ".ppm", 1},
                            FormatCase{ContentType::kRaw, ".dng", 3}};

class LongtailRealTest : public ::testing::Test {
 protected:
  // Through probe, plan and decode, in exactly the planned memory.
  Result<DecodedImage> decode_to(std::span<const std::byte> bytes, std::uint32_t longest_side) {
    encoded_ = testing::as_image(budget_, bytes);
    info_ = TRY(probe(encoded_, options_));
    const ViewSpec view{.longest_side = longest_side, .layout = ViewLayout::kDecoded};
    const DecodePlan plan = TRY(albumen::plan(info_, {&view, 1}, budget_.limit(), options_));
    Reservation job = TRY(budget_.try_reserve(MemoryTag::kOther, plan.peak_bytes));
    return decode(encoded_, info_, plan, options_, job);
  }

  // The gradients of the maker: red to the right, green downwards, blue steady.
  static void expect_gradients(const DecodedImage& image, int tolerance) {
    const ImageView& pixels = image.planes[0];
    for (std::uint32_t y = 2; y + 2 < pixels.height(); y += 7) {
      const auto row = pixels.row(y);
      for (std::uint32_t x = 2; x + 2 < pixels.width(); x += 7) {
        const auto* const pixel = row.data() + x * static_cast<std::size_t>(pixels.channels());
        ASSERT_NEAR(pixel[0], 255.0 * (x + 0.5) / pixels.width(), tolerance + 1) << x << ", " << y;
        ASSERT_NEAR(pixel[1], 255.0 * (y + 0.5) / pixels.height(), tolerance + 1) << x << ", " << y;
        ASSERT_NEAR(pixel[2], 64, tolerance + 1) << x << ", " << y;
      }
    }
  }

  Budget budget_{kBudget};
  LongtailDecoder longtail_{{.program = LONGTAIL_PROGRAM, .processes = 1}};
  DecodeOptions options_{.longtail = &longtail_};
  EncodedImage encoded_;
  ImageInfo info_;
};

TEST_F(LongtailRealTest, EveryFormatOfDebiansLibrariesIsThere) {
  const auto formats = longtail_.formats();
  ASSERT_TRUE(formats) << formats.error().message;
  EXPECT_EQ(formats->size(), 10U);  // with its LibRaw
}

TEST_F(LongtailRealTest, EachFormatGivesItsPixels) {
  for (const FormatCase& one : kCases) {
    SCOPED_TRACE(one.format);
    const auto image = decode_to(made(one.format, "rgb", kSize), 301);
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(info_.type, one.type);
    EXPECT_EQ(info_.stored_size, kSize);
    EXPECT_EQ(image->stored_size, kSize);
    EXPECT_EQ(image->layout, PixelLayout::kRgb8);
    expect_gradients(*image, one.tolerance);
  }
}

// Of a sequence of pictures nobody was told that it is one.
TEST_F(LongtailRealTest, SequencesSayThatThereIsMore) {
  auto bytes = made(".avif[effort=0]", "rgb", kSize);
  EXPECT_FALSE(probe_bytes(bytes, options_).value().has_more_frames);
  bytes.at(11) = std::byte{'s'};  // the major brand: avis
  const auto info = probe_bytes(bytes, options_);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_TRUE(info->has_more_frames);
  // Sizes that a JPEG 2000 can be decoded at are not pages.
  EXPECT_FALSE(probe_bytes(made(".jp2", "rgb", kSize), options_).value().has_more_frames);
}

// Only turns were taken from LibRaw: a mirrored RAW came as it was stored.
TEST_F(LongtailRealTest, ARawSaysHowItLies) {
  const auto upright = made(".dng", "rgb", kSize);
  // SamplesPerPixel, which is 1 where nothing is said, makes room for an orientation.
  constexpr std::array kSamples{std::byte{0x15}, std::byte{0x01}, std::byte{0x03}, std::byte{0x00}};
  const auto found = std::ranges::search(upright, kSamples);
  ASSERT_FALSE(found.empty());
  const auto at = static_cast<std::size_t>(found.begin() - upright.begin());
  for (std::uint8_t orientation = 1; orientation <= 8; ++orientation) {
    auto bytes = upright;
    bytes[at] = std::byte{0x12};
    bytes[at + 8] = std::byte{orientation};
    const auto info = probe_bytes(bytes, options_);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->orientation, orientation_from_exif(orientation));
    EXPECT_EQ(info->stored_size, kSize);
  }
}

TEST_F(LongtailRealTest, SmallViewsGetSmallPictures) {
  for (const FormatCase& one : kCases) {
    SCOPED_TRACE(one.format);
    const auto image = decode_to(made(one.format, "rgb", kSize), 100);
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(image->stored_size, (Size{.width = 101, .height = 68}));
    EXPECT_EQ(image->stored_original, kSize);
    expect_gradients(*image, one.tolerance + 3);
  }
}

TEST_F(LongtailRealTest, AlphaStaysStraight) {
  for (const std::string_view format : {".tif", ".gif", ".avif[lossless,effort=0]", ".psd"}) {
    SCOPED_TRACE(format);
    for (const std::uint32_t side : {301U, 100U}) {
      const auto image = decode_to(made(format, "rgba", kSize), side);
      ASSERT_TRUE(image) << image.error().message;
      ASSERT_EQ(image->layout, PixelLayout::kRgba8);
      const auto row = image->planes[0].row(image->planes[0].height() / 2);
      const std::size_t opaque = row.size() / 4 / 4 * 4;
      const std::size_t clear = row.size() / 4 * 3 / 4 * 4;
      EXPECT_EQ(row[opaque + 3], 255);
      EXPECT_NEAR(row[opaque + 2], 64, 12);
      EXPECT_EQ(row[clear + 3], 0);
    }
  }
}

TEST_F(LongtailRealTest, GreyStaysGrey) {
  for (const std::string_view format : {".tif", ".jp2[lossless]", ".pgm", ".jxl[lossless]"}) {
    SCOPED_TRACE(format);
    const auto image = decode_to(made(format, "gray", kSize), 301);
    ASSERT_TRUE(image) << image.error().message;
    ASSERT_EQ(image->layout, PixelLayout::kGray8);
    EXPECT_NEAR(image->planes[0].row(9)[150], 255 / 2, 4);
  }
}

TEST_F(LongtailRealTest, DeepSamplesKeepTheirHighByte) {
  for (const std::string_view format : {".tif", ".jp2[lossless]", ".psd", ".ppm"}) {
    SCOPED_TRACE(format);
    const auto image = decode_to(made(format, "rgb16", kSize), 301);
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(info_.bit_depth, 16);
    expect_gradients(*image, 1);
  }
}

TEST_F(LongtailRealTest, ProfilesAreAppliedAndColoursComeAsSrgb) {
  const auto image = decode_to(made(".tif", "p3", kSize), 301);
  ASSERT_TRUE(image) << image.error().message;
  expect_gradients(*image, 8);  // left alone, they would be off by 50
}

TEST_F(LongtailRealTest, InksBecomeColours) {
  const auto image = decode_to(made(".tif", "cmyk", kSize), 301);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->layout, PixelLayout::kRgb8);
  // Little ink at the top left, much cyan at the top right.
  EXPECT_GT(image->planes[0].row(2)[2 * 3], 180);
  EXPECT_LT(image->planes[0].row(2)[298 * 3], 120);
}

TEST_F(LongtailRealTest, DamageCostsThePictureAlone) {
  for (const FormatCase& one : kCases) {
    SCOPED_TRACE(one.format);
    const auto whole = made(one.format, "rgb", kSize);
    auto cut = whole;
    cut.resize(cut.size() / 2);
    EXPECT_FALSE(decode_to(cut, 301));
    const auto again = decode_to(whole, 301);
    EXPECT_TRUE(again) << again.error().message;
  }
}

TEST_F(LongtailRealTest, AFileThatWantsMoreThanPlannedIsRefused) {
  const auto bytes = made(".psd", "rgb", {.width = 2400, .height = 1800});
  encoded_ = testing::as_image(budget_, bytes);
  auto info = probe(encoded_, options_);
  ASSERT_TRUE(info) << info.error().message;
  const ViewSpec view{.longest_side = 100, .layout = ViewLayout::kDecoded};
  const auto plan = albumen::plan(*info, {&view, 1}, kMiB * 32, options_);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::kBudgetExceeded);
}

#endif

}  // namespace
}  // namespace albumen
