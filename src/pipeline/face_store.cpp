// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/face_store.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <fmt/core.h>
#include <numeric>
#include <utility>

#include "files/face_id.h"

namespace albumen {
namespace {

// The first bytes of a digest as a number in the same order.
std::uint64_t start_of(const FaceKey& key) {
  std::uint64_t start = 0;
  for (std::size_t index = 0; index < sizeof(start); ++index) {
    start = start << 8U | std::to_integer<std::uint64_t>(key.picture.bytes[index]);
  }
  return start;
}

// Faces in the order in which they come, in blocks that never move, each paid for when it begins:
// how many there are is known at the end.
class IncomingFaces {
 public:
  struct Row {
    LocatedFace where;
    FaceQuality quality;
  };

  explicit IncomingFaces(Budget& budget) : budget_(budget) {}

  Result<void> add(const StoredFace& face) {
    if (count_ % kBlockFaces == 0) {
      dimension_ = face.vector.size();
      const std::uint64_t bytes =
          kBlockFaces * (sizeof(Row) + sizeof(Place) + dimension_ * sizeof(Half));
      memory_.merge(TRY(budget_.try_reserve(MemoryTag::kVectors, Bytes{bytes})));
      Block& block = blocks_.emplace_back();
      block.rows.reserve(kBlockFaces);
      block.vectors.reserve(kBlockFaces * dimension_);
    }
    Block& block = blocks_.back();
    block.rows.push_back({.where = {.key = face.key, .box = face.box},
                          .quality = {.score = face.score, .chip_pixels = face.chip_pixels}});
    block.vectors.insert(block.vectors.end(), face.vector.begin(), face.vector.end());
    ++count_;
    return {};
  }

  [[nodiscard]] std::size_t size() const { return count_; }

  [[nodiscard]] std::size_t dimension() const { return dimension_; }

  /// Calls visit(row, vector) in the order of the keys.
  template <class Visit>
  void for_each_in_order(const Visit& visit) const {
    for (const Place& place : places_in_order()) {
      const Block& block = blocks_[place.place / kBlockFaces];
      const std::size_t row = place.place % kBlockFaces;
      visit(block.rows[row], std::span(block.vectors).subspan(row * dimension_, dimension_));
    }
  }

 private:
  static constexpr std::size_t kBlockFaces = 1024;

  struct Block {
    std::vector<Row> rows;
    std::vector<Half> vectors;
  };

  struct Place {
    std::uint64_t start;  // of the key: most differ there
    std::size_t place;
  };

  [[nodiscard]] const FaceKey& key_at(std::size_t place) const {
    return blocks_[place / kBlockFaces].rows[place % kBlockFaces].where.key;
  }

  std::vector<Place> places_in_order() const {
    std::vector<Place> places;
    places.reserve(count_);
    while (places.size() < count_) {
      places.push_back({.start = start_of(key_at(places.size())), .place = places.size()});
    }
    std::ranges::sort(places, [this](const Place& a, const Place& b) {
      return a.start != b.start ? a.start < b.start : key_at(a.place) < key_at(b.place);
    });
    return places;
  }

  Budget& budget_;
  Reservation memory_;
  std::vector<Block> blocks_;
  std::size_t count_ = 0;
  std::size_t dimension_ = 0;
};

}  // namespace

Result<FaceStore> FaceStore::load(const Library& library, Budget& budget) {
  IncomingFaces incoming{budget};
  TRY(library.for_each_face({}, [&](const StoredFace& face) { return incoming.add(face); }));
  FaceStore store;
  store.dimension_ = incoming.dimension();
  const std::size_t count = incoming.size();
  constexpr std::size_t kIndexBytes = 2 * sizeof(std::uint32_t);
  const Bytes per_face{sizeof(FaceKey) + sizeof(LocatedFace) + sizeof(FaceQuality) + kIndexBytes +
                       store.dimension_ * sizeof(Half)};
  store.memory_ = TRY(budget.try_reserve(MemoryTag::kVectors, per_face * count));
  store.keys_.reserve(count);
  store.faces_.reserve(count);
  store.quality_.reserve(count);
  store.vectors_.reserve(count * store.dimension_);
  incoming.for_each_in_order([&](const IncomingFaces::Row& row, std::span<const Half> vector) {
    store.keys_.push_back(row.where.key);
    store.faces_.push_back(row.where);
    store.quality_.push_back(row.quality);
    store.vectors_.insert(store.vectors_.end(), vector.begin(), vector.end());
  });
  store.index_keys();
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

// Digests are spread evenly: as many ranges as keys leave about one key to each.
void FaceStore::index_keys() {
  constexpr int kMostBits = 24;
  range_bits_ = std::min(static_cast<int>(std::bit_width(keys_.size())), kMostBits);
  range_ends_.assign((std::size_t{1} << range_bits_) + 1, 0);
  for (const FaceKey& key : keys_) {
    ++range_ends_[range_of(key) + 1];
  }
  std::partial_sum(range_ends_.begin(), range_ends_.end(), range_ends_.begin());
}

std::size_t FaceStore::range_of(const FaceKey& key) const {
  constexpr int kStartBits = 64;
  return range_bits_ == 0 ? 0 : start_of(key) >> static_cast<unsigned>(kStartBits - range_bits_);
}

std::optional<std::uint32_t> FaceStore::place_of(const FaceKey& key) const {
  if (keys_.empty()) {
    return std::nullopt;
  }
  const std::size_t range = range_of(key);
  const auto first = keys_.begin() + range_ends_[range];
  const auto last = keys_.begin() + range_ends_[range + 1];
  const auto found = std::lower_bound(first, last, key);
  if (found == last || *found != key) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(found - keys_.begin());
}

}  // namespace albumen
