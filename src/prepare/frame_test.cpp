// SPDX-License-Identifier: Apache-2.0
#include "prepare/frame.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "colour/colour_source.h"
#include "colour/colour_transform.h"
#include "colour/testing/profiles.h"
#include "core/error.h"
#include "core/geometry.h"
#include "core/image_view.h"
#include "core/units.h"
#include "core/view_spec.h"
#include "govern/budget.h"
#include "govern/images.h"
#include "prepare/frame_spec.h"
#include "prepare/testing/float_twin.h"
#include "prepare/testing/pictures.h"
#include "prepare/view.h"

namespace albumen {
namespace {

using testing::Extent;
using testing::Picture;

class FrameTest : public ::testing::Test {
 protected:
  /// With exactly the memory that was predicted: one byte more taken anywhere would be an error,
  /// and what is not handed back or in the frame is missing at the end.
  Frame frame_of(const DecodedImage& image, const FrameSpec& spec,
                 const ColourTransform* colour = nullptr) {
    const Bytes predicted = frame_peak_bytes(shape_of(image), spec);
    Reservation job = budget.reserve(MemoryTag::kPixels, predicted, {}).value();
    Result<Frame> frame = make_frame(image, spec, colour, job);
    if (!frame.has_value()) {
      ADD_FAILURE() << to_string(frame.error());
      return {};
    }
    EXPECT_EQ(job.size() + Bytes{frame->buffer.size()}, predicted);
    EXPECT_EQ(frame->pixels.size(), frame_size(shape_of(image), spec));
    return std::move(*frame);
  }

