// SPDX-License-Identifier: Apache-2.0
#include "analyze/quality/quality.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "analyze/testing/run_analyzer.h"
#include "core/error.h"
#include "core/findings.h"
#include "core/geometry.h"
#include "prepare/testing/pictures.h"

namespace albumen {
namespace {

using testing::Picture;

/// The twin: two passes in doubles.
Quality slow_quality(const Picture& picture) {
  const Size size = picture.size();
  const double count = static_cast<double>(size.pixels().count());
  std::vector<double> laplacian;
  double sum = 0;
  double dark = 0;
  double bright = 0;
  for (std::uint32_t y = 0; y < size.height; ++y) {
    for (std::uint32_t x = 0; x < size.width; ++x) {
      const int value = picture.at(x, y);
      sum += value;
      dark += value <= 3 ? 1 : 0;
      bright += value >= 252 ? 1 : 0;
      if (x > 0 && y > 0 && x + 1 < size.width && y + 1 < size.height) {
        laplacian.push_back(picture.at(x - 1, y) + picture.at(x + 1, y) + picture.at(x, y - 1) +
                            picture.at(x, y + 1) - (4.0 * value));
      }
    }
  }
  const auto spread = [](const auto& values, double mean) {
    double total = 0;
    for (const double value : values) {
      total += (value - mean) * (value - mean);
    }
    return values.empty() ? 0.0 : total / static_cast<double>(values.size());
  };
  double laplacian_sum = 0;
  for (const double value : laplacian) {
    laplacian_sum += value;
  }
  std::vector<double> all;
  for (std::uint32_t y = 0; y < size.height; ++y) {
    for (const std::uint8_t value : picture.view().row(y)) {
      all.push_back(value);
    }
  }
  const double laplacian_mean =
      laplacian.empty() ? 0 : laplacian_sum / static_cast<double>(laplacian.size());
  return {.sharpness = static_cast<float>(spread(laplacian, laplacian_mean)),
          .brightness = static_cast<float>(sum / count),
          .contrast = static_cast<float>(std::sqrt(spread(all, sum / count))),
          .clipped_dark = static_cast<float>(dark / count),
          .clipped_bright = static_cast<float>(bright / count)};
}

void expect_near(const Quality& a, const Quality& b) {
  EXPECT_NEAR(a.sharpness, b.sharpness, 1e-5 * (1 + b.sharpness));
  EXPECT_NEAR(a.brightness, b.brightness, 1e-4);
  EXPECT_NEAR(a.contrast, b.contrast, 1e-4);
  EXPECT_FLOAT_EQ(a.clipped_dark, b.clipped_dark);
  EXPECT_FLOAT_EQ(a.clipped_bright, b.clipped_bright);
}

TEST(QualityTest, EqualsItsSlowTwinOnEveryTarget) {
  std::mt19937 random{1};
  for (int round = 0; round < 30; ++round) {
    const Size size{.width = 1 + static_cast<std::uint32_t>(random() % 200),
                    .height = 1 + static_cast<std::uint32_t>(random() % 20)};
    Picture picture{size, 1, random() % 9, random() % 9};
    testing::fill_with_noise(picture, random);
    const Quality expected = slow_quality(picture);
    std::vector<Quality> results;
    testing::on_every_target([&] { results.push_back(measure_quality(picture.view()).value()); });
    for (const Quality& result : results) {
      expect_near(result, expected);
      EXPECT_EQ(result, results.front()) << "targets differ";
    }
  }
}

TEST(QualityTest, HoldsForTheLargestSums) {
  // A chessboard has the largest Laplacian there is; long rows fill every counter.
  Picture picture{{.width = 5000, .height = 40}, 1};
  testing::fill_with(
      picture, [](std::uint32_t x, std::uint32_t y, int) { return (x + y) % 2 == 0 ? 255 : 0; });
  const Quality expected = slow_quality(picture);
  testing::on_every_target([&] { expect_near(measure_quality(picture.view()).value(), expected); });
  EXPECT_FLOAT_EQ(expected.clipped_dark, 0.5F);
}

TEST(QualityTest, SharpnessFallsWithBlur) {
  Picture sharp{{.width = 320, .height = 240}, 1};
  testing::fill_like_a_photograph(sharp, 1);
  Picture blurred{sharp.size(), 1};
  testing::fill_with(blurred, [&](std::uint32_t x, std::uint32_t y, int) {
    int sum = 0;
    for (std::uint32_t i = 0; i < 5; ++i) {
      sum += sharp.at(std::min(x + i, 319U), y);
    }
    return sum / 5;
  });
  EXPECT_LT(measure_quality(blurred.view())->sharpness,
            0.6F * measure_quality(sharp.view())->sharpness);
}

TEST(QualityTest, FlatPicturesHaveNoSharpnessAndNoContrast) {
  Picture picture{{.width = 100, .height = 50}, 1};
  testing::fill_with(picture, [](auto, auto, auto) { return 254; });
  const Quality quality = measure_quality(picture.view()).value();
  EXPECT_EQ(quality, (Quality{.sharpness = 0,
                              .brightness = 254,
                              .contrast = 0,
                              .clipped_dark = 0,
                              .clipped_bright = 1}));
}

TEST(QualityTest, AnalyzerMeasuresItsView) {
  const auto analyzer = make_quality_analyzer();
  std::vector<Picture> pictures;
  pictures.emplace_back(Size{.width = 500, .height = 300}, 1);
  testing::fill_like_a_photograph(pictures[0], 2);
  const auto findings = testing::run_analyzer(*analyzer, pictures, {});
  ASSERT_TRUE(findings.at(0).has_value());
  EXPECT_EQ(std::get<Quality>(*findings[0]), measure_quality(pictures[0].view()).value());
  const Picture rgb{{.width = 8, .height = 8}, 3};
  EXPECT_EQ(measure_quality(rgb.view()).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace albumen
