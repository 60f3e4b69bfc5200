// SPDX-License-Identifier: Apache-2.0
#include "prepare/view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "core/view_spec.h"
#include "govern/budget.h"
#include "govern/images.h"
#include "prepare/resize.h"
#include "prepare/testing/float_twin.h"
#include "prepare/testing/pictures.h"

namespace albumen {
namespace {

using testing::Picture;

class ViewTest : public ::testing::Test {
 protected:
  /// With exactly the memory that was predicted: one byte more taken anywhere would be an error,
  /// and what is not handed back or in the views is missing at the end.
  std::vector<View> views_of(const DecodedImage& image, std::span<const ViewSpec> specs) {
    const Bytes predicted = view_peak_bytes(shape_of(image), specs);
    Reservation job = budget.reserve(MemoryTag::kPixels, predicted, {}).value();
    Result<std::vector<View>> views = make_views(image, specs, job);
    if (!views.has_value()) {
      ADD_FAILURE() << to_string(views.error());
      return {};
    }
    Bytes outputs;
    for (const View& view : *views) {
      outputs += Bytes{view.buffer.size()};
    }
    EXPECT_EQ(job.size() + outputs, predicted);
    return std::move(*views);
  }

  View view_of(const DecodedImage& image, const ViewSpec& spec) {
    std::vector<View> views = views_of(image, std::span{&spec, 1});
    return std::move(views.at(0));
  }

