// SPDX-License-Identifier: Apache-2.0
// DBSCAN over unit vectors, with the result of scikit-learn's: for users who know it and for
// comparison. It chains people together in large libraries, so it is not the default (README.md).
// Tested by dbscan_test.cpp.
#pragma once

#include <cstddef>
#include <string>

#include "core/result.h"
#include "people/face_set.h"

namespace albumen {

struct DbscanOptions {
  /// Largest Euclidean distance of neighbours on unit vectors (cosine distance = eps^2 / 2).
  double eps = 0.33;
  /// Neighbours, itself included, that make a face a core face; at least 1.
  std::size_t min_samples = 2;
  /// What the model card allows for eps: outside of it the vectors mean nothing.
  double least_eps = 0.2;
  double largest_eps = 0.365;
  /// The card's name, for the refusal.
  std::string model = "the model";
};

/// Error: InvalidArgument (eps outside the card's range, min_samples 0).
Result<void> check_dbscan(const DbscanOptions& options);

/// The labels that sklearn.cluster.DBSCAN(metric="euclidean") gives to the faces in the order of
/// their keys, noise as kNobody; pairs within 1e-6 of eps may fall either way. It knows no
/// constraints: callers with decisions of people must not use it silently.
/// Errors: those of check_dbscan; InvalidArgument (shape, vectors), BudgetExceeded, Cancelled.
Result<Partition> dbscan(const FaceSet& faces, const DbscanOptions& options,
                         const GroupingResources& resources);

}  // namespace albumen
