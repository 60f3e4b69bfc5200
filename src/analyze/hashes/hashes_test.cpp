// SPDX-License-Identifier: Apache-2.0
#include "analyze/hashes/hashes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <numbers>
#include <random>
#include <stop_token>
#include <vector>

#include "analyze/testing/run_analyzer.h"
#include "core/error.h"
#include "core/findings.h"
#include "core/geometry.h"
#include "core/units.h"
#include "govern/budget.h"
#include "prepare/resize.h"
#include "prepare/testing/pictures.h"

namespace albumen {
namespace {

using testing::Picture;

/// The twin: every pixel spread over the cells it touches, in doubles, straight from the words.
std::vector<double> slow_grid(const Picture& picture, std::size_t columns, std::size_t rows) {
  std::vector<double> cells(columns * rows);
  const double across = picture.size().width / static_cast<double>(columns);
  const double down = picture.size().height / static_cast<double>(rows);
  for (std::size_t j = 0; j < rows; ++j) {
    const double top = static_cast<double>(j) * down;
    for (std::size_t i = 0; i < columns; ++i) {
      const double left = static_cast<double>(i) * across;
      double sum = 0;
      for (std::uint32_t y = 0; y < picture.size().height; ++y) {
        const double high = std::min(y + 1.0, top + down) - std::max<double>(y, top);
        for (std::uint32_t x = 0; high > 0 && x < picture.size().width; ++x) {
          const double wide = std::min(x + 1.0, left + across) - std::max<double>(x, left);
          sum += wide > 0 ? wide * high * picture.at(x, y) : 0;
        }
      }
      cells[(j * columns) + i] = sum / (across * down);
    }
  }
  return cells;
}

std::vector<double> slow_coefficients(const Picture& picture) {
  const auto cells = slow_grid(picture, 32, 32);
  std::vector<double> coefficients;
  for (int v = 0; v < 8; ++v) {
    for (int u = 0; u < 8; ++u) {
      double sum = 0;
      for (std::size_t y = 0; y < 32; ++y) {
        for (std::size_t x = 0; x < 32; ++x) {
          sum += cells[(y * 32) + x] *
                 std::cos(std::numbers::pi * u * (static_cast<double>(x) + 0.5) / 32) *
                 std::cos(std::numbers::pi * v * (static_cast<double>(y) + 0.5) / 32);
        }
      }
      coefficients.push_back(sum * (u == 0 ? std::sqrt(1.0 / 32) : 0.25) *
                             (v == 0 ? std::sqrt(1.0 / 32) : 0.25));
    }
  }
  return coefficients;
}

std::uint64_t slow_phash(const Picture& picture) {
  const auto coefficients = slow_coefficients(picture);
  auto sorted = coefficients;
  std::ranges::sort(sorted);
  const double median = (sorted[31] + sorted[32]) / 2;
  std::uint64_t hash = 0;
  for (const double coefficient : coefficients) {
    hash = (hash << 1U) | (coefficient > median ? 1U : 0U);
  }
  return hash;
}

std::uint64_t slow_dhash(const Picture& picture) {
  const auto cells = slow_grid(picture, 9, 8);
  std::uint64_t hash = 0;
  for (std::size_t y = 0; y < 8; ++y) {
    for (std::size_t x = 0; x < 8; ++x) {
      hash = (hash << 1U) | (cells[(y * 9) + x + 1] > cells[(y * 9) + x] ? 1U : 0U);
    }
  }
  return hash;
}

Hashes hashes_of(const Picture& picture) { return compute_hashes(picture.view()).value(); }

/// Random smooth waves: like a photograph, most of its power is in low frequencies.
Picture scene(Size size, unsigned seed) {
  std::mt19937 random{seed};
  std::uniform_real_distribution<double> phase{0, 2 * std::numbers::pi};

  struct Wave {
    double x, y, phase, height;
  };

  std::vector<Wave> waves;
  for (int i = 0; i < 40; ++i) {
    const double x = static_cast<double>(random() % 19) - 9;
    const double y = static_cast<double>(random() % 19) - 9;
    waves.push_back({x, y, phase(random), 60 / (1 + std::hypot(x, y))});
  }
  Picture picture{size, 1, seed % 3, seed % 2};
  testing::fill_with(picture, [&](std::uint32_t x, std::uint32_t y, int) {
    double value = 120;
    for (const Wave& wave : waves) {
      value += wave.height * std::sin((wave.x * std::numbers::pi * x / size.width) +
                                      (wave.y * std::numbers::pi * y / size.height) + wave.phase);
    }
    return static_cast<int>(std::clamp(value, 0.0, 255.0));
  });
  return picture;
}

TEST(HashesTest, EqualTheirSlowTwins) {
  unsigned seed = 0;
  for (const Size size : {Size{.width = 256, .height = 192}, Size{.width = 171, .height = 256},
                          Size{.width = 33, .height = 31}, Size{.width = 320, .height = 7}}) {
    const Picture picture = scene(size, ++seed);
    const Hashes hashes = hashes_of(picture);
    EXPECT_EQ(hashes.phash[0], slow_phash(picture)) << size.width;
    EXPECT_EQ(hashes.dhash[0], slow_dhash(picture)) << size.width;
    EXPECT_FALSE(hashes.flat);
  }
}

TEST(HashesTest, TurnsAreTheHashesOfTheTurnedPixels) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    const Picture picture = scene({.width = 256, .height = 130 + (seed * 23)}, seed);
    const Hashes hashes = hashes_of(picture);
    for (std::size_t k = 0; k < kTurnCount; ++k) {
      const Orientation orientation = testing::kAllOrientations.at(k);
      const Hashes turned = hashes_of(testing::turned(picture, orientation));
      EXPECT_EQ(hashes.phash.at(k), turned.phash[0]) << k;
      EXPECT_EQ(hashes.dhash.at(k), turned.dhash[0]) << k;
      EXPECT_EQ(hashes.flat, turned.flat);
    }
  }
}

