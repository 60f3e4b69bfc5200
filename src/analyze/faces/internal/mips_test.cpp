// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/internal/mips.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace albumen::faces {
namespace {

class MipsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    job_ = budget_.reserve(MemoryTag::kTensor, kMiB * 4, StopToken()).value();
  }

  // A picture of noise, so that a wrong pixel shows.
  ImageView noise(Size size) {
    pixels_.resize(size.pixels().bytes(3).count());
    std::mt19937 random(11);
    for (std::uint8_t& value : pixels_) {
      value = static_cast<std::uint8_t>(random());
    }
    return {pixels_.data(), size, 3, std::size_t{size.width} * 3};
  }

  Budget budget_{kMiB * 8};
  Reservation job_;
  std::vector<std::uint8_t> pixels_;
};

// The twin: one output value by the definition.
double expected(ImageView in, double x, double y, std::size_t channel) {
  const auto at = [&](double column, double row) {
    const bool outside = column < 0 || row < 0 || column >= in.width() || row >= in.height();
    if (outside) {
      return 127.5;
    }
    const auto first = static_cast<std::size_t>(column) * 3;
    return static_cast<double>(in.row(static_cast<std::uint32_t>(row))[first + channel]);
  };
  const double left = std::floor(x);
  const double top = std::floor(y);
  const double u = x - left;
  const double v = y - top;
  return (1 - v) * ((1 - u) * at(left, top) + u * at(left + 1, top)) +
         v * ((1 - u) * at(left, top + 1) + u * at(left + 1, top + 1));
}

TEST_F(MipsTest, HalvesByMeansOfFour) {
  const auto mips = Mips::build(noise({.width = 101, .height = 67}), job_);
  ASSERT_TRUE(mips.has_value());
  ASSERT_EQ(mips->levels().size(), 3U);
  const ImageView fine = mips->levels()[0];
  const ImageView coarse = mips->levels()[1];
  EXPECT_EQ(coarse.size(), (Size{.width = 50, .height = 33}));
  for (std::uint32_t y = 0; y < coarse.height(); ++y) {
    for (std::size_t index = 0; index < 150; ++index) {
      const std::size_t at = index / 3 * 6 + index % 3;
      const int sum = fine.row(2 * y)[at] + fine.row(2 * y)[at + 3] + fine.row(2 * y + 1)[at] +
                      fine.row(2 * y + 1)[at + 3];
      ASSERT_EQ(coarse.row(y)[index], (sum + 2) / 4);
    }
  }
}

TEST_F(MipsTest, CropsLikeTheDefinition) {
  const auto mips = Mips::build(noise({.width = 200, .height = 150}), job_);
  ASSERT_TRUE(mips.has_value());
  std::mt19937 random(5);
  std::uniform_real_distribution<float> place(-60, 180);
  std::uniform_real_distribution<float> length(4, 190);
  std::vector<std::uint8_t> crop(std::size_t{24} * 24 * 3);
  for (int round = 0; round < 60; ++round) {
    const Square square{.x = place(random), .y = place(random), .side = length(random)};
    mips->crop(crop, 24, square);
    const double ratio = square.side / 24.0;
    const auto level = std::min<std::size_t>(
        ratio < 1 ? 0 : static_cast<std::size_t>(std::floor(std::log2(ratio))),
        mips->levels().size() - 1);
    const double factor = std::ldexp(1.0, static_cast<int>(level));
    for (std::size_t index = 0; index < crop.size(); ++index) {
      const auto column = static_cast<double>(index / 3 % 24);
      const auto row = static_cast<double>(index / 72);
      const double want =
          expected(mips->levels()[level], (square.x + (column + 0.5) * ratio) / factor - 0.5,
                   (square.y + (row + 0.5) * ratio) / factor - 0.5, index % 3);
      ASSERT_NEAR(crop[index], want, 0.52) << round << ' ' << index;
    }
  }
}

TEST_F(MipsTest, IsGreyFarOutside) {
  const auto mips = Mips::build(noise({.width = 40, .height = 40}), job_);
  std::vector<std::uint8_t> crop(std::size_t{48} * 48 * 3);
  for (const Square& square :
       {Square{.x = 1e5F, .y = 0, .side = 50}, Square{.x = 0, .y = -1e5F, .side = 90000}}) {
    mips->crop(crop, 48, square);
    EXPECT_EQ(crop, std::vector<std::uint8_t>(crop.size(), 128));
  }
}

TEST_F(MipsTest, TakesExactlyWhatItSays) {
  const ImageView view = noise({.width = 333, .height = 77});
  Reservation exact = job_.split(MemoryTag::kTensor, Mips::bytes_for(view.size())).value();
  EXPECT_TRUE(Mips::build(view, exact).has_value());
  exact = job_.split(MemoryTag::kTensor, Mips::bytes_for(view.size()) - Bytes{1}).value();
  EXPECT_FALSE(Mips::build(view, exact).has_value());
}

}  // namespace
}  // namespace albumen::faces
