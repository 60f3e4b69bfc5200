// SPDX-License-Identifier: Apache-2.0
#include "encode/jpeg.h"

#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/geometry.h"
#include "core/units.h"
#include "encode/testing/pictures.h"
#include "encode/testing/plain_jpeg.h"
#include "govern/budget.h"

namespace albumen {
namespace {

using testing::make_picture;
using testing::Motif;
using testing::Picture;

/// With exactly the memory that was predicted, all of which is back afterwards.
std::vector<std::byte> encoded(const Picture& picture, const JpegOptions& options) {
  const Bytes predicted = jpeg_encode_bytes(picture.size, picture.channels, options);
  Budget budget{predicted};
  Reservation job = budget.reserve(MemoryTag::kOther, predicted, {}).value();
  MemorySink sink;
  const auto done = encode_jpeg(picture.view(), options, sink, job);
  EXPECT_TRUE(done.has_value()) << to_string(done.error());
  EXPECT_EQ(job.size(), predicted);
  return sink.take();
}

TEST(JpegTest, EqualsWhatLibjpegItselfWrites) {
  for (const int channels : {1, 3}) {
    for (const JpegSampling sampling : {JpegSampling::k420, JpegSampling::k444}) {
      for (const int quality : {1, 50, 85, 100}) {
        const Picture picture =
            make_picture(Motif::kPhoto, {.width = 203, .height = 117}, channels, 5);
        const auto file = encoded(picture, {.quality = quality, .sampling = sampling});
        EXPECT_TRUE(file ==
                    testing::write_plain_jpeg(
                        picture, {.quality = quality,
                                  .luma_factor = sampling == JpegSampling::k420 ? 22 : 11}));
      }
    }
  }
}

TEST(JpegTest, OptimisedCodesKeepTheCoefficientsInFewerBytes) {
  for (const int channels : {1, 3}) {
    const Picture picture = make_picture(Motif::kPhoto, {.width = 333, .height = 222}, channels);
    const auto plain = encoded(picture, {});
    const auto optimised = encoded(picture, {.codes = JpegCodes::kOptimised});
    EXPECT_LT(optimised.size(), plain.size());
    EXPECT_TRUE(testing::read_plain_jpeg(optimised).coefficients ==
                testing::read_plain_jpeg(plain).coefficients);
  }
}

TEST(JpegTest, EverySizeFitsItsPrediction) {
  for (const JpegCodes codes : {JpegCodes::kStandard, JpegCodes::kOptimised}) {
    for (const JpegSampling sampling : {JpegSampling::k420, JpegSampling::k444}) {
      for (const int channels : {1, 3}) {
        for (const Size size :
             {Size{.width = 1, .height = 1}, Size{.width = 1, .height = 900},
              Size{.width = 3000, .height = 2}, Size{.width = 17, .height = 33},
              Size{.width = 65500, .height = 1}, Size{.width = 64, .height = 64}}) {
          const auto file = encoded(make_picture(Motif::kNoise, size, channels),
                                    {.quality = 100, .sampling = sampling, .codes = codes});
          EXPECT_EQ(testing::read_plain_jpeg(file).size, size);
        }
      }
    }
  }
}

TEST(JpegTest, MemoryDoesNotGrowWithTheHeightUnlessCodesAreOptimised) {
  const Size low{.width = 1000, .height = 8};
  const Size high{.width = 1000, .height = 60000};
  EXPECT_EQ(jpeg_encode_bytes(low, 3, {}), jpeg_encode_bytes(high, 3, {}));
  EXPECT_LT(jpeg_encode_bytes(high, 3, {}), kMiB);
  EXPECT_GT(jpeg_encode_bytes(high, 3, {.codes = JpegCodes::kOptimised}), kMiB * 100);
}

ErrorCode code_of(const Picture& picture, const JpegOptions& options) {
  Budget budget{kMiB * 8};
  Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 8, {}).value();
  MemorySink sink;
  const auto done = encode_jpeg(picture.view(), options, sink, job);
  EXPECT_FALSE(done.has_value());
  EXPECT_TRUE(sink.bytes().empty());
  return done.error().code;
}

TEST(JpegTest, RefusesWhatItCannotWrite) {
  const Size size{.width = 4, .height = 4};
  const Picture rgb = make_picture(Motif::kFlat, size, 3);
  EXPECT_EQ(code_of(rgb, {.quality = 0}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(rgb, {.quality = 101}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(make_picture(Motif::kFlat, size, 4), {}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(make_picture(Motif::kFlat, size, 2), {}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(Picture{}, {}), ErrorCode::kInvalidArgument);
  const Picture wide = make_picture(Motif::kFlat, {.width = 65501, .height = 1}, 1);
  EXPECT_EQ(code_of(wide, {}), ErrorCode::kTooLarge);
}

TEST(JpegTest, TheErrorOfASinkComesThrough) {
  const Picture noise = make_picture(Motif::kNoise, {.width = 300, .height = 300}, 3);
  for (const std::uint64_t limit : {0U, 100U, 33000U, 100000U}) {
    Budget budget{kMiB * 8};
    Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 8, {}).value();
    MemorySink sink{Bytes{limit}};
    const auto done = encode_jpeg(noise.view(), {.quality = 100}, sink, job);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, ErrorCode::kBudgetExceeded);
    EXPECT_NE(done.error().message.find("set aside"), std::string::npos) << done.error().message;
  }
}

}  // namespace
}  // namespace albumen
