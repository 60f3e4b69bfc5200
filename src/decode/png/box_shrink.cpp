// SPDX-License-Identifier: Apache-2.0
#include "decode/png/box_shrink.h"

#include <algorithm>

#include "core/check.h"

namespace albumen {
namespace {

// Adds one pixel to its box. Straight alpha: colours weighted by it.
template <int channels>
void add_pixel(std::uint32_t* sums, const std::uint8_t* pixel) {
  if constexpr (channels == 4) {
    const std::uint32_t alpha = pixel[3];
    sums[0] += pixel[0] * alpha;
    sums[1] += pixel[1] * alpha;
    sums[2] += pixel[2] * alpha;
    sums[3] += alpha;
  } else {
    for (int channel = 0; channel < channels; ++channel) {
      sums[channel] += pixel[channel];
    }
  }
}

template <int channels>
void add_run(std::uint32_t* sums, const PixelRun& run, std::uint32_t factor) {
  const std::uint8_t* pixel = run.pixels.data();
  const std::uint8_t* const end = pixel + run.pixels.size();
  std::uint32_t x = run.first % factor;
  sums += std::size_t{run.first / factor} * channels;
  while (pixel != end) {
    for (; x < factor && pixel != end; x += run.step, pixel += channels) {
      add_pixel<channels>(sums, pixel);
    }
    sums += std::size_t{x / factor} * channels;
    x %= factor;
  }
}

std::uint8_t rounded(std::uint32_t sum, std::uint32_t count) {
  return static_cast<std::uint8_t>((sum + std::uint64_t{count} / 2) / count);
}

}  // namespace

Size ShrinkShape::target() const {
  return {.width = (source.width + factor - 1) / factor,
          .height = (source.height + factor - 1) / factor};
}

std::size_t ShrinkShape::sum_count() const {
  const Size size = target();
  const std::size_t rows = order == RowOrder::kAny ? size.height : 1;
  return rows * size.width * static_cast<std::size_t>(channels);
}

BoxShrink::BoxShrink(const ShrinkShape& shape, std::span<std::uint32_t> sums, MutableImageView out)
    : shape_(shape), sums_(sums), out_(out) {
  ALBUMEN_DCHECK(shape.factor >= 1 && shape.factor <= kMaxShrink);
  ALBUMEN_DCHECK(sums.size() == shape.sum_count() && out.size() == shape.target());
  std::ranges::fill(sums_, 0U);
}

std::uint32_t* BoxShrink::sums_of(std::uint32_t target_row) {
  const std::size_t row = shape_.order == RowOrder::kAny ? target_row : 0;
  return sums_.data() + row * out_.width() * static_cast<std::size_t>(shape_.channels);
}

void BoxShrink::add(const PixelRun& run) {
  const std::uint32_t target_row = run.y / shape_.factor;
  std::uint32_t* const sums = sums_of(target_row);
  switch (shape_.channels) {
    case 1:
      add_run<1>(sums, run, shape_.factor);
      break;
    case 3:
      add_run<3>(sums, run, shape_.factor);
      break;
    default:
      add_run<4>(sums, run, shape_.factor);
      break;
  }
  const bool last_of_box = (run.y + 1) % shape_.factor == 0 || run.y + 1 == shape_.source.height;
  if (shape_.order == RowOrder::kTopDown && last_of_box) {
    write_row(target_row);
    std::ranges::fill(sums_, 0U);
    written_ = target_row + 1;
  }
}

void BoxShrink::finish() {
  for (; written_ < out_.height(); ++written_) {
    write_row(written_);
    if (shape_.order == RowOrder::kTopDown) {
      std::ranges::fill(sums_, 0U);
    }
  }
}

void BoxShrink::write_row(std::uint32_t target_row) {
  const std::uint32_t factor = shape_.factor;
  const auto channels = static_cast<std::size_t>(shape_.channels);
  const std::uint32_t* sums = sums_of(target_row);
  std::uint8_t* pixel = out_.row(target_row).data();
  const std::uint32_t rows = std::min(factor, shape_.source.height - target_row * factor);
  for (std::uint32_t x = 0; x < out_.width(); ++x, sums += channels, pixel += channels) {
    const std::uint32_t count = rows * std::min(factor, shape_.source.width - x * factor);
    if (channels == 4) {
      const std::uint32_t alpha = sums[3];
      for (std::size_t channel = 0; channel < 3; ++channel) {
        pixel[channel] = alpha == 0 ? std::uint8_t{0} : rounded(sums[channel], alpha);
      }
      pixel[3] = rounded(alpha, count);
      continue;
    }
    for (std::size_t channel = 0; channel < channels; ++channel) {
      pixel[channel] = rounded(sums[channel], count);
    }
  }
}

}  // namespace albumen
