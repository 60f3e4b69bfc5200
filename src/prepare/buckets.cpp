// SPDX-License-Identifier: Apache-2.0
#include "prepare/buckets.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fmt/core.h>
#include <span>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/error.h"
#include "core/geometry.h"
#include "core/result.h"
#include "core/units.h"

namespace albumen {
namespace {

constexpr std::uint32_t kLongestSide = 65'536;
constexpr PixelCount kLargestArea{std::uint64_t{kLongestSide} * kLongestSide};

std::uint32_t rounded_down(std::uint64_t side, std::uint32_t step) {
  return static_cast<std::uint32_t>(side / step * step);
}

std::uint32_t rounded_up(std::uint32_t side, std::uint32_t step) {
  return rounded_down(std::uint64_t{side} + step - 1, step);
}

Result<void> check(const BucketSpec& spec) {
  if (spec.step == 0 || spec.area < PixelCount{std::uint64_t{spec.step} * spec.step} ||
      spec.area > kLargestArea || spec.shortest_side < spec.step ||
      spec.longest_side > kLongestSide ||
      rounded_down(spec.longest_side, spec.step) < rounded_up(spec.shortest_side, spec.step)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("no buckets of {} pixels with sides of {} to {} in steps of {}",
                            spec.area.count(), spec.shortest_side, spec.longest_side, spec.step));
  }
  return {};
}

/// How far apart two quotients are, as a fraction over picture.height * bucket.height.
std::uint64_t distance(Size picture, Size bucket) {
  const std::uint64_t a = std::uint64_t{picture.width} * bucket.height;
  const std::uint64_t b = std::uint64_t{bucket.width} * picture.height;
  return a > b ? a - b : b - a;
}

}  // namespace

Result<std::vector<Size>> make_buckets(const BucketSpec& spec) {
  TRY(check(spec));
  const std::uint64_t area = spec.area.count();
  const std::uint32_t shortest = rounded_up(spec.shortest_side, spec.step);
  const std::uint32_t longest = rounded_down(spec.longest_side, spec.step);
  // Exact for whole squares, which stay below 2^53.
  const auto side = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(area)));
  const std::uint32_t square = rounded_down(side, spec.step);
  std::vector<Size> buckets{{.width = square, .height = square}};
  for (std::uint32_t width = shortest; width <= longest; width += spec.step) {
    const std::uint32_t height = std::min(longest, rounded_down(area / width, spec.step));
    if (height >= shortest) {
      buckets.push_back({.width = width, .height = height});
      buckets.push_back({.width = height, .height = width});
    }
  }
  const auto key = [](Size size) { return std::pair{size.width, size.height}; };
  std::ranges::sort(buckets, {}, key);
  const auto repeated = std::ranges::unique(buckets);
  buckets.erase(repeated.begin(), repeated.end());
  return buckets;
}

Size choose_bucket(std::span<const Size> buckets, Size picture) {
  ALBUMEN_DCHECK(!buckets.empty() && !picture.empty());
  const auto found = std::ranges::find(buckets, picture);
  if (found != buckets.end()) {
    return picture;
  }
  return *std::ranges::min_element(buckets, [picture](Size one, Size other) {
    return distance(picture, one) * other.height < distance(picture, other) * one.height;
  });
}

Size choose_bucket_within(std::span<const Size> buckets, const BucketSpec& spec, Size picture) {
  const Size nearest = choose_bucket(buckets, picture);
  if (nearest.width <= picture.width && nearest.height <= picture.height) {
    return nearest;
  }
  const auto quotient = [](std::uint64_t a, std::uint64_t b) {
    return static_cast<double>(a) / static_cast<double>(b);
  };
  const double shrink =
      std::max({1.0, std::sqrt(quotient(picture.pixels().count(), spec.area.count())),
                quotient(picture.longest_side(), spec.longest_side)});
  const auto cut = [&](std::uint32_t side) {
    return side < spec.step
               ? side
               : std::max(spec.step,
                          rounded_down(static_cast<std::uint64_t>(side / shrink), spec.step));
  };
  return {.width = cut(picture.width), .height = cut(picture.height)};
}

}  // namespace albumen
