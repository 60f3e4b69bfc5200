// SPDX-License-Identifier: Apache-2.0
// scikit-learn labels faces in index order: an unlabelled core face starts a cluster and floods
// it; a border face keeps the first label that reaches it. So clusters are the components of core
// faces, numbered by their first core face, and a border face takes the least number around it.
#include "people/dbscan.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>
#include <utility>
#include <vector>

#include "files/face_id.h"
#include "people/internal/fixed_point.h"
#include "people/internal/pair_scan.h"

namespace albumen {
namespace {

using people::FixedRows;
using people::HitList;
using people::PairHit;

// Faces in the order of their keys: the index order of the result.
struct OrderedFaces {
  const FaceSet* faces = nullptr;
  std::vector<std::size_t> order;
  FixedRows rows;

  static Result<OrderedFaces> load(const FaceSet& faces, Budget* budget) {
    OrderedFaces result{.faces = &faces,
                        .order = std::vector<std::size_t>(faces.keys.size()),
                        .rows = FixedRows(faces.dimension, budget)};
    std::iota(result.order.begin(), result.order.end(), std::size_t{0});
    std::ranges::sort(result.order, {}, [&](std::size_t i) { return faces.keys[i]; });
    for (std::size_t i = 0; i < result.order.size(); ++i) {
      if (i > 0 && faces.keys[result.order[i]] == faces.keys[result.order[i - 1]]) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("face {} twice", to_string(faces.keys[result.order[i]])));
      }
      const std::uint32_t row = TRY(result.rows.add());
      TRY(people::to_fixed(faces, result.order[i], result.rows.row(row)));
    }
    return result;
  }
};

// Decides pairs exactly: fixed-point products that are certain by their error bound at once, the
// few others in double precision.
class NeighbourTest {
 public:
  NeighbourTest(const OrderedFaces& ordered, double eps)
      : ordered_(ordered),
        limit_(1 - eps * eps / 2),
        error_(people::largest_dot_error(ordered.faces->dimension)),
        a_(ordered.faces->dimension),
        b_(ordered.faces->dimension) {}

  [[nodiscard]] std::int32_t least_dot() const {
    return static_cast<std::int32_t>(std::floor((limit_ - error_) * kFull));
  }

  Result<bool> are_neighbours(const PairHit& hit) {
    if (hit.dot >= (limit_ + error_) * kFull) {
      return true;
    }
    TRY(people::to_unit(*ordered_.faces, ordered_.order[hit.row], a_));
    TRY(people::to_unit(*ordered_.faces, ordered_.order[hit.column], b_));
    return std::inner_product(a_.begin(), a_.end(), b_.begin(), 0.0) >= limit_;
  }

 private:
  static constexpr double kFull = static_cast<double>(people::kOne * people::kOne);

  const OrderedFaces& ordered_;
  double limit_;
  double error_;
  std::vector<double> a_;
  std::vector<double> b_;
};

Result<HitList> neighbours(const OrderedFaces& ordered, double eps,
                           const GroupingResources& resources) {
  NeighbourTest test(ordered, eps);
  const HitList candidates = TRY(people::scan_pairs(ordered.rows, 0, test.least_dot(), resources));
  HitList pairs(resources.budget);
  Result<void> outcome;
  candidates.for_each([&](std::span<const PairHit> chunk) {
    for (const PairHit& hit : chunk) {
      const Result<bool> near = test.are_neighbours(hit);
      if (near.has_value() && *near && outcome.has_value()) {
        outcome = pairs.add(hit);
      }
    }
  });
  TRY(std::move(outcome));
  return pairs;
}

// Union-find with the smallest index as root.
class Sets {
 public:
  explicit Sets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), 0U);
  }

  std::uint32_t root(std::uint32_t i) {
    while (parent_[i] != i) {
      i = parent_[i] = parent_[parent_[i]];
    }
    return i;
  }

  void unite(std::uint32_t a, std::uint32_t b) {
    const auto [low, high] = std::minmax({root(a), root(b)});
    parent_[high] = low;
  }

 private:
  std::vector<std::uint32_t> parent_;
};

std::vector<bool> core_faces(const HitList& pairs, std::size_t count, std::size_t min_samples) {
  std::vector<std::size_t> degree(count, 1);  // a face is its own neighbour
  pairs.for_each([&](std::span<const PairHit> chunk) {
    for (const PairHit& hit : chunk) {
      ++degree[hit.row];
      ++degree[hit.column];
    }
  });
  std::vector<bool> core(count);
  for (std::size_t i = 0; i < count; ++i) {
    core[i] = degree[i] >= min_samples;
  }
  return core;
}

// The labels, by index. Border faces take the least label of the core faces around them.
std::vector<std::uint32_t> labels_of(const HitList& pairs, const std::vector<bool>& core,
                                     std::uint32_t& people) {
  Sets sets(core.size());
  pairs.for_each([&](std::span<const PairHit> chunk) {
    for (const PairHit& hit : chunk) {
      if (core[hit.row] && core[hit.column]) {
        sets.unite(hit.row, hit.column);
      }
    }
  });
  std::vector<std::uint32_t> labels(core.size(), kNobody);
  for (std::uint32_t i = 0; i < core.size(); ++i) {
    if (core[i]) {
      const std::uint32_t root = sets.root(i);  // <= i, so labelled already
      labels[i] = root == i ? people++ : labels[root];
    }
  }
  pairs.for_each([&](std::span<const PairHit> chunk) {
    for (const PairHit& hit : chunk) {
      if (core[hit.row] != core[hit.column]) {
        const std::uint32_t border = core[hit.row] ? hit.column : hit.row;
        const std::uint32_t centre = core[hit.row] ? hit.row : hit.column;
        labels[border] = std::min(labels[border], labels[centre]);  // kNobody is the largest
      }
    }
  });
  return labels;
}

}  // namespace

Result<void> check_dbscan(const DbscanOptions& options) {
  if (!(options.eps >= options.least_eps && options.eps <= options.largest_eps)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("eps {} is outside {} to {}, where distances of {} tell people apart",
                            options.eps, options.least_eps, options.largest_eps, options.model));
  }
  if (options.min_samples == 0) {
    return fail(ErrorCode::kInvalidArgument, "min_samples 0 (allowed: 1 and more)");
  }
  return {};
}

Result<Partition> dbscan(const FaceSet& faces, const DbscanOptions& options,
                         const GroupingResources& resources) {
  TRY(check_dbscan(options));
  TRY(people::check_shape(faces));
  const OrderedFaces ordered = TRY(OrderedFaces::load(faces, resources.budget));
  const HitList pairs = TRY(neighbours(ordered, options.eps, resources));
  Partition result;
  const std::vector<std::uint32_t> labels =
      labels_of(pairs, core_faces(pairs, faces.keys.size(), options.min_samples), result.people);
  result.person_of_face.resize(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    result.person_of_face[ordered.order[i]] = labels[i];
  }
  return result;
}

}  // namespace albumen
