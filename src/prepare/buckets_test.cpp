// SPDX-License-Identifier: Apache-2.0
#include "prepare/buckets.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "core/error.h"
#include "core/geometry.h"
#include "core/units.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;

constexpr Size size(std::uint32_t width, std::uint32_t height) {
  return {.width = width, .height = height};
}

constexpr PixelCount square(std::uint64_t side) { return PixelCount{side * side}; }

TEST(BucketsTest, AreThoseThatTrainersOf512Use) {
  const auto buckets =
      make_buckets({.area = square(512), .step = 64, .shortest_side = 256, .longest_side = 1024});
  ASSERT_TRUE(buckets.has_value());
  EXPECT_THAT(*buckets, ElementsAre(size(256, 832), size(256, 896), size(256, 960), size(256, 1024),
                                    size(320, 704), size(320, 768), size(384, 640), size(448, 576),
                                    size(512, 512), size(576, 448), size(640, 384), size(704, 320),
                                    size(768, 320), size(832, 256), size(896, 256), size(960, 256),
                                    size(1024, 256)));
}

TEST(BucketsTest, AreThoseThatTrainersOf1024Use) {
  const auto buckets = make_buckets({});
  ASSERT_TRUE(buckets.has_value());
  for (const Size bucket : {size(1024, 1024), size(832, 1216), size(1216, 832), size(896, 1152),
                            size(1152, 896), size(768, 1344), size(1344, 768), size(640, 1600),
                            size(1536, 640), size(512, 2048), size(2048, 512)}) {
    EXPECT_THAT(*buckets, ::testing::Contains(bucket));
  }
  for (const Size bucket : *buckets) {
    EXPECT_LE(bucket.pixels(), PixelCount{1024 * 1024});
    EXPECT_EQ(bucket.width % 64, 0U);
    EXPECT_EQ(bucket.height % 64, 0U);
    EXPECT_GE(std::min(bucket.width, bucket.height), 256U);
    EXPECT_LE(bucket.longest_side(), 2048U);
    EXPECT_THAT(*buckets, ::testing::Contains(bucket.transposed()));
  }
}

