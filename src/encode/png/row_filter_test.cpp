// SPDX-License-Identifier: Apache-2.0
#include "encode/png/row_filter.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <hwy/highway.h>
#include <random>
#include <vector>

#include "encode/testing/plain_png.h"

namespace albumen {
namespace {

/// A row with its padding: zeros before, anything behind.
class PaddedRow {
 public:
  PaddedRow(std::size_t bytes, std::mt19937& random, unsigned levels)
      : memory_(kRowPadding + bytes + kRowPadding) {
    for (std::size_t i = kRowPadding; i < memory_.size(); ++i) {
      memory_[i] = static_cast<std::uint8_t>(random() % levels);
    }
  }

  [[nodiscard]] const std::uint8_t* data() const { return memory_.data() + kRowPadding; }

 private:
  std::vector<std::uint8_t> memory_;
};

std::vector<std::uint8_t> plainly_filtered(int filter, const RowPair& rows) {
  std::vector<std::uint8_t> out(rows.bytes);
  for (std::size_t x = 0; x < rows.bytes; ++x) {
    const bool first = x < rows.pixel_bytes;
    const int left = first ? 0 : rows.row[x - rows.pixel_bytes];
    const int corner = first ? 0 : rows.above[x - rows.pixel_bytes];
    out[x] = static_cast<std::uint8_t>(
        rows.row[x] - testing::plain_prediction(filter, left, rows.above[x], corner));
  }
  return out;
}

void compare_with_twin(const RowPair& rows) {
  const auto sums = filter_magnitudes(rows);
  for (int filter = 0; filter < 5; ++filter) {
    const auto expected = plainly_filtered(filter, rows);
    std::vector<std::uint8_t> out(rows.bytes + kRowPadding);
    filter_row(static_cast<RowFilter>(filter), rows, out.data());
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), out.begin())) << filter;
    std::uint64_t sum = 0;
    for (const std::uint8_t byte : expected) {
      sum += std::min<unsigned>(byte, 256U - byte);
    }
    EXPECT_EQ(sums[static_cast<std::size_t>(filter)], sum) << filter;
  }
}

TEST(RowFilterTest, EqualsItsPlainTwinOnEveryTarget) {
  std::mt19937 random{3};
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (int round = 0; round < 60; ++round) {
      const std::size_t pixel_bytes = 1 + (random() % 4);
      const std::size_t bytes = pixel_bytes * (1 + (random() % 150));
      const unsigned levels = std::array{2U, 20U, 256U}[random() % 3];
      const PaddedRow row{bytes, random, levels};
      const PaddedRow above{bytes, random, levels};
      compare_with_twin(
          {.row = row.data(), .above = above.data(), .bytes = bytes, .pixel_bytes = pixel_bytes});
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(RowFilterTest, PaethChoosesRightForEveryNeighbourhood) {
  // All differences of left and above from the corner, at three levels of it.
  for (const int corner : {0, 100, 255}) {
    std::vector<std::uint8_t> row(kRowPadding);
    std::vector<std::uint8_t> above(kRowPadding);
    for (int left = 0; left < 256; left += 3) {
      for (int up = 0; up < 256; up += 3) {
        row.push_back(static_cast<std::uint8_t>(left));
        row.push_back(77);
        above.push_back(static_cast<std::uint8_t>(corner));
        above.push_back(static_cast<std::uint8_t>(up));
      }
    }
    const std::size_t bytes = row.size() - kRowPadding;
    row.resize(row.size() + kRowPadding);
    above.resize(above.size() + kRowPadding);
    compare_with_twin({.row = row.data() + kRowPadding,
                       .above = above.data() + kRowPadding,
                       .bytes = bytes,
                       .pixel_bytes = 1});
  }
}

}  // namespace
}  // namespace albumen