  Budget budget{kGiB};
};

PixelShape full_decode_of(Size size) { return {.stored_original = size, .stored_size = size}; }

Picture noise(Size size, int channels, unsigned seed) {
  std::mt19937 random{seed};
  Picture picture{size, channels, seed % 3, seed % 2};
  testing::fill_with_noise(picture, random);
  return picture;
}

/// The middle of `size` that has the shape of `target`.
Extent middle_of(Size size, Size target) {
  const double scale = std::min(static_cast<double>(size.width) / target.width,
                                static_cast<double>(size.height) / target.height);
  const double width = target.width * scale;
  const double height = target.height * scale;
  return {.x = width,
          .y = height,
          .offset_x = (size.width - width) / 2,
          .offset_y = (size.height - height) / 2};
}

double worst_difference(ImageView fast, const std::vector<double>& slow) {
  double worst = 0;
  std::size_t i = 0;
  for (std::uint32_t y = 0; y < fast.height(); ++y) {
    for (const std::uint8_t sample : fast.row(y)) {
      worst = std::max(worst, std::abs(sample - slow.at(i++)));
    }
  }
  EXPECT_EQ(i, slow.size());
  return worst;
}

struct Sizes {
  Size original;
  Fit fit;
  Size target;
  Upscale upscale;
  Size frame;
  Rect place;
};

TEST_F(FrameTest, HasTheSizeThatItsFitPromises) {
  constexpr Rect kNowhere;
  const std::vector<Sizes> table{
      {{4000, 3000}, Fit::kOriginal, {}, Upscale::kNever, {4000, 3000}, {0, 0, 4000, 3000}},
      {{4000, 3000}, Fit::kInside, {512, 512}, Upscale::kNever, {512, 384}, {0, 0, 512, 384}},
      {{3000, 4000}, Fit::kInside, {512, 512}, Upscale::kNever, {384, 512}, {0, 0, 384, 512}},
      {{4000, 3000}, Fit::kInside, {800, 300}, Upscale::kNever, {400, 300}, {0, 0, 400, 300}},
      {{100, 80}, Fit::kInside, {512, 512}, Upscale::kNever, {100, 80}, {0, 0, 100, 80}},
      {{100, 80}, Fit::kInside, {512, 512}, Upscale::kAllowed, {512, 410}, {0, 0, 512, 410}},
      {{60000, 3}, Fit::kInside, {100, 100}, Upscale::kNever, {100, 1}, {0, 0, 100, 1}},
      {{4000, 3000}, Fit::kCover, {512, 512}, Upscale::kNever, {512, 512}, {0, 0, 512, 512}},
      {{800, 400}, Fit::kCover, {512, 512}, Upscale::kNever, {400, 400}, {0, 0, 400, 400}},
      {{800, 400}, Fit::kCover, {512, 512}, Upscale::kAllowed, {512, 512}, {0, 0, 512, 512}},
      {{9, 1}, Fit::kCover, {512, 512}, Upscale::kNever, {1, 1}, {0, 0, 1, 1}},
      {{4000, 3000}, Fit::kPad, {512, 512}, Upscale::kNever, {512, 512}, {0, 64, 512, 384}},
      {{101, 80}, Fit::kPad, {512, 300}, Upscale::kNever, {512, 300}, {205, 110, 101, 80}},
      {{100, 80}, Fit::kPad, {512, 300}, Upscale::kAllowed, {512, 300}, {68, 0, 375, 300}},
      {{100, 80}, Fit::kPad, {0, 300}, Upscale::kAllowed, {}, kNowhere},
      {{100, 80}, Fit::kInside, {70000, 300}, Upscale::kAllowed, {}, kNowhere}};
  for (const Sizes& sizes : table) {
    const FrameSpec spec{.fit = sizes.fit, .target = sizes.target, .upscale = sizes.upscale};
    EXPECT_EQ(frame_size(full_decode_of(sizes.original), spec), sizes.frame);
    if (sizes.original.pixels() < PixelCount{100'000} && !sizes.frame.empty()) {
      std::vector<Picture> planes;
      planes.emplace_back(sizes.original, 1);
      const DecodedImage image =
          testing::decoded_from(PixelLayout::kGray8, planes, Orientation::kUpright);
      EXPECT_EQ(frame_of(image, spec).place, sizes.place);
    }
  }
}

TEST_F(FrameTest, ShrinksAndEnlargesLikeTheSlowWayHoweverItIsTurned) {
  for (const Filter filter : {Filter::kArea, Filter::kBilinear, Filter::kLanczos3}) {
    for (const Orientation orientation : testing::kAllOrientations) {
      const std::vector<Picture> planes{noise({.width = 121, .height = 93}, 3, 1)};
      const DecodedImage image = testing::decoded_from(PixelLayout::kRgb8, planes, orientation);
      const Picture upright = testing::turned(planes[0], orientation);
      for (const Size target :
           {Size{.width = 50, .height = 40}, Size{.width = 190, .height = 260}}) {
        const Frame frame = frame_of(image, {.fit = Fit::kInside,
                                             .target = target,
                                             .upscale = Upscale::kAllowed,
                                             .filter = filter});
        EXPECT_LE(worst_difference(frame.pixels,
                                   testing::float_twin(upright, frame.pixels.size(), filter)),
                  1.1);
      }
    }
  }
}

TEST_F(FrameTest, CutsTheMiddleLikeTheSlowWayHoweverItIsTurned) {
  constexpr Size kTarget{.width = 47, .height = 40};
  for (const Filter filter : {Filter::kArea, Filter::kBilinear, Filter::kLanczos3}) {
    for (const Orientation orientation : testing::kAllOrientations) {
      for (const Size size : {Size{.width = 233, .height = 61}, Size{.width = 70, .height = 190},
                              Size{.width = 31, .height = 17}}) {
        const std::vector<Picture> planes{noise(size, 3, 2)};
        const DecodedImage image = testing::decoded_from(PixelLayout::kRgb8, planes, orientation);
        const Picture upright = testing::turned(planes[0], orientation);
        const Extent middle = middle_of(upright.size(), kTarget);
        const auto slow = testing::float_twin(upright, kTarget, filter, middle);
        testing::on_every_target([&] {
          const Frame frame = frame_of(image, {.fit = Fit::kCover,
                                               .target = kTarget,
                                               .upscale = Upscale::kAllowed,
                                               .filter = filter});
          EXPECT_LE(worst_difference(frame.pixels, slow), 1.1);
          EXPECT_NEAR(frame.seen.x, middle.offset_x, 0.01);
          EXPECT_NEAR(frame.seen.height, middle.y, 0.01);
        });
      }
    }
  }
}

TEST_F(FrameTest, CutsThePlanesOfAJpegAtTheSamePlace) {
  constexpr Size kTarget{.width = 60, .height = 52};
  constexpr Size kSize{.width = 244, .height = 132};
  const std::array samplings{std::array{1U, 1U}, std::array{2U, 2U}, std::array{2U, 1U},
                             std::array{1U, 2U}, std::array{4U, 1U}};
  for (const Orientation orientation : testing::kAllOrientations) {
    for (const auto& [across, down] : samplings) {
      const Size chroma{.width = kSize.width / across, .height = kSize.height / down};
      const std::vector<Picture> planes{noise(kSize, 1, 3), noise(chroma, 1, 4),
                                        noise(chroma, 1, 5)};
      std::vector<std::vector<double>> slow;
      for (const Picture& plane : planes) {
        const Picture upright = testing::turned(plane, orientation);
        const Size whole = oriented(kSize, orientation);
        const double x = static_cast<double>(upright.size().width) / whole.width;
        const double y = static_cast<double>(upright.size().height) / whole.height;
        const Extent cut = middle_of(whole, kTarget);
        slow.push_back(testing::float_twin(upright, kTarget, Filter::kLanczos3,
                                           {.x = cut.x * x,
                                            .y = cut.y * y,
                                            .offset_x = cut.offset_x * x,
                                            .offset_y = cut.offset_y * y}));
      }
      std::vector<double> rgb;
      for (std::size_t i = 0; i < slow[0].size(); ++i) {
        const double blue = slow[1][i] - 128;
        const double red = slow[2][i] - 128;
        for (const double part :
             {1.402 * red, (-0.344136 * blue) - (0.714136 * red), 1.772 * blue}) {
          rgb.push_back(std::clamp(slow[0][i] + part, 0.0, 255.0));
        }
      }
      const Frame frame = frame_of(testing::decoded_from(PixelLayout::kYcc8, planes, orientation),
                                   {.fit = Fit::kCover, .target = kTarget});
      EXPECT_LE(worst_difference(frame.pixels, rgb), 1.2);
    }
  }
}

/// Straight alpha of `rgba`, mixed in doubles: four channels, colours premultiplied.
std::vector<double> slow_premultiplied(const Picture& rgba, Size out, Filter filter) {
  const testing::Samples value = [&rgba](std::uint32_t x, std::uint32_t y, std::uint32_t c) {
    const double alpha = rgba.at(x, y, 3);
    return c == 3 ? alpha : rgba.at(x, y, static_cast<int>(c)) * alpha / 255;
  };
  return testing::float_twin(value, rgba.size(), 4, out, filter);
}

TEST_F(FrameTest, MixesTransparentColoursByTheirWeight) {
  for (const Orientation orientation : testing::kAllOrientations) {
    for (const std::uint32_t width : {5U, 64U, 130U}) {
      const std::vector<Picture> planes{noise({.width = width, .height = 90}, 4, 6)};
      const DecodedImage image = testing::decoded_from(PixelLayout::kRgba8, planes, orientation);
      const Frame frame = frame_of(image, {.fit = Fit::kInside,
                                           .target = {.width = 40, .height = 41},
                                           .filter = Filter::kArea,
                                           .alpha = AlphaUse::kKeep});
      ASSERT_EQ(frame.pixels.channels(), 4);
      const auto slow = slow_premultiplied(testing::turned(planes[0], orientation),
                                           frame.pixels.size(), Filter::kArea);
      std::size_t i = 0;
      for (std::uint32_t y = 0; y < frame.pixels.height(); ++y) {
        const auto row = frame.pixels.row(y);
        for (std::size_t x = 0; x < row.size(); x += 4, i += 4) {
          EXPECT_NEAR(row[x + 3], slow[i + 3], 1.1);
          for (std::size_t c = 0; c < 3; ++c) {
            // As it would be seen over black.
            EXPECT_NEAR(row[x + c] * row[x + 3] / 255.0, slow[i + c], 2.0);
          }
        }
      }
    }
  }
}

TEST_F(FrameTest, FlattensTransparencyOverTheBackground) {
  constexpr Rgb8 kGround{.red = 10, .green = 200, .blue = 90};
  for (const Filter filter : {Filter::kArea, Filter::kLanczos3}) {
    const std::vector<Picture> planes{noise({.width = 77, .height = 150}, 4, 7)};
    const DecodedImage image =
        testing::decoded_from(PixelLayout::kRgba8, planes, Orientation::kRotate90);
    testing::on_every_target([&] {
      const Frame frame = frame_of(image, {.fit = Fit::kInside,
                                           .target = {.width = 60, .height = 60},
                                           .filter = filter,
                                           .background = kGround});
      ASSERT_EQ(frame.pixels.channels(), 3);
      const auto slow = slow_premultiplied(testing::turned(planes[0], Orientation::kRotate90),
                                           frame.pixels.size(), filter);
      std::vector<double> flat;
      for (std::size_t i = 0; i < slow.size(); i += 4) {
        const double rest = 1 - (slow[i + 3] / 255);
        flat.push_back(slow[i] + (rest * kGround.red));
        flat.push_back(slow[i + 1] + (rest * kGround.green));
        flat.push_back(slow[i + 2] + (rest * kGround.blue));
      }
      EXPECT_LE(worst_difference(frame.pixels, flat), 2.5);
    });
  }
}

TEST_F(FrameTest, KeepsWhatIsNotResizedExactly) {
  for (const Orientation orientation : testing::kAllOrientations) {
    const std::vector<Picture> planes{noise({.width = 51, .height = 40}, 4, 8)};
    const DecodedImage image = testing::decoded_from(PixelLayout::kRgba8, planes, orientation);
    const Picture upright = testing::turned(planes[0], orientation);
    for (const Fit fit : {Fit::kOriginal, Fit::kInside}) {
      const Frame frame = frame_of(
          image, {.fit = fit, .target = {.width = 64, .height = 64}, .alpha = AlphaUse::kKeep});
      EXPECT_EQ(testing::copy_of(frame.pixels), upright);
    }
    // A cut alone resizes nothing either.
    const Frame cut = frame_of(image, {.fit = Fit::kCover,
                                       .target = {.width = 30, .height = upright.size().height},
                                       .alpha = AlphaUse::kKeep});
    const std::uint32_t left = (upright.size().width - 30) / 2;
    for (std::uint32_t y = 0; y < upright.size().height; ++y) {
      EXPECT_TRUE(
          std::ranges::equal(cut.pixels.row(y), upright.view().row(y).subspan(4 * left, 120)));
    }
  }
}

TEST_F(FrameTest, PutsTheBackgroundAroundAPaddedPicture) {
  constexpr Rgb8 kGround{.red = 1, .green = 2, .blue = 3};
  const std::vector<Picture> planes{noise({.width = 31, .height = 20}, 4, 9)};
  const DecodedImage image =
      testing::decoded_from(PixelLayout::kRgba8, planes, Orientation::kUpright);
  const Frame frame = frame_of(image, {.fit = Fit::kPad,
                                       .target = {.width = 40, .height = 25},
                                       .alpha = AlphaUse::kKeep,
                                       .background = kGround});
  ASSERT_EQ(frame.place, (Rect{.x = 4, .y = 2, .width = 31, .height = 20}));
  for (std::uint32_t y = 0; y < 25; ++y) {
    for (std::uint32_t x = 0; x < 40; ++x) {
      const auto pixel = frame.pixels.row(y).subspan(std::size_t{4} * x, 4);
      const bool inside = x >= 4 && x < 35 && y >= 2 && y < 22;
      const std::array<std::uint8_t, 4> ground{1, 2, 3, 255};
      if (inside) {
        EXPECT_TRUE(std::ranges::equal(
            pixel, planes[0].view().row(y - 2).subspan(std::size_t{4} * (x - 4), 4)));
      } else {
        EXPECT_TRUE(std::ranges::equal(pixel, ground));
      }
    }
  }
}

std::shared_ptr<const ColourTransform> transform_of(testing::ProfileBytes profile,
                                                    ColourModel model) {
  ColourSource source;
  source.profile = std::move(profile);
  return choose_colour(source, model).transform;
}

/// The pixels as they are, converted.
Picture converted(Picture picture, const ColourTransform& colour) {
  for (std::uint32_t y = 0; y < picture.size().height; ++y) {
    colour.convert(picture.view().row(y), picture.channels());
  }
  return picture;
}

TEST_F(FrameTest, BringsColoursToSrgbAfterTheyAreMixed) {
  const auto colour =
      transform_of(testing::rgb_profile(testing::kAdobeRgb, 2.2), ColourModel::kRgb);
  ASSERT_NE(colour, nullptr);
  const FrameSpec spec{.target = {.width = 30, .height = 30}, .alpha = AlphaUse::kKeep};
  for (const auto& [layout, channels] :
       {std::pair{PixelLayout::kRgb8, 3}, std::pair{PixelLayout::kRgba8, 4}}) {
    const std::vector<Picture> planes{noise({.width = 77, .height = 50}, channels, 13)};
    const DecodedImage image = testing::decoded_from(layout, planes, Orientation::kRotate270);
    const Picture raw = testing::copy_of(frame_of(image, spec).pixels);
    EXPECT_EQ(testing::copy_of(frame_of(image, spec, colour.get()).pixels),
              converted(raw, *colour));
  }
  const auto gray = transform_of(testing::gray_profile(1.0), ColourModel::kGray);
  ASSERT_NE(gray, nullptr);
  const std::vector<Picture> planes{noise({.width = 77, .height = 50}, 1, 14)};
  const DecodedImage image =
      testing::decoded_from(PixelLayout::kGray8, planes, Orientation::kUpright);
  const Picture raw = testing::copy_of(frame_of(image, spec).pixels);
  EXPECT_EQ(testing::copy_of(frame_of(image, spec, gray.get()).pixels), converted(raw, *gray));
}

TEST_F(FrameTest, TakesTheBackgroundAsSrgb) {
  constexpr Rgb8 kGround{.red = 10, .green = 200, .blue = 90};
  const auto colour =
      transform_of(testing::rgb_profile(testing::kAdobeRgb, 2.2), ColourModel::kRgb);
  ASSERT_NE(colour, nullptr);
  std::vector<Picture> planes;
  planes.emplace_back(Size{.width = 20, .height = 10}, 4);
  testing::fill_with(planes[0], [](auto, auto, int c) { return c == 3 ? 0 : 120; });
  const DecodedImage image =
      testing::decoded_from(PixelLayout::kRgba8, planes, Orientation::kUpright);
  const Frame frame = frame_of(
      image, {.fit = Fit::kPad, .target = {.width = 16, .height = 16}, .background = kGround},
      colour.get());
  for (std::uint32_t y = 0; y < 16; ++y) {
    const auto row = frame.pixels.row(y);
    for (std::size_t x = 0; x < row.size(); x += 3) {
      EXPECT_EQ((Rgb8{.red = row[x], .green = row[x + 1], .blue = row[x + 2]}), kGround);
    }
  }
}

TEST_F(FrameTest, LeavesInksToTheDecoder) {
  const auto inks = transform_of(testing::cmyk_profile(), ColourModel::kCmyk);
  ASSERT_NE(inks, nullptr);
  const std::vector<Picture> planes{noise({.width = 20, .height = 20}, 3, 15)};
  const DecodedImage image =
      testing::decoded_from(PixelLayout::kRgb8, planes, Orientation::kUpright);
  const FrameSpec spec{.fit = Fit::kOriginal};
  EXPECT_EQ(testing::copy_of(frame_of(image, spec, inks.get()).pixels), planes[0]);
}

// A decode of exactly that size gives the same frame as a whole one.
TEST_F(FrameTest, AsksForADecodeThatIsLargeEnough) {
  std::mt19937 random{10};
  for (int round = 0; round < 3000; ++round) {
    const auto side = [&] { return 1 + static_cast<std::uint32_t>(random() % 5000); };
    const Size original{.width = side(), .height = side()};
    const FrameSpec spec{.fit = static_cast<Fit>(random() % 4),
                         .target = {.width = side() / 4 + 1, .height = side() / 4 + 1},
                         .upscale = static_cast<Upscale>(random() % 2)};
    PixelShape shape = full_decode_of(original);
    const Size whole = frame_size(shape, spec);
    shape.stored_size = fit_inside(original, decoded_view_for(original, spec).longest_side);
    EXPECT_EQ(frame_size(shape, spec), whole)
        << original.width << " x " << original.height << ", fit " << static_cast<int>(spec.fit)
        << " to " << spec.target.width << " x " << spec.target.height;
  }
}

TEST_F(FrameTest, PredictsItsMemoryForAwkwardShapes) {
  std::mt19937 random{11};
  for (int round = 0; round < 300; ++round) {
    const bool thin = round % 3 == 0;
    const Size size{.width = 1 + static_cast<std::uint32_t>(random() % (thin ? 5 : 200)),
                    .height = 1 + static_cast<std::uint32_t>(random() % 200)};
    const auto layout = static_cast<PixelLayout>(random() % 4);
    std::vector<Picture> planes;
    const int channels = layout == PixelLayout::kRgb8 ? 3 : layout == PixelLayout::kRgba8 ? 4 : 1;
    planes.emplace_back(size, channels, random() % 3, random() % 3);
    if (layout == PixelLayout::kYcc8) {
      const std::uint32_t across = 1U << (random() % 3);
      const Size chroma{.width = (size.width + across - 1) / across, .height = size.height};
      planes.emplace_back(chroma, 1);
      planes.emplace_back(chroma, 1);
    }
    frame_of(testing::decoded_from(layout, planes, testing::kAllOrientations.at(random() % 8)),
             {.fit = static_cast<Fit>(random() % 4),
              .target = {.width = 1 + static_cast<std::uint32_t>(random() % 250),
                         .height = 1 + static_cast<std::uint32_t>(random() % 250)},
              .upscale = static_cast<Upscale>(random() % 2),
              .filter = static_cast<Filter>(random() % 3),
              .alpha = static_cast<AlphaUse>(random() % 2)});
  }
}

TEST_F(FrameTest, RefusesWhatFitsNoFrameAndFailsCleanlyWithoutMemory) {
  const std::vector<Picture> planes{noise({.width = 80, .height = 80}, 4, 12)};
  const DecodedImage image =
      testing::decoded_from(PixelLayout::kRgba8, planes, Orientation::kUpright);
  const FrameSpec spec{.target = {.width = 40, .height = 40}};
  {
    Reservation job = budget.reserve(MemoryTag::kPixels, kMiB, {}).value();
    EXPECT_EQ(make_frame(image, {.fit = Fit::kPad}, nullptr, job).error().code,
              ErrorCode::kInvalidArgument);
    DecodedImage empty;
    EXPECT_EQ(make_frame(empty, spec, nullptr, job).error().code, ErrorCode::kInvalidArgument);
  }
  {
    const Bytes predicted = frame_peak_bytes(shape_of(image), spec);
    Reservation job = budget.reserve(MemoryTag::kPixels, predicted - Bytes{1}, {}).value();
    EXPECT_EQ(make_frame(image, spec, nullptr, job).error().code, ErrorCode::kInternal);
  }
  EXPECT_EQ(budget.used(), Bytes{});
}

}  // namespace
}  // namespace albumen
