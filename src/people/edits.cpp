// SPDX-License-Identifier: Apache-2.0
#include "people/edits.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/check.h"
#include "files/face_id.h"

namespace albumen {
namespace {

constexpr std::array<std::string_view, 6> kKindNames{"name",       "merge",  "split",
                                                     "keep-apart", "assign", "undo"};

// The state of all decisions while the log is played.
class Play {
 public:
  void merge(const std::vector<FaceKey>& left, const std::vector<FaceKey>& right) {
    unite(left);
    unite(right);
    unite({left.front(), right.front()});
    lift_rules(group_of_.at(left.front()));
  }

  void split(const std::vector<FaceKey>& left, const std::vector<FaceKey>& right) {
    take_out(left);
    unite(left);
    lift_rules(group_of_.at(left.front()));
    rules_.push_back({.left = left, .right = right});
  }

  void keep_apart(const std::vector<FaceKey>& left, const std::vector<FaceKey>& right) {
    // Where an earlier merge holds faces of both sides, those of the right side leave it together.
    std::map<std::size_t, std::vector<FaceKey>> leaving;
    for (const FaceKey& key : right) {
      if (const auto found = group_of_.find(key); found != group_of_.end()) {
        leaving[found->second].push_back(key);
      }
    }
    for (const FaceKey& key : left) {
      if (const auto found = group_of_.find(key); found != group_of_.end()) {
        if (auto node = leaving.extract(found->second); !node.empty()) {
          take_out(node.mapped());
          unite(node.mapped());
        }
      }
    }
    rules_.push_back({.left = left, .right = right});
  }

  void assign(const std::vector<FaceKey>& left, const std::vector<FaceKey>& right) {
    take_out(left);
    // The right side may be no group of its own, and need not become one: one face stands for it.
    unite(left);
    unite({left.front(), right.front()});
    lift_rules(group_of_.at(left.front()));
  }

  Constraints constraints() const {
    Constraints result{.must_link = {}, .cannot_link = rules_};
    std::map<std::size_t, std::vector<FaceKey>> groups;
    for (const auto& [key, group] : group_of_) {
      groups[group].push_back(key);
    }
    for (auto& [group, members] : groups) {
      if (members.size() > 1) {
        result.must_link.push_back(std::move(members));
      }
    }
    std::ranges::sort(result.must_link);
    std::erase_if(result.cannot_link,
                  [](const KeepApart& rule) { return rule.left.empty() || rule.right.empty(); });
    return result;
  }

 private:
  void take_out(const std::vector<FaceKey>& keys) {
    for (const FaceKey& key : keys) {
      group_of_.erase(key);
    }
  }

  void unite(const std::vector<FaceKey>& keys) {
    const std::size_t made = next_group_++;
    std::set<std::size_t> absorbed;
    for (const FaceKey& key : keys) {
      if (const auto [place, fresh] = group_of_.try_emplace(key, made); !fresh) {
        absorbed.insert(place->second);
      }
    }
    if (absorbed.empty()) {
      return;
    }
    for (auto& [key, group] : group_of_) {
      if (absorbed.contains(group)) {
        group = made;
      }
    }
  }

  // One person cannot be kept apart from itself: where a rule has faces of `group` on both sides,
  // it is lifted for those faces.
  void lift_rules(std::size_t group) {
    const auto inside = [&](const FaceKey& key) {
      const auto found = group_of_.find(key);
      return found != group_of_.end() && found->second == group;
    };
    for (KeepApart& rule : rules_) {
      if (std::ranges::any_of(rule.left, inside) && std::ranges::any_of(rule.right, inside)) {
        std::erase_if(rule.left, inside);
        std::erase_if(rule.right, inside);
      }
    }
  }

  std::map<FaceKey, std::size_t> group_of_;
  std::size_t next_group_ = 0;
  std::vector<KeepApart> rules_;
};

std::vector<const Edit*> counting_edits(std::span<const Edit> log) {
  const auto undone = undone_edits(log);
  std::vector<const Edit*> counting;
  for (const Edit& edit : log) {
    if (!undone.contains(edit.id)) {
      counting.push_back(&edit);
    }
  }
  return counting;
}

Result<void> check_sides(const Edit& edit) {
  const bool wants_right = edit.kind != EditKind::kName;
  if (edit.left.empty() || (wants_right && edit.right.empty())) {
    return fail(ErrorCode::kInvalidArgument,
                edit.kind == EditKind::kSplit && !edit.left.empty()
                    ? "a split that would leave nobody behind"
                    : fmt::format("a {} edit without faces", name_of(edit.kind)));
  }
  const std::set<FaceKey> left(edit.left.begin(), edit.left.end());
  for (const FaceKey& key : edit.right) {
    if (left.contains(key)) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("face {} on both sides of a {} edit",
                                                           short_face_id(key), name_of(edit.kind)));
    }
  }
  return {};
}

// Of the pictures that edits speak of: few, where today's faces may be those of a whole library.
using FacesByPicture = std::map<Sha256Digest, std::vector<const LocatedFace*>>;

