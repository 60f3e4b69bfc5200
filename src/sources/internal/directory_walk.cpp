// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/directory_walk.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "files/file.h"
#include "files/path_text.h"
#include "sources/internal/container_kind.h"

namespace albumen {
namespace {

// How often a long folder looks at the stop token.
constexpr std::size_t kNamesBetweenStopChecks = 4096;

SourceEvent problem(std::string path, Error error) {
  return SourceProblem{.path = std::move(path), .member = {}, .error = std::move(error)};
}

SourceEvent skip(std::string path, std::string_view reason) {
  return SourceSkip{.path = std::move(path), .member = {}, .reason = std::string{reason}};
}

bool is_dot_or_dotdot(std::string_view name) { return name == "." || name == ".."; }

bool is_sheet(std::string_view name) {
  return name.starts_with(kSheetStem) && name.ends_with(kSheetSuffix);
}

// Why a file called like an archive is left out; nothing where it is none. One that cannot be read
// is none: reading it will say why.
std::optional<std::string_view> archive_reason(const std::string& path, std::uint64_t size_bytes) {
  const auto file = open_for_reading(path);
  if (!file.has_value()) {
    return std::nullopt;
  }
  const auto kind = container_kind_of(*file, size_bytes, path);
  if (!kind.has_value() || *kind == ContainerKind::kNone) {
    return std::nullopt;
  }
  return unpacker_of(*kind).empty() ? "archive: name it as a source to read it"
                                    : "compressed archive: unpack it to read it";
}

}  // namespace

Error not_readable(const struct stat& status, const std::string& path) {
  std::string_view what = "neither a file nor a folder";
  switch (status.st_mode & S_IFMT) {
    case S_IFIFO:
      what = "a FIFO";
      break;
    case S_IFCHR:
    case S_IFBLK:
      what = "a device";
      break;
    case S_IFSOCK:
      what = "a socket";
      break;
    default:
      break;
  }
  return Error{.code = ErrorCode::kUnsupported,
               .message = fmt::format("{}: is {}", path_to_text(path), what)};
}

Error inspect_failure(int error_number, const std::string& path) {
  struct stat link{};
  if (error_number == ENOENT && ::lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode)) {
    return Error{.code = ErrorCode::kNotFound,
                 .message = path_to_text(path) + ": is a symbolic link to nothing"};
  }
  return system_failure(error_number, "inspect", path).error();
}

DirectoryWalk::DirectoryWalk(const NameRules& rules, const NamedPaths& named,
                             NamedExports named_exports)
    : rules_(&rules), named_(&named), named_exports_(named_exports) {}

void DirectoryWalk::add_root(std::string root) {
  // Of the root folder "/" itself only the slash, which then also separates.
  const std::size_t root_bytes = root == "/" ? 0 : root.size();
  pending_.push_back({.path = std::move(root), .root_bytes = root_bytes, .through_link = true});
}

bool DirectoryWalk::add_linked_folders() {
  const bool some = !linked_.empty();
  pending_.insert(pending_.end(), std::make_move_iterator(linked_.rbegin()),
                  std::make_move_iterator(linked_.rend()));
  linked_.clear();
  return some;
}

std::optional<SourceEvent> DirectoryWalk::next(const StopToken& stop) {
  while (!stop.stop_requested()) {
    if (directory_ != nullptr) {
      if (auto event = next_in_folder()) {
        return event;
      }
      leave_folder();
      continue;
    }
    if (pending_.empty()) {
      return std::nullopt;
    }
    Folder folder = std::move(pending_.back());
    pending_.pop_back();
    if (auto event = open_folder(std::move(folder), stop)) {
      return event;
    }
  }
  return std::nullopt;
}

std::optional<SourceEvent> DirectoryWalk::open_folder(Folder folder, const StopToken& stop) {
  const int follow = folder.through_link ? 0 : O_NOFOLLOW;
  const int fd = ::open(folder.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow);
  if (fd < 0) {
    return problem(folder.path, system_failure(errno, "open the folder", folder.path).error());
  }
  directory_.reset(::fdopendir(fd));
  if (directory_ == nullptr) {
    const int error_number = errno;
    ::close(fd);
    return problem(folder.path,
                   system_failure(error_number, "read the folder", folder.path).error());
  }
  struct stat status{};
  if (::fstat(fd, &status) != 0) {
    directory_.reset();
    return problem(folder.path, system_failure(errno, "read the folder", folder.path).error());
  }
  if (!seen_.emplace(status.st_dev, status.st_ino).second) {
    directory_.reset();
    return skip(std::move(folder.path), "folder already listed under another name");
  }
  folder_ = std::move(folder);
  auto problem_reading = read_names(stop);
  is_export_ = holds_mark();
  const bool is_left_out = !is_source() || named_exports_ == NamedExports::kLeaveOut;
  if (!problem_reading && is_export_ && is_left_out) {
    directory_.reset();
    return skip(std::move(folder_.path), kExportReason);
  }
  return problem_reading;
}

