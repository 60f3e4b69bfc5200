// SPDX-License-Identifier: Apache-2.0
#include "people/internal/linkage.h"

#include <algorithm>
#include <utility>

#include "people/internal/pair_scan.h"

namespace albumen::people {
Linkage::Linkage(const LinkageFaces& faces, std::int64_t threshold, History history, Budget* budget)
    : faces_(faces),
      threshold_(threshold),
      history_(history),
      sums_(faces.rows->stride(), budget) {}

JoinTime Linkage::time_of(NodeId join) const {
  const Node& it = node(join);
  const std::uint32_t left = node(it.left).anchor;
  return {.similarity = it.similarity,
          .high = it.anchor,
          .low = left == it.anchor ? node(it.right).anchor : left};
}

// The cluster that a face is part of now. Joins that happened stay so until the end of the update.
NodeId Linkage::current(std::uint32_t slot) {
  NodeId& top = tops_[labels_[slot]];
  if (!is_current(top)) {
    climbed_.push_back(labels_[slot]);
    do {
      top = node(top).parent;
    } while (!is_current(top));
  }
  return top;
}

// Gives all faces of a cluster one label.
void Linkage::relabel(NodeId id, std::uint32_t label) {
  for_each_member(id, [&](std::uint32_t slot) { labels_[slot] = label; });
}

std::int64_t Linkage::similarity(NodeId a, NodeId b) const {
  const Node& first = node(a);
  const Node& second = node(b);
  const std::uint64_t pairs = std::uint64_t{first.size} * second.size;
  const bool first_is_leaf = is_leaf(a);
  const bool second_is_leaf = is_leaf(b);
  std::int64_t product = 0;
  if (first_is_leaf && second_is_leaf) {
    product = dot(faces_.rows->row(a), faces_.rows->row(b));
  } else if (first_is_leaf) {
    product = dot(sums_.row(second.sum_row), faces_.rows->row(a));
  } else if (second_is_leaf) {
    product = dot(sums_.row(first.sum_row), faces_.rows->row(b));
  } else {
    product = dot(sums_.row(first.sum_row), sums_.row(second.sum_row));
  }
  return mean_similarity(product, pairs);
}

// REQUIRES: a is active.
bool Linkage::may_join(NodeId a, NodeId b) const {
  const Node& other = node(b);
  if (std::uint64_t{node(a).size} + other.size > kMostFacesOfPerson) {
    return false;
  }
  const std::vector<Token>& mine = actives_[node(a).active].tokens;
  if (mine.empty()) {
    return true;
  }
  if (other.active != kNone) {
    return !in_conflict(mine, actives_[other.active].tokens);
  }
  std::vector<Token> theirs;
  for_each_member(b, [&](std::uint32_t slot) { faces_.conflicts->append_tokens(slot, theirs); });
  std::ranges::sort(theirs);
  return !in_conflict(mine, theirs);
}

void Linkage::push(const Event& event) {
  heap_.push_back(event);
  std::ranges::push_heap(heap_, [this](const Event& a, const Event& b) {
    return before(b.time, a.time);  // a heap keeps the largest in front: the earliest
  });
}

Linkage::Event Linkage::pop() {
  std::ranges::pop_heap(heap_,
                        [this](const Event& a, const Event& b) { return before(b.time, a.time); });
  const Event event = heap_.back();
  heap_.pop_back();
  return event;
}

// Takes `id` out of the old history: the joins above it never happen, and what they would have
// joined with goes on by itself from the time when they would have.
void Linkage::detach(NodeId id) {
  NodeId part = id;
  NodeId join = std::exchange(node(id).parent, kNoNode);
  while (join != kNoNode) {
    const JoinTime time = time_of(join);
    const NodeId sibling = node(join).left == part ? node(join).right : node(join).left;
    node(sibling).parent = kNoNode;
    push({.time = time, .node = sibling, .partner = kNoNode});
    part = join;
    join = std::exchange(node(part).parent, kNoNode);
    node(part).size = 0;
    deleted_joins_.push_back(part & ~kJoinBit);
  }
}

void Linkage::add_to_sum(std::uint32_t sum_row, NodeId part) {
  const auto sum = sums_.row(sum_row);
  if (is_leaf(part)) {
    const auto row = faces_.rows->row(part);
    const std::size_t count = std::min(row.size(), sum.size());
    for (std::size_t i = 0; i < count; ++i) {
      sum[i] += row[i];
    }
  } else {
    const auto row = sums_.row(node(part).sum_row);
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += row[i];
    }
  }
}

Result<void> Linkage::add_sums(Node& join) {
  const bool left_has_sum = !is_leaf(join.left);
  const bool right_has_sum = !is_leaf(join.right);
  if (history_ == History::kDrop && (left_has_sum || right_has_sum)) {
    const NodeId giver = left_has_sum ? join.left : join.right;
    const NodeId other = left_has_sum ? join.right : join.left;
    join.sum_row = std::exchange(node(giver).sum_row, kNone);
    add_to_sum(join.sum_row, other);
    if (left_has_sum && right_has_sum) {
      sums_.release(std::exchange(node(other).sum_row, kNone));
    }
    return {};
  }
  join.sum_row = TRY(sums_.add());
  add_to_sum(join.sum_row, join.left);
  add_to_sum(join.sum_row, join.right);
  return {};
}

