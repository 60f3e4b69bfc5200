// SPDX-License-Identifier: Apache-2.0
// Which two clusters of faces join next: constrained average linkage, as arithmetic.
//
// The rule: of all pairs of clusters that may join, the most similar joins next, until no pair
// reaches the threshold. Similarity is the mean dot product of their members, S_a . S_b / (n_a
// n_b) with S the exact integer sum of the vectors; clusters in conflict never join. Ties go to the
// pair whose larger key is smaller, then whose smaller key is; the key of a cluster is the largest
// of its members' keys.
//
// Two properties carry every fast way to do that:
//  1. Some pair of members reaches the mean, so clusters that join share an edge of the neighbour
//     graph at the same threshold: leaving out all other pairs changes nothing.
//  2. Joining never brings anyone closer: for every other cluster, its (similarity, tie) to the
//     union is no better than to the better part. (A mean lies between its parts, rounding down
//     keeps that order, a conflict of a part is one of the union, and a union's key is the largest
//     of its parts'.) So joins happen in the order of (similarity, tie); a remembered best
//     partner is a bound for ever; a cluster's history is independent of all it never met; and two
//     clusters that are each other's best partner may join at any time.
#pragma once

#include <cstdint>
#include <vector>

#include "people/face_key.h"

namespace albumen::people {

/// Similarities are mean dot products times this, rounded down.
inline constexpr int kSimilarityBits = 20;

/// The similarity of a join that a person asked for: before all others.
inline constexpr std::int64_t kForced = std::int64_t{1} << 62U;

/// The largest person: sums of that many fixed-point values fit 32 bits. Larger unions do not
/// happen; property 2 holds for this as for any conflict.
inline constexpr std::uint32_t kMostFacesOfPerson = 65536;

/// When a join happens: in descending similarity, then ascending tie keys (slots of the faces).
struct JoinTime {
  std::int64_t similarity = 0;
  std::uint32_t high = 0;
  std::uint32_t low = 0;
};

/// The mean similarity at or above which clusters join, from a cosine distance.
std::int64_t similarity_threshold(double distance);

/// The least dot product of two faces that is such a mean or more: what makes neighbours at a
/// threshold, and the bound that a mean leaves.
std::int32_t least_dot_reaching(std::int64_t similarity);

/// The similarity of clusters whose sums have this dot product; `pairs`: the product of their
/// sizes.
std::int64_t mean_similarity(std::int64_t dot, std::uint64_t pairs);

/// When two clusters join whose largest keys are those of slots `a` and `b`.
inline JoinTime join_time(std::uint32_t a, std::uint32_t b, std::int64_t similarity,
                          const std::vector<FaceKey>& keys) {
  const bool ordered = keys[a] < keys[b];
  return {.similarity = similarity, .high = ordered ? b : a, .low = ordered ? a : b};
}

/// `keys`: of the faces, by slot.
inline bool happens_before(const JoinTime& a, const JoinTime& b, const std::vector<FaceKey>& keys) {
  if (a.similarity != b.similarity) {
    return a.similarity > b.similarity;
  }
  if (a.high != b.high) {
    return keys[a.high] < keys[b.high];
  }
  return a.low != b.low && keys[a.low] < keys[b.low];
}

}  // namespace albumen::people
