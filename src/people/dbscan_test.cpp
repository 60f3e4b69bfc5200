// SPDX-License-Identifier: Apache-2.0
// DBSCAN against scikit-learn's algorithm written down again (index order, flood fill with a
// stack) and against labels that scikit-learn itself gave to a seeded set.
#include "people/dbscan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <numbers>
#include <numeric>
#include <random>

#include "people/testing/synthetic_library.h"

namespace albumen {
namespace {

using people::testing::make_library;
using people::testing::SyntheticLibrary;

class SlowDbscan {
 public:
  SlowDbscan(const SyntheticLibrary& library, const DbscanOptions& options)
      : library_(library), options_(options), order_(library.keys.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::sort(order_, {}, [&](std::size_t i) { return library.keys[i]; });
  }

  /// False where a pair lies within 1e-6 of eps: then labels may differ.
  [[nodiscard]] bool clear() const { return clear_; }

  Partition run() {
    find_neighbours();
    std::vector<std::uint32_t> labels(order_.size(), kNobody);
    Partition result;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      if (labels[i] == kNobody && is_core(i)) {
        flood(i, result.people++, labels);
      }
    }
    result.person_of_face.resize(order_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) {
      result.person_of_face[order_[i]] = labels[i];
    }
    return result;
  }

 private:
  double distance(std::size_t a, std::size_t b) const {
    double squares = 0;
    for (std::size_t k = 0; k < library_.dimension; ++k) {
      const double difference =
          static_cast<double>(library_.vectors[order_[a] * library_.dimension + k]) -
          static_cast<double>(library_.vectors[order_[b] * library_.dimension + k]);
      squares += difference * difference;
    }
    return std::sqrt(squares);
  }

  void find_neighbours() {
    neighbours_.resize(order_.size());
    for (std::size_t a = 0; a < order_.size(); ++a) {
      for (std::size_t b = 0; b < order_.size(); ++b) {
        const double apart = distance(a, b);
        clear_ = clear_ && std::abs(apart - options_.eps) > 1e-6;
        if (apart <= options_.eps) {
          neighbours_[a].push_back(b);
        }
      }
    }
  }

  bool is_core(std::size_t i) const { return neighbours_[i].size() >= options_.min_samples; }

  void flood(std::size_t start, std::uint32_t label, std::vector<std::uint32_t>& labels) const {
    std::vector<std::size_t> stack{start};
    while (!stack.empty()) {
      const std::size_t i = stack.back();
      stack.pop_back();
      if (labels[i] != kNobody) {
        continue;
      }
      labels[i] = label;
      if (is_core(i)) {
        stack.insert(stack.end(), neighbours_[i].begin(), neighbours_[i].end());
      }
    }
  }

  const SyntheticLibrary& library_;
  DbscanOptions options_;
  std::vector<std::size_t> order_;
  std::vector<std::vector<std::size_t>> neighbours_;
  bool clear_ = true;
};

TEST(DbscanTest, EqualsTheAlgorithmOfScikitLearn) {
  Budget budget(kMiB * 256);
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const SyntheticLibrary library = make_library({.faces = 250, .seed = seed, .dimension = 32});
    for (const double eps : {0.2, 0.25, 0.33}) {
      for (const std::size_t min_samples : {1U, 2U, 4U, 8U}) {
        const DbscanOptions options{.eps = eps, .min_samples = min_samples};
        SlowDbscan slow(library, options);
        const Partition expected = slow.run();
        if (slow.clear()) {
          EXPECT_EQ(dbscan(library.faces(), options, {.budget = &budget, .threads = 2}).value(),
                    expected);
          ++compared;
        }
      }
    }
  }
  EXPECT_GT(compared, 60);
}

TEST(DbscanTest, EpsOutsideTheModelsRangeIsRefusedWithTheReason) {
  Budget budget(kMiB * 64);
  const SyntheticLibrary library = make_library({.faces = 10, .seed = 1, .dimension = 8});
  const DbscanOptions options{.eps = 0.6, .model = "dlib-resnet29"};
  const auto result = dbscan(library.faces(), options, {.budget = &budget});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(result.error().message.find("0.6"), std::string::npos);
  EXPECT_NE(result.error().message.find("0.365"), std::string::npos);
  EXPECT_NE(result.error().message.find("dlib-resnet29"), std::string::npos);
  for (const double eps : {0.1, -1.0, std::nan("")}) {
    EXPECT_FALSE(dbscan(library.faces(), {.eps = eps}, {.budget = &budget}).has_value());
  }
  EXPECT_FALSE(dbscan(library.faces(), {.min_samples = 0}, {.budget = &budget}).has_value());
}

