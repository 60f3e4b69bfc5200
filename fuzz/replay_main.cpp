// SPDX-License-Identifier: Apache-2.0
// A plain main for the fuzz targets: feeds every file named as an argument, and every file below
// every folder named, to LLVMFuzzerTestOneInput, in the order of their names. The tests run it on
// each corpus, so that an input that once crashed stays found under every compiler and sanitizer.
// Fails when an argument is missing or unreadable and when a folder holds no file: a corpus that
// vanished must not look like one that passed.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

// Files of `argument` in byte order of their paths; nothing when it cannot be listed.
std::optional<std::vector<fs::path>> files_of(const fs::path& argument) {
  std::error_code error;
  if (fs::is_regular_file(argument, error)) {
    return std::vector{argument};
  }
  std::vector<fs::path> files;
  fs::recursive_directory_iterator entry{argument, error};
  for (; !error && entry != fs::recursive_directory_iterator{}; entry.increment(error)) {
    if (entry->is_regular_file(error)) {
      files.push_back(entry->path());
    }
  }
  if (error) {
    return std::nullopt;
  }
  std::ranges::sort(files, {}, &fs::path::native);
  return files;
}

bool replay_file(const fs::path& path) {
  std::ifstream stream{path, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{stream}, {}};
  if (!stream.is_open() || stream.bad()) {
    std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
    return false;
  }
  // A heap block of exactly this size: the address sanitizer then sees a read of one byte too many.
  const auto input = std::make_unique<std::uint8_t[]>(bytes.size());
  std::ranges::copy(bytes, input.get());
  LLVMFuzzerTestOneInput(input.get(), bytes.size());
  return true;
}

bool replay_argument(const fs::path& argument) {
  const auto files = files_of(argument);
  if (!files.has_value()) {
    std::fprintf(stderr, "%s: is missing or cannot be listed\n", argument.c_str());
    return false;
  }
  if (files->empty()) {
    std::fprintf(stderr, "%s: holds no file to replay\n", argument.c_str());
    return false;
  }
  const bool all_read = std::ranges::all_of(*files, replay_file);
  std::printf("%s: %zu inputs replayed\n", argument.c_str(), files->size());
  return all_read;
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count < 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER_OR_FILE...\n", arguments[0]);
    return 2;
  }
  bool all_read = true;
  for (int index = 1; index < argument_count; ++index) {
    all_read = replay_argument(arguments[index]) && all_read;
  }
  return all_read ? 0 : 1;
}
