// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "exporters/export.h"
#include "files/file.h"
#include "files/path_text.h"
#include "files/real_path.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

// How an export of each format begins, in every version; for JSON lines, around the path.
constexpr std::array<std::string_view, 2> kCsvBeginnings{"path,member,id,sha256,",
                                                         "person,person_name,face,"};
constexpr std::string_view kBeforePath = R"({"path":")";
constexpr std::string_view kBehindPath = R"(","member":)";
// Of the longest path of the system, of which JSON may make six bytes of one.
constexpr std::size_t kLongestBeginning = 6 * 4096 + 64;

bool begins_as_json_lines(std::string_view head) {
  if (!head.starts_with(kBeforePath)) {
    return false;
  }
  head.remove_prefix(kBeforePath.size());
  std::size_t at = 0;
  while (at < head.size() && head[at] != '"' && head[at] != '\n') {
    at += head[at] == '\\' ? 2U : 1U;
  }
  return at < head.size() && head.substr(at).starts_with(kBehindPath);
}

// Of the regular file `path`: nothing, where an export may take its place.
Result<void> check_is_an_export(const std::string& path) {
  const auto file = TRY(open_for_reading(path));
  const FileStamp stamp = TRY(stamp_of(file, path));
  if (stamp.size_bytes == 0) {
    return {};
  }
  std::string head(std::min<std::size_t>(kLongestBeginning, stamp.size_bytes), '\0');
  TRY(read_exactly(file, 0, std::as_writable_bytes(std::span{head}), path));
  if (begins_as_json_lines(head) || std::ranges::any_of(kCsvBeginnings, [&](std::string_view csv) {
        return head.starts_with(csv);
      })) {
    return {};
  }
  return fail(
      ErrorCode::kInvalidArgument,
      fmt::format("{} is there already and is no export; nothing was written", path_to_text(path)));
}

// Waits for whoever is to read a named pipe; to open a socket fails in the same way.
Result<FileDescriptor> open_for_writing_through(const std::string& path, bool is_pipe,
                                                const StopToken& stop) {
  constexpr auto kPause = std::chrono::milliseconds{20};
  for (;;) {
    FileDescriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.valid()) {
      const int flags = ::fcntl(file.value(), F_GETFL);
      if (flags < 0 || ::fcntl(file.value(), F_SETFL, flags & ~O_NONBLOCK) != 0) {
        return system_failure(errno, "open", path);
      }
      return file;
    }
    if (errno != ENXIO || !is_pipe) {
      return system_failure(errno, "open", path);
    }
    TRY(check_stop(stop));
    std::this_thread::sleep_for(kPause);
  }
}

// Into what is neither a file nor a folder.
Result<ExportCount> write_through(const Library& library, ExportFormat format,
                                  const std::string& path, bool is_pipe, const StopToken& stop) {
  const FileDescriptor file = TRY(open_for_writing_through(path, is_pipe, stop));
  const auto pass_on = [&](std::string_view part) {
    return write_all(file, std::as_bytes(std::span{part}), path);
  };
  return export_pictures(library, format, pass_on, stop);
}

}  // namespace

Result<ExportCount> export_pictures_to_file(const Library& library, ExportFormat format,
                                            const std::string& path, const StopToken& stop) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is a folder, not a file to write", path_to_text(path)));
  }
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    // Before its real path is asked for: a pipe without a name lies nowhere.
    return write_through(library, format, path, fs::is_fifo(status), stop);
  }
  const std::string place = TRY(real_path(path));
  if (fs::is_symlink(fs::symlink_status(place, error))) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is a link to nothing", path_to_text(path)));
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
