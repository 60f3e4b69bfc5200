// SPDX-License-Identifier: Apache-2.0
// Constrained average linkage over a sparse neighbour graph, without a distance matrix, and its
// exact repair after changes.
//
// join_rule.h has the rule, and the two properties that carry everything here.
//
// The second is what makes repair exact: after a change, clusters of the old history that contain
// no changed face and have not met a new cluster go on exactly as before. Only the others are
// "active" and are computed. A first run is the same code with every face active.
//
// It also makes a history forgettable: all members of a person end in it, so the joins inside are
// those of a run over its members alone. A linkage that is restored from people knows only who they
// are; it asks for the joins of one when an active cluster looks at it (`recall`), and for the
// neighbours of its faces when it changes (`open`).
//
// Tested by linkage_test.cpp against a naive O(n^3) twin.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "people/face_key.h"
#include "people/internal/conflicts.h"
#include "people/internal/fixed_point.h"
#include "people/internal/join_rule.h"

namespace albumen::people {

/// A leaf (its slot) or a join (kJoinBit | index).
using NodeId = std::uint32_t;

inline constexpr NodeId kJoinBit = 0x8000'0000U;
inline constexpr NodeId kNoNode = 0xFFFF'FFFFU;

/// A face of a cluster that may be near, and a bound on the mean dot product with that cluster.
struct Neighbour {
  std::uint32_t slot;
  std::int32_t bound;
};

/// Whoever restores a linkage from people works out what it asks for.
class LinkagePast {
 public:
  LinkagePast() = default;
  LinkagePast(const LinkagePast&) = delete;
  LinkagePast& operator=(const LinkagePast&) = delete;
  virtual ~LinkagePast() = default;

  /// Gives the linkage (`adopt`) the joins inside one person, whose faces these are.
  virtual Result<void> recall(std::span<const std::uint32_t> person) = 0;

  /// Completes the neighbour lists of these faces, which are empty.
  virtual Result<void> find_neighbours(std::span<const std::uint32_t> slots) = 0;
};

/// The faces, shared with the owner of the linkage, by slot.
struct LinkageFaces {
  const FixedRows* rows = nullptr;
  const std::vector<FaceKey>* keys = nullptr;
  const Conflicts* conflicts = nullptr;
  /// Of every slot: the slots within the threshold with their exact dot products.
  std::vector<std::vector<Neighbour>>* neighbours = nullptr;
  LinkagePast* past = nullptr;  ///< only needed after `restore`
};

/// Whether a linkage will be repaired later.
enum class History : std::uint8_t {
  kKeep,  ///< neighbour lists and sums of all joins stay: memory for n joins
  kDrop,  ///< one run: neighbour lists are used up, sums of parts are reused
};

/// What changed since the last `update`.
struct LinkageChange {
  /// Faces that are gone; their neighbour lists are empty now.
  std::span<const std::uint32_t> removed;
  /// Faces that are new or under other constraints than before. Slots beyond the known ones
  /// become known. Contains every member of `groups`.
  std::span<const std::uint32_t> changed;
  /// Must-link groups (two or more faces) of which a member is in `changed`.
  std::span<const std::vector<std::uint32_t>> groups;
};

/// One thread.
class Linkage {
 public:
  Linkage(const LinkageFaces& faces, std::int64_t threshold, History history, Budget* budget);

  /// Starts from these people, each a list of its faces, which have no neighbour lists yet.
  /// REQUIRES: nothing happened before, and the people are what a linkage over these faces makes.
  void restore(std::vector<std::vector<std::uint32_t>> people);

  /// After an error the linkage must not be used any more. Errors: BudgetExceeded, Cancelled.
  Result<void> update(const LinkageChange& change, const StopToken& stop);

  /// Recalls the person of a face and completes the neighbour lists of all its faces: due before
  /// the face is taken out or comes under other constraints.
  Result<void> open(NodeId id);

  /// For LinkagePast::recall: repeats the joins of `other` that made the cluster of `slot`.
  Result<void> adopt(const Linkage& other, std::uint32_t slot);

  /// A slot that stands for the final cluster of a face: of one of its faces, the same for all.
  [[nodiscard]] std::uint32_t leader_of(std::uint32_t slot) const;

  /// How many faces its final cluster has. REQUIRES: not restored.
  [[nodiscard]] std::uint32_t size_of_person(std::uint32_t slot) const {
    return node(root_of(slot)).size;
  }

  /// Its neighbour list is complete, and must be kept so.
  [[nodiscard]] bool is_open(std::uint32_t slot) const {
    return slot >= leaves_.size() || leaves_[slot].open;
  }

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFFU;

