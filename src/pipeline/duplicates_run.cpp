// SPDX-License-Identifier: Apache-2.0
#include "pipeline/duplicates_run.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace albumen {
namespace {

// A picture with its hashes and every file that holds it, in the order of paths.
struct Picture {
  std::vector<DuplicateFile> files;
  std::optional<Hashes> hashes;
};

DuplicateFile duplicate_file(const PictureRow& row) {
  return {.path = row.file.path,
          .member = row.file.member,
          .picture = row.picture->id,
          .size = row.picture->size,
          .sharpness = row.quality ? row.quality->sharpness : 0.0F,
          .file_bytes = row.file.stamp.size_bytes};
}

// Rows come by path, so a picture's first file is the same whatever the order of work.
Result<std::vector<Picture>> load_pictures(const Library& library) {
  std::map<PictureId, std::size_t> place;
  std::vector<Picture> pictures;
  TRY(library.for_each_picture({}, [&](const PictureRow& row) -> Result<void> {
    if (row.picture) {
      const auto [found, is_new] = place.try_emplace(row.picture->id, pictures.size());
      if (is_new) {
        pictures.push_back({.files = {}, .hashes = row.hashes});
      }
      pictures[found->second].files.push_back(duplicate_file(row));
    }
    return {};
  }));
  return pictures;
}

void add_exact_groups(const std::vector<Picture>& pictures, std::vector<DuplicateFiles>& groups) {
  for (const Picture& picture : pictures) {
    if (picture.files.size() > 1) {
      groups.push_back({.kind = DuplicateKind::kExact,
                        .keeper = picture.files.front(),
                        .members = {picture.files.begin() + 1, picture.files.end()}});
    }
  }
}

Result<void> add_near_groups(const std::vector<Picture>& pictures, const DuplicateLimits& limits,
                             const StopToken& stop, std::vector<DuplicateFiles>& groups) {
  std::vector<DuplicateCandidate> candidates;
  std::vector<const Picture*> picture_of;
  for (const Picture& picture : pictures) {
    if (picture.hashes) {
      const DuplicateFile& first = picture.files.front();
      candidates.push_back(
          {.hashes = *picture.hashes, .pixels = first.size.pixels(), .sharpness = first.sharpness});
      picture_of.push_back(&picture);
    }
  }
  for (const DuplicateGroup& group : TRY(find_near_duplicates(candidates, limits, stop))) {
    DuplicateFiles files{.kind = DuplicateKind::kNear,
                         .keeper = picture_of[group.keeper]->files.front(),
                         .members = {}};
    for (const DuplicateMember& member : group.members) {
      DuplicateFile file = picture_of[member.index]->files.front();
      file.turn = member.turn;
      file.phash_distance = member.phash_distance;
      file.dhash_distance = member.dhash_distance;
      files.members.push_back(std::move(file));
    }
    groups.push_back(std::move(files));
  }
  return {};
}

bool is_below(const DuplicateFile& file, const std::string& root) {
  return file.path == root || root == "/" || file.path.starts_with(root + "/");
}

bool touches(const DuplicateFiles& group, const std::vector<std::string>& roots) {
  const auto below_any = [&](const DuplicateFile& file) {
    return std::ranges::any_of(roots,
                               [&](const std::string& root) { return is_below(file, root); });
  };
  return roots.empty() || below_any(group.keeper) || std::ranges::any_of(group.members, below_any);
}

}  // namespace

Result<std::vector<DuplicateFiles>> find_duplicates(const Library& library,
                                                    const DuplicatesQuery& query,
                                                    const StopToken& stop) {
  const std::vector<Picture> pictures = TRY(load_pictures(library));
  std::vector<DuplicateFiles> groups;
  add_exact_groups(pictures, groups);
  TRY(add_near_groups(pictures, query.limits, stop, groups));
  std::erase_if(groups, [&](const DuplicateFiles& group) { return !touches(group, query.roots); });
  std::ranges::sort(groups, {}, [](const DuplicateFiles& group) {
    return std::tie(group.kind, group.keeper.path, group.keeper.member);
  });
  return groups;
}

}  // namespace albumen
