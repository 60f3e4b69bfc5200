// SPDX-License-Identifier: Apache-2.0
#include "encode/webp.h"

#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <span>
#include <vector>
#include <webp/decode.h>

#include "core/error.h"
#include "core/geometry.h"
#include "core/units.h"
#include "encode/testing/impatient_sink.h"
#include "encode/testing/pictures.h"
#include "govern/budget.h"
#include "govern/testing/heap_peak.h"

namespace albumen {
namespace {

using testing::HeapPeak;
using testing::ImpatientSink;
using testing::make_picture;
using testing::Motif;
using testing::Picture;

/// With exactly the memory that was promised, all of which is back afterwards; libwebp takes no
/// more.
std::vector<std::byte> encoded(const Picture& picture, const WebpOptions& options) {
  const Bytes promised = webp_encode_bytes(picture.size, picture.channels, options);
  Budget budget{promised};
  Reservation job = budget.reserve(MemoryTag::kOther, promised, {}).value();
  MemorySink sink;
  const HeapPeak heap;
  const auto done = encode_webp(picture.view(), options, sink, job);
  EXPECT_TRUE(done.has_value()) << to_string(done.error());
  EXPECT_EQ(job.size(), promised);
  if (HeapPeak::works()) {
    // The sink's own copies of the file pass through the same heap.
    EXPECT_LE(heap.peak_bytes(), promised.count() + (3 * sink.bytes().size()));
  }
  return sink.take();
}

std::vector<std::uint8_t> decoded(const std::vector<std::byte>& file, Size expected, int channels) {
  const auto* const data = reinterpret_cast<const std::uint8_t*>(file.data());
  WebPBitstreamFeatures features;
  EXPECT_EQ(WebPGetFeatures(data, file.size(), &features), VP8_STATUS_OK);
  EXPECT_EQ(features.width, static_cast<int>(expected.width));
  EXPECT_EQ(features.height, static_cast<int>(expected.height));
  const int stride = features.width * channels;
  std::vector<std::uint8_t> out(static_cast<std::size_t>(stride) * expected.height);
  const auto* const end =
      channels == 4 ? WebPDecodeRGBAInto(data, file.size(), out.data(), out.size(), stride)
                    : WebPDecodeRGBInto(data, file.size(), out.data(), out.size(), stride);
  EXPECT_NE(end, nullptr);
  return out;
}

TEST(WebpTest, LosslessKeepsEverySample) {
  for (const Motif motif : testing::kAllMotifs) {
    for (const int channels : {3, 4}) {
      for (const Size size : {Size{.width = 1, .height = 1}, Size{.width = 250, .height = 3},
                              Size{.width = 199, .height = 120}}) {
        const Picture picture = make_picture(motif, size, channels, 9);
        const auto file = encoded(picture, {.coding = WebpCoding::kLossless});
        EXPECT_TRUE(decoded(file, size, channels) == picture.samples());
      }
    }
  }
}

TEST(WebpTest, LossyComesCloserAndGrowsWithItsQuality) {
  const Size size{.width = 400, .height = 300};
  for (const int channels : {3, 4}) {
    const Picture picture = make_picture(Motif::kPhoto, size, channels);
    std::size_t size_before = 0;
    double psnr_before = 25;
    for (const int quality : {20, 60, 90}) {
      const auto file = encoded(picture, {.quality = quality});
      const double psnr = testing::psnr(decoded(file, size, channels), picture.samples());
      EXPECT_GT(psnr, psnr_before);
      EXPECT_GT(file.size(), size_before);
      psnr_before = psnr;
      size_before = file.size();
    }
  }
}

TEST(WebpTest, LossyKeepsAlphaExactly) {
  const Size size{.width = 120, .height = 90};
  const Picture picture = make_picture(Motif::kPhoto, size, 4);
  const auto before = picture.samples();
  const auto after = decoded(encoded(picture, {.quality = 30}), size, 4);
  for (std::size_t i = 3; i < before.size(); i += 4) {
    ASSERT_EQ(before[i], after[i]);
  }
}

TEST(WebpTest, LargePicturesOfNoiseKeepToThePromisedMemory) {
  const Size size{.width = 1500, .height = 1000};
  for (const WebpCoding coding : {WebpCoding::kLossy, WebpCoding::kLossless}) {
    for (const int channels : {3, 4}) {
      for (const Motif motif : {Motif::kNoise, Motif::kPhoto}) {
        encoded(make_picture(motif, size, channels), {.coding = coding, .quality = 100});
      }
    }
  }
}

// libwebp writes when all is encoded: a stop of a large picture waited for that.
TEST(WebpTest, SinkCanEndItBeforeAnythingIsWritten) {
  const Picture rgb = make_picture(Motif::kFlat, {.width = 200, .height = 200}, 3);
  for (const WebpCoding coding : {WebpCoding::kLossy, WebpCoding::kLossless}) {
    const Bytes promised = webp_encode_bytes(rgb.size, rgb.channels, {.coding = coding});
    Budget budget{promised};
    Reservation job = budget.reserve(MemoryTag::kOther, promised, {}).value();
    ImpatientSink sink;
    EXPECT_EQ(encode_webp(rgb.view(), {.coding = coding}, sink, job).error().code,
              ErrorCode::kCancelled);
    EXPECT_EQ(sink.written, 0U);
    EXPECT_EQ(job.size(), promised);
  }
}

TEST(WebpTest, RefusesWhatItCannotWriteAndPassesOnTheSinksError) {
  Budget budget{kMiB * 64};
  Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 64, {}).value();
  MemorySink none{Bytes{0}};
  const Picture rgb = make_picture(Motif::kFlat, {.width = 4, .height = 4}, 3);
  const Picture gray = make_picture(Motif::kFlat, {.width = 4, .height = 4}, 1);
  const Picture wide = make_picture(Motif::kFlat, {.width = 16384, .height = 1}, 3);
  EXPECT_EQ(encode_webp(gray.view(), {}, none, job).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(encode_webp(ImageView{}, {}, none, job).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(encode_webp(rgb.view(), {.quality = 101}, none, job).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(encode_webp(rgb.view(), {.quality = -1}, none, job).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(encode_webp(wide.view(), {}, none, job).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(encode_webp(rgb.view(), {}, none, job).error().code, ErrorCode::kBudgetExceeded);
  EXPECT_EQ(job.size(), kMiB * 64);
}

}  // namespace
}  // namespace albumen
