// SPDX-License-Identifier: Apache-2.0
// Constrained average linkage (join_rule.h) without the neighbour graph: memory for one sum a
// cluster, however many pairs are near, at the price of looking at all clusters again and again.
// It is for faces whose graph does not fit into the budget: a person of n faces has n^2 / 2 edges.
//
// Two clusters that are each other's best partner may join at any time (property 2 of the rule). So
// it follows a chain from a cluster to its best partner, and on from there, until two of them
// choose each other: the nearest-neighbour chain of the literature. Each step of a chain has an
// earlier join time than the one before, so none comes back to where it was.
//
// Tested by chain_linkage_test.cpp against the naive twin of linkage.h and against linkage.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "people/face_key.h"
#include "people/internal/conflicts.h"
#include "people/internal/fixed_point.h"
#include "people/internal/join_rule.h"

namespace albumen::people {

/// One run over faces that stay as they are. One thread. The sums are paid from the budget; the 130
/// bytes that a face costs beside them, its owner pays.
class ChainLinkage {
 public:
  /// All by slot; they outlive the linkage.
  ChainLinkage(const FixedRows& rows, const std::vector<FaceKey>& keys, const Conflicts& conflicts,
               std::int64_t threshold, Budget* budget);

  /// `groups`: must-link groups, of two or more faces each, none in two of them. Once. Errors:
  /// BudgetExceeded, Cancelled.
  Result<void> run(std::span<const std::vector<std::uint32_t>> groups, const StopToken& stop);

  /// After the run: a slot that stands for the person of a face, the same for all its faces.
  [[nodiscard]] std::uint32_t leader_of(std::uint32_t slot) const;

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFFU;

  // Named by one of its faces, to which the others lead.
  struct Cluster {
    std::uint32_t leader = kNone;  // of those that joined another: that one
    std::uint32_t anchor = 0;      // slot of the largest key among the members
    std::uint32_t size = 1;
    std::uint32_t sum_row = kNone;  // of two faces or more
    std::uint32_t place = 0;        // in open_
    std::vector<Token> tokens;      // sorted
  };

  struct Choice {
    JoinTime time;
    std::uint32_t partner;
  };

  [[nodiscard]] std::int64_t similarity(const Cluster& a, const Cluster& b) const;
  [[nodiscard]] std::optional<Choice> best_partner(std::uint32_t id) const;
  Result<void> join(std::uint32_t kept, std::uint32_t taken);
  void add_to_sum(std::uint32_t sum_row, const Cluster& part);
  void close(std::uint32_t id);
  Result<void> follow_chain(const StopToken& stop);

  const FixedRows& rows_;
  const std::vector<FaceKey>& keys_;
  const Conflicts& conflicts_;
  std::int64_t threshold_;
  RowPool<std::int32_t> sums_;
  std::vector<Cluster> clusters_;    // by slot
  std::vector<std::uint32_t> open_;  // clusters that may still join
  std::vector<std::uint32_t> chain_;
};

}  // namespace albumen::people
