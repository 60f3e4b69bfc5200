// SPDX-License-Identifier: Apache-2.0
// Writes the seeds in corpus/icc anew: bare profiles, and the three formats that carry one. Run by
// hand.
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <span>
#include <string>
#include <zlib.h>

#include "colour/testing/profiles.h"
#include "decode/testing/test_pictures.h"

namespace {

namespace fs = std::filesystem;
using albumen::testing::bytes_of;
using albumen::testing::EncodedBytes;
using albumen::testing::with_jpeg_segment;
using albumen::testing::with_png_chunk;
using albumen::testing::with_webp_chunk;

constexpr albumen::Size kSize{.width = 8, .height = 8};

void write(const fs::path& path, std::span<const std::byte> bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                              static_cast<std::streamsize>(bytes.size()));
}

EncodedBytes joined(EncodedBytes head, std::span<const std::byte> tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

/// In two parts, the second before the first.
EncodedBytes in_jpeg(std::span<const std::byte> profile) {
  constexpr std::uint8_t kApp2 = 0xE2;
  const std::size_t half = profile.size() / 2;
  const std::string name{"ICC_PROFILE\0", 12};
  const EncodedBytes file = encode_jpeg(albumen::testing::photo_like(kSize, 3, 1));
  return with_jpeg_segment(
      with_jpeg_segment(file, kApp2, joined(bytes_of(name + "\1\2"), profile.first(half))), kApp2,
      joined(bytes_of(name + "\2\2"), profile.subspan(half)));
}

EncodedBytes in_png(std::span<const std::byte> profile) {
  uLongf size = compressBound(profile.size());
  EncodedBytes packed(size);
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
            reinterpret_cast<const Bytef*>(profile.data()), profile.size(), 9);
  packed.resize(size);
  const EncodedBytes file = encode_png(albumen::testing::photo_like(kSize, 1, 1));
  return with_png_chunk(with_png_chunk(file, "gAMA", bytes_of(std::string{"\0\0\xB1\x8F", 4})),
                        "iCCP", joined(bytes_of(std::string{"name\0\0", 6}), packed));
}

EncodedBytes in_webp(std::span<const std::byte> profile) {
  return with_webp_chunk(encode_webp(albumen::testing::photo_like(kSize, 3, 1), {.lossless = true}),
                         "ICCP", profile, kSize);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    fmt::print(stderr, "usage: make_icc_seeds CORPUS_FOLDER\n");
    return 2;
  }
  namespace made = albumen::testing;
  const fs::path folder = fs::path{arguments[1]} / "icc";
  const EncodedBytes screen = made::rgb_profile(made::kAdobeRgb, 2.2);
  const EncodedBytes gray = made::gray_profile(1.8);
  EncodedBytes no_space = screen;
  no_space.at(16) = std::byte{0x9A};  // of four characters: the space of its colours
  write(folder / "screen", screen);
  write(folder / "screen_without_space", no_space);
  write(folder / "screen_parametric", made::rgb_profile(made::kDisplayP3));
  write(folder / "gray", gray);
  write(folder / "inks", made::cmyk_profile(2));
  write(folder / "link", made::link_profile());
  write(folder / "in_jpeg", in_jpeg(screen));
  write(folder / "in_png", in_png(gray));
  write(folder / "in_webp", in_webp(screen));
}