TEST(DbscanTest, RepeatedFacesAreRefused) {
  Budget budget(kMiB * 64);
  SyntheticLibrary library = make_library({.faces = 10, .seed = 1, .dimension = 8});
  library.keys[3] = library.keys[7];
  EXPECT_EQ(dbscan(library.faces(), {}, {.budget = &budget}).error().code,
            ErrorCode::kInvalidArgument);
}

// 120 points on a sphere by a formula that any language can repeat; no pair lies within 1e-6 of
// eps. Labels by scikit-learn 1.9.1: DBSCAN(eps=0.33, min_samples=m).fit(X).labels_.
SyntheticLibrary sphere() {
  SyntheticLibrary library;
  library.dimension = 3;
  for (std::uint32_t i = 0; i < 120; ++i) {
    const double u = static_cast<double>((i * i * 7 + 13 * i) % 997) / 997;
    const double v = static_cast<double>((i * i * i * 3 + i * 31) % 991) / 991;
    const double z = 2 * u - 1;
    const double radius = std::sqrt(1 - z * z);
    for (const double value : {radius * std::cos(2 * std::numbers::pi * v),
                               radius * std::sin(2 * std::numbers::pi * v), z}) {
      library.vectors.push_back(static_cast<float>(value));
    }
    FaceKey key;
    key.picture.bytes[0] = static_cast<std::byte>(i);  // the order of the keys is that of i
    library.keys.push_back(key);
  }
  return library;
}

void expect_golden(std::size_t min_samples, const std::array<int, 120>& golden) {
  Budget budget(kMiB * 64);
  const SyntheticLibrary library = sphere();
  const auto result =
      dbscan(library.faces(), {.eps = 0.33, .min_samples = min_samples}, {.budget = &budget});
  ASSERT_TRUE(result.has_value());
  for (std::size_t i = 0; i < golden.size(); ++i) {
    const std::uint32_t expected = golden[i] < 0 ? kNobody : static_cast<std::uint32_t>(golden[i]);
    EXPECT_EQ(result->person_of_face[i], expected) << i;
  }
}

TEST(DbscanTest, GivesTheLabelsOfScikitLearn) {
  expect_golden(3, {0, 0, 0,  0, 1, 1, 0, 2, -1, 1, 2, 2, 1, 3,  1, 4,  0, 1, 2,  2, 0,  1,  5, 0,
                    1, 6, 0,  1, 2, 1, 4, 0, 2,  0, 3, 0, 1, 1,  2, 0,  6, 7, -1, 3, 1,  2,  3, 0,
                    2, 1, -1, 6, 2, 1, 1, 2, 2,  1, 1, 1, 0, 6,  2, 5,  1, 1, 1,  1, 3,  1,  1, 1,
                    0, 7, 3,  1, 2, 1, 6, 6, 2,  1, 1, 1, 5, -1, 0, 0,  1, 5, 0,  3, 2,  -1, 1, 1,
                    2, 7, 2,  1, 1, 6, 1, 6, 1,  4, 0, 5, 0, -1, 1, -1, 1, 1, 1,  1, -1, 2,  1, 6});
  expect_golden(
      4, {0,  0,  0,  -1, 1, 2, 8,  3,  -1, 2,  3, 3, 2, 4,  5, -1, 0, 1,  3,  3, 0,  5,  6, 0,
          2,  7,  0,  2,  3, 5, -1, -1, 3,  0,  4, 0, 2, 2,  3, 0,  7, -1, -1, 4, 1,  3,  4, 0,
          3,  5,  -1, 7,  3, 2, 1,  3,  3,  2,  2, 2, 0, 7,  3, 6,  2, 2,  2,  2, 4,  2,  2, 5,
          -1, -1, 4,  2,  3, 2, 7,  7,  3,  1,  5, 2, 6, -1, 0, -1, 5, 6,  0,  4, -1, -1, 1, 2,
          3,  -1, 3,  1,  2, 7, 5,  7,  2,  -1, 8, 6, 8, -1, 5, -1, 2, 2,  -1, 5, -1, -1, 2, 7});
}

}  // namespace
}  // namespace albumen