  Budget budget{kGiB};
};

/// Upright view of stored pixels, the slow way: resize in doubles, then turn pixel by pixel.
Picture slow_view(const Picture& stored, Size stored_out, Orientation orientation,
                  testing::Extent extent = {}) {
  const auto values = testing::float_twin(stored, stored_out, Filter::kArea, extent);
  Picture rounded{stored_out, stored.channels()};
  std::size_t i = 0;
  testing::fill_with(rounded,
                     [&](auto, auto, auto) { return static_cast<int>(std::lround(values[i++])); });
  return testing::turned(rounded, orientation);
}

struct Distance {
  int worst = 0;
  double mean = 0;
};

Distance distance(ImageView a, ImageView b) {
  EXPECT_EQ(a.size(), b.size());
  EXPECT_EQ(a.channels(), b.channels());
  Distance found;
  std::size_t count = 0;
  for (std::uint32_t y = 0; y < std::min(a.height(), b.height()); ++y) {
    for (std::size_t i = 0; i < std::min(a.row(y).size(), b.row(y).size()); ++i, ++count) {
      const int difference = std::abs(a.row(y)[i] - b.row(y)[i]);
      found.worst = std::max(found.worst, difference);
      found.mean += difference;
    }
  }
  found.mean /= static_cast<double>(std::max<std::size_t>(count, 1));
  return found;
}

int clamped(double value) { return static_cast<int>(std::lround(std::clamp(value, 0.0, 255.0))); }

/// Resized planes, not yet rounded, as RGB.
Picture slow_rgb(Size size, const std::vector<double>& luma, const std::vector<double>& blue,
                 const std::vector<double>& red) {
  Picture rgb{size, 3};
  testing::fill_with(rgb, [&](std::uint32_t x, std::uint32_t y, int c) {
    const std::size_t i = (std::size_t{y} * size.width) + x;
    const double cb = blue[i] - 128.0;
    const double cr = red[i] - 128.0;
    const std::array channels{1.402 * cr, (-0.344136 * cb) - (0.714136 * cr), 1.772 * cb};
    return clamped(luma[i] + channels.at(static_cast<std::size_t>(c)));
  });
  return rgb;
}

Picture slow_luma(const Picture& rgb) {
  Picture luma{rgb.size(), 1};
  testing::fill_with(luma, [&](std::uint32_t x, std::uint32_t y, int) {
    return clamped((0.299 * rgb.at(x, y, 0)) + (0.587 * rgb.at(x, y, 1)) +
                   (0.114 * rgb.at(x, y, 2)));
  });
  return luma;
}

Size divided(Size size, std::uint32_t x, std::uint32_t y) {
  return {.width = (size.width + x - 1) / x, .height = (size.height + y - 1) / y};
}

TEST_F(ViewTest, EqualsTheSlowWayForPlanesOfEverySamplingAndTurn) {
  std::mt19937 random{3};
  const std::array samplings{std::array{1U, 1U}, std::array{2U, 2U}, std::array{2U, 1U},
                             std::array{1U, 2U}, std::array{4U, 1U}};
  for (const Orientation orientation : testing::kAllOrientations) {
    for (const auto& [across, down] : samplings) {
      const Size size{.width = 201 + static_cast<std::uint32_t>(random() % 9),
                      .height = 141 + static_cast<std::uint32_t>(random() % 9)};
      std::vector<Picture> planes;
      planes.emplace_back(size, 1, 3, 1);
      planes.emplace_back(divided(size, across, down), 1, 7, 0);
      planes.emplace_back(divided(size, across, down), 1, 0, 5);
      for (Picture& plane : planes) {
        testing::fill_with_noise(plane, random);
      }
      const DecodedImage image = testing::decoded_from(PixelLayout::kYcc8, planes, orientation);
      const ViewSpec spec{.longest_side = 61, .layout = ViewLayout::kRgb8};
      const Size out = view_size(shape_of(image), spec);
      const Size stored_out = swaps_sides(orientation) ? out.transposed() : out;
      const testing::Extent chroma{.x = static_cast<double>(size.width) / across,
                                   .y = static_cast<double>(size.height) / down};
      const Picture luma = slow_view(planes[0], stored_out, orientation);
      const Picture expected = testing::turned(
          slow_rgb(stored_out, testing::float_twin(planes[0], stored_out, Filter::kArea),
                   testing::float_twin(planes[1], stored_out, Filter::kArea, chroma),
                   testing::float_twin(planes[2], stored_out, Filter::kArea, chroma)),
          orientation);
      testing::on_every_target([&] {
        const View rgb = view_of(image, spec);
        const Distance found = distance(rgb.pixels, expected.view());
        EXPECT_LE(found.worst, 1);
        EXPECT_LE(found.mean, 0.04);
        const View gray = view_of(image, {.longest_side = 61, .layout = ViewLayout::kGray8});
        EXPECT_LE(distance(gray.pixels, luma.view()).worst, 1);
      });
    }
  }
}

TEST_F(ViewTest, EqualsTheSlowWayForInterleavedPictures) {
  std::mt19937 random{4};
  for (const Orientation orientation : testing::kAllOrientations) {
    std::vector<Picture> planes;
    planes.emplace_back(Size{.width = 155, .height = 203}, 3, 1, 1);
    testing::fill_with_noise(planes[0], random);
    const DecodedImage image = testing::decoded_from(PixelLayout::kRgb8, planes, orientation);
    const ViewSpec spec{.longest_side = 50, .layout = ViewLayout::kRgb8};
    const Size out = view_size(shape_of(image), spec);
    const Size stored_out = swaps_sides(orientation) ? out.transposed() : out;
    const Picture expected = slow_view(planes[0], stored_out, orientation);
    EXPECT_LE(distance(view_of(image, spec).pixels, expected.view()).worst, 1);
    const View gray = view_of(image, {.longest_side = 50, .layout = ViewLayout::kGray8});
    EXPECT_LE(distance(gray.pixels, slow_luma(expected).view()).worst, 2);
  }
}

TEST_F(ViewTest, CompositesAlphaOverWhite) {
  std::mt19937 random{5};
  for (const std::uint32_t width : {3U, 40U, 64U, 65U, 130U}) {
    std::vector<Picture> planes;
    planes.emplace_back(Size{.width = width, .height = 90}, 4, 2, 1);
    testing::fill_with_noise(planes[0], random);
    Picture opaque{planes[0].size(), 3};
    testing::fill_with(opaque, [&](std::uint32_t x, std::uint32_t y, int c) {
      const double alpha = planes[0].at(x, y, 3) / 255.0;
      return clamped((planes[0].at(x, y, c) * alpha) + (255 * (1 - alpha)));
    });
    const DecodedImage image =
        testing::decoded_from(PixelLayout::kRgba8, planes, Orientation::kRotate90);
    const ViewSpec spec{.longest_side = 30, .layout = ViewLayout::kRgb8};
    const Size out = view_size(shape_of(image), spec);
    const Picture expected = slow_view(opaque, out.transposed(), Orientation::kRotate90);
    testing::on_every_target(
        [&] { EXPECT_LE(distance(view_of(image, spec).pixels, expected.view()).worst, 1); });
  }
}

TEST_F(ViewTest, ShowsGreyPicturesInAllThreeChannels) {
  std::mt19937 random{6};
  std::vector<Picture> planes;
  planes.emplace_back(Size{.width = 100, .height = 90}, 1);
  testing::fill_with_noise(planes[0], random);
  const DecodedImage image =
      testing::decoded_from(PixelLayout::kGray8, planes, Orientation::kUpright);
  const View rgb = view_of(image, {.longest_side = 33, .layout = ViewLayout::kRgb8});
  const View gray = view_of(image, {.longest_side = 33, .layout = ViewLayout::kGray8});
  for (std::uint32_t y = 0; y < gray.pixels.height(); ++y) {
    for (std::size_t x = 0; x < gray.pixels.width(); ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        ASSERT_EQ(rgb.pixels.row(y)[(3 * x) + c], gray.pixels.row(y)[x]);
      }
    }
  }
}

TEST_F(ViewTest, MakesSmallViewsFromLargeOnesWithoutLoss) {
  std::vector<Picture> planes;
  for (unsigned i = 0; i < 3; ++i) {
    planes.emplace_back(Size{.width = 1000, .height = 700}, 1);
    testing::fill_like_a_photograph(planes[i], i);
  }
  const DecodedImage image =
      testing::decoded_from(PixelLayout::kYcc8, planes, Orientation::kRotate270);
  const std::array specs{ViewSpec{.longest_side = 96, .layout = ViewLayout::kGray8},
                         ViewSpec{.longest_side = 400, .layout = ViewLayout::kRgb8},
                         ViewSpec{.longest_side = 200, .layout = ViewLayout::kRgb8},
                         ViewSpec{.longest_side = 0, .layout = ViewLayout::kDecoded},
                         ViewSpec{.longest_side = 390, .layout = ViewLayout::kGray8},
                         ViewSpec{.longest_side = 96, .layout = ViewLayout::kGray8}};
  const std::vector<View> together = views_of(image, specs);
  ASSERT_EQ(together.size(), 5U);
  EXPECT_EQ(find_view(together, specs[3]), nullptr);
  for (const View& view : together) {
    EXPECT_EQ(find_view(together, view.spec)->pixels.size(), view.pixels.size());
    EXPECT_EQ(view.original, (Size{.width = 700, .height = 1000}));
    EXPECT_FLOAT_EQ(view.original_per_view_y, 1000.0F / static_cast<float>(view.spec.longest_side));
    const View alone = view_of(image, view.spec);
    EXPECT_LE(distance(view.pixels, alone.pixels).mean, 1.0) << view.spec.longest_side;
  }
  EXPECT_EQ(together[0].spec, specs[0]);
  EXPECT_EQ(together[1].spec, specs[1]);
  EXPECT_EQ(distance(together[0].pixels, together[4].pixels).worst, 0);
}

// A sharper view must not come out of a view that an area filter made, nor pass its pixels on.
TEST_F(ViewTest, FilterOfASpecIsTheFilterOfItsView) {
  std::vector<Picture> planes;
  planes.emplace_back(Size{.width = 1000, .height = 700}, 3);
  testing::fill_like_a_photograph(planes[0], 5);
  const DecodedImage image =
      testing::decoded_from(PixelLayout::kRgb8, planes, Orientation::kUpright);
  const std::array specs{
      ViewSpec{.longest_side = 400, .layout = ViewLayout::kRgb8},
      ViewSpec{.longest_side = 400, .layout = ViewLayout::kRgb8, .filter = Filter::kLanczos3},
      ViewSpec{.longest_side = 150, .layout = ViewLayout::kRgb8, .filter = Filter::kLanczos3},
      ViewSpec{.longest_side = 150, .layout = ViewLayout::kRgb8}};
  const std::vector<View> views = views_of(image, specs);
  ASSERT_EQ(views.size(), specs.size());
  for (const View& view : views) {
    Picture expected{view.pixels.size(), 3};
    Reservation job = budget.reserve(MemoryTag::kPixels, kMiB * 16, {}).value();
    ASSERT_TRUE(resize(expected.view(), planes[0].view(), view.spec.filter, job).has_value());
    const bool is_direct = view.spec.filter == Filter::kLanczos3 || view.spec.longest_side == 400;
    EXPECT_LE(distance(view.pixels, expected.view()).mean, is_direct ? 0.0 : 1.0);
  }
}

TEST_F(ViewTest, NeverEnlargesAndKeepsSmallPicturesExactly) {
  std::mt19937 random{12};
  std::vector<Picture> planes;
  planes.emplace_back(Size{.width = 51, .height = 40}, 3);
  testing::fill_with_noise(planes[0], random);
  for (const Orientation orientation : testing::kAllOrientations) {
    const DecodedImage image = testing::decoded_from(PixelLayout::kRgb8, planes, orientation);
    const View view = view_of(image, {.longest_side = 640, .layout = ViewLayout::kRgb8});
    EXPECT_FLOAT_EQ(view.original_per_view_x, 1.0F);
    EXPECT_EQ(distance(view.pixels, testing::turned(planes[0], orientation).view()).worst, 0);
  }
}

TEST_F(ViewTest, SpeaksOfTheOriginalWhenTheDecodeIsSmaller) {
  std::vector<Picture> planes;
  planes.emplace_back(Size{.width = 505, .height = 379}, 1);
  DecodedImage image = testing::decoded_from(PixelLayout::kGray8, planes, Orientation::kRotate90);
  image.stored_original = {.width = 4033, .height = 3025};
  const View view = view_of(image, {.longest_side = 256, .layout = ViewLayout::kGray8});
  EXPECT_EQ(view.pixels.size(), (Size{.width = 192, .height = 256}));
  EXPECT_EQ(view.original, (Size{.width = 3025, .height = 4033}));
  EXPECT_FLOAT_EQ(view.original_per_view_x, 3025.0F / 192);
  // A decode that is smaller than asked limits the view.
  const View limited = view_of(image, {.longest_side = 1280, .layout = ViewLayout::kGray8});
  EXPECT_EQ(limited.pixels.size(), image.size());
}

TEST_F(ViewTest, PredictsItsMemoryForAwkwardShapes) {
  std::mt19937 random{13};
  for (int round = 0; round < 150; ++round) {
    const bool thin = round % 3 == 0;
    const Size size{.width = 1 + static_cast<std::uint32_t>(random() % (thin ? 5 : 300)),
                    .height = 1 + static_cast<std::uint32_t>(random() % 300)};
    const auto layout = std::array{PixelLayout::kGray8, PixelLayout::kRgb8, PixelLayout::kRgba8,
                                   PixelLayout::kYcc8}[random() % 4];
    std::vector<Picture> planes;
    const int channels = layout == PixelLayout::kRgb8 ? 3 : layout == PixelLayout::kRgba8 ? 4 : 1;
    planes.emplace_back(size, channels, random() % 3, random() % 3);
    if (layout == PixelLayout::kYcc8) {
      const auto chroma = divided(size, 1U << (random() % 3), 1U << (random() % 2));
      planes.emplace_back(chroma, 1);
      planes.emplace_back(chroma, 1);
    }
    std::vector<ViewSpec> specs;
    for (unsigned i = 0; i <= random() % 4; ++i) {
      specs.push_back({.longest_side = 1 + static_cast<std::uint32_t>(random() % 320),
                       .layout = static_cast<ViewLayout>(random() % 3)});
    }
    const auto orientation = testing::kAllOrientations.at(random() % 8);
    views_of(testing::decoded_from(layout, planes, orientation), specs);
  }
}

TEST_F(ViewTest, RefusesWhatHasNoView) {
  std::vector<Picture> planes;
  planes.emplace_back(Size{.width = 8, .height = 8}, 3);
  DecodedImage image = testing::decoded_from(PixelLayout::kRgb8, planes, Orientation::kUpright);
  Reservation job = budget.reserve(MemoryTag::kPixels, kMiB, {}).value();
  const auto code_for = [&](const ViewSpec& spec) {
    return make_views(image, std::span{&spec, 1}, job).error().code;
  };
  EXPECT_EQ(code_for({.longest_side = 0, .layout = ViewLayout::kRgb8}),
            ErrorCode::kInvalidArgument);
  image.layout = PixelLayout::kYcc8;  // its chroma planes are not there
  EXPECT_EQ(code_for({.longest_side = 4, .layout = ViewLayout::kRgb8}),
            ErrorCode::kInvalidArgument);
  image.layout = PixelLayout::kRgb8;
  image.stored_size = {};
  EXPECT_EQ(code_for({.longest_side = 4, .layout = ViewLayout::kRgb8}),
            ErrorCode::kInvalidArgument);
}

TEST_F(ViewTest, FailsCleanlyWithoutMemory) {
  std::vector<Picture> planes;
  planes.emplace_back(Size{.width = 80, .height = 80}, 3);
  const DecodedImage image =
      testing::decoded_from(PixelLayout::kRgb8, planes, Orientation::kUpright);
  const ViewSpec spec{.longest_side = 40, .layout = ViewLayout::kGray8};
  const Bytes predicted = view_peak_bytes(shape_of(image), spec);
  {
    Reservation job = budget.reserve(MemoryTag::kPixels, predicted - Bytes{1}, {}).value();
    EXPECT_EQ(make_views(image, std::span{&spec, 1}, job).error().code, ErrorCode::kInternal);
  }
  EXPECT_EQ(budget.used(), Bytes{});
}

}  // namespace
}  // namespace albumen
