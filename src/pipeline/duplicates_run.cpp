// SPDX-License-Identifier: Apache-2.0
#include "pipeline/duplicates_run.h"

#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <sys/stat.h>
#include <sys/types.h>
#include <tuple>
#include <utility>

#include "files/file.h"
#include "files/path_text.h"
#include "files/real_path.h"

namespace albumen {
namespace {

// A picture with its hashes and every file that holds it and is there, in the order of paths.
struct Picture {
  std::vector<DuplicateFile> files;
  std::optional<Hashes> hashes;
};

enum class Presence : std::uint8_t { kThere, kChanged, kNotFound };

// What lies at a path now.
struct Look {
  Presence presence = Presence::kNotFound;
  bool is_link = false;
  dev_t device = 0;
  ino_t inode = 0;
};

// Other times than that of modification change without the picture: when it is renamed or restored.
bool is_unchanged(const struct stat& status, const FileStamp& known) {
  const FileStamp now = stamp_from(status);
  return now.size_bytes == known.size_bytes && now.mtime_ns == known.mtime_ns;
}

Look look_at(const FileRecord& file) {
  struct stat status{};
  if (::lstat(file.path.c_str(), &status) != 0) {
    return {};
  }
  const bool is_link = S_ISLNK(status.st_mode);
  if (is_link && ::stat(file.path.c_str(), &status) != 0) {
    return {};
  }
  if (!S_ISREG(status.st_mode)) {
    return {};
  }
  return {.presence = is_unchanged(status, file.stamp) ? Presence::kThere : Presence::kChanged,
          .is_link = is_link,
          .device = status.st_dev,
          .inode = status.st_ino};
}

DuplicateFile duplicate_file(const PictureRow& row) {
  return {.path = row.file.path,
          .member = row.file.member,
          .picture = row.picture->id,
          .size = row.picture->size,
          .sharpness = row.quality ? row.quality->sharpness : 0.0F,
          .file_bytes = row.file.stamp.size_bytes};
}

struct Holder {
  DuplicateFile file;
  Look look;
  bool is_elsewhere = false;  // than where was asked about
};

using Roots = std::set<std::string, std::less<>>;

bool lies_in_any(std::string_view path, const Roots& roots) {
  return !roots.empty() &&
         any_at_or_above(path, [&](std::string_view at) { return roots.contains(at); });
}

// One file under several names - links, or folders behind links - is not there twice: whoever
// deletes one of the names may delete all. The first name stands for it: one that was asked for
// where there is one, and no link likewise.
std::vector<DuplicateFile> distinct_files(std::vector<Holder> holders) {
  std::ranges::sort(holders, {}, [](const Holder& holder) {
    return std::tie(holder.is_elsewhere, holder.look.is_link, holder.file.path, holder.file.member);
  });
  std::set<std::tuple<dev_t, ino_t, std::string>> met;
  std::vector<DuplicateFile> files;
  for (Holder& holder : holders) {
    if (met.emplace(holder.look.device, holder.look.inode, holder.file.member).second) {
      files.push_back(std::move(holder.file));
    }
  }
  std::ranges::sort(files, {},
                    [](const DuplicateFile& file) { return std::tie(file.path, file.member); });
  return files;
}

// Takes the library's rows, which come by path: a picture's first file is the same whatever the
// order of work, and the members of one archive look at it once.
class PictureLoader {
 public:
  PictureLoader(const Roots& roots, DuplicatesReport& report)
      : roots_(roots), unmet_roots_(roots), report_(report) {}

  void take(const PictureRow& row) {
    meet(row.file.path);
    if (!row.picture) {
      return;
    }
    const Look look = look_once(row.file);
    if (look.presence != Presence::kThere) {
      return;
    }
    const auto [found, is_new] = place_.try_emplace(row.picture->id, pictures_.size());
    if (is_new) {
      pictures_.push_back({.files = {}, .hashes = row.hashes});
      holders_.emplace_back();
    }
    holders_[found->second].push_back({.file = duplicate_file(row),
                                       .look = look,
                                       .is_elsewhere = !lies_in_any(row.file.path, roots_)});
  }

  // Roots below which no row was.
  [[nodiscard]] const Roots& unmet_roots() const { return unmet_roots_; }

