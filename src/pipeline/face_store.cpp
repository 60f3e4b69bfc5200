// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/face_store.h"

#include <algorithm>
#include <fmt/core.h>
#include <numeric>
#include <utility>

#include "files/face_id.h"

namespace albumen {
namespace {

// Puts the elements of `values` (rows of `width`) into the order `order`.
template <class Value>
std::vector<Value> reordered(const std::vector<Value>& values,
                             const std::vector<std::size_t>& order, std::size_t width = 1) {
  std::vector<Value> result;
  result.reserve(values.size());
  for (const std::size_t row : order) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(row * width);
    result.insert(result.end(), first, first + static_cast<std::ptrdiff_t>(width));
  }
  return result;
}

}  // namespace

Result<FaceStore> FaceStore::load(const Library& library, Budget& budget) {
  const auto extent = TRY(library.face_extent({}));
  const auto count = static_cast<std::size_t>(extent.faces);
  FaceStore store;
  store.dimension_ = static_cast<std::size_t>(extent.dimensions);
  const Bytes per_face{sizeof(FaceKey) + sizeof(LocatedFace) + sizeof(FaceQuality) +
                       store.dimension_ * sizeof(std::uint16_t) + sizeof(std::size_t)};
  // Twice: for the moment in which the rows are put into order.
  store.memory_ = TRY(budget.try_reserve(MemoryTag::kVectors, per_face * count * 2));
  store.keys_.reserve(count);
  store.faces_.reserve(count);
  store.quality_.reserve(count);
  store.vectors_.reserve(count * store.dimension_);
  TRY(library.for_each_face({}, [&](const StoredFace& face) -> Result<void> {
    if (face.vector.size() != store.dimension_ || store.keys_.size() == count) {
      return fail(ErrorCode::kStoreFailed, "the faces changed while they were read");
    }
    store.keys_.push_back(face.key);
    store.faces_.push_back({.key = face.key, .box = face.box});
    store.quality_.push_back({.score = face.score, .chip_pixels = face.chip_pixels});
    store.vectors_.insert(store.vectors_.end(), face.vector.begin(), face.vector.end());
    return {};
  }));
  std::vector<std::size_t> order(store.keys_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t row) { return store.keys_[row]; });
  store.keys_ = reordered(store.keys_, order);
  store.faces_ = reordered(store.faces_, order);
  store.quality_ = reordered(store.quality_, order);
  store.vectors_ = reordered(store.vectors_, order, store.dimension_);
  store.memory_.shrink_to(per_face * count);
  return store;
}

FaceSet FaceStore::set() const {
  return {.keys = keys_, .f32 = {}, .f16 = vectors_, .dimension = dimension_};
}

Result<LocatedFace> FaceStore::find(std::string_view text) const {
  const FaceIdPrefix id = TRY(parse_face_id(text));
  const LocatedFace* found = nullptr;
  for (const LocatedFace& face : faces_) {
    if (!id.fits(face.key)) {
      continue;
    }
    if (found != nullptr) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("face id '{}' fits more than one; write more digits", text));
    }
    found = &face;
  }
  if (found == nullptr) {
    return fail(ErrorCode::kNotFound, fmt::format("there is no face '{}' with a vector", text));
  }
  return *found;
}

std::optional<std::uint32_t> FaceStore::place_of(const FaceKey& key) const {
  const auto found = std::ranges::lower_bound(keys_, key);
  if (found == keys_.end() || *found != key) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(found - keys_.begin());
}

}  // namespace albumen
