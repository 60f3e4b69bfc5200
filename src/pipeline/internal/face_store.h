// SPDX-License-Identifier: Apache-2.0
// All embedded faces of a library in memory, paid for, in the order of their keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/identity.h"
#include "core/result.h"
#include "govern/budget.h"
#include "library/library.h"
#include "people/edits.h"
#include "people/face_set.h"
#include "people/persons.h"

namespace albumen {

class FaceStore {
 public:
  /// Without faces.
  FaceStore() = default;

  /// Errors: BudgetExceeded; those of the library.
  static Result<FaceStore> load(const Library& library, Budget& budget);

  [[nodiscard]] FaceSet set() const;

  [[nodiscard]] std::size_t size() const { return faces_.size(); }

  [[nodiscard]] const std::vector<LocatedFace>& located() const { return faces_; }

  [[nodiscard]] const std::vector<FaceQuality>& quality() const { return quality_; }

  /// The face with this id, of which the first digits suffice.
  /// Errors: NotFound; InvalidArgument when it fits several or is no face id.
  [[nodiscard]] Result<LocatedFace> find(std::string_view text) const;

  /// Where the face with this key stands in `set`, `located` and `quality`.
  [[nodiscard]] std::optional<std::uint32_t> place_of(const FaceKey& key) const;

 private:
  void index_keys();
  [[nodiscard]] std::size_t range_of(const FaceKey& key) const;

  Reservation memory_;
  std::vector<FaceKey> keys_;
  std::vector<LocatedFace> faces_;  // parallel to keys_
  std::vector<FaceQuality> quality_;
  std::vector<std::uint16_t> vectors_;  // binary16, row by row
  std::size_t dimension_ = 0;
  // Keys by the first bits of their digests: where each range ends, after a zero.
  int range_bits_ = 0;
  std::vector<std::uint32_t> range_ends_;
};

}  // namespace albumen
