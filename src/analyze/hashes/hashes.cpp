// SPDX-License-Identifier: Apache-2.0
#include "analyze/hashes/hashes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numbers>

#include "analyze/analyzer.h"
#include "analyze/hashes/internal/grid.h"
#include "analyze/internal/one_view_analyzer.h"
#include "core/error.h"
#include "core/findings.h"
#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/view_spec.h"

namespace albumen {
namespace {

constexpr std::size_t kSide = 32;  // of the DCT
constexpr std::size_t kLow = 8;    // frequencies kept in each direction

/// Coefficients in 1/64 grey levels, rows of rising horizontal frequency. Rounded to integers so
/// that a coefficient which is zero by symmetry is zero on every machine and in every turn.
using Coefficients = std::array<std::array<std::int32_t, kLow>, kLow>;
constexpr double kCoefficientUnit = 64;

using Basis = std::array<std::array<double, kSide>, kLow>;

Basis make_basis() {
  Basis basis{};
  for (std::size_t k = 0; k < kLow; ++k) {
    const double scale = std::sqrt((k == 0 ? 1.0 : 2.0) / kSide);
    for (std::size_t i = 0; i < kSide; ++i) {
      const double angle = std::numbers::pi * static_cast<double>(((2 * i) + 1) * k) / (2 * kSide);
      basis[k][i] = scale * std::cos(angle);
    }
  }
  return basis;
}

Coefficients transform(const internal::Grid<kSide, kSide>& grid, double cell_unit) {
  static const Basis basis = make_basis();
  std::array<std::array<double, kLow>, kSide> rows{};
  for (std::size_t y = 0; y < kSide; ++y) {
    for (std::size_t x = 0; x < kSide; ++x) {
      const double mean = static_cast<double>(grid[y][x]) / cell_unit;
      for (std::size_t u = 0; u < kLow; ++u) {
        rows[y][u] += mean * basis[u][x];
      }
    }
  }
  Coefficients coefficients{};
  for (std::size_t v = 0; v < kLow; ++v) {
    std::array<double, kLow> sums{};
    for (std::size_t y = 0; y < kSide; ++y) {
      for (std::size_t u = 0; u < kLow; ++u) {
        sums[u] += rows[y][u] * basis[v][y];
      }
    }
    for (std::size_t u = 0; u < kLow; ++u) {
      coefficients[v][u] = static_cast<std::int32_t>(std::lround(sums[u] * kCoefficientUnit));
    }
  }
  return coefficients;
}

/// What an orientation does to a picture: perhaps exchange the axes, then mirror each.
struct Turn {
  bool transposes = false;
  bool mirrors_x = false;
  bool mirrors_y = false;
};

/// In the order of EXIF (core/geometry.h): index k is Orientation k + 1.
constexpr std::array<Turn, kTurnCount> kTurns{{
    {.transposes = false, .mirrors_x = false, .mirrors_y = false},
    {.transposes = false, .mirrors_x = true, .mirrors_y = false},
    {.transposes = false, .mirrors_x = true, .mirrors_y = true},
    {.transposes = false, .mirrors_x = false, .mirrors_y = true},
    {.transposes = true, .mirrors_x = false, .mirrors_y = false},
    {.transposes = true, .mirrors_x = true, .mirrors_y = false},
    {.transposes = true, .mirrors_x = true, .mirrors_y = true},
    {.transposes = true, .mirrors_x = false, .mirrors_y = true},
}};

/// A mirrored picture has the same coefficients with the odd frequencies of that axis negated.
Coefficients turned(const Coefficients& upright, const Turn& turn) {
  Coefficients result{};
  for (std::size_t v = 0; v < kLow; ++v) {
    for (std::size_t u = 0; u < kLow; ++u) {
      const std::int32_t value = turn.transposes ? upright[u][v] : upright[v][u];
      const bool negative = (turn.mirrors_x && u % 2 == 1) != (turn.mirrors_y && v % 2 == 1);
      result[v][u] = negative ? -value : value;
    }
  }
  return result;
}

std::uint64_t phash_of(const Coefficients& coefficients) {
  std::array<std::int32_t, kLow * kLow> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    values.at(i) = coefficients[i / kLow][i % kLow];
  }
  auto sorted = values;
  auto* const middle = sorted.data() + (sorted.size() / 2);
  std::nth_element(sorted.data(), middle, sorted.data() + sorted.size());
  const std::int64_t below = *std::max_element(sorted.data(), middle);
  const std::int64_t twice_median = below + *middle;
  std::uint64_t hash = 0;
  for (const std::int64_t value : values) {
    hash = (hash << 1U) | (2 * value > twice_median ? 1U : 0U);
  }
  return hash;
}

bool is_flat(const Coefficients& coefficients) {
  std::array<std::int32_t, (kLow * kLow) - 1> magnitudes{};
  for (std::size_t i = 0; i < magnitudes.size(); ++i) {
    magnitudes.at(i) = std::abs(coefficients[(i + 1) / kLow][(i + 1) % kLow]);
  }
  auto* const middle = magnitudes.data() + (magnitudes.size() / 2);
  std::nth_element(magnitudes.data(), middle, magnitudes.data() + magnitudes.size());
  return *middle < kFlatBelow * kCoefficientUnit;
}

/// Cell (x, y) of the turned picture's grid is one of the upright picture's grid: which.
template <std::size_t kColumns, std::size_t kRows>
std::uint64_t cell_of(const internal::Grid<kColumns, kRows>& grid, const Turn& turn, std::size_t x,
                      std::size_t y) {
  const std::size_t columns = turn.transposes ? kRows : kColumns;  // of the turned grid
  const std::size_t rows = turn.transposes ? kColumns : kRows;
  const std::size_t column = turn.mirrors_x ? columns - 1 - x : x;
  const std::size_t row = turn.mirrors_y ? rows - 1 - y : y;
  return turn.transposes ? grid[column][row] : grid[row][column];
}

template <std::size_t kColumns, std::size_t kRows>
std::uint64_t dhash_of(const internal::Grid<kColumns, kRows>& grid, const Turn& turn) {
  std::uint64_t hash = 0;
  for (std::size_t y = 0; y < 8; ++y) {
    for (std::size_t x = 0; x < 8; ++x) {
      const bool brighter = cell_of(grid, turn, x + 1, y) > cell_of(grid, turn, x, y);
      hash = (hash << 1U) | (brighter ? 1U : 0U);
    }
  }
  return hash;
}

}  // namespace

