// SPDX-License-Identifier: Apache-2.0
#include "people/testing/naive_linkage.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <numbers>
#include <random>
#include <tuple>

#include "people/internal/fixed_point.h"
#include "people/internal/linkage.h"

namespace albumen::people::testing {
namespace {

using Cluster = std::vector<std::size_t>;  // indices of faces

class NaiveLinkage {
 public:
  NaiveLinkage(const SyntheticLibrary& library, const Constraints& constraints)
      : library_(library), constraints_(constraints) {
    for (std::size_t i = 0; i < library.keys.size(); ++i) {
      std::vector<std::int16_t> row(library.dimension);
      static_cast<void>(to_fixed(library.faces(), i, row).has_value());
      rows_.push_back(std::move(row));
      clusters_.push_back({i});
    }
  }

  Partition run(std::int64_t threshold) {
    for (const auto& group : constraints_.must_link) {
      for (const FaceKey& key : group) {
        force(group.front(), key);
      }
    }
    while (join_best(threshold)) {
    }
    return labelled();
  }

 private:
  std::size_t cluster_of(const FaceKey& key) const {
    for (std::size_t c = 0; c < clusters_.size(); ++c) {
      for (const std::size_t face : clusters_[c]) {
        if (library_.keys[face] == key) {
          return c;
        }
      }
    }
    return clusters_.size();
  }

  void unite(std::size_t a, std::size_t b) {
    clusters_[a].insert(clusters_[a].end(), clusters_[b].begin(), clusters_[b].end());
    clusters_.erase(clusters_.begin() + static_cast<std::ptrdiff_t>(b));
  }

  void force(const FaceKey& a, const FaceKey& b) {
    const std::size_t first = cluster_of(a);
    const std::size_t second = cluster_of(b);
    if (first != second && first < clusters_.size() && second < clusters_.size()) {
      unite(std::min(first, second), std::max(first, second));
    }
  }

  bool holds(const Cluster& cluster, const std::vector<FaceKey>& keys) const {
    return std::ranges::any_of(cluster, [&](std::size_t face) {
      return std::ranges::find(keys, library_.keys[face]) != keys.end();
    });
  }

  bool in_conflict(const Cluster& a, const Cluster& b) const {
    for (const std::size_t x : a) {
      for (const std::size_t y : b) {
        if (library_.keys[x].picture == library_.keys[y].picture) {
          return true;
        }
      }
    }
    return std::ranges::any_of(constraints_.cannot_link, [&](const KeepApart& rule) {
      return (holds(a, rule.left) && holds(b, rule.right)) ||
             (holds(b, rule.left) && holds(a, rule.right));
    });
  }

  std::int64_t similarity(const Cluster& a, const Cluster& b) const {
    std::int64_t sum = 0;
    for (const std::size_t x : a) {
      for (const std::size_t y : b) {
        for (std::size_t k = 0; k < library_.dimension; ++k) {
          sum += std::int64_t{rows_[x][k]} * rows_[y][k];
        }
      }
    }
    const auto pairs = static_cast<std::int64_t>(a.size() * b.size());
    return sum > 0 ? (sum << kSimilarityBits) / pairs : 0;
  }

  FaceKey anchor(const Cluster& cluster) const {
    FaceKey largest;
    for (const std::size_t face : cluster) {
      largest = std::max(largest, library_.keys[face]);
    }
    return largest;
  }

  bool join_best(std::int64_t threshold) {
    using Rank = std::tuple<std::int64_t, FaceKey, FaceKey>;
    std::map<Rank, std::pair<std::size_t, std::size_t>> candidates;
    for (std::size_t a = 0; a < clusters_.size(); ++a) {
      for (std::size_t b = a + 1; b < clusters_.size(); ++b) {
        const std::int64_t mean = similarity(clusters_[a], clusters_[b]);
        if (mean >= threshold && !in_conflict(clusters_[a], clusters_[b])) {
          const auto [low, high] = std::minmax({anchor(clusters_[a]), anchor(clusters_[b])});
          candidates.emplace(Rank{-mean, high, low}, std::pair{a, b});
        }
      }
    }
    if (candidates.empty()) {
      return false;
    }
    unite(candidates.begin()->second.first, candidates.begin()->second.second);
    return true;
  }

  Partition labelled() {
    const auto smallest = [this](const Cluster& cluster) {
      return library_.keys[*std::ranges::min_element(
          cluster, {}, [this](std::size_t face) { return library_.keys[face]; })];
    };
    std::ranges::sort(clusters_, {}, smallest);
    Partition result;
    result.person_of_face.resize(library_.keys.size());
    for (const Cluster& cluster : clusters_) {
      for (const std::size_t face : cluster) {
        result.person_of_face[face] = result.people;
      }
      ++result.people;
    }
    return result;
  }

  const SyntheticLibrary& library_;
  const Constraints& constraints_;
  std::vector<std::vector<std::int16_t>> rows_;
  std::vector<Cluster> clusters_;
};

}  // namespace

Partition naive_group(const SyntheticLibrary& library, const Constraints& constraints,
                      double threshold) {
  return NaiveLinkage(library, constraints).run(similarity_threshold(threshold));
}

SyntheticLibrary make_ties(const SyntheticOptions& options) {
  constexpr std::size_t kAngles = 16;
  std::mt19937_64 random(options.seed);
  std::uniform_int_distribution<std::size_t> pick(0, kAngles - 1);
  SyntheticLibrary library;
  library.dimension = 2;
  for (std::size_t i = 0; i < options.faces; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(pick(random)) / kAngles;
    library.keys.push_back(synthetic_key(random() % (options.faces * 2), 0));
    library.keys.back().index = static_cast<std::uint32_t>(i);
    library.vectors.push_back(static_cast<float>(std::cos(angle)));
    library.vectors.push_back(static_cast<float>(std::sin(angle)));
    library.truth.push_back(0);
  }
  return library;
}

Constraints random_constraints(const SyntheticLibrary& library, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto some = [&] {
    std::vector<FaceKey> keys;
    for (std::uint64_t count = 1 + random() % 4; count > 0; --count) {
      keys.push_back(library.keys[random() % library.keys.size()]);
    }
    return keys;
  };
  Constraints constraints;
  for (int i = 0; i < 4; ++i) {
    constraints.must_link.push_back(some());
    constraints.cannot_link.push_back({.left = some(), .right = some()});
  }
  return constraints;
}

}  // namespace albumen::people::testing
