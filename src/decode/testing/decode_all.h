// SPDX-License-Identifier: Apache-2.0
// The three steps in one call, and pictures compared: shorthand for tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "decode/decoder.h"
#include "decode/testing/test_pictures.h"

namespace albumen::testing {

inline constexpr Bytes kTestBudget{std::uint64_t{4} << 30};

/// A decode with the budget that it lives in.
class TestDecode {
 public:
  /// Probes `bytes`.
  explicit TestDecode(std::span<const std::byte> bytes, Bytes limit = kTestBudget)
      : budget_(limit), encoded_(as_image(budget_, bytes)), info_(probe(encoded_)) {}

  Budget& budget() { return budget_; }

  const Result<ImageInfo>& info() { return info_; }

  /// Plans for one view and decodes.
  Result<DecodedImage> decode_to(std::uint32_t longest_side, const DecodeOptions& options = {}) {
    if (!info_.has_value()) {
      return std::unexpected(info_.error());
    }
    const ViewSpec view{.longest_side = longest_side, .layout = ViewLayout::kDecoded};
    plan_ = TRY(plan(*info_, {&view, 1}, budget_.limit(), options));
    return decode_planned(options);
  }

  /// Decodes as `plan()` says, with exactly its peak.
  Result<DecodedImage> decode_planned(const DecodeOptions& options = {}) {
    Reservation job = TRY(budget_.try_reserve(MemoryTag::kOther, plan_.peak_bytes));
    return decode(encoded_, *info_, plan_, options, job);
  }

  DecodePlan& plan_used() { return plan_; }

 private:
  Budget budget_;
  EncodedImage encoded_;
  Result<ImageInfo> info_;
  DecodePlan plan_;
};

/// Everything visible of a decode, plane after plane without padding.
inline std::vector<std::uint8_t> visible_samples(const DecodedImage& image) {
  std::vector<std::uint8_t> samples;
  for (const ImageView& plane : image.planes) {
    for (std::uint32_t y = 0; !plane.empty() && y < plane.height(); ++y) {
      const auto row = plane.row(y);
      samples.insert(samples.end(), row.begin(), row.end());
    }
  }
  return samples;
}

/// Largest absolute difference; more than any where the sizes differ.
inline int largest_difference(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  int largest = a.size() == b.size() ? 0 : 256;
  for (std::size_t index = 0; index < a.size() && index < b.size(); ++index) {
    largest = std::max(largest, std::abs(a[index] - b[index]));
  }
  return largest;
}

/// Mean absolute difference; samples are compared pairwise.
inline double mean_difference(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  double sum = 0;
  for (std::size_t index = 0; index < a.size() && index < b.size(); ++index) {
    sum += a[index] > b[index] ? a[index] - b[index] : b[index] - a[index];
  }
  return a.size() != b.size() || a.empty() ? 1e9 : sum / static_cast<double>(a.size());
}

}  // namespace albumen::testing
