// SPDX-License-Identifier: Apache-2.0
// Writes the seeds in corpus/jpeg, corpus/png, corpus/webp, corpus/exif, corpus/boxes and
// corpus/picture_copy anew; run by hand.
#include <cstdio>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <string>

#include "decode/testing/box_builder.h"
#include "decode/testing/exif_builder.h"
#include "decode/testing/test_pictures.h"

namespace {

namespace fs = std::filesystem;
using albumen::testing::animate_webp;
using albumen::testing::EncodedBytes;
using albumen::testing::JpegScript;
using albumen::testing::JpegSpace;
using albumen::testing::photo_like;
using albumen::testing::with_jpeg_segment;
using albumen::testing::with_png_chunk;
using albumen::testing::with_webp_chunk;

void write(const fs::path& path, const EncodedBytes& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                              static_cast<std::streamsize>(bytes.size()));
}

void write_jpegs(const fs::path& folder) {
  const auto color = photo_like({24, 17}, 3, 1);
  const auto inks = photo_like({16, 9}, 4, 1);
  write(folder / "baseline_420", encode_jpeg(color, {}));
  write(folder / "baseline_444_restarts",
        encode_jpeg(color, {.horizontal = 1, .vertical = 1, .restart_rows = 1}));
  write(folder / "separate_scans", encode_jpeg(color, {.script = JpegScript::kSeparateScans}));
  write(folder / "progressive", encode_jpeg(color, {.script = JpegScript::kProgressive}));
  write(folder / "split_chroma", encode_jpeg(color, {.script = JpegScript::kSplitChroma}));
  write(folder / "arithmetic", encode_jpeg(color, {.arithmetic = true}));
  write(folder / "gray", encode_jpeg(photo_like({24, 17}, 1, 1), {}));
  write(folder / "rgb", encode_jpeg(color, {.space = JpegSpace::kRgb}));
  write(folder / "cmyk", encode_jpeg(inks, {.space = JpegSpace::kCmyk}));
  write(folder / "ycck", encode_jpeg(inks, {.space = JpegSpace::kYcck}));
}

void write_pngs(const fs::path& folder) {
  for (const bool interlaced : {false, true}) {
    const std::string suffix = interlaced ? "_interlaced" : "";
    for (int channels = 1; channels <= 4; ++channels) {
      const auto picture = photo_like({13, 11}, channels, 1);
      write(folder / fmt::format("channels_{}{}", channels, suffix),
            encode_png(picture, {.interlaced = interlaced}));
      write(folder / fmt::format("channels_{}_16_bits{}", channels, suffix),
            encode_png(picture, {.bit_depth = 16, .interlaced = interlaced}));
    }
    write(folder / ("bits" + suffix),
          encode_png(photo_like({13, 11}, 1, 1), {.bit_depth = 1, .interlaced = interlaced}));
    write(folder / ("palette" + suffix),
          encode_png(photo_like({13, 11}, 3, 1),
                     {.palette = true, .transparent = true, .interlaced = interlaced}));
  }
}

void write_webps(const fs::path& folder) {
  for (const int channels : {3, 4}) {
    for (const bool lossless : {false, true}) {
      write(folder / fmt::format("channels_{}{}", channels, lossless ? "_lossless" : ""),
            encode_webp(photo_like({20, 15}, channels, 1), {.lossless = lossless}));
    }
  }
  const auto still = encode_webp(photo_like({20, 15}, 3, 1), {.lossless = true});
  write(folder / "animated", animate_webp(still, {20, 15}, {40, 30}, {4, 6}));
}

// Pictures with everything that may stand beside the pixels.
void write_adorned(const fs::path& folder) {
  using albumen::testing::bytes_of;
  const auto color = photo_like({24, 17}, 3, 1);
  EncodedBytes exif = bytes_of(std::string{"Exif\0\0", 6});
  const EncodedBytes block = albumen::testing::exif_with_orientation(6);
  exif.insert(exif.end(), block.begin(), block.end());
  const auto profile = bytes_of(std::string{"ICC_PROFILE\0\1\1", 14} + "profile");
  EncodedBytes jpeg = with_jpeg_segment(encode_jpeg(color, {}), 0xFE, bytes_of("words"));
  jpeg = with_jpeg_segment(with_jpeg_segment(jpeg, 0xE2, profile), 0xE1, exif);
  write(folder / "jpeg", jpeg);
  write(folder / "jpeg_progressive",
        with_jpeg_segment(encode_jpeg(color, {.script = JpegScript::kProgressive}), 0xE1, exif));
  EncodedBytes png = with_png_chunk(encode_png(color, {.palette = true, .transparent = true}),
                                    "tEXt", bytes_of(std::string{"Author\0somebody", 15}));
  png = with_png_chunk(png, "gAMA", bytes_of(std::string{"\0\0\xB1\x8F", 4}));
  write(folder / "png", with_png_chunk(png, "eXIf", block));
  const auto still = encode_webp(photo_like({20, 15}, 4, 1), {});
  write(folder / "webp_exif", with_webp_chunk(still, "EXIF", block, {20, 15}));
  write(folder / "webp_profile", with_webp_chunk(still, "ICCP", profile, {20, 15}));
  write(folder / "webp_animated",
        animate_webp(encode_webp(color, {.lossless = true}), {24, 17}, {40, 30}, {4, 6}));
}

void write_boxes(const fs::path& folder) {
  using albumen::testing::bytes_of;
  const std::string payload =
      albumen::testing::exif_payload(albumen::testing::exif_with_orientation(6));
  for (const unsigned version : {0U, 1U, 2U}) {
    write(folder / fmt::format("heic_version_{}", version),
          bytes_of(
              albumen::testing::item_file({.version = version, .items_before = version}, payload)));
  }
  write(folder / "avif_item_data",
        bytes_of(albumen::testing::item_file({.brand = "avif", .in_item_data = true, .width = 8},
                                             payload)));
  write(folder / "jpeg_xl", bytes_of(albumen::testing::jpeg_xl_file(payload)));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    fmt::print(stderr, "usage: make_picture_seeds CORPUS_FOLDER\n");
    return 2;
  }
  const fs::path corpus{arguments[1]};
  write_jpegs(corpus / "jpeg");
  write_pngs(corpus / "png");
  write_webps(corpus / "webp");
  write_adorned(corpus / "picture_copy");
  write_boxes(corpus / "boxes");
  for (std::uint16_t value = 1; value <= 8; ++value) {
    write(corpus / "exif" / fmt::format("orientation_{}", value),
          albumen::testing::exif_with_orientation(value));
  }
  const auto directories = albumen::testing::typical_exif();
  write(corpus / "exif" / "camera_big_endian",
        albumen::testing::ExifBuilder{albumen::ByteOrder::kBigEndian}.build(directories));
  write(corpus / "exif" / "camera_little_endian",
        albumen::testing::ExifBuilder{albumen::ByteOrder::kLittleEndian}.build(directories));
}
