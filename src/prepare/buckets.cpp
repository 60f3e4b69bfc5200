// SPDX-License-Identifier: Apache-2.0
#include "prepare/buckets.h"

#include <algorithm>
#include <cstdint>
#include <fmt/core.h>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/error.h"
#include "core/geometry.h"
#include "core/result.h"

namespace albumen {
namespace {

constexpr std::uint32_t kMostResolution = 65'536;

Result<void> check(const BucketSpec& spec) {
  if (spec.step == 0 || spec.resolution < spec.step || spec.resolution > kMostResolution ||
      spec.shortest_side < spec.step || spec.longest_side < spec.shortest_side ||
      spec.longest_side > kMostResolution) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("no buckets of {} pixels squared with sides of {} to {} in steps of {}",
                            spec.resolution, spec.shortest_side, spec.longest_side, spec.step));
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
  const auto stepped = [&spec](std::uint64_t side) {
    return static_cast<std::uint32_t>(side / spec.step * spec.step);
  };
  const std::uint64_t area = std::uint64_t{spec.resolution} * spec.resolution;
  const std::uint32_t square = stepped(spec.resolution);
  std::vector<Size> buckets{{.width = square, .height = square}};
  for (std::uint32_t width = spec.shortest_side; width <= spec.longest_side; width += spec.step) {
    const std::uint32_t height = std::min(spec.longest_side, stepped(area / width));
    if (height >= spec.shortest_side) {
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

Size choose_bucket(const std::vector<Size>& buckets, Size picture) {
  ALBUMEN_DCHECK(!buckets.empty() && !picture.empty());
  const auto found = std::ranges::find(buckets, picture);
  if (found != buckets.end()) {
    return picture;
  }
  return *std::ranges::min_element(buckets, [picture](Size one, Size other) {
    return distance(picture, one) * other.height < distance(picture, other) * one.height;
  });
}

}  // namespace albumen