Result<void> Linkage::join(NodeId left, NodeId right, std::int64_t similarity) {
  NodeId id = kJoinBit;
  if (free_joins_.empty()) {
    id |= static_cast<NodeId>(joins_.size());
    joins_.emplace_back();
  } else {
    id |= free_joins_.back();
    free_joins_.pop_back();
  }
  Node& made = node(id);
  made = {};
  made.left = left;
  made.right = right;
  made.similarity = similarity;
  made.anchor = time_between(left, right, 0).high;
  made.size = node(left).size + node(right).size;
  TRY(add_sums(made));
  node(left).parent = id;
  node(right).parent = id;
  join_actives(id);
  return {};
}

Result<void> Linkage::force_group(const std::vector<std::uint32_t>& group) {
  std::vector<std::uint32_t> ordered = group;
  std::ranges::sort(ordered, {}, [this](std::uint32_t slot) { return (*faces_.keys)[slot]; });
  NodeId top = ordered.front();
  for (std::size_t i = 1; i < ordered.size(); ++i) {
    TRY(join(top, ordered[i], kForced));
    top = node(top).parent;
  }
  return {};
}

void Linkage::add_leaves() {
  if (leaves_.empty()) {
    leaves_.reserve(faces_.keys->size());
    labels_.reserve(faces_.keys->size());
    tops_.reserve(faces_.keys->size());
    marks_.reserve(faces_.keys->size());
  }
  while (leaves_.size() < faces_.keys->size()) {
    Node leaf;
    leaf.anchor = static_cast<std::uint32_t>(leaves_.size());
    leaves_.push_back(leaf);
    labels_.push_back(leaf.anchor);
    tops_.push_back(leaf.anchor);
    marks_.emplace_back();
  }
}

// Takes the changed faces out of the old history and makes them active.
Result<void> Linkage::prepare(const LinkageChange& change) {
  add_leaves();
  for (const std::uint32_t slot : change.changed) {
    TRY(open(slot));
  }
  for (const std::uint32_t slot : change.removed) {
    detach(slot);
    leaves_[slot].size = 0;
  }
  for (const std::uint32_t slot : change.changed) {
    detach(slot);
  }
  for (const std::vector<std::uint32_t>& group : change.groups) {
    TRY(force_group(group));
  }
  now_ = {.similarity = kForced - 1, .high = 0, .low = 0};  // after all forced joins
  std::vector<NodeId> tops;
  for (const std::uint32_t slot : change.changed) {
    const NodeId top = current(slot);
    if (node(top).active == kNone) {
      activate(top);
      tops.push_back(top);
    }
  }
  for (const NodeId top : tops) {
    TRY(seek_partner(top));
  }
  return {};
}

Result<void> Linkage::run(const StopToken& stop) {
  constexpr std::size_t kEventsPerLook = 1024;
  for (std::size_t events = 0; !heap_.empty(); ++events) {
    if (events % kEventsPerLook == 0) {
      TRY(check_stop(stop));
    }
    const Event event = pop();
    const Node& mine = node(event.node);
    if (mine.size == 0 || mine.parent != kNoNode) {
      continue;  // deleted, or joined since
    }
    if (event.partner == kNoNode) {
      if (mine.active == kNone) {
        now_ = event.time;
        activate(event.node);
        TRY(seek_partner(event.node));
      }
      continue;
    }
    now_ = event.time;
    if (!is_current(event.partner)) {
      TRY(seek_partner(event.node));  // the partner joined another; this time was a bound
      continue;
    }
    if (node(event.partner).active == kNone) {
      TRY(open(event.partner));
      activate(event.partner);
      detach(event.partner);
    }
    TRY(join(event.node, event.partner, event.time.similarity));
    TRY(seek_partner(node(event.node).parent));
  }
  return {};
}

void Linkage::finish() {
  for (const std::uint32_t label : climbed_) {
    tops_[label] = label;
  }
  for (const NodeId id : active_nodes_) {
    node(id).active = kNone;
    if (node(id).parent == kNoNode) {
      for_each_member(id, [this](std::uint32_t slot) { labels_[slot] = tops_[slot] = slot; });
    }
  }
  climbed_.clear();
  for (const std::uint32_t index : deleted_joins_) {
    if (joins_[index].sum_row != kNone) {
      sums_.release(joins_[index].sum_row);
    }
    joins_[index] = {};
    joins_[index].size = 0;
    free_joins_.push_back(index);
  }
  active_nodes_.clear();
  deleted_joins_.clear();
  actives_.clear();
  free_actives_.clear();
}

Result<void> Linkage::update(const LinkageChange& change, const StopToken& stop) {
  TRY(prepare(change));
  TRY(run(stop));
  finish();
  return {};
}

}  // namespace albumen::people
