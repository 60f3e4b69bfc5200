// SPDX-License-Identifier: Apache-2.0
#include "colour/colour_cache.h"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "colour/colour_source.h"
#include "colour/colour_transform.h"
#include "colour/testing/profiles.h"

namespace albumen {
namespace {

ColourSource profile_with(double gamma) {
  ColourSource source;
  source.profile = testing::rgb_profile(testing::kAdobeRgb, gamma);
  return source;
}

TEST(ColourCacheTest, MakesOneTransformForManyPictures) {
  ColourCache cache;
  const ColourChoice first = cache.choose(profile_with(2.2), ColourModel::kRgb);
  ASSERT_NE(first.transform, nullptr);
  EXPECT_EQ(cache.choose(profile_with(2.2), ColourModel::kRgb).transform, first.transform);
  EXPECT_NE(cache.choose(profile_with(1.8), ColourModel::kRgb).transform, first.transform);
  EXPECT_EQ(cache.choose({}, ColourModel::kRgb).transform, nullptr);
}

TEST(ColourCacheTest, DoesNotMixUpModelsAndNumbers) {
  ColourCache cache;
  EXPECT_NE(cache.choose(profile_with(2.2), ColourModel::kRgb).transform, nullptr);
  const ColourChoice inks = cache.choose(profile_with(2.2), ColourModel::kCmyk);
  EXPECT_EQ(inks.transform, nullptr);
  EXPECT_FALSE(inks.note.empty());
  ColourSource numbers;
  numbers.encoding_gamma = 1.0;
  const auto linear = cache.choose(numbers, ColourModel::kRgb).transform;
  numbers.primaries = testing::kDisplayP3;
  EXPECT_NE(cache.choose(numbers, ColourModel::kRgb).transform, linear);
  numbers.primaries.reset();
  EXPECT_EQ(cache.choose(numbers, ColourModel::kRgb).transform, linear);
}

TEST(ColourCacheTest, ForgetsWhatWasAskedForLongest) {
  ColourCache cache{2};
  const auto one = cache.choose(profile_with(1.1), ColourModel::kRgb).transform;
  const auto two = cache.choose(profile_with(1.2), ColourModel::kRgb).transform;
  EXPECT_EQ(cache.choose(profile_with(1.1), ColourModel::kRgb).transform, one);
  cache.choose(profile_with(1.3), ColourModel::kRgb);
  EXPECT_EQ(cache.choose(profile_with(1.1), ColourModel::kRgb).transform, one);
  EXPECT_NE(cache.choose(profile_with(1.2), ColourModel::kRgb).transform, two);
  // Whoever holds one goes on using it.
  std::vector<std::uint8_t> row(3 * 16, 100);
  two->convert(row, 3);
}

TEST(ColourCacheTest, ServesManyThreadsAtOnce) {
  ColourCache cache{2};
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&cache] {
      for (const double gamma : {1.1, 1.2, 1.3, 1.1}) {
        std::vector<std::uint8_t> row(3 * 16, 100);
        const ColourChoice choice = cache.choose(profile_with(gamma), ColourModel::kRgb);
        ASSERT_NE(choice.transform, nullptr);
        choice.transform->convert(row, 3);
      }
    });
  }
}

}  // namespace
}  // namespace albumen