FacesByPicture faces_by_picture(std::span<const LocatedEdit> log,
                                std::span<const LocatedFace> today) {
  FacesByPicture result;
  for (const LocatedEdit& located : log) {
    for (const auto* side : {&located.edit.left, &located.edit.right}) {
      for (const FaceKey& key : *side) {
        result.try_emplace(key.picture);
      }
    }
  }
  for (const LocatedFace& face : today) {
    if (const auto found = result.find(face.key.picture); found != result.end()) {
      found->second.push_back(&face);
    }
  }
  return result;
}

// Which of today's faces stands in the place of each face of one edit.
std::map<FaceKey, FaceKey> matches(const LocatedEdit& located, const FacesByPicture& today) {
  constexpr float kLeastOverlap = 0.5F;
  std::vector<std::tuple<float, FaceKey, FaceKey>> candidates;  // -overlap, then, today
  auto box = located.boxes.begin();
  for (const auto* side : {&located.edit.left, &located.edit.right}) {
    for (const FaceKey& key : *side) {
      for (const LocatedFace* const face : today.at(key.picture)) {
        const float overlap = intersection_over_union(*box, face->box);
        if (overlap >= kLeastOverlap) {
          candidates.emplace_back(-overlap, key, face->key);
        }
      }
      ++box;
    }
  }
  std::ranges::sort(candidates);
  std::map<FaceKey, FaceKey> result;
  std::set<FaceKey> taken;
  for (const auto& [overlap, then, now] : candidates) {
    if (!result.contains(then) && taken.insert(now).second) {
      result.emplace(then, now);
    }
  }
  return result;
}

std::vector<FaceKey> replaced(const std::vector<FaceKey>& keys,
                              const std::map<FaceKey, FaceKey>& match) {
  std::vector<FaceKey> result;
  for (const FaceKey& key : keys) {
    if (const auto found = match.find(key); found != match.end()) {
      result.push_back(found->second);
    }
  }
  return result;
}

void play(Play& state, const Edit& edit) {
  const bool both = !edit.left.empty() && !edit.right.empty();  // rebinding may empty a side
  switch (edit.kind) {
    case EditKind::kMerge:
      if (both) {
        state.merge(edit.left, edit.right);
      }
      break;
    case EditKind::kSplit:
      if (!edit.left.empty()) {
        state.split(edit.left, edit.right);
      }
      break;
    case EditKind::kKeepApart:
      state.keep_apart(edit.left, edit.right);
      break;
    case EditKind::kAssign:
      if (both) {
        state.assign(edit.left, edit.right);
      }
      break;
    case EditKind::kName:
    case EditKind::kUndo:
      break;
  }
}

}  // namespace

std::string_view name_of(EditKind kind) { return kKindNames.at(static_cast<std::size_t>(kind)); }

Result<EditKind> parse_edit_kind(std::string_view name) {
  const auto found = std::ranges::find(kKindNames, name);
  if (found == kKindNames.end()) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is no kind of edit", name));
  }
  return static_cast<EditKind>(found - kKindNames.begin());
}

Result<void> check_edit(std::span<const Edit> log, const Edit& edit) {
  if (!log.empty() && edit.id <= log.back().id) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("edit {} after edit {}", edit.id, log.back().id));
  }
  if (edit.kind == EditKind::kUndo) {
    if (std::ranges::find(log, edit.undone, &Edit::id) == log.end()) {
      return fail(ErrorCode::kNotFound, fmt::format("no edit {} to undo", edit.undone));
    }
    return {};
  }
  return check_sides(edit);
}

std::map<std::uint64_t, std::uint64_t> undone_edits(std::span<const Edit> log) {
  std::map<std::uint64_t, std::uint64_t> undone;
  // From the end: an undo that counts takes its target out before the target's own turn comes.
  for (auto edit = log.rbegin(); edit != log.rend(); ++edit) {
    if (edit->kind == EditKind::kUndo && !undone.contains(edit->id)) {
      undone.emplace(edit->undone, edit->id);
    }
  }
  return undone;
}

std::optional<std::uint64_t> last_standing_edit(std::span<const Edit> log) {
  const auto counting = counting_edits(log);
  for (auto edit = counting.rbegin(); edit != counting.rend(); ++edit) {
    if ((*edit)->kind != EditKind::kUndo) {
      return (*edit)->id;
    }
  }
  return std::nullopt;
}

Decisions resolve(std::span<const Edit> log) {
  Decisions result;
  Play state;
  for (const Edit* edit : counting_edits(log)) {
    result.counting.push_back(edit->id);
    if (edit->kind == EditKind::kName) {
      result.names.push_back({.name = edit->name, .faces = edit->left, .edit = edit->id});
    }
    play(state, *edit);
  }
  result.constraints = state.constraints();
  return result;
}

std::vector<Edit> rebind(std::span<const LocatedEdit> log, std::span<const LocatedFace> today) {
  const FacesByPicture by_picture = faces_by_picture(log, today);
  std::vector<Edit> result;
  for (const LocatedEdit& located : log) {
    ALBUMEN_DCHECK(located.boxes.size() == located.edit.left.size() + located.edit.right.size());
    const auto match = matches(located, by_picture);
    Edit& edit = result.emplace_back(located.edit);
    edit.left = replaced(located.edit.left, match);
    edit.right = replaced(located.edit.right, match);
  }
  return result;
}

}  // namespace albumen
