// SPDX-License-Identifier: Apache-2.0
// Which slot a face has: keys in a vector, and tables of slots beside it, because a library has
// a hundred thousand faces and a node for each would cost more than its key.
// Tested by face_index_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "people/face_key.h"

namespace albumen::people {

/// One thread.
class FaceIndex {
 public:
  static constexpr std::uint32_t kNoSlot = 0xFFFF'FFFFU;

  /// Gives the face the next slot; false when it is there already.
  bool add(const FaceKey& key);

  /// Its slot is never given out again. REQUIRES: the face is there.
  void remove(std::uint32_t slot);

  void reserve(std::size_t slots);

  /// Of a face that is there, or kNoSlot.
  [[nodiscard]] std::uint32_t find(const FaceKey& key) const;

  /// A number that the faces of one picture share: below the number of slots.
  [[nodiscard]] std::uint32_t picture_of(std::uint32_t slot) const { return pictures_[slot]; }

  [[nodiscard]] bool is_here(std::uint32_t slot) const { return is_here_[slot]; }

  /// By slot, also of faces that were removed.
  [[nodiscard]] const std::vector<FaceKey>& keys() const { return keys_; }

  [[nodiscard]] std::size_t slots() const { return keys_.size(); }

  [[nodiscard]] std::size_t faces() const { return faces_; }

 private:
  // Open addressing with linear probing; at most half full. Slots of removed faces stay in it.
  using Table = std::vector<std::uint32_t>;

  template <class Same>
  static std::size_t probe(const Table& table, std::size_t hash, const Same& same);
  void grow();
  void insert(std::uint32_t slot);

  std::vector<FaceKey> keys_;
  std::vector<bool> is_here_;
  std::vector<std::uint32_t> pictures_;  // the first slot of each slot's picture
  std::size_t faces_ = 0;
  Table by_key_;
  Table by_picture_;
};

}  // namespace albumen::people
