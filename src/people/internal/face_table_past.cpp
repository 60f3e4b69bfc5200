// SPDX-License-Identifier: Apache-2.0
// A table that starts from people, and what its linkage asks about them.
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <utility>

#include "files/face_id.h"
#include "people/internal/decisions.h"
#include "people/internal/face_table.h"
#include "people/internal/pair_scan.h"

namespace albumen::people {
namespace {

// A node and a list head.
constexpr std::uint64_t kBytesPerPastFace = 96;

}  // namespace

Result<void> FaceTable::restore(const FaceSet& faces, const Partition& known,
                                const Constraints& constraints,
                                const GroupingResources& resources) {
  resources_ = resources;
  TRY(add_faces(faces));
  set_constraints(normalised(constraints));
  std::vector<std::uint32_t> nobodys = restore_people(known);
  TRY(find_neighbours(nobodys));
  return link({}, nobodys, static_cast<std::uint32_t>(index_.slots()));
}

// Returns the slots of nobody.
std::vector<std::uint32_t> FaceTable::restore_people(const Partition& known) {
  std::vector<std::uint32_t> nobodys;
  std::vector<std::vector<std::uint32_t>> members(known.people);
  for (std::uint32_t slot = 0; slot < known.person_of_face.size(); ++slot) {
    const std::uint32_t label = known.person_of_face[slot];
    (label == kNobody ? nobodys : members[label]).push_back(slot);
  }
  linkage_.restore(std::move(members));
  return nobodys;
}

Result<void> FaceTable::copy_to(FaceTable& fresh) const {
  TRY(fresh.pay_for_slots(faces()));
  const std::vector<std::uint32_t> slots = ordered_slots();
  for (const std::uint32_t slot : slots) {
    const std::uint32_t added = TRY(fresh.add_slot(key(slot)));
    std::ranges::copy(rows_.row(slot), fresh.rows_.row(added).begin());
  }
  fresh.set_constraints(constraints_);
  fresh.restore_people(partition(slots, slots));
  return {};
}

Result<void> FaceTable::find_neighbours(std::span<const std::uint32_t> slots) {
  const HitList hits = TRY(scan_chosen(rows_, slots, least_dot_reaching(threshold_), resources_));
  TRY(pay_for_pairs(hits.size()));
  hits.for_each([this](std::span<const PairHit> chunk) {
    for (const PairHit& hit : chunk) {
      neighbours_[hit.row].push_back({.slot = hit.column, .bound = hit.dot});
    }
  });
  return {};
}

Result<void> FaceTable::recall(std::span<const std::uint32_t> person) {
  // Within a person nearly all pairs are near.
  const Reservation pairs = TRY(budget_->try_reserve(
      MemoryTag::kVectors, Bytes{sizeof(Neighbour)} * person.size() * person.size()));
  if (past_ == nullptr) {
    bookkeeping_.merge(
        TRY(budget_->try_reserve(MemoryTag::kVectors, Bytes{kBytesPerPastFace} * faces())));
    past_ = std::make_unique<Linkage>(LinkageFaces{.rows = &rows_,
                                                   .keys = &index_.keys(),
                                                   .conflicts = &conflicts_,
                                                   .neighbours = &past_neighbours_},
                                      threshold_, History::kDrop, budget_);
  }
  past_neighbours_.resize(index_.slots());
  const std::int32_t least = least_dot_reaching(threshold_);
  for (std::size_t i = 1; i < person.size(); ++i) {
    TRY(check_stop(resources_.stop));
    for (std::size_t k = 0; k < i; ++k) {
      const auto product = static_cast<std::int32_t>(
          dot(std::as_const(rows_).row(person[i]), std::as_const(rows_).row(person[k])));
      if (product >= least) {
        past_neighbours_[person[i]].push_back({.slot = person[k], .bound = product});
        past_neighbours_[person[k]].push_back({.slot = person[i], .bound = product});
      }
    }
  }
  const auto groups = forced_groups(person);
  TRY(past_->update({.removed = {}, .changed = person, .groups = groups}, resources_.stop));
  if (past_->size_of_person(person.front()) != person.size()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the faces given as the person of {} are none under these constraints",
                            to_string(key(person.front()))));
  }
  return linkage_.adopt(*past_, person.front());
}

// The must-link groups inside a person.
std::vector<std::vector<std::uint32_t>> FaceTable::forced_groups(
    std::span<const std::uint32_t> person) const {
  std::map<std::size_t, std::vector<std::uint32_t>> groups;
  for (const std::uint32_t slot : person) {
    if (const auto group = must_link_of_key_.find(key(slot)); group != must_link_of_key_.end()) {
      groups[group->second].push_back(slot);
    }
  }
  std::vector<std::vector<std::uint32_t>> result;
  for (auto& [group, slots] : groups) {
    if (slots.size() > 1) {
      result.push_back(std::move(slots));
    }
  }
  return result;
}

}  // namespace albumen::people
