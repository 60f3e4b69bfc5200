// SPDX-License-Identifier: Apache-2.0
#include "people/internal/face_index.h"

#include <algorithm>
#include <bit>

namespace albumen::people {
namespace {

std::size_t hash_of(const FaceKey& key) { return FaceKeyHash{}(key); }

std::size_t hash_of_picture(const FaceKey& key) {
  return hash_of({.picture = key.picture, .index = 0});
}

}  // namespace

// Where the slot stands that is the same, or could be put.
template <class Same>
std::size_t FaceIndex::probe(const Table& table, std::size_t hash, const Same& same) {
  const std::size_t mask = table.size() - 1;
  std::size_t place = hash & mask;
  while (table[place] != kNoSlot && !same(table[place])) {
    place = (place + 1) & mask;
  }
  return place;
}

void FaceIndex::insert(std::uint32_t slot) {
  const FaceKey& key = keys_[slot];
  by_key_[probe(by_key_, hash_of(key), [](std::uint32_t) { return false; })] = slot;
  std::uint32_t& first =
      by_picture_[probe(by_picture_, hash_of_picture(key),
                        [&](std::uint32_t other) { return keys_[other].picture == key.picture; })];
  first = std::min(first, slot);
  pictures_[slot] = first;
}

void FaceIndex::grow() {
  constexpr std::size_t kLeastSize = 64;
  const std::size_t size = std::max(kLeastSize, std::bit_ceil(keys_.capacity() * 2));
  by_key_.assign(size, kNoSlot);
  by_picture_.assign(size, kNoSlot);
  for (std::uint32_t slot = 0; slot < keys_.size(); ++slot) {
    insert(slot);
  }
}

bool FaceIndex::add(const FaceKey& key) {
  if (find(key) != kNoSlot) {
    return false;
  }
  keys_.push_back(key);
  is_here_.push_back(true);
  pictures_.push_back(0);
  ++faces_;
  if (keys_.size() * 2 > by_key_.size()) {
    grow();
  } else {
    insert(static_cast<std::uint32_t>(keys_.size() - 1));
  }
  return true;
}

void FaceIndex::remove(std::uint32_t slot) {
  is_here_[slot] = false;
  --faces_;
}

void FaceIndex::reserve(std::size_t slots) {
  if (slots > keys_.capacity()) {
    keys_.reserve(slots);
    is_here_.reserve(slots);
    pictures_.reserve(slots);
    grow();
  }
}

std::uint32_t FaceIndex::find(const FaceKey& key) const {
  if (by_key_.empty()) {
    return kNoSlot;
  }
  return by_key_[probe(by_key_, hash_of(key),
                       [&](std::uint32_t slot) { return is_here_[slot] && keys_[slot] == key; })];
}

}  // namespace albumen::people
