// SPDX-License-Identifier: Apache-2.0
// Made-up libraries for tests and benchmarks: people of realistic numbers of faces, several faces
// to a picture, and vectors whose distances are those measured for the default model. Seeded: the
// same options give the same library with the same standard library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "people/face_set.h"

namespace albumen::people::testing {

struct SyntheticOptions {
  std::size_t faces = 2000;
  std::uint64_t seed = 1;
  std::size_t dimension = 128;
};

struct SyntheticLibrary {
  std::vector<FaceKey> keys;
  std::vector<float> vectors;
  std::vector<std::uint32_t> truth;  ///< the person of each face
  std::uint32_t people = 0;
  std::size_t dimension = 0;

  [[nodiscard]] FaceSet faces() const {
    return {.keys = keys, .f32 = vectors, .f16 = {}, .dimension = dimension};
  }
};

/// Vector = common part + person + picture. Person sizes follow a power law: nearly half of the
/// people are seen once, a few hundreds of times. A picture has 1 to 6 faces of different people.
SyntheticLibrary make_library(const SyntheticOptions& options);

/// Cosine distances of sampled pairs: what the generator is calibrated by.
struct DistanceProfile {
  double same_mean = 0;
  double same_above = 0;  ///< share of pairs of one person above 0.065
  double different_mean = 0;
  double different_below = 0;  ///< share of pairs of strangers at or below 0.065
};

DistanceProfile profile(const SyntheticLibrary& library);

/// Over all pairs of faces: how many put together belong together, and the reverse.
struct PairScore {
  double precision = 1;
  double recall = 1;
};

PairScore score(const std::vector<std::uint32_t>& truth, const Partition& partition);

/// A key whose digest is made of `picture`, scrambled so that order says nothing about time.
FaceKey synthetic_key(std::uint64_t picture, std::uint32_t index);

}  // namespace albumen::people::testing
