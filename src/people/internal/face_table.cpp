// SPDX-License-Identifier: Apache-2.0
#include "people/internal/face_table.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <optional>
#include <utility>

#include "files/face_id.h"
#include "people/internal/chain_linkage.h"
#include "people/internal/decisions.h"
#include "people/internal/pair_scan.h"

namespace albumen::people {
namespace {

// Key and places in tables, two nodes and the slack of their vector, list heads: what a face costs
// beside vectors and neighbours, 290 bytes by the sizes of these.
constexpr std::uint64_t kBytesPerFace = 320;
// Both directions of a neighbour pair, and the slack of lists that grow by joining.
constexpr std::uint64_t kBytesPerPair = 3 * sizeof(Neighbour);

}  // namespace

FaceTable::FaceTable(std::size_t dimension, double threshold, History history, Budget* budget)
    : dimension_(dimension),
      threshold_(similarity_threshold(threshold)),
      budget_(budget),
      rows_(dimension, budget),
      linkage_({.rows = &rows_,
                .keys = &index_.keys(),
                .conflicts = &conflicts_,
                .neighbours = &neighbours_,
                .past = this},
               threshold_, history, budget) {}

Result<void> FaceTable::pay_for_slots(std::size_t slots) {
  bookkeeping_.merge(TRY(budget_->try_reserve(MemoryTag::kVectors, Bytes{kBytesPerFace} * slots)));
  if (slots > index_.slots()) {  // a first or large load: no doubling
    index_.reserve(index_.slots() + slots);
    neighbours_.reserve(index_.slots() + slots);
  }
  return {};
}

Result<std::uint32_t> FaceTable::add_slot(const FaceKey& key) {
  const auto slot = static_cast<std::uint32_t>(index_.slots());
  if (!index_.add(key)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("face {} twice", to_string(key)));
  }
  TRY(rows_.add());
  neighbours_.emplace_back();
  conflicts_.add_face(index_.picture_of(slot));
  return slot;
}

Result<void> FaceTable::add_faces(const FaceSet& added) {
  if (added.keys.empty()) {
    return {};
  }
  TRY(check_shape(added));
  if (added.dimension != dimension_) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("face vectors of dimension {} among others of dimension {}",
                            added.dimension, dimension_));
  }
  TRY(pay_for_slots(added.keys.size()));
  for (std::size_t i = 0; i < added.keys.size(); ++i) {
    const std::uint32_t slot = TRY(add_slot(added.keys[i]));
    TRY(to_fixed(added, i, rows_.row(slot)));
  }
  return {};
}

Result<std::vector<std::uint32_t>> FaceTable::remove_faces(std::span<const FaceKey> removed) {
  std::vector<std::uint32_t> slots;
  for (const FaceKey& key : removed) {
    const std::uint32_t slot = index_.find(key);
    if (slot == FaceIndex::kNoSlot) {
      return fail(ErrorCode::kNotFound, fmt::format("no face {} to remove", to_string(key)));
    }
    index_.remove(slot);
    std::ranges::fill(rows_.row(slot), std::int16_t{0});  // near to nobody from now on
    neighbours_[slot] = {};
    conflicts_.remove_face(slot);
    slots.push_back(slot);
  }
  return slots;
}

Result<void> FaceTable::pay_for_pairs(std::size_t pairs) {
  bookkeeping_.merge(TRY(budget_->try_reserve(MemoryTag::kVectors, Bytes{kBytesPerPair} * pairs)
                             .with_context("neighbour lists")));
  return {};
}

// Of the slots from `first_slot` on, and of those before to them.
Result<void> FaceTable::find_neighbours_from(std::uint32_t first_slot) {
  const HitList hits =
      TRY(scan_pairs(rows_, first_slot, least_dot_reaching(threshold_), resources_));
  TRY(pay_for_pairs(hits.size()));
  if (first_slot == 0) {
    std::vector<std::uint32_t> degrees(index_.slots());
    hits.for_each([&degrees](std::span<const PairHit> chunk) {
      for (const PairHit& hit : chunk) {
        ++degrees[hit.row];
        ++degrees[hit.column];
      }
    });
    for (std::size_t slot = 0; slot < degrees.size(); ++slot) {
      neighbours_[slot].reserve(degrees[slot]);
    }
  }
  hits.for_each([this](std::span<const PairHit> chunk) {
    for (const PairHit& hit : chunk) {
      neighbours_[hit.row].push_back({.slot = hit.column, .bound = hit.dot});
      if (linkage_.is_open(hit.column)) {
        neighbours_[hit.column].push_back({.slot = hit.row, .bound = hit.dot});
      }
    }
  });
  return {};
}

std::vector<std::uint32_t> FaceTable::slots_of(std::span<const FaceKey> keys) const {
  std::vector<std::uint32_t> slots;
  for (const FaceKey& key : keys) {
    if (const std::uint32_t slot = index_.find(key); slot != FaceIndex::kNoSlot) {
      slots.push_back(slot);
    }
  }
  return slots;
}

// REQUIRES: the normal form.
void FaceTable::set_constraints(Constraints constraints) {
  constraints_ = std::move(constraints);
  must_link_of_key_.clear();
  for (std::size_t group = 0; group < constraints_.must_link.size(); ++group) {
    for (const FaceKey& key : constraints_.must_link[group]) {
      must_link_of_key_.emplace(key, group);
    }
  }
  set_rule_tokens();
}