TEST(HashesTest, TurnsOfSymmetricPicturesAreExactToo) {
  // Many coefficients are zero by symmetry: rounding noise must not decide their bits.
  Picture picture{{.width = 128, .height = 128}, 1};
  testing::fill_with(picture, [](std::uint32_t x, std::uint32_t y, int) {
    const auto dx = static_cast<int>(x < 64 ? 63 - x : x - 64);
    const auto dy = static_cast<int>(y < 64 ? 63 - y : y - 64);
    return std::min(255, (dx * dx + dy * dy) / 16);
  });
  const Hashes hashes = hashes_of(picture);
  for (std::size_t k = 1; k < kTurnCount; ++k) {
    EXPECT_EQ(hashes.phash.at(k), hashes.phash[0]);
    EXPECT_EQ(hashes.dhash.at(k), hashes.dhash[0]);
  }
}

Picture changed(const Picture& picture,
                const std::function<double(double, std::uint32_t)>& change) {
  Picture result{picture.size(), 1};
  std::uint32_t i = 0;
  testing::fill_with(result, [&](std::uint32_t x, std::uint32_t y, int) {
    return static_cast<int>(std::lround(std::clamp(change(picture.at(x, y), i++), 0.0, 255.0)));
  });
  return result;
}

TEST(HashesTest, SurviveResizingBrightnessAndNoise) {
  std::mt19937 random{5};
  for (unsigned seed = 0; seed < 12; ++seed) {
    const Picture picture = scene({.width = 256, .height = 192}, 100 + seed);
    const Hashes before = hashes_of(picture);
    Picture half{{.width = 128, .height = 96}, 1};
    Budget budget{kMiB};
    Reservation job = budget.reserve(MemoryTag::kPixels, kMiB, {}).value();
    ASSERT_TRUE(resize(half.view(), picture.view(), Filter::kLanczos3, job).has_value());
    const Picture darker = changed(picture, [](double v, auto) { return (v * 0.85) + 6; });
    // As JPEG does it: noise on pixels and a step from block to block.
    const Picture noisy = changed(picture, [&](double v, std::uint32_t i) {
      const double block = ((i / 8) % 32 + (i / 256 / 8)) % 3 == 0 ? 1.5 : -1;
      return v + block + (static_cast<double>(random() % 9) - 4);
    });
    for (const Picture* after : {static_cast<const Picture*>(&half), &darker, &noisy}) {
      const Hashes hashes = hashes_of(*after);
      EXPECT_LE(hamming_distance(before.phash[0], hashes.phash[0]), 4);
      EXPECT_LE(hamming_distance(before.dhash[0], hashes.dhash[0]), 4);
    }
    const Hashes other = hashes_of(scene({.width = 256, .height = 192}, 500 + seed));
    EXPECT_GE(hamming_distance(before.phash[0], other.phash[0]), 14);
  }
}

