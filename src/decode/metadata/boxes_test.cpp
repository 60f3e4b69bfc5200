// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata/boxes.h"

#include <algorithm>
#include <cstdint>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "decode/metadata.h"
#include "decode/testing/box_builder.h"
#include "decode/testing/exif_builder.h"
#include "decode/testing/test_pictures.h"

namespace albumen {
namespace {

using testing::big_endian;
using testing::box;
using testing::bytes_of;
using testing::EncodedBytes;
using testing::exif_payload;
using testing::full_box;
using testing::item_file;
using testing::ItemFile;
using testing::jpeg_xl_file;
using testing::large_box;

EncodedBytes camera_block() {
  return testing::ExifBuilder{ByteOrder::kBigEndian}.build(testing::typical_exif());
}

std::string payload() { return exif_payload(camera_block()); }

/// Whether the block that was put into `file` is found in it.
bool finds_block(const std::string& file) {
  const EncodedBytes bytes = bytes_of(file);
  const ByteSpan found = find_exif_in_boxes(bytes);
  return std::ranges::equal(found, camera_block());
}

bool finds_nothing(const std::string& file) {
  const EncodedBytes bytes = bytes_of(file);
  return find_exif_in_boxes(bytes).empty();
}

Metadata metadata_of(const std::string& file) {
  Budget budget{kMiB * 16};
  auto metadata = read_metadata(testing::as_image(budget, bytes_of(file)));
  EXPECT_TRUE(metadata.has_value());
  return metadata.value_or(Metadata{});
}

TEST(BoxesTest, SizesOfThirtyTwoAndOfSixtyFourBitsAndToTheEnd) {
  const EncodedBytes file =
      bytes_of(box("abcd", "one") + large_box("efgh", "three") + big_endian(0, 4) + "ijklrest");
  Boxes boxes{file};
  std::string types;
  std::string sizes;
  while (const auto found = boxes.next()) {
    types += found->type;
    sizes += std::to_string(found->payload.size());
  }
  EXPECT_EQ(types, "abcdefghijkl");
  EXPECT_EQ(sizes, "354");
}

TEST(BoxesTest, ASizeSmallerThanItsOwnHeaderEndsTheWalk) {
  for (const std::string& header :
       {big_endian(7, 4) + "abcd", big_endian(1, 4) + "abcd" + big_endian(15, 8),
        big_endian(1, 4) + "abcd" + big_endian(0, 7)}) {
    const EncodedBytes file = bytes_of(header);
    EXPECT_FALSE(Boxes{file}.next().has_value());
  }
}

TEST(BoxesTest, HeifAvifAndJpegXlSayWhatTheCameraWrote) {
  for (const std::string& file : {item_file({}, payload()), item_file({.brand = "avif"}, payload()),
                                  jpeg_xl_file(payload())}) {
    const Metadata metadata = metadata_of(file);
    EXPECT_EQ(metadata.camera_model, "NIKON D90");
    EXPECT_EQ(metadata.taken_at, "2024-05-01T13:07:59.25+02:00");
    EXPECT_TRUE(metadata.gps.has_value());
    EXPECT_FALSE(metadata.damaged);
  }
}

// They turn their pixels by properties of their own; a program that turned them again by EXIF would
// lay every telephone's portrait on its side.
TEST(BoxesTest, ExifDoesNotTurnWhatTheContainerHasTurned) {
  const std::string turned = exif_payload(testing::exif_with_orientation(6));
  EXPECT_EQ(metadata_of(item_file({}, turned)).orientation, Orientation::kUpright);
  EXPECT_EQ(metadata_of(jpeg_xl_file(turned)).orientation, Orientation::kUpright);
}

TEST(BoxesTest, EveryVersionOfTheTableIsRead) {
  for (const unsigned version : {0U, 1U, 2U}) {
    for (const unsigned width : {4U, 8U}) {
      EXPECT_TRUE(finds_block(item_file({.version = version, .width = width}, payload())))
          << version << " " << width;
    }
  }
  EXPECT_TRUE(finds_block(item_file({.in_item_data = true}, payload())));
  EXPECT_TRUE(finds_block(item_file({.items_before = 50, .extents_before = 3}, payload())));
}

TEST(BoxesTest, AnItemInPiecesOrInAnotherFileIsNotRead) {
  EXPECT_TRUE(finds_nothing(item_file({.extents = 2}, payload())));
  EXPECT_TRUE(finds_nothing(item_file({.extents = 0}, payload())));
  EXPECT_TRUE(finds_nothing(item_file({.other_file = 1}, payload())));
  EXPECT_TRUE(finds_nothing(item_file({.version = 3}, payload())));
}

TEST(BoxesTest, WidthsThatTheFormatDoesNotHaveAreNotRead) {
  std::string file = item_file({}, payload());
  const std::size_t widths = file.find("iloc") + 8;
  for (const char lie : {'\x14', '\x54', '\xF4', '\x41'}) {
    file[widths] = lie;
    EXPECT_TRUE(finds_nothing(file));
  }
}

// A table of 64 KiB that claims 65,535 pieces of no bytes for each of its items would take minutes,
// stepped over piece by piece.
TEST(BoxesTest, PiecesOfNoBytesTakeNoTime) {
  constexpr std::uint32_t kItems = 100'000;
  std::string places = big_endian(0, 2) + big_endian(kItems, 4);
  for (std::uint32_t item = 2; item < kItems; ++item) {
    places += big_endian(item, 4) + big_endian(0, 4) + big_endian(0xFFFF, 2);
  }
  const std::string entry =
      full_box("infe", 3, big_endian(1, 4) + big_endian(0, 2) + "Exif" + big_endian(0, 1));
  const std::string infos = full_box("iinf", 1, big_endian(1, 4) + entry);
  EXPECT_TRUE(finds_nothing(box("ftyp", "heic") +
                            full_box("meta", 0, infos + full_box("iloc", 2, places))));
}

TEST(BoxesTest, PlacesOutsideTheFileHoldNothing) {
  std::string file = item_file({.width = 8}, payload());
  const std::size_t offset = file.find("iloc") + 8 + 2 + 2 + 2 + 2 + 2 + 2;
  for (const std::uint64_t lie : {std::uint64_t{0xFFFF'FFFF'FFFF'FFFF}, std::uint64_t{1} << 40U,
                                  std::uint64_t{file.size()}}) {
    file.replace(offset, 8, big_endian(lie, 8));
    EXPECT_TRUE(finds_nothing(file)) << lie;
  }
}

TEST(BoxesTest, AFileCutAnywhereGivesWhatWasThere) {
  for (const std::string& whole :
       {item_file({}, payload()), item_file({.in_item_data = true, .width = 8}, payload()),
        jpeg_xl_file(payload())}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Metadata cut = metadata_of(whole.substr(0, size));
      EXPECT_TRUE(cut.camera_make.empty() || cut.camera_make == "NIKON CORPORATION") << size;
    }
  }
}

}  // namespace
}  // namespace albumen
