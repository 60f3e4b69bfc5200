// SPDX-License-Identifier: Apache-2.0
#include "people/testing/synthetic_library.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <random>
#include <span>
#include <utility>

namespace albumen::people::testing {
namespace {

using Random = std::mt19937_64;

// Mean cosine distances of the model: two faces of one person, of two people.
constexpr double kSameMean = 0.033;
constexpr double kDifferentMean = 0.169;
// Effective dimensions of what distinguishes people. 20 put about 0.1 % of strangers below 0.065.
constexpr std::size_t kPersonDimensions = 20;
// Pose and light vary in few dimensions, blur and noise in all; half of the variance each. With
// faces of unequal quality (below) 1 to 2 % of a person's pairs lie above 0.065.
constexpr std::size_t kPoseDimensions = 15;
constexpr double kQualitySpread = 0.2;  // of the logarithm of a face's distance from its person

// Adds `length` times a random vector of mean squared length 1 that lives in dimensions
// [first, first + used).
void add_random(std::span<double> vector, std::size_t first, std::size_t used, double length,
                Random& random) {
  std::normal_distribution<double> normal(0, 1 / std::sqrt(static_cast<double>(used)));
  for (std::size_t i = 0; i < used; ++i) {
    vector[(first + i) % vector.size()] += length * normal(random);
  }
}

std::vector<std::uint32_t> person_sizes(std::size_t faces, Random& random) {
  constexpr double kPower = 0.9;
  constexpr double kLargest = 400;
  std::uniform_real_distribution<double> uniform(1e-9, 1);
  std::vector<std::uint32_t> sizes;
  for (std::size_t left = faces; left > 0;) {
    const double size = std::min(kLargest, std::pow(uniform(random), -1 / kPower));
    sizes.push_back(
        static_cast<std::uint32_t>(std::min<double>(static_cast<double>(left), std::floor(size))));
    left -= sizes.back();
  }
  return sizes;
}

// Deals faces into pictures; a face whose person is there already waits for the next picture.
void deal_pictures(SyntheticLibrary& library, Random& random) {
  std::uniform_int_distribution<std::size_t> faces_of_picture(1, 6);
  std::vector<std::uint32_t> in_picture;
  std::size_t room = faces_of_picture(random);
  std::uint64_t picture = 0;
  for (const std::uint32_t person : library.truth) {
    if (in_picture.size() == room || std::ranges::count(in_picture, person) > 0) {
      in_picture.clear();
      room = faces_of_picture(random);
      ++picture;
    }
    library.keys.push_back(synthetic_key(picture, static_cast<std::uint32_t>(in_picture.size())));
    in_picture.push_back(person);
  }
}

void add_vector(SyntheticLibrary& library, std::span<const double> person, Random& random) {
  std::vector<double> vector(person.begin(), person.end());
  std::normal_distribution<double> quality(0, kQualitySpread);
  // The mean of exp(2 q) is exp(2 spread^2): divided out, so that the mean distance stays.
  const double length =
      std::sqrt(kSameMean / 2) * std::exp(quality(random) - kQualitySpread * kQualitySpread);
  add_random(vector, library.dimension / 2, std::min(kPoseDimensions, library.dimension), length,
             random);
  add_random(vector, 0, library.dimension, length, random);
  double squares = 0;
  for (const double value : vector) {
    squares += value * value;
  }
  for (const double value : vector) {
    library.vectors.push_back(static_cast<float>(value / std::sqrt(squares)));
  }
}

double distance(const SyntheticLibrary& library, std::size_t a, std::size_t b) {
  double product = 0;
  for (std::size_t i = 0; i < library.dimension; ++i) {
    product += static_cast<double>(library.vectors[a * library.dimension + i]) *
               static_cast<double>(library.vectors[b * library.dimension + i]);
  }
  return 1 - product;
}

}  // namespace

FaceKey synthetic_key(std::uint64_t picture, std::uint32_t index) {
  FaceKey key{.picture = {}, .index = index};
  std::uint64_t state = picture;
  for (std::size_t i = 0; i < key.picture.bytes.size(); i += sizeof(state)) {
    // SplitMix64 by Steele, Lea and Flood.
    state += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    mixed ^= mixed >> 31U;
    std::memcpy(key.picture.bytes.data() + i, &mixed, sizeof(mixed));
  }
  return key;
}

SyntheticLibrary make_library(const SyntheticOptions& options) {
  Random random(options.seed);
  SyntheticLibrary library;
  library.dimension = options.dimension;
  const std::vector<std::uint32_t> sizes = person_sizes(options.faces, random);
  library.people = static_cast<std::uint32_t>(sizes.size());
  std::vector<double> common(options.dimension);
  add_random(common, 0, options.dimension, 1, random);
  double squares = 0;
  for (const double value : common) {
    squares += value * value;
  }
  std::vector<std::vector<double>> people;
  for (std::uint32_t person = 0; person < library.people; ++person) {
    library.truth.insert(library.truth.end(), sizes[person], person);
    std::vector<double> centre(common);
    for (double& value : centre) {
      value *= std::sqrt((1 - kDifferentMean) / squares);
    }
    add_random(centre, 0, std::min(kPersonDimensions, options.dimension),
               std::sqrt(kDifferentMean - kSameMean), random);
    people.push_back(std::move(centre));
  }
  std::ranges::shuffle(library.truth, random);
  deal_pictures(library, random);
  library.vectors.reserve(options.faces * options.dimension);
  for (const std::uint32_t person : library.truth) {
    add_vector(library, people[person], random);
  }
  return library;
}

DistanceProfile profile(const SyntheticLibrary& library) {
  constexpr double kThreshold = 0.065;
  Random random(7);
  std::map<std::uint32_t, std::vector<std::size_t>> faces;
  for (std::size_t i = 0; i < library.truth.size(); ++i) {
    faces[library.truth[i]].push_back(i);
  }
  DistanceProfile result;
  double same = 0;
  for (const auto& [person, mine] : faces) {
    for (std::size_t i = 1; i < mine.size(); ++i) {
      const double apart = distance(library, mine[i - 1], mine[i]);
      result.same_mean += apart;
      result.same_above += apart > kThreshold ? 1 : 0;
      ++same;
    }
  }
  double different = 0;
  std::uniform_int_distribution<std::size_t> pick(0, library.truth.size() - 1);
  for (int i = 0; i < 200'000; ++i) {
    const std::size_t a = pick(random);
    const std::size_t b = pick(random);
    if (library.truth[a] == library.truth[b]) {
      continue;
    }
    const double apart = distance(library, a, b);
    result.different_mean += apart;
    result.different_below += apart <= kThreshold ? 1 : 0;
    ++different;
  }
  result.same_mean /= same;
  result.same_above /= same;
  result.different_mean /= different;
  result.different_below /= different;
  return result;
}

PairScore score(const std::vector<std::uint32_t>& truth, const Partition& partition) {
  const auto pairs = [](const auto& counts) {
    double sum = 0;
    for (const auto& [label, count] : counts) {
      sum += static_cast<double>(count) * (static_cast<double>(count) - 1) / 2;
    }
    return sum;
  };
  std::map<std::uint32_t, std::size_t> by_truth;
  std::map<std::uint32_t, std::size_t> by_label;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> by_both;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    ++by_truth[truth[i]];
    if (partition.person_of_face[i] != kNobody) {
      ++by_label[partition.person_of_face[i]];
      ++by_both[{truth[i], partition.person_of_face[i]}];
    }
  }
  const double right = pairs(by_both);
  const double together = pairs(by_label);
  const double belong = pairs(by_truth);
  return {.precision = together > 0 ? right / together : 1,
          .recall = belong > 0 ? right / belong : 1};
}

}  // namespace albumen::people::testing
