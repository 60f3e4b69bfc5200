// SPDX-License-Identifier: Apache-2.0
// Faces into people: constrained average linkage, as one function and as an object that is kept up
// to date. Both give the same partition for the same faces and constraints, whatever the order in
// which these came. Tested by grouping_test.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/result.h"
#include "people/face_set.h"

namespace albumen {

/// The cosine distance of "the same person" on the default model's card.
inline constexpr double kSameDistance = 0.065;

/// The largest mean cosine distance inside a person that keeps wrong merges rare in a library of
/// `faces` faces. More faces mean more strangers who look alike, so it falls with the library, in
/// steps (README.md has the measurements); `same_distance` is the model card's, for small ones.
double threshold_for(std::size_t faces, double same_distance = kSameDistance);

struct GroupingOptions {
  /// Mean cosine distance at or below which two groups of faces are one person; 0 < it <= 0.5.
  double same_threshold = kSameDistance;
};

/// Groups all faces at once, the slow way where the pairs of near faces do not fit into the budget:
/// the people are the same. Errors: InvalidArgument (shape, vectors, repeated keys, threshold),
/// BudgetExceeded (the faces themselves), Cancelled.
Result<Partition> group(const FaceSet& faces, const Constraints& constraints,
                        const GroupingOptions& options, const GroupingResources& resources);

/// A partition with its faces, in the order of their keys.
struct GroupedFaces {
  std::vector<FaceKey> keys;
  Partition partition;

  friend bool operator==(const GroupedFaces&, const GroupedFaces&) = default;
};

/// What is different from the last update.
struct GroupingUpdate {
  FaceSet added;                     ///< faces that are not there yet (or removed in this update)
  std::span<const FaceKey> removed;  ///< faces that are there
  /// All constraints that hold from now on; nothing: as before.
  std::optional<Constraints> constraints;
};

/// People that follow their faces. An update costs one pass over the vectors per new face, and
/// linkage work only where clusters change. One thread.
class Grouping {
 public:
  /// Without faces. Error: InvalidArgument for an illegal dimension or threshold.
  /// REQUIRES: budget outlives the object.
  static Result<Grouping> create(std::size_t dimension, const GroupingOptions& options,
                                 Budget* budget);

  /// With all of `faces`, of which some are grouped already: `known` labels them in the order of
  /// `faces.keys`, kNobody for those that are not. Costs one pass over the vectors for each face of
  /// nobody, and linkage work where these change people; the result is that of `group`.
  /// REQUIRES: each of `known` is one of the people that `group` once gave, with all its faces, all
  /// at this threshold and under the constraints that hold now. Where it matters that this is not
  /// so: InvalidArgument.
  /// Errors: InvalidArgument (shape, vectors, keys, labels, threshold), BudgetExceeded, Cancelled.
  static Result<Grouping> restore(const FaceSet& faces, const Partition& known,
                                  const Constraints& constraints, const GroupingOptions& options,
                                  const GroupingResources& resources);

  Grouping(Grouping&&) noexcept;
  Grouping& operator=(Grouping&&) noexcept;
  ~Grouping();

  /// Applies all of `update` at once. Errors: InvalidArgument, NotFound for a removed face that is
  /// not there, BudgetExceeded, Cancelled. After an error the object refuses everything
  /// (Unavailable): build a new one.
  Result<void> update(const GroupingUpdate& update, const GroupingResources& resources);

  /// Error: Unavailable after a failed update.
  [[nodiscard]] Result<GroupedFaces> people() const;

 private:
  class State;
  explicit Grouping(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace albumen
