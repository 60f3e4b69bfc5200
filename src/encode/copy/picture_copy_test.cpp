// SPDX-License-Identifier: Apache-2.0
#include "encode/picture_copy.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <gtest/gtest.h>
#include <libdeflate.h>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "encode/jpeg.h"
#include "encode/png.h"
#include "encode/testing/pictures.h"
#include "encode/webp.h"

namespace albumen {
namespace {

constexpr Size kSize{.width = 37, .height = 23};

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class Encode>
std::string encoded(int channels, const Encode& encode) {
  const auto picture = testing::make_picture(testing::Motif::kPhoto, kSize, channels);
  Budget budget{kMiB * 64};
  Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 64, {}).value();
  MemorySink sink;
  EXPECT_TRUE(encode(picture.view(), sink, job).has_value());
  return text_of(sink.bytes());
}

std::string jpeg() {
  return encoded(3, [](ImageView pixels, ByteSink& sink, Reservation& job) {
    return encode_jpeg(pixels, {}, sink, job);
  });
}

std::string png() {
  return encoded(4, [](ImageView pixels, ByteSink& sink, Reservation& job) {
    return encode_png(pixels, {}, sink, job);
  });
}

std::string webp(int channels) {
  return encoded(channels, [](ImageView pixels, ByteSink& sink, Reservation& job) {
    return encode_webp(pixels, {}, sink, job);
  });
}

Result<std::string> copied(std::string_view file, CopiedParts parts = CopiedParts::kPicture) {
  MemorySink sink;
  // A heap block of exactly this size, so that a read of one byte too many is found.
  const std::vector<char> bytes{file.begin(), file.end()};
  auto done = copy_picture(std::as_bytes(std::span{bytes}), parts, sink);
  if (!done) {
    return std::unexpected(done.error());
  }
  return text_of(sink.bytes());
}

ErrorCode code_of(std::string_view file, CopiedParts parts = CopiedParts::kPicture) {
  const auto done = copied(file, parts);
  EXPECT_FALSE(done.has_value());
  return done ? ErrorCode::kInternal : done.error().code;
}

std::string number(std::size_t value, int bytes, bool big_endian) {
  std::string text;
  for (int index = 0; index < bytes; ++index) {
    const int shift = 8 * (big_endian ? bytes - 1 - index : index);
    text.push_back(static_cast<char>(value >> shift));
  }
  return text;
}

std::string segment(unsigned marker, const std::string& payload) {
  return std::string{'\xFF', static_cast<char>(marker)} + number(payload.size() + 2, 2, true) +
         payload;
}

std::string png_chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  return number(data.size(), 4, true) + body +
         number(libdeflate_crc32(0, body.data(), body.size()), 4, true);
}

std::string riff_chunk(const std::string& type, const std::string& data) {
  return type + number(data.size(), 4, false) + data + std::string(data.size() % 2, '\0');
}

std::string riff(const std::string& chunks) {
  return "RIFF" + number(chunks.size() + 4, 4, false) + "WEBP" + chunks;
}

std::string extended_header(unsigned flags) {
  return riff_chunk("VP8X", number(flags, 4, false) + number(kSize.width - 1, 3, false) +
                                number(kSize.height - 1, 3, false));
}

std::string after(const std::string& file, std::size_t at, const std::string& inserted) {
  return file.substr(0, at) + inserted + file.substr(at);
}

constexpr std::size_t kBehindSoi = 2;
constexpr std::size_t kBehindJfif = 20;
constexpr std::size_t kBehindIhdr = 33;
constexpr std::size_t kBehindRiff = 12;

TEST(PictureCopyTest, AFileOfPixelsAloneIsCopiedByteForByte) {
  for (const std::string& file : {jpeg(), png(), webp(3), webp(4)}) {
    EXPECT_EQ(copied(file).value(), file);
  }
}

TEST(PictureCopyTest, AJpegLosesAllThatShowsNothing) {
  const std::string plain = jpeg();
  std::string file = after(plain, kBehindJfif,
                           segment(0xE1, std::string{"Exif\0\0II*\0secret", 16}) +
                               segment(0xE2, std::string{"ICC_PROFILE\0\1\1", 14} + "profile") +
                               segment(0xED, "Photoshop 3.0") + segment(0xFE, "a comment") +
                               segment(0xE0, std::string{"JFXX\0\x10", 6} + "preview"));
  file += "previews and films";
  EXPECT_EQ(copied(file).value(), plain);
}

TEST(PictureCopyTest, ThePreviewOfAJfifSegmentGoes) {
  const std::string plain = jpeg();
  std::string jfif = plain.substr(6, 14);
  jfif[12] = 1;
  jfif[13] = 2;
  const std::string file =
      plain.substr(0, 2) + segment(0xE0, jfif + "RGBRGB") + plain.substr(kBehindJfif);
  EXPECT_EQ(copied(file).value(), plain);
}

TEST(PictureCopyTest, AdobesColourTransformStays) {
  const std::string adobe = segment(0xEE, std::string{"Adobe\0\x64\0\0\0\0\1", 12});
  const std::string file = after(jpeg(), kBehindSoi, adobe);
  EXPECT_EQ(copied(file).value(), file);
}

