// SPDX-License-Identifier: Apache-2.0
#include "encode/testing/photographs.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "encode/testing/plain_jpeg.h"

namespace albumen::testing {
namespace {

namespace fs = std::filesystem;

constexpr Size kPhotographSize{.width = 1024, .height = 768};
constexpr std::size_t kMostPerFolder = 24;

fs::path samples_folder() {
  if (const char* set = std::getenv("ALBUMEN_SAMPLES"); set != nullptr) {
    return set;
  }
  const char* home = std::getenv("HOME");
  return fs::path{home == nullptr ? "" : home} / ".cache/albumen/samples";
}

std::vector<fs::path> jpegs_below(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator entry{folder, error};
       !error && entry != fs::recursive_directory_iterator{}; entry.increment(error)) {
    if (entry->path().extension() == ".jpg") {
      paths.push_back(entry->path());
    }
  }
  std::ranges::sort(paths);
  return paths;
}

std::vector<std::byte> bytes_of(const fs::path& path) {
  std::ifstream stream{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};
  const auto* const bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

/// Averages of whole boxes, then the middle: no resize of this module's own, and no ringing.
Picture shrunk_to_cover(const PlainJpeg& from) {
  const std::uint32_t box =
      std::min(from.size.width / kPhotographSize.width, from.size.height / kPhotographSize.height);
  const std::uint32_t left = (from.size.width - (box * kPhotographSize.width)) / 2;
  const std::uint32_t top = (from.size.height - (box * kPhotographSize.height)) / 2;
  Picture out{.size = kPhotographSize, .channels = 3};
  out.stride = out.row_bytes();
  for (std::uint32_t y = 0; y < kPhotographSize.height; ++y) {
    for (std::uint32_t x = 0; x < kPhotographSize.width; ++x) {
      for (std::uint32_t c = 0; c < 3; ++c) {
        std::uint32_t sum = 0;
        for (std::uint32_t i = 0; i < box * box; ++i) {
          const std::size_t row = top + (y * box) + (i / box);
          const std::size_t column = left + (x * box) + (i % box);
          sum += from.samples[(((row * from.size.width) + column) * 3) + c];
        }
        out.memory.push_back(static_cast<std::uint8_t>((sum + (box * box / 2)) / (box * box)));
      }
    }
  }
  return out;
}

std::vector<Picture> load() {
  std::vector<Picture> pictures;
  fs::path folder;
  std::size_t of_folder = 0;
  for (const fs::path& path : jpegs_below(samples_folder())) {
    of_folder = path.parent_path() == std::exchange(folder, path.parent_path()) ? of_folder + 1 : 0;
    if (of_folder >= kMostPerFolder) {
      continue;
    }
    const PlainJpeg jpeg = read_plain_pixels(bytes_of(path));
    if (jpeg.channels == 3 && jpeg.size.width >= kPhotographSize.width &&
        jpeg.size.height >= kPhotographSize.height) {
      pictures.push_back(shrunk_to_cover(jpeg));
    }
  }
  return pictures;
}

}  // namespace

std::span<const Picture> sample_photographs() {
  static const std::vector<Picture> pictures = load();
  return pictures;
}

}  // namespace albumen::testing
