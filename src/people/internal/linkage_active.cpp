// SPDX-License-Identifier: Apache-2.0
// The clusters that an update computes: whom they may join, and what remains of them when they do.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "people/internal/linkage.h"

namespace albumen::people {

// Gives a cluster the neighbours and tokens of its members.
void Linkage::activate(NodeId id) {
  std::uint32_t index = 0;
  if (free_actives_.empty()) {
    index = static_cast<std::uint32_t>(actives_.size());
    actives_.emplace_back();
  } else {
    index = free_actives_.back();
    free_actives_.pop_back();
  }
  node(id).active = index;
  active_nodes_.push_back(id);
  Active& active = actives_[index];
  std::vector<std::vector<Neighbour>>& lists = *faces_.neighbours;
  const std::uint32_t label = labels_[node(id).anchor];
  tops_[label] = id;
  for_each_member(id, [&](std::uint32_t slot) {
    labels_[slot] = label;
    if (history_ == History::kDrop && active.neighbours.empty()) {
      active.neighbours = std::exchange(lists[slot], {});
    } else {
      active.neighbours.insert(active.neighbours.end(), lists[slot].begin(), lists[slot].end());
    }
    faces_.conflicts->append_tokens(slot, active.tokens);
  });
  std::ranges::sort(active.tokens);
  // One face's list has no repetitions.
  active.compact_size = is_leaf(id) ? active.neighbours.size() : 0;
}

// A slot that stands for the cluster that a face is part of now; kNone for a face that is gone.
std::uint32_t Linkage::number_of(std::uint32_t slot) {
  if (history_ == History::kDrop) {
    return labels_[slot];  // nothing is gone, everything is active
  }
  const Node& cluster = node(current(slot));
  return cluster.size == 0 ? kNone : cluster.anchor;
}

// Leaves one neighbour of each cluster that they are part of now. The largest bound of the parts
// bounds the whole (property 2).
void Linkage::compact(NodeId id) {
  std::vector<Neighbour>& list = actives_[node(id).active].neighbours;
  const std::uint32_t mine = number_of(node(id).anchor);
  ++stamp_;
  std::uint32_t kept = 0;
  for (const Neighbour& entry : list) {
    const std::uint32_t number = number_of(entry.slot);
    if (number == mine || number == kNone) {
      continue;
    }
    Mark& mark = marks_[number];
    if (mark.stamp == stamp_) {
      std::int32_t& bound = list[mark.place].bound;
      bound = std::max(bound, entry.bound);
      continue;
    }
    mark = {.stamp = stamp_, .place = kept};
    list[kept++] = entry;
  }
  list.resize(kept);
}

// Finds the best partner of an active cluster and schedules the join. Only entries whose bound
// beats the best so far are looked at; those that can never join are dropped for good.
Result<void> Linkage::seek_partner(NodeId id) {
  Active& active = actives_[node(id).active];
  std::vector<Neighbour>& list = active.neighbours;
  if (list.size() > 2 * active.compact_size) {
    compact(id);
    active.compact_size = list.size();
  }
  ++stamp_;
  Event best{.time = {.similarity = threshold_}, .node = id, .partner = kNoNode};
  std::int32_t least_bound = least_dot_reaching(threshold_);
  std::size_t promising = 0;
  for (std::size_t place = 0; place < list.size();) {
    if (list[place].bound < least_bound) {
      ++place;
      continue;
    }
    const NodeId before = best.partner;
    const std::int32_t bound = TRY(judge(id, current(list[place].slot), best));
    if (bound == 0) {
      list[place] = list.back();
      list.pop_back();
      continue;
    }
    if (best.partner != before) {
      least_bound = least_dot_reaching(best.time.similarity);
      promising = place;
    }
    list[place++].bound = bound;
  }
  if (!list.empty()) {  // first next time: it rules out most of the rest
    std::swap(list[promising], list.front());
  }
  if (best.partner != kNoNode) {
    push(best);
  }
  return {};
}

// Compares one possible partner with the best; each at most once per stamp_. Returns the exact
// bound to remember, 0 to forget it.
Result<std::int32_t> Linkage::judge(NodeId id, NodeId partner, Event& best) {
  if (partner == id || node(partner).size == 0 || node(partner).stamp == stamp_) {
    return 0;
  }
  std::int64_t mean = similarity(id, partner);
  if (mean < threshold_) {
    return 0;
  }
  JoinTime time = time_between(id, partner, mean);
  const auto is_best = [&] { return best.partner == kNoNode || before(time, best.time); };
  if (is_leaf(partner) && node(partner).person != kNone && is_best()) {
    // So far this is a bound on the cluster that the face is part of now (property 2).
    TRY(recall(partner));
    return judge(id, current(partner), best);
  }
  node(partner).stamp = stamp_;
  if (is_best()) {
    if (!may_join(id, partner)) {
      return 0;
    }
    best = {.time = time, .node = id, .partner = partner};
  }
  return least_dot_reaching(mean);
}

// The union of two active clusters is active; its parts are not any more.
void Linkage::join_actives(NodeId parent) {
  NodeId big = node(parent).left;
  NodeId small = node(parent).right;
  if (node(big).active == kNone || node(small).active == kNone) {
    return;  // a forced join: its top is activated as a whole
  }
  if (actives_[node(big).active].neighbours.size() <
      actives_[node(small).active].neighbours.size()) {
    std::swap(big, small);
  }
  const std::uint32_t index = std::exchange(node(big).active, kNone);
  const std::uint32_t freed = std::exchange(node(small).active, kNone);
  Active& to = actives_[index];
  Active from = std::exchange(actives_[freed], {});
  to.neighbours.insert(to.neighbours.end(), from.neighbours.begin(), from.neighbours.end());
  std::vector<Token> tokens(to.tokens.size() + from.tokens.size());
  std::ranges::merge(to.tokens, from.tokens, tokens.begin());
  to.tokens = std::move(tokens);
  free_actives_.push_back(freed);
  const bool big_has_more = node(big).size >= node(small).size;
  const NodeId most = big_has_more ? big : small;
  const std::uint32_t label = labels_[node(most).anchor];
  relabel(big_has_more ? small : big, label);
  tops_[label] = parent;
  node(parent).active = index;
  active_nodes_.push_back(parent);
}

}  // namespace albumen::people
