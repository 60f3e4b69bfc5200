// SPDX-License-Identifier: Apache-2.0
#include "prepare/resize.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <random>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/geometry.h"
#include "core/result.h"
#include "core/units.h"
#include "govern/budget.h"
#include "prepare/internal/strip_resizer.h"
#include "prepare/testing/float_twin.h"
#include "prepare/testing/pictures.h"

namespace albumen {
namespace {

using testing::Picture;

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
  int channels = 1;
  Filter filter = Filter::kArea;
};

void compare_with_twin(const Case& one, std::mt19937& random) {
  SCOPED_TRACE(::testing::Message()
               << one.in.width << "x" << one.in.height << " to " << one.out.width << "x"
               << one.out.height << ", " << one.channels << " channels, filter "
               << static_cast<int>(one.filter));
  Picture in{one.in, one.channels, random() % 70, random() % 33};
  testing::fill_with_noise(in, random);
  const auto expected = testing::float_twin(in, one.out, one.filter);
  std::vector<Picture> results;
  testing::on_every_target([&] {
    Picture out{one.out, one.channels, random() % 5, random() % 3};
    resize_within_prediction(out, in, one.filter);
    const testing::Differences found = testing::differences(out, expected);
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
