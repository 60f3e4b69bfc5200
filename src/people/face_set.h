// SPDX-License-Identifier: Apache-2.0
// What grouping takes and gives: faces with their vectors, what people decided about them, and the
// people that come out. Plain values and views; nothing here owns big memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "core/stop.h"
#include "govern/budget.h"
#include "people/face_key.h"

namespace albumen {

/// A view of n faces. Exactly one of `f32` and `f16` holds the vectors: n rows of `dimension`
/// values, row by row, each row of unit length (within 1 %: stored halves are not exact).
/// The keys are distinct, in any order. Everything pointed to outlives the call.
struct FaceSet {
  std::span<const FaceKey> keys;
  std::span<const float> f32;
  std::span<const std::uint16_t> f16;  ///< IEEE 754 binary16, as the library stores vectors
  std::size_t dimension = 0;           ///< 1..4096
};

/// No face of `left` may share a person with a face of `right`.
struct KeepApart {
  std::vector<FaceKey> left;
  std::vector<FaceKey> right;

  friend bool operator==(const KeepApart&, const KeepApart&) = default;
};

/// What people decided. Faces that are not in the set are ignored (a file may be gone). Two faces
/// of one picture are kept apart without being listed. Where a must_link contradicts anything, the
/// must_link wins: it is a person's word.
struct Constraints {
  std::vector<std::vector<FaceKey>> must_link;  ///< each one group of one person's faces
  std::vector<KeepApart> cannot_link;

  friend bool operator==(const Constraints&, const Constraints&) = default;

  [[nodiscard]] bool empty() const { return must_link.empty() && cannot_link.empty(); }
};

/// The label of a face that belongs to nobody (DBSCAN noise).
inline constexpr std::uint32_t kNobody = std::numeric_limits<std::uint32_t>::max();

/// Who is who. Labels are dense from 0, in the order of each person's smallest key.
struct Partition {
  std::vector<std::uint32_t> person_of_face;  ///< in the order of the keys given
  std::uint32_t people = 0;

  friend bool operator==(const Partition&, const Partition&) = default;
};

/// What a call may use. Results do not depend on the number of threads.
struct GroupingResources {
  /// Pays for vectors, neighbours and bookkeeping; asked without waiting, piece by piece, because
  /// the number of neighbours is known only when they are found. Outlives what is made with it.
  Budget* budget = nullptr;
  unsigned threads = 1;
  StopToken stop;
  /// Called where the pairs of near faces do not fit into the budget, so that grouping takes long;
  /// may be empty.
  std::function<void()> without_pairs;
};

}  // namespace albumen