Result<Hashes> compute_hashes(ImageView gray) {
  if (gray.empty() || gray.channels() != 1) {
    return fail(ErrorCode::kInvalidArgument, "hashes need a grey picture");
  }
  if (gray.size().longest_side() > internal::kMostSquashed) {
    return fail(ErrorCode::kTooLarge, "hashes are made of views, not of whole pictures");
  }
  const double cell_unit = static_cast<double>(gray.size().pixels().count());
  const Coefficients coefficients = transform(internal::squash<kSide, kSide>(gray), cell_unit);
  const auto lying = internal::squash<9, 8>(gray);
  const auto standing = internal::squash<8, 9>(gray);
  Hashes hashes;
  for (std::size_t k = 0; k < kTurnCount; ++k) {
    const Turn& turn = kTurns.at(k);
    hashes.phash.at(k) = phash_of(turned(coefficients, turn));
    hashes.dhash.at(k) = turn.transposes ? dhash_of(standing, turn) : dhash_of(lying, turn);
  }
  hashes.flat = is_flat(coefficients);
  return hashes;
}

int hamming_distance(std::uint64_t a, std::uint64_t b) { return std::popcount(a ^ b); }

std::unique_ptr<Analyzer> make_hashes_analyzer() {
  // Eight pixels to a cell of the 32 x 32 grid: more would change nothing, and the smallest scale
  // of a photograph's decode covers it.
  constexpr ViewSpec kView{.longest_side = 256, .layout = ViewLayout::kGray8};
  return std::make_unique<internal::OneViewAnalyzer<compute_hashes>>(
      AnalyzerId{
          .name = "hashes", .version = "1", .model_digest = "", .parameters = "view=256;flat=2"},
      kView);
}

}  // namespace albumen
