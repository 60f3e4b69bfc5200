// SPDX-License-Identifier: Apache-2.0
// What a linkage that was restored from people does with them.
#include <utility>

#include "people/internal/linkage.h"

namespace albumen::people {

NodeId Linkage::root_of(NodeId id) const {
  while (node(id).parent != kNoNode) {
    id = node(id).parent;
  }
  return id;
}

std::uint32_t Linkage::leader_of(std::uint32_t slot) const {
  const std::uint32_t person = leaves_[slot].person;
  return person == kNone ? node(root_of(slot)).anchor : people_[person].front();
}

void Linkage::restore(std::vector<std::vector<std::uint32_t>> people) {
  people_ = std::move(people);
  add_leaves();
  for (std::uint32_t person = 0; person < people_.size(); ++person) {
    for (const std::uint32_t slot : people_[person]) {
      leaves_[slot].open = false;
      leaves_[slot].person = people_[person].size() > 1 ? person : kNone;
    }
  }
}

// Makes the joins of a restored person known.
Result<void> Linkage::recall(std::uint32_t slot) {
  const std::uint32_t person = leaves_[slot].person;
  if (person == kNone) {
    return {};
  }
  for (const std::uint32_t member : people_[person]) {
    leaves_[member].person = kNone;
  }
  return faces_.past->recall(people_[person]);
}

Result<void> Linkage::open(NodeId id) {
  while (!is_leaf(id)) {
    id = node(id).left;
  }
  if (node(id).open) {
    return {};  // and so are all others of its person
  }
  TRY(recall(id));
  std::vector<std::uint32_t> slots;
  for_each_member(root_of(id), [&](std::uint32_t slot) {
    leaves_[slot].open = true;
    slots.push_back(slot);
  });
  return faces_.past->find_neighbours(slots);
}

Result<void> Linkage::adopt(const Linkage& other, std::uint32_t slot) {
  struct Step {
    NodeId id;
    bool parts_are_made;
  };

  std::vector<Step> steps{{.id = other.root_of(slot), .parts_are_made = false}};
  std::vector<NodeId> made;
  while (!steps.empty()) {
    const Step step = steps.back();
    steps.pop_back();
    if (is_leaf(step.id)) {
      made.push_back(step.id);
    } else if (!step.parts_are_made) {
      steps.push_back({.id = step.id, .parts_are_made = true});
      steps.push_back({.id = other.node(step.id).right, .parts_are_made = false});
      steps.push_back({.id = other.node(step.id).left, .parts_are_made = false});
    } else {
      const NodeId right = made.back();
      made.pop_back();
      TRY(join(made.back(), right, other.node(step.id).similarity));
      made.back() = node(right).parent;
    }
  }
  return {};
}

}  // namespace albumen::people
