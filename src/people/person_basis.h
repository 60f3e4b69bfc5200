// SPDX-License-Identifier: Apache-2.0
// What a person is a function of, as a digest. A person whose digest is what it was when it was
// grouped is still a person of a full run, or at least one that a full run starts from
// (Grouping::restore). Tested by person_basis_test.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "core/identity.h"
#include "people/face_set.h"
#include "people/persons.h"

namespace albumen {

/// One thread.
class PersonBasis {
 public:
  /// `context`: all else that decides about people, such as model and thresholds.
  /// `constraints` as `resolve` gives them: the same decisions in the same order.
  PersonBasis(std::string_view context, const Constraints& constraints);

  /// Of the person with the faces at `members` of `faces`, in the order of their keys: keys,
  /// vectors, qualities, and the decisions that speak of them. `quality` is parallel to `faces`.
  [[nodiscard]] Sha256Digest of(const FaceSet& faces, std::span<const FaceQuality> quality,
                                std::span<const std::uint32_t> members) const;

 private:
  Sha256Digest context_;
  std::map<FaceKey, std::vector<Sha256Digest>> decisions_;  // those that speak of a face
};

}  // namespace albumen