TEST(BucketsTest, ChooseTheNearestShape) {
  const std::vector<Size> buckets = make_buckets({}).value();
  EXPECT_EQ(choose_bucket(buckets, size(4000, 4000)), size(1024, 1024));
  EXPECT_EQ(choose_bucket(buckets, size(4000, 3000)), size(1152, 896));
  EXPECT_EQ(choose_bucket(buckets, size(3000, 2000)), size(1216, 832));
  EXPECT_EQ(choose_bucket(buckets, size(1920, 1080)), size(1344, 768));
  EXPECT_EQ(choose_bucket(buckets, size(60'000, 1)), size(2048, 256));
  EXPECT_EQ(choose_bucket(buckets, size(1, 60'000)), size(256, 2048));
  for (const Size bucket : buckets) {
    EXPECT_EQ(choose_bucket(buckets, bucket), bucket);
  }
}

TEST(BucketsTest, ChooseLikeTheSlowWay) {
  const std::vector<Size> buckets = make_buckets({}).value();
  const auto error = [](Size picture, Size bucket) {
    return std::abs((static_cast<double>(picture.width) / picture.height) -
                    (static_cast<double>(bucket.width) / bucket.height));
  };
  std::mt19937 random{1};
  for (int round = 0; round < 2000; ++round) {
    const Size picture = size(1 + static_cast<std::uint32_t>(random() % 65'000),
                              1 + static_cast<std::uint32_t>(random() % 65'000));
    const Size chosen = choose_bucket(buckets, picture);
    for (const Size bucket : buckets) {
      EXPECT_LE(error(picture, chosen), error(picture, bucket) + 1e-9);
    }
  }
}

// The widths went up from the shortest side itself: those around 1000 were 250, 314, 378.
TEST(BucketsTest, HaveSidesThatAreMultiplesWhateverTheLimits) {
  const auto buckets =
      make_buckets({.area = square(1000), .shortest_side = 250, .longest_side = 2000});
  ASSERT_TRUE(buckets.has_value());
  EXPECT_THAT(*buckets, ::testing::Contains(size(960, 960)));
  for (const Size bucket : *buckets) {
    EXPECT_EQ(bucket.width % 64, 0U);
    EXPECT_EQ(bucket.height % 64, 0U);
    EXPECT_GE(std::min(bucket.width, bucket.height), 256U);
    EXPECT_LE(bucket.longest_side(), 1984U);
    EXPECT_LE(bucket.pixels(), square(1000));
  }
}

// A picture smaller than its bucket was cut to the bucket's shape, and had sides of no multiple.
TEST(BucketsTest, WithoutEnlargingASmallPictureGetsMultiplesToo) {
  const BucketSpec spec{.area = square(512), .shortest_side = 128, .longest_side = 1024};
  const std::vector<Size> buckets = make_buckets(spec).value();
  const auto within = [&](Size picture) { return choose_bucket_within(buckets, spec, picture); };
  EXPECT_EQ(within(size(4000, 3000)), choose_bucket(buckets, size(4000, 3000)));
  EXPECT_EQ(within(size(512, 512)), size(512, 512));
  EXPECT_EQ(within(size(500, 500)), size(448, 448));
  EXPECT_EQ(within(size(400, 200)), size(384, 192));
  EXPECT_EQ(within(size(3000, 100)), size(1024, 64));
  EXPECT_EQ(within(size(64, 127)), size(64, 64));
  EXPECT_EQ(within(size(63, 127)), size(63, 64));
  EXPECT_EQ(within(size(3, 1)), size(3, 1));
}

TEST(BucketsTest, WithoutEnlargingNothingIsLargerThanThePictureOrTheArea) {
  std::mt19937 random{2};
  for (const std::uint32_t step : {1U, 8U, 64U, 200U}) {
    const BucketSpec spec{
        .area = PixelCount{600 * 400}, .step = step, .shortest_side = 200, .longest_side = 900};
    const std::vector<Size> buckets = make_buckets(spec).value();
    for (int round = 0; round < 2000; ++round) {
      const Size picture = size(1 + static_cast<std::uint32_t>(random() % 1500),
                                1 + static_cast<std::uint32_t>(random() % 1500));
      const Size chosen = choose_bucket_within(buckets, spec, picture);
      EXPECT_LE(chosen.width, picture.width);
      EXPECT_LE(chosen.height, picture.height);
      EXPECT_LE(chosen.pixels(), spec.area);
      EXPECT_TRUE(chosen.width % step == 0 || chosen.width == picture.width);
      EXPECT_TRUE(chosen.height % step == 0 || chosen.height == picture.height);
      EXPECT_EQ(chosen.width % step == 0, picture.width >= step);
      EXPECT_EQ(chosen.height % step == 0, picture.height >= step);
      EXPECT_EQ(choose_bucket_within(buckets, spec, chosen), chosen);
    }
  }
}

TEST(BucketsTest, RefuseWhatMakesNone) {
  const auto refuses = [](const BucketSpec& spec) {
    const auto buckets = make_buckets(spec);
    return !buckets.has_value() && buckets.error().code == ErrorCode::kInvalidArgument;
  };
  EXPECT_TRUE(refuses({.step = 0}));
  EXPECT_TRUE(refuses({.area = square(32)}));
  EXPECT_TRUE(refuses({.area = square(70'000)}));
  EXPECT_TRUE(refuses({.shortest_side = 0}));
  EXPECT_TRUE(refuses({.shortest_side = 512, .longest_side = 256}));
  EXPECT_TRUE(refuses({.step = 100, .shortest_side = 110, .longest_side = 190}));
}

}  // namespace
}  // namespace albumen
