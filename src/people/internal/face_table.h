// SPDX-License-Identifier: Apache-2.0
// The faces of a grouping by slot: keys, vectors, neighbours and constraints, and the linkage over
// them. The one mutable state behind `group` and `Grouping`. Tested by grouping_test.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "people/face_set.h"
#include "people/grouping.h"
#include "people/internal/conflicts.h"
#include "people/internal/face_index.h"
#include "people/internal/fixed_point.h"
#include "people/internal/linkage.h"

namespace albumen::people {

/// One thread; the neighbour scan inside uses more. Not movable: the linkage points into it.
class FaceTable : private LinkagePast {
 public:
  FaceTable(std::size_t dimension, double threshold, History history, Budget* budget);
  FaceTable(const FaceTable&) = delete;
  FaceTable& operator=(const FaceTable&) = delete;
  ~FaceTable() override = default;

  /// See Grouping::restore. REQUIRES: the table is empty.
  Result<void> restore(const FaceSet& faces, const Partition& known, const Constraints& constraints,
                       const GroupingResources& resources);

  /// See Grouping::update.
  Result<void> update(const GroupingUpdate& update, const GroupingResources& resources);

  /// What `update` with these faces and then `partition` give, without the graph of pairs: memory
  /// for the faces alone, but time for all pairs of clusters at every join. REQUIRES: the table is
  /// empty, and serves nothing else.
  Result<Partition> group_without_pairs(const FaceSet& faces, const Constraints& constraints,
                                        const GroupingResources& resources);

  /// Slots of the faces that are there, in the order of their keys.
  [[nodiscard]] std::vector<std::uint32_t> ordered_slots() const;

  /// The person of each of `slots`, labelled in their order of appearance in `ordered`.
  [[nodiscard]] Partition partition(std::span<const std::uint32_t> slots,
                                    std::span<const std::uint32_t> ordered) const;

  [[nodiscard]] const FaceKey& key(std::uint32_t slot) const { return index_.keys()[slot]; }

  [[nodiscard]] std::size_t slots() const { return index_.slots(); }

  [[nodiscard]] std::size_t faces() const { return index_.faces(); }

  /// Gives an empty table all faces, people and constraints.
  Result<void> copy_to(FaceTable& fresh) const;

 private:
  Result<std::uint32_t> add_slot(const FaceKey& key);
  Result<void> add_faces(const FaceSet& added);
  Result<std::vector<std::uint32_t>> remove_faces(std::span<const FaceKey> removed);
  Result<void> recall(std::span<const std::uint32_t> person) override;
  Result<void> find_neighbours(std::span<const std::uint32_t> slots) override;
  Result<void> open(std::span<const FaceKey> keys);
  Result<void> pay_for_slots(std::size_t slots);
  Result<void> pay_for_pairs(std::size_t pairs);
  Result<void> find_neighbours_from(std::uint32_t first_slot);
  void set_constraints(Constraints constraints);
  void set_rule_tokens();
  std::vector<std::uint32_t> restore_people(const Partition& known);
  [[nodiscard]] std::vector<std::vector<std::uint32_t>> forced_groups(
      std::span<const std::uint32_t> person) const;
  Result<void> link(std::vector<std::uint32_t> removed, const std::vector<std::uint32_t>& changed,
                    std::uint32_t first_slot);
  [[nodiscard]] std::vector<std::uint32_t> slots_of(std::span<const FaceKey> keys) const;
  [[nodiscard]] Partition labelled(
      std::span<const std::uint32_t> slots, std::span<const std::uint32_t> ordered,
      const std::function<std::uint32_t(std::uint32_t)>& leader_of) const;

  std::size_t dimension_;
  std::int64_t threshold_;
  Budget* budget_;
  FaceIndex index_;
  FixedRows rows_;
  Conflicts conflicts_;
  std::vector<std::vector<Neighbour>> neighbours_;
  Constraints constraints_;  // in normal form
  std::unordered_map<FaceKey, std::size_t, FaceKeyHash> must_link_of_key_;
  Reservation bookkeeping_;
  Linkage linkage_;
  GroupingResources resources_;  // of the update that runs

  // Restored people one by one, each among its own faces only.
  std::vector<std::vector<Neighbour>> past_neighbours_;
  std::unique_ptr<Linkage> past_;
};

}  // namespace albumen::people
