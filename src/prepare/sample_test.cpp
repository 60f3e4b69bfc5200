// SPDX-License-Identifier: Apache-2.0
#include "prepare/sample.h"

#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/geometry.h"
#include "core/result.h"
#include "core/units.h"
#include "govern/budget.h"
#include "govern/images.h"
#include "prepare/testing/pictures.h"

namespace albumen {
namespace {

using testing::Picture;

class SampleTest : public ::testing::Test {
 protected:
  /// Never with more memory than predicted, and all of it comes back.
  template <class Source>
  void sample(Picture& out, const Source& source, Size decoded, const Affine& map) {
    const Bytes predicted = sample_scratch_bytes(out.size(), decoded);
    Reservation job = budget.reserve(MemoryTag::kPixels, predicted, {}).value();
    const Result<void> done = sample_affine(out.view(), source, map, job);
    ASSERT_TRUE(done.has_value()) << to_string(done.error());
    EXPECT_EQ(job.size(), predicted);
  }

  Budget budget{kGiB};
};

Affine similarity(double scale, double degrees, Point from, Point to) {
  const double angle = degrees * 3.14159265358979 / 180;
  Affine map{.xx = static_cast<float>(scale * std::cos(angle)),
             .xy = static_cast<float>(-scale * std::sin(angle)),
             .yx = static_cast<float>(scale * std::sin(angle)),
             .yy = static_cast<float>(scale * std::cos(angle))};
  const Point moved = map.apply(from);
  map.x0 = to.x - moved.x;
  map.y0 = to.y - moved.y;
  return map;
}

/// A picture whose colour says where one is: the truth of a sample is known without any twin.
Picture ramp(Size size, double per_x, double per_y) {
  Picture picture{size, 3};
  testing::fill_with(picture, [&](std::uint32_t x, std::uint32_t y, int c) {
    return static_cast<int>(std::lround(c == 0   ? (x + 0.5) * per_x
                                        : c == 1 ? (y + 0.5) * per_y
                                                 : 90));
  });
  return picture;
}

TEST_F(SampleTest, ReadsTheRightPlaceAtEveryScaleTurnAndOrientation) {
  const Size upright{.width = 400, .height = 300};
  const Picture picture = ramp(upright, 0.6, 0.8);
  for (const Orientation orientation : testing::kAllOrientations) {
    // Stored pixels whose turn is `picture`: turn it backwards.
    const Orientation back = orientation == Orientation::kRotate90    ? Orientation::kRotate270
                             : orientation == Orientation::kRotate270 ? Orientation::kRotate90
                                                                      : orientation;
    std::vector<Picture> planes{testing::turned(picture, back)};
    DecodedImage image = testing::decoded_from(PixelLayout::kRgb8, planes, orientation);
    // The original was three times as large.
    image.stored_original = {.width = image.stored_size.width * 3,
                             .height = image.stored_size.height * 3};
    for (const double scale : {0.7, 3.0, 5.0, 9.0}) {
      for (const double degrees : {0.0, 17.0, 90.0, 200.0}) {
        const Affine map = similarity(scale, degrees, {.x = 20, .y = 20}, {.x = 610, .y = 440});
        Picture out{{.width = 40, .height = 40}, 3, 5, 1};
        sample(out, image, image.size(), map);
        for (std::uint32_t j = 0; j < 40; ++j) {
          for (std::uint32_t i = 0; i < 40; ++i) {
            const Point p =
                map.apply({.x = static_cast<float>(i) + 0.5F, .y = static_cast<float>(j) + 0.5F});
            ASSERT_NEAR(out.at(i, j, 0), p.x / 3 * 0.6, 1.6) << scale << " " << degrees;
            ASSERT_NEAR(out.at(i, j, 1), p.y / 3 * 0.8, 1.6);
            ASSERT_NEAR(out.at(i, j, 2), 90, 1);
          }
        }
      }
    }
  }
}

TEST_F(SampleTest, ConvertsPlanesOfAnySampling) {
  const Size size{.width = 201, .height = 151};
  for (const auto& [across, down] : {std::pair{1U, 1U}, {2U, 2U}, {2U, 1U}}) {
    std::vector<Picture> planes;
    planes.emplace_back(size, 1);
    const Size chroma{.width = (size.width + across - 1) / across,
                      .height = (size.height + down - 1) / down};
    planes.emplace_back(chroma, 1);
    planes.emplace_back(chroma, 1);
    testing::fill_with(planes[0], [](auto, auto, auto) { return 120; });
    testing::fill_with(planes[1], [&](std::uint32_t x, auto, auto) {
      return static_cast<int>(100 + ((x + 0.5) * across * 0.2));
    });
    testing::fill_with(planes[2], [&](auto, std::uint32_t y, auto) {
      return static_cast<int>(100 + ((y + 0.5) * down * 0.3));
    });
    const DecodedImage image =
        testing::decoded_from(PixelLayout::kYcc8, planes, Orientation::kUpright);
    for (const double scale : {0.8, 1.0, 2.6}) {
      const Affine map = similarity(scale, 10, {.x = 12, .y = 12}, {.x = 100, .y = 75});
      Picture out{{.width = 24, .height = 24}, 3};
      sample(out, image, image.size(), map);
      for (std::uint32_t j = 0; j < 24; ++j) {
        for (std::uint32_t i = 0; i < 24; ++i) {
          const Point p =
              map.apply({.x = static_cast<float>(i) + 0.5F, .y = static_cast<float>(j) + 0.5F});
          const double blue = 120 + (1.772 * (100 + (p.x * 0.2) - 128));
          const double red = 120 + (1.402 * (100 + (p.y * 0.3) - 128));
          ASSERT_NEAR(out.at(i, j, 2), blue, 3.0) << across << down << " " << scale;
          ASSERT_NEAR(out.at(i, j, 0), red, 3.0);
        }
      }
    }
  }
}

TEST_F(SampleTest, DoesNotAlias) {
  // Stripes of one pixel: any reading of single pixels would show them; the mean is 127.5.
  Picture stripes{{.width = 600, .height = 600}, 1};
  testing::fill_with(stripes, [](std::uint32_t x, auto, auto) { return x % 2 == 0 ? 255 : 0; });
  Picture out{{.width = 50, .height = 50}, 1};
  sample(out, stripes.view(), stripes.size(),
         similarity(8, 30, {.x = 25, .y = 25}, {.x = 300, .y = 300}));
  for (std::uint32_t j = 0; j < 50; ++j) {
    for (std::uint32_t i = 0; i < 50; ++i) {
      ASSERT_NEAR(out.at(i, j), 127.5, 12.0);
    }
  }
}

TEST_F(SampleTest, IsBlackOutsideThePicture) {
  Picture white{{.width = 60, .height = 40}, 3};
  testing::fill_with(white, [](auto, auto, auto) { return 255; });
  Picture out{{.width = 20, .height = 20}, 3};
  sample(out, white.view(), white.size(), {.x0 = -10, .y0 = -10});
  EXPECT_EQ(out.at(0, 0), 0);
  EXPECT_EQ(out.at(8, 8), 0);
  EXPECT_EQ(out.at(10, 10), 255);
  EXPECT_EQ(out.at(19, 19), 255);
  sample(out, white.view(), white.size(), {.x0 = 1e6F, .y0 = -1e6F});
  for (std::uint32_t j = 0; j < 20; ++j) {
    for (const std::uint8_t value : out.view().row(j)) {
      ASSERT_EQ(value, 0);
    }
  }
}

TEST_F(SampleTest, CopiesWhereTheMapIsTheIdentity) {
  std::mt19937 random{2};
  Picture in{{.width = 33, .height = 21}, 3, 1, 1};
  testing::fill_with_noise(in, random);
  Picture out{in.size(), 3};
  sample(out, in.view(), in.size(), {});
  EXPECT_TRUE(out == in);
}

TEST_F(SampleTest, CropsRectangles) {
  const Picture picture = ramp({.width = 200, .height = 100}, 1.0, 2.0);
  Picture out{{.width = 10, .height = 5}, 3};
  sample(out, picture.view(), picture.size(),
         crop_to(out.size(), {.x = 50, .y = 20, .width = 100, .height = 50}));
  EXPECT_NEAR(out.at(0, 0, 0), 55, 1);
  EXPECT_NEAR(out.at(9, 4, 0), 145, 1);
  EXPECT_NEAR(out.at(0, 0, 1), 50, 1);
  EXPECT_NEAR(out.at(9, 4, 1), 130, 1);
}

TEST_F(SampleTest, StaysInsideItsPredictionForAnyMap) {
  std::mt19937 random{21};
  std::uniform_real_distribution<float> factor{-6, 6};
  std::uniform_real_distribution<float> shift{-300, 300};
  for (int round = 0; round < 200; ++round) {
    const Size size{.width = 1 + static_cast<std::uint32_t>(random() % 300),
                    .height = 1 + static_cast<std::uint32_t>(random() % 300)};
    const bool planar = round % 2 == 0;
    std::vector<Picture> planes;
    planes.emplace_back(size, planar ? 1 : 4);
    if (planar) {
      planes.emplace_back(Size{.width = (size.width + 1) / 2, .height = size.height}, 1);
      planes.emplace_back(Size{.width = (size.width + 1) / 2, .height = size.height}, 1);
    }
    const DecodedImage image =
        testing::decoded_from(planar ? PixelLayout::kYcc8 : PixelLayout::kRgba8, planes,
                              testing::kAllOrientations.at(random() % 8));
    Picture out{{.width = 1 + static_cast<std::uint32_t>(random() % 60),
                 .height = 1 + static_cast<std::uint32_t>(random() % 60)},
                3};
    sample(out, image, image.size(),
           {.xx = factor(random),
            .xy = factor(random),
            .x0 = shift(random),
            .yx = factor(random),
            .yy = factor(random),
            .y0 = shift(random)});
  }
}

TEST_F(SampleTest, RefusesMapsWithoutAnInverse) {
  Picture in{{.width = 10, .height = 10}, 3};
  Picture out{{.width = 4, .height = 4}, 3};
  Picture gray{{.width = 4, .height = 4}, 1};
  Reservation job = budget.reserve(MemoryTag::kPixels, kMiB, {}).value();
  const auto code_for = [&](Picture& to, const Affine& map) {
    return sample_affine(to.view(), in.view(), map, job).error().code;
  };
  EXPECT_EQ(code_for(out, {.xx = 0, .yy = 0}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_for(out, {.xx = std::numeric_limits<float>::quiet_NaN()}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_for(out, {.x0 = std::numeric_limits<float>::infinity()}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_for(gray, {}), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace albumen
