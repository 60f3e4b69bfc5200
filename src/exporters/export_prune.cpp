// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/export_prune.h"

#include <cerrno>
#include <filesystem>
#include <fmt/core.h>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "files/file.h"
#include "files/sha256.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

// Of the name itself, not of where a link leads.
std::optional<struct stat> status_of(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 ? std::optional{status} : std::nullopt;
}

bool is_same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool has_digest(const std::string& path, const ExportedFile& file) {
  const auto digest = sha256_of_file(path);
  return digest && file.digest == *digest;
}

// Whether the bytes of a copy are kept elsewhere. The original may have become a link to its copy.
bool has_original(const struct stat& copy, const ExportedFile& file) {
  struct stat original{};
  return ::stat(file.source.c_str(), &original) == 0 && S_ISREG(original.st_mode) &&
         !is_same_file(copy, original);
}

bool is_link_to_original(const struct stat& link, const ExportedFile& file) {
  const auto original = status_of(file.source);
  return original && link.st_nlink > 1 && is_same_file(link, *original);
}

bool leads_to(const std::string& path, const ExportedFile& file) {
  std::error_code error;
  return fs::read_symlink(path, error).native() == file.source && !error;
}

// Whether `path`, whose status this is, may go.
bool is_ours(const std::string& path, const struct stat& status, const ExportedFile& file) {
  switch (file.kind) {
    case ExportedKind::kCopy:
      return S_ISREG(status.st_mode) && has_original(status, file) && has_digest(path, file);
    case ExportedKind::kHardLink:
      return S_ISREG(status.st_mode) && is_link_to_original(status, file);
    case ExportedKind::kSymlink:
      return S_ISLNK(status.st_mode) && leads_to(path, file);
    case ExportedKind::kSheet:
      return S_ISREG(status.st_mode) && has_digest(path, file);
  }
  return false;
}

}  // namespace

Result<Pruned> prune_files(const std::string& folder, const ExportManifest& manifest,
                           const PlannedFiles& planned, ExportPruning pruning,
                           const StopToken& stop) {
  Pruned pruned;
  for (const ExportedFile& file : manifest.files) {
    TRY(check_stop(stop));
    const std::string path = fmt::format("{}/{}", folder, file.name);
    const auto status = status_of(path);
    if (!status) {
      continue;
    }
    if (planned.contains({file.name, file.source})) {
      pruned.kept.push_back(file);
      continue;
    }
    if (!is_ours(path, *status, file)) {
      pruned.spared.push_back(file);
      continue;
    }
    if (pruning == ExportPruning::kReal && ::unlink(path.c_str()) != 0) {
      return system_failure(errno, "remove", path);
    }
    ++pruned.removed;
  }
  return pruned;
}

Result<bool> remove_if_empty(const std::string& folder) {
  std::vector<std::string> own;
  std::error_code error;
  for (fs::directory_iterator entry{folder, error}; !error && entry != fs::directory_iterator{};
       entry.increment(error)) {
    if (!is_own_file(entry->path().filename().native())) {
      return false;
    }
    own.push_back(entry->path().native());
  }
  if (error) {
    return system_failure(error.value(), "look into", folder);
  }
  for (const std::string& path : own) {
    if (::unlink(path.c_str()) != 0) {
      return system_failure(errno, "remove", path);
    }
  }
  if (::rmdir(folder.c_str()) != 0) {
    return system_failure(errno, "remove", folder);
  }
  return true;
}

}  // namespace albumen
