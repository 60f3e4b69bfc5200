// SPDX-License-Identifier: Apache-2.0
#include "sources/path_list.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fmt/core.h>
#include <optional>
#include <poll.h>
#include <span>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "files/file.h"

namespace albumen {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;
constexpr int kWaitMilliseconds = 100;
constexpr std::string_view kListName = "the list of paths";

// Reads some bytes; 0 at the end. Waits in short turns, so that a stop is seen while a terminal or
// a slow program has nothing to say.
Result<std::size_t> read_some(int fd, std::span<char> out, const StopToken& stop) {
  while (true) {
    TRY(check_stop(stop));
    pollfd waited{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waited, 1, kWaitMilliseconds);
    if (ready == 0) {
      continue;
    }
    const ssize_t count = ready < 0 ? -1 : ::read(fd, out.data(), out.size());
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR && errno != EAGAIN) {
      return system_failure(errno, "read", kListName);
    }
  }
}

// Collects paths from blocks that end anywhere.
class PathCollector {
 public:
  explicit PathCollector(const PathListLimits& limits) : limits_(limits) {}

  Result<void> add(std::string_view block) {
    if (!separator_.has_value()) {
      separator_ = block.find('\0') == std::string_view::npos ? '\n' : '\0';
    }
    if (separator_ == '\n' && block.find('\0') != std::string_view::npos) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}: line {} has a zero byte", kListName, paths_.size() + 1));
    }
    while (!block.empty()) {
      const std::size_t end = block.find(*separator_);
      TRY(extend(block.substr(0, end)));
      if (end == std::string_view::npos) {
        return {};
      }
      TRY(finish_path());
      block.remove_prefix(end + 1);
    }
    return {};
  }

  Result<std::vector<std::string>> finish() {
    TRY(finish_path());
    return std::move(paths_);
  }

 private:
  Result<void> extend(std::string_view part) {
    total_ += Bytes{part.size()};
    if (Bytes{path_.size() + part.size()} > limits_.max_path) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("{}: path {} exceeds the limit of {}", kListName, paths_.size() + 1,
                              to_string(limits_.max_path)));
    }
    if (total_ > limits_.max_total) {
      return fail(ErrorCode::kTooLarge, fmt::format("{}: exceeds the limit of {}", kListName,
                                                    to_string(limits_.max_total)));
    }
    path_.append(part);
    return {};
  }

  Result<void> finish_path() {
    if (path_.empty()) {
      return {};
    }
    if (paths_.size() == limits_.max_paths) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("{}: has more than {} paths", kListName, limits_.max_paths));
    }
    paths_.push_back(std::exchange(path_, {}));
    return {};
  }

  PathListLimits limits_;
  std::optional<char> separator_;
  std::string path_;  // begun, not yet ended
  std::vector<std::string> paths_;
  Bytes total_;
};

// Up to a whole block, less only at the end: the first one decides the separator.
Result<std::size_t> read_block(int fd, std::span<char> block, const StopToken& stop) {
  std::size_t filled = 0;
  while (filled < block.size()) {
    const std::size_t count = TRY(read_some(fd, block.subspan(filled), stop));
    if (count == 0) {
      break;
    }
    filled += count;
  }
  return filled;
}

}  // namespace

Result<std::vector<std::string>> read_path_list(int fd, const PathListLimits& limits,
                                                const StopToken& stop) {
  if (fd < 0) {
    return system_failure(EBADF, "read", kListName);  // poll would ignore it for ever
  }
  std::vector<char> block(kBlockBytes);
  PathCollector collector{limits};
  while (const std::size_t count = TRY(read_block(fd, block, stop))) {
    TRY(collector.add({block.data(), count}));
  }
  return collector.finish();
}

}  // namespace albumen
