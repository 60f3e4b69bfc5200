// SPDX-License-Identifier: Apache-2.0
#include "prepare/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <numbers>
#include <random>
#include <vector>

#include "prepare/internal/strip_resizer.h"
#include "prepare/testing/pictures.h"

namespace albumen {
namespace {

using testing::Picture;

/// The twin: one axis in doubles, the definition of each filter written out.
std::vector<double> weights_of(Filter filter, double scale, std::uint32_t in, double centre) {
  const double widening = std::max(scale, 1.0);
  std::vector<double> weights(in);
  double sum = 0;
  for (std::uint32_t i = 0; i < in; ++i) {
    const double t = std::abs(i + 0.5 - centre) / widening;
    double w = 0;
    if (filter == Filter::kArea && scale >= 1) {
      w = std::max(0.0,
                   std::min(i + 1.0, centre + scale / 2) - std::max(i + 0.0, centre - scale / 2));
    } else if (filter == Filter::kLanczos3) {
      const double a = std::numbers::pi * t;
      w = t < 1e-9 ? 1.0 : t < 3 ? 3 * std::sin(a) * std::sin(a / 3) / (a * a) : 0.0;
    } else {
      w = std::max(0.0, 1 - t);
    }
    weights[i] = w;
    sum += w;
  }
  for (double& w : weights) {
    w /= sum;
  }
  return weights;
}

std::vector<double> twin(const Picture& in, Size out, Filter filter) {
  const auto channels = static_cast<std::uint32_t>(in.channels());
  const Size size = in.size();
  std::vector<double> middle(std::size_t{out.width} * size.height * channels);
  const double across = static_cast<double>(size.width) / out.width;
  for (std::uint32_t x = 0; x < out.width; ++x) {
    const auto weights = weights_of(filter, across, size.width, (x + 0.5) * across);
    for (std::uint32_t y = 0; y < size.height; ++y) {
      for (std::uint32_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (std::uint32_t i = 0; i < size.width; ++i) {
          sum += weights[i] * in.at(i, y, static_cast<int>(c));
        }
        middle[((std::size_t{y} * out.width + x) * channels) + c] = sum;
      }
    }
  }
  std::vector<double> result(std::size_t{out.width} * out.height * channels);
  const double down = static_cast<double>(size.height) / out.height;
  const std::size_t line = std::size_t{out.width} * channels;
  for (std::uint32_t y = 0; y < out.height; ++y) {
    const auto weights = weights_of(filter, down, size.height, (y + 0.5) * down);
    for (std::size_t s = 0; s < line; ++s) {
      double sum = 0;
      for (std::uint32_t i = 0; i < size.height; ++i) {
        sum += weights[i] * middle[(i * line) + s];
      }
      result[(y * line) + s] = std::clamp(sum, 0.0, 255.0);
    }
  }
  return result;
}

testing::Differences differences(const Picture& fast, const std::vector<double>& slow) {
  testing::Differences found;
  std::size_t i = 0;
  for (std::uint32_t y = 0; y < fast.size().height; ++y) {
    for (const std::uint8_t sample : fast.view().row(y)) {
      const double difference = std::abs(sample - slow[i++]);
      found.worst = std::max(found.worst, difference);
      found.mean += difference;
      found.share_above_1 += std::abs(sample - std::round(slow[i - 1])) > 1 ? 1 : 0;
    }
  }
  found.mean /= static_cast<double>(i);
  found.share_above_1 /= static_cast<double>(i);
  return found;
}

void resize_within_prediction(Picture& out, const Picture& in, Filter filter) {
  const Bytes predicted = resize_scratch_bytes(out.size(), in.size(), in.channels(), filter);
  Budget budget{kGiB};
  Reservation job = budget.reserve(MemoryTag::kPixels, predicted, {}).value();
  const Result<void> done = resize(out.view(), in.view(), filter, job);
  ASSERT_TRUE(done.has_value()) << to_string(done.error());
  EXPECT_EQ(job.size(), predicted);
}

struct Case {
  Size in;
  Size out;
  int channels;
  Filter filter;
};

void compare_with_twin(const Case& one, std::mt19937& random) {
  SCOPED_TRACE(::testing::Message()
               << one.in.width << "x" << one.in.height << " to " << one.out.width << "x"
               << one.out.height << ", " << one.channels << " channels, filter "
               << static_cast<int>(one.filter));
  Picture in{one.in, one.channels, random() % 70, random() % 33};
  testing::fill_with_noise(in, random);
  const auto expected = twin(in, one.out, one.filter);
  std::vector<Picture> results;
  testing::on_every_target([&] {
    Picture out{one.out, one.channels, random() % 5, random() % 3};
    resize_within_prediction(out, in, one.filter);
    const testing::Differences found = differences(out, expected);
    EXPECT_LE(found.worst, 1.0);
    if (expected.size() >= 1000) {
      EXPECT_LE(found.mean, 0.27);  // rounding alone is 0.25
    }
    results.push_back(out);
  });
  for (const Picture& result : results) {
    EXPECT_TRUE(result == results.front()) << "targets differ";
  }
}

constexpr std::array kFilters{Filter::kArea, Filter::kBilinear, Filter::kLanczos3};

TEST(ResizeTest, EqualsItsFloatTwinOnRandomSizesAndEveryTarget) {
  std::mt19937 random{7};
  for (int round = 0; round < 60; ++round) {
    const Size in{.width = 1 + static_cast<std::uint32_t>(random() % 190),
                  .height = 1 + static_cast<std::uint32_t>(random() % 150)};
    const Size out{.width = 1 + static_cast<std::uint32_t>(random() % 120),
                   .height = 1 + static_cast<std::uint32_t>(random() % 70)};
    const int channels = std::array{1, 3, 4}[random() % 3];
    compare_with_twin({in, out, channels, kFilters[random() % 3]}, random);
  }
}

TEST(ResizeTest, ShrinksByWholeAndOddFactors) {
  std::mt19937 random{8};
  for (const Filter filter : kFilters) {
    compare_with_twin({{.width = 256, .height = 192}, {.width = 128, .height = 96}, 1, filter},
                      random);
    compare_with_twin({{.width = 300, .height = 210}, {.width = 41, .height = 33}, 3, filter},
                      random);
    compare_with_twin({{.width = 1000, .height = 20}, {.width = 7, .height = 19}, 1, filter},
                      random);
  }
}

TEST(ResizeTest, TakesLinesAndColumnsOfOnePixel) {
  std::mt19937 random{9};
  for (const Filter filter : kFilters) {
    compare_with_twin({{.width = 1, .height = 333}, {.width = 1, .height = 20}, 1, filter}, random);
    compare_with_twin({{.width = 333, .height = 1}, {.width = 20, .height = 1}, 3, filter}, random);
    compare_with_twin({{.width = 1, .height = 1}, {.width = 17, .height = 5}, 4, filter}, random);
    compare_with_twin({{.width = 90, .height = 70}, {.width = 1, .height = 1}, 1, filter}, random);
  }
}

TEST(ResizeTest, KeepsFlatPicturesFlat) {
  for (const int level : {0, 1, 127, 128, 254, 255}) {
    Picture in{{.width = 777, .height = 555}, 1};
    testing::fill_with(in, [&](auto, auto, auto) { return level; });
    for (const Filter filter : kFilters) {
      Picture out{{.width = 100, .height = 61}, 1};
      resize_within_prediction(out, in, filter);
      Picture expected{out.size(), 1};
      testing::fill_with(expected, [&](auto, auto, auto) { return level; });
      EXPECT_TRUE(out == expected) << level;
    }
  }
}

TEST(ResizeTest, CopiesWhenSizesAreEqual) {
  std::mt19937 random{10};
  Picture in{{.width = 71, .height = 43}, 3, 5, 1};
  testing::fill_with_noise(in, random);
  Picture out{in.size(), 3};
  resize_within_prediction(out, in, Filter::kLanczos3);
  EXPECT_TRUE(out == in);
}

TEST(ResizeTest, AveragesVeryLongLines) {
  // 65,500 samples into one: each weight is smaller than one unit of a 14-bit table.
  Picture in{{.width = 65500, .height = 1}, 1};
  testing::fill_with(in, [](std::uint32_t x, auto, auto) { return x % 4 == 0 ? 200 : 0; });
  Picture out{{.width = 1, .height = 1}, 1};
  resize_within_prediction(out, in, Filter::kArea);
  EXPECT_NEAR(out.at(0, 0), 50, 1);
}

TEST(ResizeTest, TurnsLikeTheNaiveTurnOfTheUprightResize) {
  std::mt19937 random{11};
  for (const int channels : {1, 3}) {
    Picture in{{.width = 130, .height = 97}, channels};
    testing::fill_with_noise(in, random);
    const Size stored_out{.width = 53, .height = 38};
    Picture upright{stored_out, channels};
    resize_within_prediction(upright, in, Filter::kArea);
    for (const Orientation orientation : testing::kAllOrientations) {
      const internal::ResizeGeometry geometry{.out = oriented(stored_out, orientation),
                                              .in = in.size(),
                                              .channels = channels,
                                              .orientation = orientation};
      std::vector<std::byte> scratch(internal::StripResizer::scratch_bytes(geometry) + 64);
      const auto misaligned = reinterpret_cast<std::uintptr_t>(scratch.data()) % 64;
      testing::on_every_target([&] {
        internal::StripResizer resizer{geometry, in.view(),
                                       std::span{scratch}.subspan(64 - misaligned)};
        Picture out{geometry.out, channels, 3, 1};
        internal::run_all(resizer, out.view());
        EXPECT_TRUE(out == testing::turned(upright, orientation))
            << "orientation " << static_cast<int>(orientation);
      });
    }
  }
}

TEST(ResizeTest, RefusesWhatItCannotDo) {
  Budget budget{kMiB};
  Reservation job = budget.reserve(MemoryTag::kPixels, kMiB, {}).value();
  Picture gray{{.width = 8, .height = 8}, 1};
  Picture rgb{{.width = 4, .height = 4}, 3};
  EXPECT_EQ(resize(rgb.view(), gray.view(), Filter::kArea, job).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(resize(MutableImageView{}, gray.view(), Filter::kArea, job).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(resize(rgb.view(), ImageView{}, Filter::kArea, job).error().code,
            ErrorCode::kInvalidArgument);
  Reservation nothing;
  Picture small{{.width = 4, .height = 4}, 1};
  EXPECT_EQ(resize(small.view(), gray.view(), Filter::kArea, nothing).error().code,
            ErrorCode::kInternal);
}

}  // namespace
}  // namespace albumen
