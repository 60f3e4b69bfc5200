// SPDX-License-Identifier: Apache-2.0
#include "people/internal/conflicts.h"

#include <algorithm>

namespace albumen::people {

bool in_conflict(std::span<const Token> a, std::span<const Token> b) {
  const std::span<const Token> few = a.size() < b.size() ? a : b;
  const std::span<const Token> many = a.size() < b.size() ? b : a;
  return std::ranges::any_of(
      few, [many](Token token) { return std::ranges::binary_search(many, opponent(token)); });
}

void Conflicts::add_face(std::uint32_t picture) {
  picture_of_slot_.push_back(picture);
  if (picture >= faces_of_picture_.size()) {
    faces_of_picture_.resize(picture + std::size_t{1});
  }
  ++faces_of_picture_[picture];
}

void Conflicts::remove_face(std::uint32_t slot) {
  --faces_of_picture_[picture_of_slot_[slot]];
  rules_.erase(slot);
}

void Conflicts::append_tokens(std::uint32_t slot, std::vector<Token>& out) const {
  const std::uint32_t picture = picture_of_slot_[slot];
  if (faces_of_picture_[picture] > 1) {  // a lone face conflicts with nobody
    out.push_back(picture_token(picture));
  }
  if (const auto rules = rules_.find(slot); rules != rules_.end()) {
    out.insert(out.end(), rules->second.begin(), rules->second.end());
  }
}

}  // namespace albumen::people
