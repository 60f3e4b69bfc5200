// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/internal/mips.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace albumen::faces {
namespace {

constexpr std::size_t kChannels = 3;
// No smaller level is of use: crops are 24 pixels wide.
constexpr std::uint32_t kSmallestSide = 16;

Size halved(Size size) { return {.width = size.width / 2, .height = size.height / 2}; }

bool worth_halving(Size size) { return std::min(size.width, size.height) >= 2 * kSmallestSide; }

void halve(MutableImageView out, ImageView in) {
  for (std::uint32_t y = 0; y < out.height(); ++y) {
    const std::uint8_t* upper = in.row(2 * y).data();
    const std::uint8_t* lower = in.row(2 * y + 1).data();
    std::uint8_t* target = out.row(y).data();
    for (std::uint32_t x = 0; x < out.width(); ++x, upper += 6, lower += 6, target += 3) {
      for (std::size_t c = 0; c < kChannels; ++c) {
        target[c] = static_cast<std::uint8_t>(
            (upper[c] + upper[c + kChannels] + lower[c] + lower[c + kChannels] + 2) / 4);
      }
    }
  }
}

// One output column or row: the two source indices and the weight of the second.
struct Tap {
  std::int32_t first = 0;
  float weight = 0;
};

constexpr std::uint32_t kLargestCrop = 64;

using Taps = std::array<Tap, kLargestCrop>;

// Source positions start + (i + 0.5) * step - 0.5 for i < side.
Taps taps_of(std::uint32_t side, float start, float step) {
  Taps taps;
  for (std::uint32_t index = 0; index < side; ++index) {
    // A wild box must not overflow the integer; it is mid-grey all over anyway.
    const float position =
        std::clamp(start + (static_cast<float>(index) + 0.5F) * step - 0.5F, -1e6F, 1e6F);
    const float floor = std::floor(position);
    taps[index] = {.first = static_cast<std::int32_t>(floor), .weight = position - floor};
  }
  return taps;
}

bool inside(const Taps& taps, std::uint32_t side, std::uint32_t length) {
  return taps[0].first >= 0 && taps[side - 1].first + 1 < static_cast<std::int32_t>(length);
}

// NOLINTNEXTLINE(bugprone-incorrect-roundings): samples are never negative
std::uint8_t rounded(float value) { return static_cast<std::uint8_t>(value + 0.5F); }

float mix(float first, float second, float weight) { return first + weight * (second - first); }

void crop_inside(std::uint8_t* out, std::uint32_t side, ImageView in, const Taps& columns,
                 const Taps& rows) {
  for (std::uint32_t y = 0; y < side; ++y) {
    const auto first_row = static_cast<std::uint32_t>(rows[y].first);
    const std::uint8_t* upper = in.row(first_row).data();
    const std::uint8_t* lower = in.row(first_row + 1).data();
    for (std::uint32_t x = 0; x < side; ++x) {
      const auto at = static_cast<std::size_t>(columns[x].first) * kChannels;
      const float weight = columns[x].weight;
      for (std::size_t c = at; c < at + kChannels; ++c) {
        const float top = mix(upper[c], upper[c + kChannels], weight);
        const float bottom = mix(lower[c], lower[c + kChannels], weight);
        *out++ = rounded(mix(top, bottom, rows[y].weight));
      }
    }
  }
}

float sample(ImageView in, std::int32_t x, std::int32_t y, std::size_t channel) {
  if (x < 0 || y < 0 || x >= static_cast<std::int32_t>(in.width()) ||
      y >= static_cast<std::int32_t>(in.height())) {
    return kMidGrey;
  }
  return in.row(static_cast<std::uint32_t>(y))[static_cast<std::size_t>(x) * kChannels + channel];
}

std::uint8_t mixed_sample(ImageView in, const Tap& column, const Tap& row, std::size_t channel) {
  const float top = mix(sample(in, column.first, row.first, channel),
                        sample(in, column.first + 1, row.first, channel), column.weight);
  const float bottom = mix(sample(in, column.first, row.first + 1, channel),
                           sample(in, column.first + 1, row.first + 1, channel), column.weight);
  return rounded(mix(top, bottom, row.weight));
}

void crop_over_edge(std::uint8_t* out, std::uint32_t side, ImageView in, const Taps& columns,
                    const Taps& rows) {
  for (std::uint32_t y = 0; y < side; ++y) {
    for (std::uint32_t x = 0; x < side; ++x) {
      for (std::size_t c = 0; c < kChannels; ++c) {
        *out++ = mixed_sample(in, columns[x], rows[y], c);
      }
    }
  }
}

}  // namespace

Bytes Mips::bytes_for(Size view) {
  Bytes total;
  for (Size size = view; worth_halving(size); size = halved(size)) {
    total += halved(size).pixels().bytes(kChannels);
  }
  return total;
}

Result<Mips> Mips::build(ImageView view, Reservation& job) {
  Mips mips;
  mips.buffer_ = TRY(ByteBuffer::allocate(
      job, MemoryTag::kTensor, static_cast<std::size_t>(bytes_for(view.size()).count())));
  mips.levels_.push_back(view);
  std::uint8_t* next = mips.buffer_.data();
  while (worth_halving(mips.levels_.back().size())) {
    const Size size = halved(mips.levels_.back().size());
    const MutableImageView level(next, size, static_cast<int>(kChannels), size.width * kChannels);
    halve(level, mips.levels_.back());
    mips.levels_.push_back(level);
    next += size.pixels().bytes(kChannels).count();
  }
  return mips;
}

void Mips::crop(std::span<std::uint8_t> out, std::uint32_t side, const Square& square) const {
  ALBUMEN_DCHECK(side <= kLargestCrop && out.size() == std::size_t{side} * side * kChannels);
  const float shrink = square.side / static_cast<float>(side);
  std::size_t level = 0;
  float factor = 1;
  while (level + 1 < levels_.size() && shrink >= 2 * factor) {
    ++level;
    factor *= 2;
  }
  const ImageView in = levels_[level];
  const Taps columns = taps_of(side, square.x / factor, shrink / factor);
  const Taps rows = taps_of(side, square.y / factor, shrink / factor);
  if (inside(columns, side, in.width()) && inside(rows, side, in.height())) {
    crop_inside(out.data(), side, in, columns, rows);
  } else {
    crop_over_edge(out.data(), side, in, columns, rows);
  }
}

}  // namespace albumen::faces
