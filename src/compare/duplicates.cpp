// SPDX-License-Identifier: Apache-2.0
#include "compare/duplicates.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>
#include <tuple>

namespace albumen {
namespace {

constexpr int kLargestPhashLimit = 15;
constexpr int kLargestDhashLimit = 32;

int distance(std::uint64_t a, std::uint64_t b) { return std::popcount(a ^ b); }

// Finds pictures whose upright pHash lies within `limit` bits of a query. Of limit + 1 bands of
// bits, one must be equal (pigeonhole), so each band is a sorted table to look up (multi-index
// hashing: Norouzi, Punjani, Fleet, CVPR 2012).
class BandIndex {
 public:
  BandIndex(std::span<const DuplicateCandidate> candidates, int limit) {
    const int bands = limit + 1;
    for (int band = 0; band < bands; ++band) {
      const int first_bit = 64 * band / bands;
      const int end_bit = 64 * (band + 1) / bands;
      Band table{
          .shift = first_bit,
          .mask = (end_bit - first_bit == 64 ? ~std::uint64_t{0}
                                             : (std::uint64_t{1} << (end_bit - first_bit)) - 1),
          .rows = {}};
      for (std::uint32_t index = 0; index < candidates.size(); ++index) {
        if (!candidates[index].hashes.flat) {
          table.rows.push_back({table.key(candidates[index].hashes.phash[0]), index});
        }
      }
      std::ranges::sort(table.rows);
      bands_.push_back(std::move(table));
    }
  }

  // Calls `visit(index)` for every candidate that may lie within the limit, some more than once.
  template <class Visit>
  void for_each_near(std::uint64_t phash, const Visit& visit) const {
    for (const Band& band : bands_) {
      const std::uint64_t key = band.key(phash);
      auto row = std::ranges::lower_bound(band.rows, std::pair{key, std::uint32_t{0}});
      for (; row != band.rows.end() && row->first == key; ++row) {
        visit(row->second);
      }
    }
  }

 private:
  struct Band {
    int shift;
    std::uint64_t mask;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> rows;

    [[nodiscard]] std::uint64_t key(std::uint64_t hash) const { return (hash >> shift) & mask; }
  };

  std::vector<Band> bands_;
};

// Best keeper first.
std::vector<std::size_t> by_preference(std::span<const DuplicateCandidate> candidates) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const auto rank = [&](std::size_t index) {
      const DuplicateCandidate& candidate = candidates[index];
      return std::tuple{candidate.pixels, candidate.sharpness};
    };
    return rank(a) != rank(b) ? rank(a) > rank(b) : a < b;
  });
  return order;
}

// The turn of `member` at which it matches `keeper` best, if it is within the limits at any.
std::optional<DuplicateMember> match(const DuplicateCandidate& keeper,
                                     const DuplicateCandidate& member, std::size_t index,
                                     const DuplicateLimits& limits) {
  std::optional<DuplicateMember> best;
  for (std::size_t turn = 0; turn < kTurnCount; ++turn) {
    const int phash = distance(keeper.hashes.phash[0], member.hashes.phash[turn]);
    const int dhash = distance(keeper.hashes.dhash[0], member.hashes.dhash[turn]);
    if (phash > limits.phash || dhash > limits.dhash) {
      continue;
    }
    if (!best || phash + dhash < best->phash_distance + best->dhash_distance) {
      best = {.index = index, .turn = turn, .phash_distance = phash, .dhash_distance = dhash};
    }
  }
  return best;
}

}  // namespace

Result<std::vector<DuplicateGroup>> find_near_duplicates(
    std::span<const DuplicateCandidate> candidates, const DuplicateLimits& limits,
    const StopToken& stop) {
  if (limits.phash < 0 || limits.phash > kLargestPhashLimit || limits.dhash < 0 ||
      limits.dhash > kLargestDhashLimit) {
    return fail(ErrorCode::kInvalidArgument,
                "duplicate limits must be 0..15 bits of pHash and 0..32 bits of dHash");
  }
  // A turned member matches an upright keeper exactly when the upright member matches the keeper
  // turned back: looking up all eight turns of the keeper finds every candidate.
  const BandIndex index{candidates, limits.phash};
  std::vector<bool> taken(candidates.size(), false);
  std::vector<DuplicateGroup> groups;
  for (const std::size_t keeper : by_preference(candidates)) {
    TRY(check_stop(stop));
    if (taken[keeper] || candidates[keeper].hashes.flat) {
      continue;
    }
    taken[keeper] = true;
    DuplicateGroup group{.keeper = keeper, .members = {}};
    for (const std::uint64_t phash : candidates[keeper].hashes.phash) {
      index.for_each_near(phash, [&](std::uint32_t candidate) {
        if (taken[candidate]) {
          return;
        }
        if (auto member = match(candidates[keeper], candidates[candidate], candidate, limits)) {
          taken[candidate] = true;
          group.members.push_back(*member);
        }
      });
    }
    if (!group.members.empty()) {
      std::ranges::sort(group.members, {}, &DuplicateMember::index);
      groups.push_back(std::move(group));
    }
  }
  std::ranges::sort(groups, {}, &DuplicateGroup::keeper);
  return groups;
}

}  // namespace albumen
