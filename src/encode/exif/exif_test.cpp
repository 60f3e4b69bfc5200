// SPDX-License-Identifier: Apache-2.0
#include "encode/exif.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <libdeflate.h>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "encode/jpeg.h"
#include "encode/picture_copy.h"
#include "encode/png.h"
#include "encode/testing/pictures.h"
#include "encode/webp.h"

namespace albumen {
namespace {

using Block = std::vector<std::byte>;

constexpr Size kSize{.width = 640, .height = 480};
constexpr std::size_t kMainEntries = 10;
constexpr std::size_t kSecondMain = kMainEntries + 12;  // where the second entry of the main one is
constexpr std::size_t kExifEntries = 10 + 24 + 4 + 2;
constexpr std::string_view kPreview{"a preview of the whole picture"};

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A camera's block: orientation 6; an EXIF directory with the width 4000; a preview.
class BlockMaker {
 public:
  explicit BlockMaker(bool big_endian) : big_endian_(big_endian) {}

  Block make() {
    text(big_endian_ ? std::string_view{"MM\0*", 4} : std::string_view{"II*\0", 4});
    number(8, 4);
    number(2, 2);
    const std::size_t exif = kExifEntries - 2;
    const std::size_t second = exif + 2 + 12 + 4;
    const std::size_t preview = second + 2 + 24 + 4;
    entry(0x0112, 3, 6);
    entry(0x8769, 4, exif);
    number(second, 4);
    number(1, 2);
    entry(0xA002, 4, 4000);
    number(0, 4);
    number(2, 2);
    entry(0x0201, 4, preview);
    entry(0x0202, 4, kPreview.size());
    number(0, 4);
    text(kPreview);
    return block_;
  }

 private:
  void number(std::size_t value, std::size_t width) {
    for (std::size_t index = 0; index < width; ++index) {
      const std::size_t shift = 8 * (big_endian_ ? width - 1 - index : index);
      block_.push_back(static_cast<std::byte>(value >> shift));
    }
  }

  void entry(std::size_t tag, std::size_t type, std::size_t value) {
    number(tag, 2);
    number(type, 2);
    number(1, 4);
    number(value, type == 3 ? 2 : 4);
    if (type == 3) {
      number(0, 2);
    }
  }

  void text(std::string_view letters) {
    const auto bytes = std::as_bytes(std::span{letters});
    block_.insert(block_.end(), bytes.begin(), bytes.end());
  }

  bool big_endian_;
  Block block_;
};

std::uint32_t number_at(std::span<const std::byte> block, std::size_t at, std::size_t width,
                        bool big_endian) {
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < width; ++index) {
    value = (value << 8U) |
            std::to_integer<std::uint32_t>(block[at + (big_endian ? index : width - 1 - index)]);
  }
  return value;
}

TEST(UprightExifTest, OrientationAndSizeAreThoseOfThePictureNow) {
  for (const bool big_endian : {false, true}) {
    const Block block = upright_exif(BlockMaker{big_endian}.make(), kSize);
    ASSERT_FALSE(block.empty());
    EXPECT_EQ(number_at(block, kMainEntries + 8, 2, big_endian), 1U);
    EXPECT_EQ(number_at(block, kExifEntries + 8, 4, big_endian), kSize.width);
  }
}

TEST(UprightExifTest, ThePreviewIsGone) {
  const Block before = BlockMaker{false}.make();
  const Block block = upright_exif(before, kSize);
  EXPECT_EQ(text_of(block).find("preview"), std::string::npos);
  EXPECT_EQ(block.size(), before.size() - kPreview.size());
  EXPECT_EQ(number_at(block, kMainEntries + 24, 4, false), 0U);
}

TEST(UprightExifTest, EverythingElseKeepsItsPlace) {
  const Block before = BlockMaker{false}.make();
  const Block block = upright_exif(before, kSize);
  EXPECT_TRUE(std::equal(before.begin(), before.begin() + kMainEntries + 8, block.begin()));
  EXPECT_TRUE(std::equal(before.begin() + kSecondMain, before.begin() + kSecondMain + 12,
                         block.begin() + kSecondMain));
}

TEST(UprightExifTest, WhatCannotBeFollowedIsNotCarried) {
  const Block block = BlockMaker{false}.make();
  EXPECT_TRUE(upright_exif({}, kSize).empty());
  EXPECT_TRUE(upright_exif(Block(100, std::byte{7}), kSize).empty());
  for (std::size_t size = 0; size < kMainEntries + 28; ++size) {
    EXPECT_TRUE(upright_exif({block.data(), size}, kSize).empty()) << size;
  }
  Block text_as_orientation = block;
  text_as_orientation[kMainEntries + 2] = std::byte{2};
  EXPECT_TRUE(upright_exif(text_as_orientation, kSize).empty());
  Block too_long = block;
  too_long.resize(kMostCarriedExif + 1);
  EXPECT_TRUE(upright_exif(too_long, kSize).empty());
}

TEST(UprightExifTest, HostileBlocksStayInTheirBounds) {
  std::mt19937 random{5};
  const Block block = BlockMaker{false}.make();
  for (int round = 0; round < 20'000; ++round) {
    Block damaged = block;
    damaged.resize(block.size() - random() % 40);
    for (int flips = 0; flips < 3; ++flips) {
      damaged[random() % damaged.size()] = static_cast<std::byte>(random());
    }
    damaged.shrink_to_fit();
    const Block after = upright_exif(damaged, kSize);
    EXPECT_LE(after.size(), damaged.size());
    EXPECT_EQ(upright_exif(after, kSize), after);
  }
}

template <class Encode>
std::string encoded(const Block& exif, Size size, int channels, const Encode& encode) {
  const auto picture = testing::make_picture(testing::Motif::kPhoto, size, channels);
  Budget budget{kMiB * 64};
  Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 64, {}).value();
  MemorySink memory;
  ExifSink sink{memory, exif, size};
  EXPECT_TRUE(encode(picture.view(), sink, job).has_value());
  EXPECT_TRUE(sink.finish().has_value());
  return text_of(memory.bytes());
}

