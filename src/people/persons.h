// SPDX-License-Identifier: Apache-2.0
// From a partition to people as users meet them: ids that stay, names, and a summary of each.
// Tested by persons_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "people/edits.h"
#include "people/face_set.h"
#include "people/grouping.h"

namespace albumen {

/// "p-" and 12 or more hexadecimal digits.
using PersonId = std::string;

/// The id that a person gets when it is first seen: from the SHA-256 of its first face's key.
PersonId derive_person_id(const FaceKey& first_face);

/// The id of every person of `grouped`, by label. An id stays with the person that has most of the
/// faces which carried it (ties: the smaller id, then the smaller label); people without one get
/// the id derived from their smallest key, made longer where that is taken. Labels are in the
/// order of smallest keys, so the result does not depend on the order of anything.
/// `before`: the ids of the faces in the last grouping; faces that are gone do no harm.
/// `taken`: ids of people that are not in `grouped`, and that none of its faces had.
std::vector<PersonId> assign_person_ids(const GroupedFaces& grouped,
                                        const std::map<FaceKey, PersonId>& before,
                                        std::set<PersonId> taken = {});

/// The name of every person, by label; empty without one. A name goes to the person that has most
/// of the faces it was given to (ties: the smaller label), later names replace earlier ones.
/// REQUIRES: the keys are in their order.
std::vector<std::string> assign_names(const GroupedFaces& grouped,
                                      std::span<const NamedFaces> names);

/// What is known of a face beside its vector.
struct FaceQuality {
  float score = 0;        ///< of the detector, 0..1
  float chip_pixels = 0;  ///< see Face::chip_pixels
  float sharpness = 0;    ///< of the picture
};

struct PersonSummary {
  std::uint32_t faces = 0;
  std::uint32_t pictures = 0;
  FaceKey best_face;       ///< the one to show: large, surely a face, sharp
  double spread = 0;       ///< mean cosine distance of the faces to their common direction
  bool tentative = false;  ///< fewer faces than a person needs
};

struct SummaryOptions {
  /// People with fewer faces are shown as tentative.
  std::uint32_t least_faces = 3;
};

/// One summary per person, by label; faces of nobody are left out. `faces` and `partition` are in
/// the same order, `quality` is either empty or too. Errors: InvalidArgument for shapes and
/// vectors.
Result<std::vector<PersonSummary>> summarise(const FaceSet& faces, const Partition& partition,
                                             std::span<const FaceQuality> quality,
                                             const SummaryOptions& options);

}  // namespace albumen
