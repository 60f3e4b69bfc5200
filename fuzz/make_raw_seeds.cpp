// SPDX-License-Identifier: Apache-2.0
// Writes the seeds in corpus/raw anew; run by hand.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <string_view>
#include <utility>

#include "decode/testing/raw_builder.h"
#include "decode/testing/test_pictures.h"

namespace {

namespace fs = std::filesystem;
using albumen::testing::as_lossless;
using albumen::testing::EncodedBytes;
using albumen::testing::RawKind;

constexpr std::array kKinds{
    std::pair{RawKind::kCr2, std::string_view{"cr2"}},
    std::pair{RawKind::kNef, std::string_view{"nef"}},
    std::pair{RawKind::kArw, std::string_view{"arw"}},
    std::pair{RawKind::kDng, std::string_view{"dng"}},
    std::pair{RawKind::kOrf, std::string_view{"orf"}},
    std::pair{RawKind::kRw2, std::string_view{"rw2"}},
    std::pair{RawKind::kRaf, std::string_view{"raf"}},
};

void write(const fs::path& path, const EncodedBytes& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                              static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    fmt::print(stderr, "usage: make_raw_seeds CORPUS_FOLDER\n");
    return 2;
  }
  const fs::path folder = fs::path{arguments[1]} / "raw";
  const auto jpeg = encode_jpeg(albumen::testing::photo_like({.width = 24, .height = 17}, 3, 1));
  const auto small = encode_jpeg(albumen::testing::photo_like({.width = 8, .height = 8}, 1, 1));
  for (const auto& [kind, name] : kKinds) {
    const EncodedBytes raw = make_raw(kind, {.jpeg = jpeg, .thumbnail = small, .orientation = 6});
    write(folder / name, raw);
    // Its sensor's values alone, and cut in the middle.
    write(folder / fmt::format("{}_lossless", name),
          make_raw(kind, {.jpeg = as_lossless(jpeg), .thumbnail = as_lossless(small)}));
    write(folder / fmt::format("{}_cut", name),
          {raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(raw.size() / 2)});
  }
}
