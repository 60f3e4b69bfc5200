// SPDX-License-Identifier: Apache-2.0
#include "people/internal/join_rule.h"

#include <cmath>

#include "people/internal/fixed_point.h"

namespace albumen::people {

std::int64_t similarity_threshold(double distance) {
  constexpr double kFull = static_cast<double>((kOne * kOne) << kSimilarityBits);
  return static_cast<std::int64_t>(std::ceil((1.0 - distance) * kFull));
}

std::int32_t least_dot_reaching(std::int64_t similarity) {
  constexpr std::int64_t kUnit = std::int64_t{1} << kSimilarityBits;
  return static_cast<std::int32_t>((similarity + kUnit - 1) >> kSimilarityBits);
}

// floor(dot * 2^kSimilarityBits / pairs); everything that is not positive is 0, far below any
// threshold.
std::int64_t mean_similarity(std::int64_t dot, std::uint64_t pairs) {
  if (dot <= 0) {
    return 0;
  }
  constexpr std::int64_t kFits64 = std::int64_t{1} << (62 - kSimilarityBits);
  if (dot < kFits64) {
    return static_cast<std::int64_t>((static_cast<std::uint64_t>(dot) << kSimilarityBits) / pairs);
  }
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::int64_t>((static_cast<Wide>(dot) << kSimilarityBits) / pairs);
}

}  // namespace albumen::people
