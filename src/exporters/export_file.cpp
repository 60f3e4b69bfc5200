// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "exporters/export.h"
#include "files/file.h"
#include "files/path_text.h"
#include "files/real_path.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

// How an export of each format begins, in every version.
constexpr std::array<std::string_view, 3> kBeginnings{R"({"path":")", "path,member,id,sha256,",
                                                      "person,person_name,face,"};

// Of the regular file `path`: nothing, where an export may take its place.
Result<void> check_is_an_export(const std::string& path) {
  const auto file = TRY(open_for_reading(path));
  const FileStamp stamp = TRY(stamp_of(file, path));
  if (stamp.size_bytes == 0) {
    return {};
  }
  for (const std::string_view beginning : kBeginnings) {
    std::string head(std::min<std::size_t>(beginning.size(), stamp.size_bytes), '\0');
    TRY(read_exactly(file, 0, std::as_writable_bytes(std::span{head}), path));
    if (head == beginning) {
      return {};
    }
  }
  return fail(
      ErrorCode::kInvalidArgument,
      fmt::format("{} is there already and is no export; nothing was written", path_to_text(path)));
}

// Into what is neither a file nor a folder.
Result<ExportCount> write_through(const Library& library, ExportFormat format,
                                  const std::string& path, const StopToken& stop) {
  const FileDescriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!file.valid()) {
    return system_failure(errno, "open", path);
  }
  const auto pass_on = [&](std::string_view part) {
    return write_all(file, std::as_bytes(std::span{part}), path);
  };
  return export_pictures(library, format, pass_on, stop);
}

}  // namespace

Result<ExportCount> export_pictures_to_file(const Library& library, ExportFormat format,
                                            const std::string& path, const StopToken& stop) {
  const std::string place = TRY(real_path(path));
  std::error_code error;
  const fs::file_status status = fs::status(place, error);
  if (fs::is_symlink(fs::symlink_status(place, error))) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is a link to nothing", path_to_text(path)));
  }
  if (fs::is_directory(status)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is a folder, not a file to write", path_to_text(path)));
  }
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    return write_through(library, format, place, stop);
  }
  if (fs::exists(status)) {
    TRY(check_is_an_export(place));
  }
  auto file = TRY(AtomicFile::create(place));
  const auto count = TRY(export_pictures(
      library, format, [&](std::string_view part) { return file.write(part); }, stop));
  TRY(file.commit());
  return count;
}

}  // namespace albumen