TEST(PictureCopyTest, APngKeepsColoursAndTransparencyAndLosesTheRest) {
  const std::string shown = png_chunk("gAMA", number(45455, 4, true)) +
                            png_chunk("sRGB", std::string(1, '\0')) +
                            png_chunk("acTL", std::string(8, '\0'));
  const std::string expected = after(png(), kBehindIhdr, shown);
  const std::string file =
      after(expected, kBehindIhdr + shown.size(),
            png_chunk("tEXt", "Author") + png_chunk("eXIf", "II*") + png_chunk("tIME", "1234567") +
                png_chunk("pHYs", "123456789") + png_chunk("prVt", "private"));
  EXPECT_EQ(copied(file + "tail").value(), expected);
}

// A reader heeds gAMA only where there is no profile; without the profile it would count.
TEST(PictureCopyTest, ThePngNumbersThatAProfileReplacedGoWithIt) {
  const std::string plain = png();
  const std::string file =
      after(plain, kBehindIhdr,
            png_chunk("gAMA", number(100000, 4, true)) + png_chunk("iCCP", "profile"));
  EXPECT_EQ(copied(file).value(), plain);
}

TEST(PictureCopyTest, AWebpLosesProfileAndMetadataAndTheirFlags) {
  const std::string pixels = webp(3).substr(kBehindRiff);
  const std::string file =
      riff(extended_header(0x2C) + riff_chunk("ICCP", "profile") + pixels +
           riff_chunk("EXIF", "II*") + riff_chunk("XMP ", "<x/>") + riff_chunk("ABCD", "more"));
  EXPECT_EQ(copied(file + "tail").value(), riff(extended_header(0) + pixels));
}

TEST(PictureCopyTest, AnAnimationStaysOne) {
  const std::string frame = riff_chunk("ANMF", std::string(16, '\0') + webp(3).substr(kBehindRiff));
  const std::string file =
      riff(extended_header(0x02) + riff_chunk("ANIM", std::string(6, '\0')) + frame + frame);
  EXPECT_EQ(copied(file).value(), file);
  const std::string hiding = riff_chunk(
      "ANMF", std::string(16, '\0') + webp(3).substr(kBehindRiff) + riff_chunk("EXIF", "II*"));
  EXPECT_EQ(code_of(riff(extended_header(0x02) + hiding)), ErrorCode::kUnsupported);
}

TEST(PictureCopyTest, AskedForEverythingItIsEverything) {
  const std::string file = after(jpeg(), kBehindJfif, segment(0xFE, "a comment")) + "tail";
  EXPECT_EQ(copied(file, CopiedParts::kEverything).value(), file);
}

TEST(PictureCopyTest, WhatIsCutAnywhereIsRefused) {
  for (const std::string& file : {jpeg(), png(), webp(3), webp(4)}) {
    for (std::size_t size = 0; size < file.size(); ++size) {
      EXPECT_FALSE(copied(file.substr(0, size)).has_value()) << size;
    }
    EXPECT_EQ(code_of(file.substr(0, file.size() - 1), CopiedParts::kEverything),
              ErrorCode::kTruncated);
  }
}

TEST(PictureCopyTest, DamageThatShowsIsRefused) {
  std::string damaged = png();
  damaged[damaged.size() / 2] ^= 1;
  EXPECT_EQ(code_of(damaged), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(after(jpeg(), kBehindSoi, "stray")), ErrorCode::kUnsupported);
  EXPECT_EQ(code_of(jpeg().substr(0, kBehindJfif) + "\xFF\xD9"), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(riff(extended_header(0))), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of("GIF89a"), ErrorCode::kUnsupported);
}

// A file of a few bytes must not cost each reader of the set minutes.
TEST(PictureCopyTest, AJpegOfTooManyScansIsRefused) {
  const std::string plain = jpeg();
  const std::string scan = segment(0xDA, "123456");
  std::string scans;
  for (int index = 0; index < 120; ++index) {
    scans += scan;
  }
  EXPECT_EQ(code_of(after(plain, plain.size() - 2, scans)), ErrorCode::kUnsupported);
}

TEST(PictureCopyTest, HostileBytesAreRefusedOrCopiedToWhatIsCopiedWhole) {
  std::mt19937 random{7};
  const std::string with_all =
      after(jpeg(), kBehindJfif, segment(0xE1, "Exif") + segment(0xFE, "words"));
  for (const std::string& file : {with_all, png(), webp(4)}) {
    for (int round = 0; round < 2000; ++round) {
      std::string damaged = file;
      for (int flips = 0; flips < 3; ++flips) {
        // Half of them in the head, where the structure is.
        const std::size_t most =
            round % 2 == 0 ? std::min<std::size_t>(64, file.size()) : file.size();
        damaged[random() % most] = static_cast<char>(random());
      }
      const auto once = copied(damaged);
      if (once) {
        EXPECT_EQ(copied(*once).value(), *once);
      }
    }
  }
}

}  // namespace
}  // namespace albumen
