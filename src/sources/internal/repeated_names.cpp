// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/repeated_names.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace albumen {
namespace {

// Two names with one hash would make the later one a duplicate: among a million members that
// happens once in some 30 million archives.
std::uint64_t hash_of(std::string_view name) { return std::hash<std::string_view>{}(name); }

}  // namespace

void RepeatedNames::add(std::string_view name) { hashes_.push_back(hash_of(name)); }

void RepeatedNames::settle() {
  std::ranges::sort(hashes_);
  std::vector<std::uint64_t> repeated;
  for (auto hash = hashes_.begin(); hash != hashes_.end();) {
    const auto end = std::ranges::find_if(hash, hashes_.end(),
                                          [first = *hash](auto other) { return other != first; });
    if (end - hash > 1) {
      repeated.push_back(*hash);
    }
    hash = end;
  }
  hashes_ = std::move(repeated);
  asked_.assign(hashes_.size(), false);
}

bool RepeatedNames::asked_before(std::string_view name) {
  const auto found = std::ranges::lower_bound(hashes_, hash_of(name));
  if (found == hashes_.end() || *found != hash_of(name)) {
    return false;
  }
  const auto place = static_cast<std::size_t>(found - hashes_.begin());
  const bool before = asked_[place];
  asked_[place] = true;
  return before;
}

}  // namespace albumen
