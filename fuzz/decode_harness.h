// SPDX-License-Identifier: Apache-2.0
// One hostile picture through probe, plan and decode under a small budget. Anything but an answer
// is a crash: memory beyond the plan, a budget not given back, a view outside its buffer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "decode/decoder.h"
#include "decode/identity.h"
#include "decode/metadata.h"

namespace albumen::fuzzing {

inline constexpr Bytes kFuzzBudget = kMiB * 48;

inline void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

/// Every visible sample is read, so that sanitizers see undefined or foreign memory.
inline unsigned sum_of(const DecodedImage& image) {
  unsigned sum = 0;
  for (const ImageView& plane : image.planes) {
    for (std::uint32_t y = 0; !plane.empty() && y < plane.height(); ++y) {
      for (const std::uint8_t sample : plane.row(y)) {
        sum += sample;
      }
    }
  }
  return sum;
}

inline EncodedImage as_image(Budget& budget, std::span<const std::uint8_t> data) {
  auto job = budget.try_reserve(MemoryTag::kEncoded, Bytes{data.size()});
  require(job.has_value());
  auto buffer = ByteBuffer::allocate(*job, MemoryTag::kEncoded, data.size());
  require(buffer.has_value());
  std::ranges::copy(data, buffer->data());
  return {.name = "fuzz", .bytes = std::move(buffer).value(), .stamp = {}};
}

inline void decode_once(Budget& budget, const EncodedImage& image, std::uint32_t side,
                        const DecodeOptions& options) {
  const auto info = probe(image);
  if (!info.has_value()) {
    return;
  }
  const ViewSpec view{.longest_side = side, .layout = ViewLayout::kRgb8};
  const Bytes before = budget.used();
  const auto how = plan(*info, {&view, 1}, budget.limit() - before);
  if (!how.has_value()) {
    return;
  }
  {
    auto job = budget.try_reserve(MemoryTag::kOther, how->peak_bytes);
    require(job.has_value());
    const auto decoded = decode(image, *info, *how, options, *job);
    if (decoded.has_value()) {
      require(decoded->stored_size == how->decoded_size);
      require(sum_of(*decoded) != 0xFFFF'FFFF);
    } else {
      require(decoded.error().code != ErrorCode::kInternal);
    }
  }
  require(budget.used() == before);
}

inline void decode_picture(std::span<const std::uint8_t> data) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  if (data.size() > kMostBytes) {
    return;
  }
  Budget budget{kFuzzBudget};
  const EncodedImage image = as_image(budget, data);
  require(identify(image, Orientation::kUpright).has_value());
  require(read_metadata(image).has_value());
  decode_once(budget, image, 16, {});
  decode_once(budget, image, 5000, {.keep_truncated_percent = 1});
}

}  // namespace albumen::fuzzing