// Faces come and go; the tokens of those that are there follow.
void FaceTable::set_rule_tokens() {
  conflicts_.clear_rules();
  std::uint32_t rule = 0;
  for (const KeepApart& apart : constraints_.cannot_link) {
    for (const std::uint32_t slot : slots_of(apart.left)) {
      conflicts_.add_rule_token(slot, left_token(rule));
    }
    for (const std::uint32_t slot : slots_of(apart.right)) {
      conflicts_.add_rule_token(slot, opponent(left_token(rule)));
    }
    ++rule;
  }
}

// `changed` are faces under other constraints than before; the slots from `first_slot` on are new.
Result<void> FaceTable::link(std::vector<std::uint32_t> removed,
                             const std::vector<std::uint32_t>& changed, std::uint32_t first_slot) {
  std::vector<bool> touched(index_.slots());
  for (const std::uint32_t slot : changed) {
    touched[slot] = true;
  }
  for (std::size_t slot = first_slot; slot < index_.slots(); ++slot) {
    touched[slot] = true;
  }
  std::vector<std::vector<std::uint32_t>> groups;
  const auto is_removed = [&](const FaceKey& key) {
    return std::ranges::any_of(removed, [&](std::uint32_t slot) { return this->key(slot) == key; });
  };
  for (const std::vector<FaceKey>& group : constraints_.must_link) {
    std::vector<std::uint32_t> members = slots_of(group);
    const bool concerned =
        std::ranges::any_of(members, [&](std::uint32_t slot) { return touched[slot]; }) ||
        (members.size() < group.size() && std::ranges::any_of(group, is_removed));
    if (!concerned) {
      continue;
    }
    for (const std::uint32_t slot : members) {
      touched[slot] = true;
    }
    if (members.size() > 1) {
      groups.push_back(std::move(members));
    }
  }
  std::vector<std::uint32_t> slots;
  for (std::uint32_t slot = 0; slot < touched.size(); ++slot) {
    if (touched[slot]) {
      slots.push_back(slot);
    }
  }
  return linkage_.update({.removed = removed, .changed = slots, .groups = groups}, resources_.stop);
}

Result<void> FaceTable::open(std::span<const FaceKey> keys) {
  for (const std::uint32_t slot : slots_of(keys)) {
    TRY(linkage_.open(slot));
  }
  return {};
}

Result<void> FaceTable::update(const GroupingUpdate& update, const GroupingResources& resources) {
  resources_ = resources;
  std::optional<Constraints> constraints;
  std::vector<FaceKey> changed;
  if (update.constraints.has_value()) {
    constraints = normalised(*update.constraints);
    changed = changed_faces(constraints_, *constraints);
  }
  // Restored people are recalled as they were: before anything about their faces changes.
  TRY(open(changed));
  TRY(open(update.removed));
  std::vector<std::uint32_t> removed = TRY(remove_faces(update.removed));
  const auto first_slot = static_cast<std::uint32_t>(index_.slots());
  TRY(add_faces(update.added));
  if (constraints.has_value()) {
    set_constraints(*std::move(constraints));
  } else {
    set_rule_tokens();
  }
  TRY(find_neighbours_from(first_slot));
  return link(std::move(removed), slots_of(changed), first_slot);
}

std::vector<std::uint32_t> FaceTable::ordered_slots() const {
  std::vector<std::uint32_t> slots;
  slots.reserve(index_.faces());
  for (std::uint32_t slot = 0; slot < index_.slots(); ++slot) {
    if (index_.is_here(slot)) {
      slots.push_back(slot);
    }
  }
  const auto key_of = [this](std::uint32_t slot) -> const FaceKey& { return key(slot); };
  if (!std::ranges::is_sorted(slots, {}, key_of)) {
    std::ranges::sort(slots, {}, key_of);
  }
  return slots;
}

Partition FaceTable::partition(std::span<const std::uint32_t> slots,
                               std::span<const std::uint32_t> ordered) const {
  return labelled(slots, ordered, [this](std::uint32_t slot) { return linkage_.leader_of(slot); });
}

Result<Partition> FaceTable::group_without_pairs(const FaceSet& faces,
                                                 const Constraints& constraints,
                                                 const GroupingResources& resources) {
  TRY(add_faces(faces));
  set_constraints(normalised(constraints));
  std::vector<std::vector<std::uint32_t>> groups;
  for (const std::vector<FaceKey>& group : constraints_.must_link) {
    std::vector<std::uint32_t> members = slots_of(group);
    if (members.size() > 1) {
      groups.push_back(std::move(members));
    }
  }
  // Its clusters cost less than the nodes and lists of linkage_, which pay_for_slots paid.
  ChainLinkage chains{rows_, index_.keys(), conflicts_, threshold_, budget_};
  TRY(chains.run(groups, resources.stop));
  std::vector<std::uint32_t> slots(faces.keys.size());
  std::iota(slots.begin(), slots.end(), 0U);
  return labelled(slots, ordered_slots(),
                  [&chains](std::uint32_t slot) { return chains.leader_of(slot); });
}

Partition FaceTable::labelled(std::span<const std::uint32_t> slots,
                              std::span<const std::uint32_t> ordered,
                              const std::function<std::uint32_t(std::uint32_t)>& leader_of) const {
  Partition result;
  std::vector<std::uint32_t> labels(index_.slots(), kNobody);  // by slot
  std::vector<std::uint32_t> label_of_leader(index_.slots(), kNobody);
  for (const std::uint32_t slot : ordered) {
    std::uint32_t& label = label_of_leader[leader_of(slot)];
    if (label == kNobody) {
      label = result.people++;
    }
    labels[slot] = label;
  }
  result.person_of_face.reserve(slots.size());
  for (const std::uint32_t slot : slots) {
    result.person_of_face.push_back(labels[slot]);
  }
  return result;
}

}  // namespace albumen::people
