// SPDX-License-Identifier: Apache-2.0
#include "decode/png/box_shrink.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace albumen {
namespace {

// The obvious way: all pixels at hand, one box after the other.
std::vector<std::uint8_t> shrink_plainly(const ShrinkShape& shape,
                                         const std::vector<std::uint8_t>& pixels) {
  const Size target = shape.target();
  const auto channels = static_cast<std::size_t>(shape.channels);
  std::vector<std::uint8_t> out;
  for (std::uint32_t ty = 0; ty < target.height; ++ty) {
    for (std::uint32_t tx = 0; tx < target.width; ++tx) {
      std::vector<double> sums(channels);
      double count = 0;
      for (std::uint32_t y = ty * shape.factor;
           y < std::min((ty + 1) * shape.factor, shape.source.height); ++y) {
        for (std::uint32_t x = tx * shape.factor;
             x < std::min((tx + 1) * shape.factor, shape.source.width); ++x) {
          const std::uint8_t* const pixel =
              &pixels[(std::size_t{y} * shape.source.width + x) * channels];
          const double weight = channels == 4 ? pixel[3] : 1;
          for (std::size_t channel = 0; channel < channels; ++channel) {
            sums[channel] += channel == 3 ? pixel[3] : pixel[channel] * weight;
          }
          count += 1;
        }
      }
      for (std::size_t channel = 0; channel < channels; ++channel) {
        const double divisor = channels == 4 && channel < 3 ? sums[3] : count;
        out.push_back(divisor == 0 ? std::uint8_t{0}
                                   : static_cast<std::uint8_t>(sums[channel] / divisor + 0.5));
      }
    }
  }
  return out;
}

std::vector<std::uint8_t> random_pixels(const ShrinkShape& shape, std::uint32_t seed) {
  std::minstd_rand random{seed};
  std::vector<std::uint8_t> pixels(
      shape.source.pixels().bytes(static_cast<std::uint64_t>(shape.channels)).count());
  for (std::uint8_t& sample : pixels) {
    sample = static_cast<std::uint8_t>(random() % 256 < 40 ? 0 : random());
  }
  return pixels;
}

TEST(BoxShrinkTest, RowsFromTheTopEqualThePlainWay) {
  for (const int channels : {1, 3, 4}) {
    for (const std::uint32_t factor : {1U, 2U, 3U, 7U, 50U}) {
      const ShrinkShape shape{.source = {45, 31}, .factor = factor, .channels = channels};
      const auto pixels = random_pixels(shape, factor);
      std::vector<std::uint32_t> sums(shape.sum_count());
      const std::size_t stride = shape.target().width * static_cast<std::size_t>(channels);
      std::vector<std::uint8_t> out(stride * shape.target().height);
      BoxShrink shrink{shape, sums, {out.data(), shape.target(), channels, stride}};
      const std::size_t row_bytes = 45 * static_cast<std::size_t>(channels);
      for (std::uint32_t y = 0; y < 31; ++y) {
        shrink.add({.y = y, .pixels = std::span{pixels}.subspan(y * row_bytes, row_bytes)});
      }
      shrink.finish();
      EXPECT_EQ(out, shrink_plainly(shape, pixels)) << channels << " " << factor;
    }
  }
}

TEST(BoxShrinkTest, PixelsInAnyOrderEqualThePlainWay) {
  const ShrinkShape shape{.source = {37, 23}, .factor = 5, .channels = 3, .order = RowOrder::kAny};
  const auto pixels = random_pixels(shape, 9);
  std::vector<std::uint32_t> sums(shape.sum_count());
  const std::size_t stride = shape.target().width * 3;
  std::vector<std::uint8_t> out(stride * shape.target().height);
  BoxShrink shrink{shape, sums, {out.data(), shape.target(), 3, stride}};
  for (const std::uint32_t first : {2U, 0U, 1U}) {  // every third pixel, bottom up
    for (std::uint32_t y = 23; y-- > 0;) {
      std::vector<std::uint8_t> run;
      for (std::uint32_t x = first; x < 37; x += 3) {
        const auto at = pixels.begin() + static_cast<std::ptrdiff_t>((y * 37 + x) * 3);
        run.insert(run.end(), at, at + 3);
      }
      shrink.add({.y = y, .first = first, .step = 3, .pixels = run});
    }
  }
  shrink.finish();
  EXPECT_EQ(out, shrink_plainly(shape, pixels));
}

TEST(BoxShrinkTest, LargestFactorDoesNotOverflow) {
  const ShrinkShape shape{.source = {kMaxShrink, kMaxShrink}, .factor = kMaxShrink, .channels = 4};
  const std::vector<std::uint8_t> row(std::size_t{kMaxShrink} * 4, 255);
  std::vector<std::uint32_t> sums(shape.sum_count());
  std::vector<std::uint8_t> out(4);
  BoxShrink shrink{shape, sums, {out.data(), shape.target(), 4, 4}};
  for (std::uint32_t y = 0; y < kMaxShrink; ++y) {
    shrink.add({.y = y, .pixels = row});
  }
  EXPECT_EQ(out, (std::vector<std::uint8_t>{255, 255, 255, 255}));
}

}  // namespace
}  // namespace albumen