  std::vector<Picture> finish() && {
    for (std::size_t index = 0; index < pictures_.size(); ++index) {
      pictures_[index].files = distinct_files(std::move(holders_[index]));
    }
    return std::move(pictures_);
  }

 private:
  void meet(std::string_view path) {
    if (!unmet_roots_.empty()) {
      any_at_or_above(path, [&](std::string_view at) {
        if (const auto root = unmet_roots_.find(at); root != unmet_roots_.end()) {
          unmet_roots_.erase(root);
        }
        return unmet_roots_.empty();
      });
    }
  }

  const Look& look_once(const FileRecord& file) {
    if (file.path != last_path_) {
      last_path_ = file.path;
      last_look_ = look_at(file);
      report_.not_found += last_look_.presence == Presence::kNotFound ? 1 : 0;
      report_.changed += last_look_.presence == Presence::kChanged ? 1 : 0;
    }
    return last_look_;
  }

  const Roots& roots_;  // outlives the loader
  Roots unmet_roots_;
  DuplicatesReport& report_;  // outlives the loader
  std::map<PictureId, std::size_t> place_;
  std::vector<Picture> pictures_;
  std::vector<std::vector<Holder>> holders_;  // of each of them
  std::string last_path_;
  Look last_look_;
};

Result<std::vector<Picture>> load_pictures(const Library& library, const Roots& roots,
                                           DuplicatesReport& report, const StopToken& stop) {
  PictureLoader loader{roots, report};
  TRY(library.for_each_picture({}, [&](const PictureRow& row) -> Result<void> {
    loader.take(row);
    return check_stop(stop);
  }));
  if (!loader.unmet_roots().empty()) {
    return fail(ErrorCode::kNotFound, fmt::format("{}: the library has no picture at or below it",
                                                  path_to_text(*loader.unmet_roots().begin())));
  }
  return std::move(loader).finish();
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

// The file that stands for a picture beside others: the first that was asked about, if any.
const DuplicateFile& stands_for(const Picture& picture, const Roots& roots) {
  const auto asked = std::ranges::find_if(
      picture.files, [&](const DuplicateFile& file) { return lies_in_any(file.path, roots); });
  return asked == picture.files.end() ? picture.files.front() : *asked;
}

Result<void> add_near_groups(const std::vector<Picture>& pictures, const DuplicatesQuery& query,
                             const Roots& roots, const StopToken& stop,
                             std::vector<DuplicateFiles>& groups) {
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
  for (const DuplicateGroup& group : TRY(find_near_duplicates(candidates, query.limits, stop))) {
    DuplicateFiles files{.kind = DuplicateKind::kNear,
                         .keeper = stands_for(*picture_of[group.keeper], roots),
                         .members = {}};
    for (const DuplicateMember& member : group.members) {
      DuplicateFile file = stands_for(*picture_of[member.index], roots);
      file.turn = member.turn;
      file.phash_distance = member.phash_distance;
      file.dhash_distance = member.dhash_distance;
      files.members.push_back(std::move(file));
    }
    groups.push_back(std::move(files));
  }
  return {};
}

bool touches(const DuplicateFiles& group, const Roots& roots) {
  const auto below_any = [&](const DuplicateFile& file) { return lies_in_any(file.path, roots); };
  return roots.empty() || below_any(group.keeper) || std::ranges::any_of(group.members, below_any);
}

}  // namespace

Result<DuplicatesReport> find_duplicates(const Library& library, const DuplicatesQuery& query,
                                         const StopToken& stop) {
  DuplicatesReport report;
  const Roots roots{query.roots.begin(), query.roots.end()};
  const std::vector<Picture> pictures = TRY(load_pictures(library, roots, report, stop));
  std::vector<DuplicateFiles>& groups = report.groups;
  add_exact_groups(pictures, groups);
  TRY(add_near_groups(pictures, query, roots, stop, groups));
  std::erase_if(groups, [&](const DuplicateFiles& group) { return !touches(group, roots); });
  std::ranges::sort(groups, {}, [](const DuplicateFiles& group) {
    return std::tie(group.kind, group.keeper.path, group.keeper.member);
  });
  return report;
}

}  // namespace albumen