bool DirectoryWalk::holds_mark() const {
  return std::ranges::binary_search(sorted_, kExportMark, {},
                                    [this](const Name& name) { return text_of(name); });
}

bool DirectoryWalk::is_source() const { return folder_.path.size() <= folder_.root_bytes; }

// Reads and sorts all names: readdir's order is the file system's own.
std::optional<SourceEvent> DirectoryWalk::read_names(const StopToken& stop) {
  names_.clear();
  sorted_.clear();
  position_ = 0;
  const dirent* entry = nullptr;
  while (true) {
    errno = 0;
    entry = ::readdir(directory_.get());
    if (entry == nullptr ||
        (sorted_.size() % kNamesBetweenStopChecks == 0 && stop.stop_requested())) {
      break;
    }
    const std::string_view name{static_cast<const char*>(entry->d_name)};
    if (!is_dot_or_dotdot(name)) {
      sorted_.push_back({.offset = names_.size(), .size = name.size(), .type = entry->d_type});
      names_.append(name).push_back('\0');
    }
  }
  const int error_number = entry == nullptr ? errno : 0;
  std::ranges::sort(sorted_, {}, [this](const Name& name) { return text_of(name); });
  if (error_number != 0) {
    return problem(folder_.path,
                   system_failure(error_number, "read all of the folder", folder_.path).error());
  }
  return std::nullopt;
}

std::string_view DirectoryWalk::text_of(const Name& name) const {
  return std::string_view{names_}.substr(name.offset, name.size);
}

std::string DirectoryWalk::relative(const std::string& path) const {
  return path.substr(folder_.root_bytes + 1);
}

std::optional<SourceEvent> DirectoryWalk::next_in_folder() {
  while (position_ < sorted_.size()) {
    if (auto event = visit(sorted_[position_++])) {
      return event;
    }
  }
  return std::nullopt;
}

void DirectoryWalk::leave_folder() {
  directory_.reset();
  pending_.insert(pending_.end(), std::make_move_iterator(subfolders_.rbegin()),
                  std::make_move_iterator(subfolders_.rend()));
  subfolders_.clear();
}

std::optional<SourceEvent> DirectoryWalk::visit(const Name& name) {
  std::string path = folder_.path;
  if (!path.ends_with('/')) {
    path.push_back('/');
  }
  path.append(text_of(name));
  if (named_->contains(path)) {
    return std::nullopt;
  }
  if (const auto reason = rules_->skip_reason(relative(path))) {
    return skip(std::move(path), *reason);
  }
  if (is_export_ && is_sheet(text_of(name))) {
    return skip(std::move(path), kSheetReason);
  }
  if (name.type == DT_DIR) {
    subfolders_.push_back({.path = std::move(path), .root_bytes = folder_.root_bytes});
    return std::nullopt;
  }
  return visit_status(std::move(path), names_.data() + name.offset);
}

// Everything but plain folders: the kind that counts is the one behind a symbolic link.
std::optional<SourceEvent> DirectoryWalk::visit_status(std::string path, const char* basename) {
  const int folder = ::dirfd(directory_.get());
  struct stat status{};
  if (folder < 0 || ::fstatat(folder, basename, &status, 0) != 0) {
    Error error = inspect_failure(errno, path);
    return problem(std::move(path), std::move(error));
  }
  if (S_ISDIR(status.st_mode)) {
    struct stat itself{};
    const bool is_link =
        ::fstatat(folder, basename, &itself, AT_SYMLINK_NOFOLLOW) != 0 || S_ISLNK(itself.st_mode);
    (is_link ? linked_ : subfolders_)
        .push_back(
            {.path = std::move(path), .root_bytes = folder_.root_bytes, .through_link = is_link});
    return std::nullopt;
  }
  if (!S_ISREG(status.st_mode)) {
    Error error = not_readable(status, path);
    return problem(std::move(path), std::move(error));
  }
  const auto size_bytes = static_cast<std::uint64_t>(status.st_size);
  if (named_like_archive(path)) {
    if (const auto reason = archive_reason(path, size_bytes)) {
      return skip(std::move(path), *reason);
    }
  }
  return SourceEntry{.path = std::move(path),
                     .member = {},
                     .stamp = stamp_from(status),
                     .encoded_size = Bytes{size_bytes},
                     .location = {}};
}

}  // namespace albumen
