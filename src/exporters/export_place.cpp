// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/export_place.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <utility>

#include "files/file.h"
#include "files/path_text.h"
#include "files/real_path.h"
#include "sources/source.h"

namespace albumen {
namespace {

// What AtomicFile makes before it takes its name, and kExportMark.
constexpr std::string_view kOwnFiles = ".albumen-";

bool is_there(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

}  // namespace

ExportPlace::ExportPlace(std::string directory, std::string below)
    : directory_(std::move(directory)), below_(std::move(below)) {}

Result<ExportPlace> ExportPlace::at(const std::string& directory) {
  struct stat status{};
  const bool exists = ::stat(directory.c_str(), &status) == 0;
  if (exists ? !S_ISDIR(status.st_mode) : errno == ENOTDIR) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: is no folder; choose another place", path_to_text(directory)));
  }
  return ExportPlace{directory, TRY(real_path(directory))};
}

Result<void> ExportPlace::check_is_elsewhere(const std::string& path) {
  const std::string_view folder = folder_of(path);
  if (folder == folder_) {
    return {};
  }
  // Where the folder cannot be looked at, on a disk that is not there, its name is all there is.
  const auto real = real_path(std::string{folder});
  if (lies_in(real ? std::string_view{*real} : std::string_view{path}, below_)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: holds pictures of the library, for example {}; choose another "
                            "folder",
                            path_to_text(directory_), path_to_text(path)));
  }
  folder_ = folder;
  return {};
}

Result<std::set<std::string>> names_in(const std::string& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry{folder, error};
       !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
    names.insert(entry->path().filename().native());
  }
  if (error) {
    return system_failure(error.value(), "look into", folder);
  }
  return names;
}

Result<void> check_is_ours(const std::string& folder) {
  struct stat status{};
  if (::lstat(folder.c_str(), &status) != 0) {
    if (errno == ENOENT) {
      return {};
    }
    return system_failure(errno, "inspect", folder);
  }
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: is there already and is no folder; choose another place",
                            path_to_text(folder)));
  }
  if (is_there(fmt::format("{}/{}", folder, kExportMark))) {
    return {};
  }
  // An export that was killed at its start may have left no more than the beginning of its mark.
  const bool is_ours = std::ranges::all_of(
      TRY(names_in(folder)), [](const std::string& name) { return name.starts_with(kOwnFiles); });
  if (!is_ours) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: is there already, and no export of people wrote it; choose "
                            "another place, or move it away",
                            path_to_text(folder)));
  }
  return {};
}

Result<FileDescriptor> lock_place(const std::string& directory) {
  FileDescriptor folder{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.valid() && ::flock(folder.value(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("{}: another export is writing there", path_to_text(directory)));
  }
  return folder;
}

}  // namespace albumen
