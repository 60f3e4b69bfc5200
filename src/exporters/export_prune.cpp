// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/export_prune.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fmt/core.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "exporters/internal/export_place.h"
#include "files/file.h"
#include "files/real_path.h"
#include "files/sha256.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

// Of the name itself, not of where a link leads.
std::optional<struct stat> status_of(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 ? std::optional{status} : std::nullopt;
}

// Of the file that a name leads to; nothing for what is no regular file.
std::optional<struct stat> status_of_file(const std::string& path) {
  struct stat status{};
  const bool is_file = ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  return is_file ? std::optional{status} : std::nullopt;
}

bool is_same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool has_digest(const std::string& path, const std::optional<Sha256Digest>& wanted) {
  const auto digest = sha256_of_file(path);
  return digest && wanted == *digest;
}

bool leads_to(const std::string& path, const std::string& target) {
  std::error_code error;
  return fs::read_symlink(path, error).native() == target && !error;
}

bool is_as_written(const std::string& path, const struct stat& status, const ExportedFile& file) {
  switch (file.kind) {
    case ExportedKind::kCopy:
    case ExportedKind::kSheet:
      return S_ISREG(status.st_mode) && has_digest(path, file.digest);
    case ExportedKind::kHardLink: {
      const auto original = status_of_file(file.source);
      return S_ISREG(status.st_mode) && (!original || is_same_file(status, *original));
    }
    case ExportedKind::kSymlink:
      return S_ISLNK(status.st_mode) && leads_to(path, file.source);
  }
  return false;
}

// What lies at a place that the library knows may have become a link into the export by now.
bool leads_into(const std::string& place, const std::string& folder) {
  const auto real = real_path(place);
  return !real || lies_in(*real, folder);
}

// Answers for one file in the export, as written: where else its bytes are.
class Elsewhere {
 public:
  Elsewhere(std::string path, const struct stat& status, const ExportedFile& file,
            const KnownBytes& known)
      : path_(std::move(path)), status_(status), file_(file), known_(known) {}

  [[nodiscard]] bool holds() const {
    switch (file_.kind) {
      case ExportedKind::kSheet:
      case ExportedKind::kSymlink:
        return true;
      case ExportedKind::kCopy:
        return is_archived() || is_copy(file_.source, *file_.digest) || is_known(*file_.digest);
      case ExportedKind::kHardLink:
        return is_name(file_.source) || is_known(sha256_of_file(path_));
    }
    return false;
  }

 private:
  // Whether `place` is another file with these bytes: the path may have got another picture since.
  [[nodiscard]] bool is_copy(const std::string& place, const Sha256Digest& digest) const {
    const auto other = status_of_file(place);
    return other && !is_same_file(status_, *other) && !leads_into(place, known_.export_folder) &&
           has_digest(place, digest);
  }

  // Whether `place` is another name of this file.
  [[nodiscard]] bool is_name(const std::string& place) const {
    const auto other = status_of_file(place);
    return other && status_.st_nlink > 1 && is_same_file(status_, *other) &&
           !leads_into(place, known_.export_folder);
  }

  [[nodiscard]] bool is_archived() const {
    return status_of_file(file_.source) && known_.archived.contains({file_.source, *file_.digest});
  }

  [[nodiscard]] bool is_known(const Result<Sha256Digest>& digest) const {
    if (!digest) {
      return false;
    }
    const auto [first, last] = known_.files.equal_range(*digest);
    return std::any_of(first, last, [&](const auto& place) {
      return file_.kind == ExportedKind::kHardLink ? is_name(place.second)
                                                   : is_copy(place.second, *digest);
    });
  }

  std::string path_;
  const struct stat& status_;  // outlives this, as the next
  const ExportedFile& file_;
  const KnownBytes& known_;
};

}  // namespace

Result<EarlierFiles> EarlierFiles::look(const std::string& folder,
                                        const std::vector<ExportedFile>& files,
                                        const KnownBytes& known, const StopToken& stop) {
  EarlierFiles earlier{folder, known};
  earlier.others_ = TRY(names_in(folder));
  std::erase_if(earlier.others_, is_own_file);
  for (const ExportedFile& file : files) {
    TRY(check_stop(stop));
    if (!earlier.others_.contains(file.name)) {
      continue;  // gone, or named by an earlier line
    }
    const std::string path = earlier.path_of(file);
    const auto status = status_of(path);
    if (status && is_as_written(path, *status, file)) {
      earlier.others_.erase(file.name);
      earlier.as_written_.push_back(file);
    } else {
      earlier.changed_.push_back(file);
    }
  }
  return earlier;
}

bool EarlierFiles::may_go(const ExportedFile& file) {
  const auto [answer, is_new] = may_go_.try_emplace(file.name, false);
  if (is_new) {
    const auto status = status_of(path_of(file));
    answer->second = status && Elsewhere{path_of(file), *status, file, *known_}.holds();
  }
  return answer->second;
}

Result<void> EarlierFiles::remove(const ExportedFile& file) const {
  const std::string path = path_of(file);
  if (::unlink(path.c_str()) != 0) {
    return system_failure(errno, "remove", path);
  }
  return {};
}

std::string EarlierFiles::path_of(const ExportedFile& file) const {
  return fmt::format("{}/{}", folder_, file.name);
}

Result<bool> remove_if_empty(const std::string& folder) {
  const auto names = TRY(names_in(folder));
  if (!std::ranges::all_of(names, is_own_file)) {
    return false;
  }
  for (const std::string& name : names) {
    const std::string path = fmt::format("{}/{}", folder, name);
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