std::vector<std::string> encoded_in_each_format(const Block& exif) {
  constexpr Size kSmall{.width = 1, .height = 1};
  std::vector<std::string> files;
  for (const Size size : {kSmall, Size{.width = 31, .height = 20}}) {
    files.push_back(encoded(exif, size, 3, [](ImageView pixels, ByteSink& sink, Reservation& job) {
      return encode_jpeg(pixels, {}, sink, job);
    }));
    files.push_back(encoded(exif, size, 4, [](ImageView pixels, ByteSink& sink, Reservation& job) {
      return encode_png(pixels, {}, sink, job);
    }));
    for (const int channels : {3, 4}) {
      for (const WebpCoding coding : {WebpCoding::kLossy, WebpCoding::kLossless}) {
        files.push_back(
            encoded(exif, size, channels, [&](ImageView pixels, ByteSink& sink, Reservation& job) {
              return encode_webp(pixels, {.coding = coding}, sink, job);
            }));
      }
    }
  }
  return files;
}

// What is put in is what a copy of the picture leaves out; that a WebP becomes an extended one is
// all that stays.
TEST(ExifSinkTest, ThePictureIsTheSameBesideItsBlock) {
  const Block exif = upright_exif(BlockMaker{false}.make(), kSize);
  const auto plain = encoded_in_each_format({});
  const auto with_exif = encoded_in_each_format(exif);
  for (std::size_t index = 0; index < plain.size(); ++index) {
    EXPECT_NE(with_exif[index].find(text_of(exif)), std::string::npos) << index;
    MemorySink copy;
    const auto done =
        copy_picture(std::as_bytes(std::span{with_exif[index]}), CopiedParts::kPicture, copy);
    ASSERT_TRUE(done.has_value()) << index << to_string(done.error());
    const std::string without = text_of(copy.bytes());
    if (plain[index].starts_with("RIFF")) {
      const std::string pixels = plain[index].substr(12);
      EXPECT_TRUE(without.ends_with(pixels.starts_with("VP8X") ? pixels.substr(18) : pixels));
      EXPECT_EQ(without.substr(12, 4), "VP8X");
      const bool has_alpha = index % 6 >= 4;
      EXPECT_EQ(without[20], has_alpha ? 0x10 : 0) << index;
    } else {
      EXPECT_EQ(without, plain[index]) << index;
    }
  }
}

TEST(ExifSinkTest, WhatIsNoPictureIsRefused) {
  const Block exif = BlockMaker{false}.make();
  MemorySink memory;
  ExifSink sink{memory, exif, kSize};
  const std::string text(100, 'x');
  EXPECT_FALSE(sink.write(std::as_bytes(std::span{text})).has_value());
}

}  // namespace
}  // namespace albumen
