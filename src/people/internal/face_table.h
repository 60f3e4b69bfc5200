// SPDX-License-Identifier: Apache-2.0
// The faces of a grouping by slot: keys, vectors, neighbours and constraints, and the linkage over
// them. The one mutable state behind `group` and `Grouping`.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "people/face_set.h"
#include "people/grouping.h"
#include "people/internal/conflicts.h"
#include "people/internal/fixed_point.h"
#include "people/internal/linkage.h"

namespace albumen::people {

/// One thread; the neighbour scan inside uses more. Not movable: the linkage points into it.
class FaceTable {
 public:
  FaceTable(std::size_t dimension, double threshold, History history, Budget* budget);
  FaceTable(const FaceTable&) = delete;
  FaceTable& operator=(const FaceTable&) = delete;

  /// See Grouping::update.
  Result<void> update(const GroupingUpdate& update, const GroupingResources& resources);

  /// Slots of the faces that are there, in the order of their keys.
  [[nodiscard]] std::vector<std::uint32_t> ordered_slots() const;

  /// The person of each of `slots`, labelled in their order of appearance in `ordered`.
  [[nodiscard]] Partition partition(std::span<const std::uint32_t> slots,
                                    std::span<const std::uint32_t> ordered) const;

  [[nodiscard]] const FaceKey& key(std::uint32_t slot) const { return keys_[slot]; }

  [[nodiscard]] std::size_t slots() const { return keys_.size(); }

  [[nodiscard]] std::size_t faces() const { return slot_of_key_.size(); }

  /// Moves all faces and constraints into an empty table.
  Result<void> copy_to(FaceTable& fresh, const GroupingResources& resources) const;

 private:
  Result<std::uint32_t> add_slot(const FaceKey& key);
  Result<void> add_faces(const FaceSet& added);
  Result<std::vector<std::uint32_t>> remove_faces(std::span<const FaceKey> removed);
  Result<void> pay_for_slots(std::size_t slots);
  Result<void> find_neighbours(std::uint32_t first_slot, const GroupingResources& resources);
  void set_rules();
  Result<void> link(std::vector<std::uint32_t> removed, std::vector<FaceKey> changed,
                    const GroupingResources& resources, std::uint32_t first_slot);
  [[nodiscard]] std::vector<std::uint32_t> slots_of(std::span<const FaceKey> keys) const;

  std::size_t dimension_;
  std::int64_t threshold_;
  Budget* budget_;
  std::vector<FaceKey> keys_;
  std::unordered_map<FaceKey, std::uint32_t, FaceKeyHash> slot_of_key_;
  std::unordered_map<FaceKey, std::uint32_t, FaceKeyHash> pictures_;  // index 0 stands for all
  FixedRows rows_;
  Conflicts conflicts_;
  std::vector<std::vector<Neighbour>> neighbours_;
  Constraints constraints_;  // in normal form
  Reservation bookkeeping_;
  Linkage linkage_;
};

}  // namespace albumen::people
