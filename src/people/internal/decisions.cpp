// SPDX-License-Identifier: Apache-2.0
#include "people/internal/decisions.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace albumen::people {
namespace {

void sort_unique(std::vector<FaceKey>& keys) {
  std::ranges::sort(keys);
  const auto rest = std::ranges::unique(keys);
  keys.erase(rest.begin(), rest.end());
}

// Union-find over keys; the smallest key of a set is its root.
class KeySets {
 public:
  FaceKey root(FaceKey key) {
    FaceKey top = parent_.try_emplace(key, key).first->second;
    while (parent_.at(top) != top) {
      top = parent_.at(top);
    }
    while (key != top) {
      key = std::exchange(parent_.at(key), top);
    }
    return top;
  }

  void unite(const FaceKey& a, const FaceKey& b) {
    const auto [low, high] = std::minmax({root(a), root(b)});
    parent_.at(high) = low;
  }

  std::vector<std::vector<FaceKey>> groups() {
    std::map<FaceKey, std::vector<FaceKey>> by_root;
    for (const auto& [key, parent] : parent_) {
      by_root[root(key)].push_back(key);
    }
    std::vector<std::vector<FaceKey>> result;
    for (auto& [top, members] : by_root) {
      if (members.size() > 1) {
        result.push_back(std::move(members));  // sorted: the map was
      }
    }
    return result;
  }

 private:
  std::map<FaceKey, FaceKey> parent_;
};

bool less(const KeepApart& a, const KeepApart& b) {
  return std::pair(a.left, a.right) < std::pair(b.left, b.right);
}

void add_group(const std::vector<FaceKey>& group, std::vector<FaceKey>& out) {
  out.insert(out.end(), group.begin(), group.end());
}

void add_rule(const KeepApart& rule, std::vector<FaceKey>& out) {
  add_group(rule.left, out);
  add_group(rule.right, out);
}

}  // namespace

Constraints normalised(const Constraints& constraints) {
  KeySets sets;
  for (const std::vector<FaceKey>& group : constraints.must_link) {
    for (const FaceKey& key : group) {
      sets.unite(group.front(), key);
    }
  }
  Constraints result{.must_link = sets.groups(), .cannot_link = {}};
  for (KeepApart rule : constraints.cannot_link) {
    sort_unique(rule.left);
    sort_unique(rule.right);
    if (rule.right < rule.left) {
      std::swap(rule.left, rule.right);
    }
    if (!rule.left.empty() && !rule.right.empty()) {
      result.cannot_link.push_back(std::move(rule));
    }
  }
  std::ranges::sort(result.cannot_link, less);
  const auto rest = std::ranges::unique(result.cannot_link);
  result.cannot_link.erase(rest.begin(), rest.end());
  return result;
}

std::vector<FaceKey> changed_faces(const Constraints& before, const Constraints& after) {
  std::vector<std::vector<FaceKey>> groups;
  std::ranges::set_symmetric_difference(before.must_link, after.must_link,
                                        std::back_inserter(groups));
  std::vector<KeepApart> rules;
  std::ranges::set_symmetric_difference(before.cannot_link, after.cannot_link,
                                        std::back_inserter(rules), less);
  std::vector<FaceKey> faces;
  for (const std::vector<FaceKey>& group : groups) {
    add_group(group, faces);
  }
  for (const KeepApart& rule : rules) {
    add_rule(rule, faces);
  }
  sort_unique(faces);
  return faces;
}

}  // namespace albumen::people
