// SPDX-License-Identifier: Apache-2.0
// The made-up libraries of people/ as results of an index run.
#pragma once

#include <algorithm>
#include <fmt/core.h>
#include <span>
#include <utility>
#include <vector>

#include "library/rows.h"
#include "people/testing/synthetic_library.h"

namespace albumen {

inline const AnalyzerId kSyntheticFacesId{
    .name = "faces", .version = "1", .model_digest = "made up", .parameters = ""};

/// One result for each picture of `synthetic`, in order; its faces in the order of their indices,
/// in a row across the picture.
inline std::vector<PictureResult> picture_results(
    const people::testing::SyntheticLibrary& synthetic) {
  std::vector<PictureResult> results;
  Faces faces;
  for (std::size_t face = 0; face < synthetic.keys.size(); ++face) {
    const FaceKey& key = synthetic.keys[face];
    const auto vector =
        std::span(synthetic.vectors).subspan(face * synthetic.dimension, synthetic.dimension);
    const auto place = static_cast<float>(key.index);
    faces.faces.push_back({.where = {.box = {place * 100, 50, 80, 80}, .score = 0.9F},
                           .vector = {vector.begin(), vector.end()},
                           .chip_pixels = 60 + place});
    if (face + 1 < synthetic.keys.size() && synthetic.keys[face + 1].picture == key.picture) {
      continue;
    }
    PictureResult result;
    result.file = {.path = fmt::format("/photos/{}.jpg", results.size()),
                   .content_type = ContentType::kJpeg,
                   .sha256 = key.picture};
    result.picture = PictureRecord{.id = key.picture,
                                   .format = ContentType::kJpeg,
                                   .size = {1000, 500},
                                   .stored_size = {1000, 500}};
    result.findings = {{kSyntheticFacesId, std::exchange(faces, {})}};
    result.run = 1;
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace albumen