TEST(HashesTest, SayWhenAPictureIsFlat) {
  std::mt19937 random{6};
  const Picture sky = [&] {
    Picture picture{{.width = 256, .height = 192}, 1};
    testing::fill_with(picture, [&](auto, std::uint32_t y, int) {
      return static_cast<int>(150 + (y / 4) + (random() % 5));
    });
    return picture;
  }();
  EXPECT_TRUE(hashes_of(sky).flat);
  for (const int level : {0, 128, 255}) {
    Picture picture{{.width = 64, .height = 48}, 1};
    testing::fill_with(picture, [&](auto, auto, auto) { return level; });
    const Hashes hashes = hashes_of(picture);
    EXPECT_TRUE(hashes.flat);
    EXPECT_EQ(hashes.dhash[0], 0U);
  }
}

TEST(HashesTest, TakesAnySizeAndRefusesColour) {
  // One pixel to many cells: equal neighbours are no gradient.
  for (const Size size : {Size{.width = 1, .height = 1}, Size{.width = 1, .height = 700}}) {
    EXPECT_EQ(hashes_of(scene(size, 3)).dhash[0], 0U);
  }
  const Picture thin = scene({.width = 700, .height = 1}, 3);
  EXPECT_EQ(hashes_of(thin).phash[0],
            hashes_of(testing::turned(thin, Orientation::kUpright)).phash[0]);
  EXPECT_EQ(hashes_of(thin).dhash[5],
            hashes_of(testing::turned(thin, Orientation::kRotate90)).dhash[0]);
  const Picture rgb{{.width = 8, .height = 8}, 3};
  EXPECT_EQ(compute_hashes(rgb.view()).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(compute_hashes({}).error().code, ErrorCode::kInvalidArgument);
}

TEST(HashesTest, AnalyzerGivesEachPictureItsOwnAnswer) {
  const auto analyzer = make_hashes_analyzer();
  EXPECT_EQ(analyzer->id().name, "hashes");
  const std::vector<Picture> pictures{scene({.width = 300, .height = 200}, 1),
                                      scene({.width = 90, .height = 400}, 2)};
  const auto findings = testing::run_analyzer(*analyzer, pictures, {});
  ASSERT_EQ(findings.size(), 2U);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    ASSERT_TRUE(findings[i].has_value());
    const auto& hashes = std::get<Hashes>(*findings[i]);
    EXPECT_LE(hamming_distance(hashes.phash[0], hashes_of(pictures[i]).phash[0]), 2);
  }
  std::stop_source source;
  source.request_stop();
  for (const auto& finding : testing::run_analyzer(*analyzer, pictures, source.get_token())) {
    EXPECT_EQ(finding.error().code, ErrorCode::kCancelled);
  }
}

}  // namespace
}  // namespace albumen
