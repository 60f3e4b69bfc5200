// SPDX-License-Identifier: Apache-2.0
// The tiled scan against three nested loops, for every SIMD target of this machine.
#include "people/internal/pair_scan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <random>
#include <tuple>

#include "people/internal/scan_kernels.h"

namespace albumen::people {
namespace {

using Triple = std::tuple<std::uint32_t, std::uint32_t, std::int32_t>;

struct Sizes {
  std::uint32_t rows;
  std::size_t dimension;
};

FixedRows random_rows(const Sizes& sizes, std::uint64_t seed, Budget* budget) {
  FixedRows rows(sizes.dimension, budget);
  std::mt19937_64 random(seed);
  // As large as a unit vector of that dimension can be on average.
  const double largest = 32767.0 / std::sqrt(static_cast<double>(sizes.dimension));
  std::uniform_real_distribution<double> value(-largest, largest);
  for (std::uint32_t i = 0; i < sizes.rows; ++i) {
    const auto row = rows.row(rows.add().value());
    for (std::size_t k = 0; k < sizes.dimension; ++k) {
      row[k] = static_cast<std::int16_t>(value(random));
    }
  }
  return rows;
}

std::int64_t slow_dot(std::span<const std::int16_t> a, std::span<const std::int16_t> b) {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < std::min(a.size(), b.size()); ++k) {
    sum += std::int64_t{a[k]} * b[k];
  }
  return sum;
}

std::vector<Triple> slow_scan(const FixedRows& rows, std::uint32_t first_row, std::int32_t least) {
  std::vector<Triple> hits;
  for (std::uint32_t row = first_row; row < rows.count(); ++row) {
    for (std::uint32_t column = 0; column < row; ++column) {
      const std::int64_t product = slow_dot(rows.row(row), rows.row(column));
      if (product >= least) {
        hits.emplace_back(row, column, static_cast<std::int32_t>(product));
      }
    }
  }
  return hits;
}

std::vector<Triple> sorted(const HitList& hits) {
  std::vector<Triple> result;
  hits.for_each([&result](std::span<const PairHit> chunk) {
    for (const PairHit& hit : chunk) {
      result.emplace_back(hit.row, hit.column, hit.dot);
    }
  });
  std::ranges::sort(result);
  return result;
}

// Runs `body` once per SIMD target that this processor and build have.
template <class Body>
void for_each_target(Body body) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(PairScanTest, EqualsNestedLoopsOnEveryTarget) {
  Budget budget(kMiB * 256);
  constexpr std::array<Sizes, 8> kSizes{
      {{1, 128}, {2, 1}, {15, 8}, {17, 128}, {49, 33}, {250, 128}, {999, 31}, {1931, 20}}};
  constexpr std::int32_t kLeast = 90'000'000;
  for_each_target([&] {
    std::uint64_t seed = 1;
    for (const Sizes& sizes : kSizes) {
      const FixedRows rows = random_rows(sizes, seed++, &budget);
      for (const std::uint32_t first : {0U, sizes.rows / 3, sizes.rows - 1, sizes.rows}) {
        SCOPED_TRACE(testing::Message() << sizes.rows << " x " << sizes.dimension << " " << first);
        const auto expected = slow_scan(rows, first, kLeast);
        const auto hits = scan_pairs(rows, first, kLeast, {.budget = &budget, .threads = 3});
        ASSERT_TRUE(hits.has_value());
        EXPECT_EQ(hits->size(), expected.size());
        ASSERT_EQ(sorted(*hits), expected);
      }
    }
  });
}

TEST(PairScanTest, ChosenRowsMeetAllOthersOnEveryTarget) {
  Budget budget(kMiB * 256);
  constexpr std::int32_t kLeast = 90'000'000;
  const FixedRows rows = random_rows({1931, 20}, 5, &budget);
  for_each_target([&] {
    for (const std::size_t count : {0U, 1U, 3U, 4U, 50U, 1000U}) {
      std::vector<std::uint32_t> chosen;
      std::vector<Triple> expected;
      for (std::uint32_t i = 0; i < count; ++i) {
        chosen.push_back((i * 1000 + 7) % rows.count());  // 1931 is prime: all different
        for (std::uint32_t other = 0; other < rows.count(); ++other) {
          const std::int64_t product = slow_dot(rows.row(chosen.back()), rows.row(other));
          if (product >= kLeast && other != chosen.back()) {
            expected.emplace_back(chosen.back(), other, static_cast<std::int32_t>(product));
          }
        }
      }
      std::ranges::sort(expected);
      SCOPED_TRACE(count);
      const auto hits = scan_chosen(rows, chosen, kLeast, {.budget = &budget, .threads = 3});
      ASSERT_TRUE(hits.has_value());
      ASSERT_EQ(sorted(*hits), expected);
    }
  });
}

TEST(PairScanTest, LimitIsInclusiveAndExact) {
  Budget budget(kMiB * 64);
  const FixedRows rows = random_rows({40, 128}, 7, &budget);
  const auto limit = static_cast<std::int32_t>(slow_dot(rows.row(30), rows.row(4)));
  if (limit > 0) {
    const auto at = scan_pairs(rows, 0, limit, {.budget = &budget});
    const auto above = scan_pairs(rows, 0, limit + 1, {.budget = &budget});
    EXPECT_EQ(at->size(), above->size() + 1);
  }
}

TEST(PairScanTest, LargestValuesDoNotOverflow) {
  Budget budget(kMiB * 64);
  for_each_target([&] {
    FixedRows rows(128, &budget);
    for (int i = 0; i < 40; ++i) {
      rows.row(rows.add().value())[5] = i % 2 == 0 ? 32767 : -32767;
    }
    const auto hits = scan_pairs(rows, 0, 1, {.budget = &budget});
    ASSERT_TRUE(hits.has_value());
    EXPECT_EQ(hits->size(), 2U * 20U * 19U / 2U);
    hits->for_each([](std::span<const PairHit> chunk) {
      for (const PairHit& hit : chunk) {
        EXPECT_EQ(hit.dot, 32767 * 32767);
      }
    });
  });
}

TEST(PairScanTest, WideDotProductsAreExactOnEveryTarget) {
  Budget budget(kMiB * 64);
  RowPool<std::int32_t> wide(100, &budget);
  std::mt19937_64 random(5);
  std::uniform_int_distribution<std::int32_t> value(-2'000'000'000, 2'000'000'000);
  for (int i = 0; i < 2; ++i) {
    const auto row = wide.row(wide.add().value());
    std::ranges::generate_n(row.begin(), 100, [&] { return value(random) / (i == 0 ? 1 : 4096); });
  }
  const FixedRows narrow = random_rows({2, 100}, 3, &budget);
  std::int64_t wide_wide = 0;
  std::int64_t wide_narrow = 0;
  for (std::size_t k = 0; k < 100; ++k) {
    wide_wide += std::int64_t{wide.row(0)[k]} * wide.row(1)[k];
    wide_narrow += std::int64_t{wide.row(0)[k]} * narrow.row(1)[k];
  }
  for_each_target([&] {
    EXPECT_EQ(dot(std::as_const(wide).row(0), std::as_const(wide).row(1)), wide_wide);
    EXPECT_EQ(dot(std::as_const(wide).row(0), narrow.row(1)), wide_narrow);
    EXPECT_EQ(dot(narrow.row(0), narrow.row(1)), slow_dot(narrow.row(0), narrow.row(1)));
  });
}

TEST(PairScanTest, RefusesWhenHitsExceedTheBudget) {
  Budget budget(kMiB * 2);
  FixedRows rows(16, &budget);
  for (int i = 0; i < 1000; ++i) {
    rows.row(rows.add().value())[0] = 32767;  // half a million pairs, 6 MB of hits
  }
  const auto hits = scan_pairs(rows, 0, 1, {.budget = &budget, .threads = 2});
  ASSERT_FALSE(hits.has_value());
  EXPECT_EQ(hits.error().code, ErrorCode::kBudgetExceeded);
}

TEST(PairScanTest, StopsWhenAsked) {
  Budget budget(kMiB * 64);
  const FixedRows rows = random_rows({300, 16}, 1, &budget);
  std::stop_source source;
  source.request_stop();
  const auto hits =
      scan_pairs(rows, 0, 1, {.budget = &budget, .threads = 2, .stop = source.get_token()});
  ASSERT_FALSE(hits.has_value());
  EXPECT_EQ(hits.error().code, ErrorCode::kCancelled);
}

using TileFunction = void (*)(const Tile&, TileSink, void*);

std::vector<Triple> hits_of(const Tile& tile, TileFunction scan) {
  std::vector<Triple> hits;
  scan(
      tile,
      [](void* context, std::size_t row, std::size_t column, std::int32_t dot) {
        static_cast<std::vector<Triple>*>(context)->emplace_back(row, column, dot);
      },
      &hits);
  std::ranges::sort(hits);
  return hits;
}

std::vector<const std::int16_t*> pointers(const FixedRows& rows, std::uint32_t first) {
  std::vector<const std::int16_t*> result;
  for (std::uint32_t row = first; row < rows.count(); ++row) {
    result.push_back(rows.row(row).data());
  }
  return result;
}

std::vector<Triple> slow_tile(const FixedRows& rows, std::uint32_t first, std::size_t columns,
                              std::int32_t least) {
  std::vector<Triple> hits;
  for (std::uint32_t row = first; row < rows.count(); ++row) {
    for (std::uint32_t column = 0; column < columns; ++column) {
      const std::int64_t product = slow_dot(rows.row(row), rows.row(column));
      if (product >= least) {
        hits.emplace_back(row - first, column, static_cast<std::int32_t>(product));
      }
    }
  }
  return hits;
}

void expect_tiles_right(const FixedRows& rows, TileFunction scan, Budget* budget) {
  constexpr std::int32_t kLeast = 50'000'000;
  constexpr std::uint32_t kFirst = 3;
  const std::size_t pairs = rows.stride() / 2;
  const auto all = pointers(rows, 0);
  const std::size_t size = packed_size(all.size(), pairs) * sizeof(std::int16_t);
  Reservation job = budget->try_reserve(MemoryTag::kVectors, Bytes{size}).value();
  ByteBuffer buffer = ByteBuffer::allocate(job, MemoryTag::kVectors, size).value();
  void* const start = buffer.data();
  auto* const packed = static_cast<std::int16_t*>(start);
  pack_columns(all, pairs, packed);
  const auto lines = pointers(rows, kFirst);
  for (const std::size_t columns : {std::size_t{1}, all.size() / 2, all.size()}) {
    const Tile tile{
        .rows = lines, .packed = packed, .columns = columns, .pairs = pairs, .least_dot = kLeast};
    EXPECT_EQ(hits_of(tile, scan), slow_tile(rows, kFirst, columns, kLeast));
  }
}

TEST(ScanTileTest, EveryFormEqualsNestedLoops) {
  Budget budget(kMiB * 64);
  for (const Sizes& sizes : {Sizes{4, 128}, Sizes{20, 40}, Sizes{53, 128}, Sizes{111, 7}}) {
    const FixedRows rows = random_rows(sizes, sizes.rows, &budget);
    for_each_target([&] { expect_tiles_right(rows, scan_tile_portable, &budget); });
    if (has_vnni()) {
      expect_tiles_right(rows, scan_tile_vnni, &budget);
    } else {
      std::puts("no AVX-512 VNNI on this processor: that form was not run");
    }
  }
}

}  // namespace
}  // namespace albumen::people
