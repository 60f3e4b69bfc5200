// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_paths.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <fmt/core.h>
#include <span>

#include "dataset/journal.h"
#include "files/file.h"
#include "files/path_text.h"
#include "files/real_path.h"

namespace albumen {

namespace fs = std::filesystem;

std::optional<std::string> file_in_set(const std::string& directory, const std::string& name) {
  if (!stays_below(name)) {
    return std::nullopt;
  }
  const fs::path path{name};
  const auto root = real_path(directory);
  if (!root || path.filename().empty() || name.contains('\0')) {
    return std::nullopt;
  }
  const auto folder = real_path((fs::path{*root} / path.parent_path()).native());
  const std::string state = (fs::path{*root} / kStateFolder).native();
  if (!folder || !lies_in(*folder, *root) || lies_in(*folder, state)) {
    return std::nullopt;
  }
  return (fs::path{*folder} / path.filename()).native();
}

bool is_spoilt_file(const std::string& path) {
  constexpr std::uint64_t kBlock = 4096;  // of most file systems, which lose whole ones
  const auto file = open_for_reading(path);
  const auto size = regular_file_size(path);
  if (!file || !size) {
    return false;
  }
  std::array<std::byte, kBlock> end{};
  const std::span read{end.data(), static_cast<std::size_t>(std::min(*size, kBlock))};
  return read_exactly(*file, *size - read.size(), read, path) &&
         std::ranges::all_of(read, [](std::byte byte) { return byte == std::byte{}; });
}

Result<void> check_in_set(const std::string& directory, const std::string& name) {
  if (!file_in_set(directory, name)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: a link in the set leads out of it there; nothing is written "
                            "behind it",
                            path_to_text(name)));
  }
  return {};
}

}  // namespace albumen
