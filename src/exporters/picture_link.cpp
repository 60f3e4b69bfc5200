// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/picture_link.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "files/path_text.h"
#include "sources/source.h"

namespace albumen {
namespace {

// Makes a link beside the target and renames it over: a link cannot replace a file itself.
template <class MakeLink>
Result<void> link_over(const std::string& target, const MakeLink& make_link) {
  const std::string temporary = fmt::format("{}/.albumen-link.part", folder_of(target));
  ::unlink(temporary.c_str());
  if (make_link(temporary) != 0 || ::rename(temporary.c_str(), target.c_str()) != 0) {
    const int error_number = errno;
    ::unlink(temporary.c_str());
    return fail(ErrorCode::kIo, fmt::format("{}: cannot link: {}", path_to_text(target),
                                            std::generic_category().message(error_number)));
  }
  // Renaming one hard link of a file over another of the same file leaves both.
  ::unlink(temporary.c_str());
  return {};
}

// A link must not take the place of the last there is of a picture: its original may be gone, or
// have become a link to what an export made of it.
Result<void> check_original(const std::string& path, const std::string& target) {
  struct stat original{};
  struct stat there{};
  if (::stat(path.c_str(), &original) != 0 || !S_ISREG(original.st_mode)) {
    return fail(ErrorCode::kNotFound, source_name(path, "") + ": is no longer there");
  }
  if (::lstat(target.c_str(), &there) == 0 && S_ISREG(there.st_mode) && there.st_nlink == 1 &&
      there.st_dev == original.st_dev && there.st_ino == original.st_ino) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: leads to {}, which is all there is of it", source_name(path, ""),
                            path_to_text(target)));
  }
  return {};
}

}  // namespace

Result<void> symlink_picture(const std::string& original, const std::string& target) {
  TRY(check_original(original, target));
  return link_over(target,
                   [&](const std::string& at) { return ::symlink(original.c_str(), at.c_str()); });
}

Result<void> hard_link_picture(const std::string& original, const std::string& target) {
  TRY(check_original(original, target));
  return link_over(target, [&](const std::string& at) {
    return ::linkat(AT_FDCWD, original.c_str(), AT_FDCWD, at.c_str(), AT_SYMLINK_FOLLOW);
  });
}

}  // namespace albumen