  struct Node {
    NodeId parent = kNoNode;
    NodeId left = kNoNode;
    NodeId right = kNoNode;
    std::uint32_t anchor = 0;           // slot of the largest key among the members
    std::uint32_t size = 1;             // members; 0 once removed or deleted
    std::uint32_t sum_row = kNone;      // of joins
    std::uint32_t active = kNone;       // index into actives_
    std::uint32_t stamp = 0;            // scratch of `judge`
    std::int64_t similarity = kForced;  // of the join
    std::uint32_t person = kNone;       // of leaves: in people_, while its joins are not recalled
    bool open = true;                   // of leaves: the neighbour list is complete
  };

  // A cluster that the old history does not speak of.
  struct Active {
    std::vector<Neighbour> neighbours;
    std::vector<Token> tokens;     // sorted
    std::size_t compact_size = 0;  // of `neighbours` when they were last compacted
  };

  struct Mark {
    std::uint32_t stamp = 0;
    std::uint32_t place = 0;
  };

  // A join that may happen, or (without a partner) a cluster that becomes active.
  struct Event {
    JoinTime time;
    NodeId node;
    NodeId partner;
  };

  static bool is_leaf(NodeId id) { return (id & kJoinBit) == 0; }

  Node& node(NodeId id) { return (id & kJoinBit) != 0 ? joins_[id & ~kJoinBit] : leaves_[id]; }

  [[nodiscard]] const Node& node(NodeId id) const {
    return (id & kJoinBit) != 0 ? joins_[id & ~kJoinBit] : leaves_[id];
  }

  [[nodiscard]] bool before(const JoinTime& a, const JoinTime& b) const {
    return happens_before(a, b, *faces_.keys);
  }

  [[nodiscard]] JoinTime time_of(NodeId join) const;

  [[nodiscard]] JoinTime time_between(NodeId a, NodeId b, std::int64_t similarity) const {
    return join_time(node(a).anchor, node(b).anchor, similarity, *faces_.keys);
  }

  [[nodiscard]] bool happened(NodeId join) const {
    const std::int64_t similarity = node(join).similarity;
    // Keys are far away in memory; they matter only in ties.
    return similarity != now_.similarity ? similarity > now_.similarity
                                         : !before(now_, time_of(join));
  }

  [[nodiscard]] bool is_current(NodeId id) const {
    return node(id).parent == kNoNode || !happened(node(id).parent);
  }

  NodeId current(std::uint32_t slot);
  void relabel(NodeId id, std::uint32_t label);
  [[nodiscard]] NodeId root_of(NodeId id) const;
  [[nodiscard]] std::int64_t similarity(NodeId a, NodeId b) const;
  [[nodiscard]] bool may_join(NodeId a, NodeId b) const;

  template <class Visit>
  void for_each_member(NodeId id, Visit visit) const;

  void push(const Event& event);
  Event pop();
  void detach(NodeId id);
  void activate(NodeId id);
  std::uint32_t number_of(std::uint32_t slot);
  void compact(NodeId id);
  Result<void> recall(std::uint32_t slot);
  Result<void> seek_partner(NodeId id);
  Result<std::int32_t> judge(NodeId id, NodeId partner, Event& best);
  Result<void> join(NodeId left, NodeId right, std::int64_t similarity);
  Result<void> add_sums(Node& join);
  void add_to_sum(std::uint32_t sum_row, NodeId part);
  void join_actives(NodeId parent);
  void add_leaves();
  Result<void> force_group(const std::vector<std::uint32_t>& group);
  Result<void> prepare(const LinkageChange& change);
  Result<void> run(const StopToken& stop);
  void finish();

  LinkageFaces faces_;
  std::int64_t threshold_;
  History history_;
  std::vector<Node> leaves_;
  std::vector<Node> joins_;
  std::vector<std::uint32_t> free_joins_;
  RowPool<std::int32_t> sums_;
  std::vector<std::vector<std::uint32_t>> people_;  // restored

  // Of one update.
  JoinTime now_;
  std::vector<Event> heap_;
  std::vector<Active> actives_;
  std::vector<std::uint32_t> free_actives_;
  std::vector<NodeId> active_nodes_;
  std::vector<std::uint32_t> deleted_joins_;
  std::uint32_t stamp_ = 0;
  std::vector<Mark> marks_;  // scratch of `compact`, by number_of
  // What a face is part of by now: labels_ leads to tops_, and from there it may have gone on by
  // itself. All faces of an active cluster have one label; all others, and between updates all,
  // are their own label and top.
  std::vector<std::uint32_t> labels_;
  std::vector<NodeId> tops_;
  std::vector<std::uint32_t> climbed_;  // labels whose tops are not themselves any more
};

template <class Visit>
void Linkage::for_each_member(NodeId id, Visit visit) const {
  std::vector<NodeId> open{id};
  while (!open.empty()) {
    const NodeId next = open.back();
    open.pop_back();
    if (is_leaf(next)) {
      visit(next);
    } else {
      open.push_back(node(next).left);
      open.push_back(node(next).right);
    }
  }
}

}  // namespace albumen::people
