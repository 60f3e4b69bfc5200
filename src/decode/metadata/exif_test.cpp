// SPDX-License-Identifier: Apache-2.0
// EXIF blocks built byte by byte; libexif, the usual library, is the twin that reads them too.
#include "decode/metadata/exif.h"

#include <gtest/gtest.h>
#include <memory>
#include <random>

#include <libexif/exif-data.h>

#include "decode/testing/exif_builder.h"
#include "decode/testing/test_pictures.h"

namespace albumen {
namespace {

using testing::Directories;
using testing::EncodedBytes;
using testing::ExifBuilder;
using testing::Rational;
using testing::typical_exif;

TEST(ExifTest, ReadsWhatCamerasWriteInBothByteOrders) {
  for (const ByteOrder order : {ByteOrder::kBigEndian, ByteOrder::kLittleEndian}) {
    const Metadata metadata = parse_exif(ExifBuilder{order}.build(typical_exif()));
    EXPECT_FALSE(metadata.damaged);
    EXPECT_EQ(metadata.orientation, Orientation::kRotate90);
    EXPECT_EQ(metadata.camera_make, "NIKON CORPORATION");
    EXPECT_EQ(metadata.camera_model, "NIKON D90");
    EXPECT_EQ(metadata.lens_model, "18-105mm f/3.5-5.6");
    EXPECT_EQ(metadata.taken_at, "2024-05-01T13:07:59.25+02:00");
    ASSERT_TRUE(metadata.gps);
    EXPECT_NEAR(metadata.gps->latitude, -33.859989, 1e-6);
    EXPECT_NEAR(metadata.gps->longitude, 151.211111, 1e-6);
    EXPECT_EQ(metadata.gps->altitude_m, 12.5);
  }
}

TEST(ExifTest, AgreesWithLibexif) {
  for (const ByteOrder order : {ByteOrder::kBigEndian, ByteOrder::kLittleEndian}) {
    EncodedBytes block = testing::bytes_of(std::string{"Exif\0\0", 6});
    const EncodedBytes tiff = ExifBuilder{order}.build(typical_exif());
    block.insert(block.end(), tiff.begin(), tiff.end());
    const std::unique_ptr<ExifData, void (*)(ExifData*)> data{
        exif_data_new_from_data(reinterpret_cast<const unsigned char*>(block.data()),
                                static_cast<unsigned int>(block.size())),
        exif_data_unref};
    ASSERT_NE(data, nullptr);
    const auto text = [&data](ExifIfd directory, ExifTag tag) {
      ExifEntry* const entry = exif_content_get_entry(data->ifd[directory], tag);
      return entry == nullptr ? std::string{} : reinterpret_cast<const char*>(entry->data);
    };
    const Metadata metadata = parse_exif(tiff);
    EXPECT_EQ(text(EXIF_IFD_0, EXIF_TAG_MAKE), metadata.camera_make);
    EXPECT_EQ(text(EXIF_IFD_EXIF, EXIF_TAG_DATE_TIME_ORIGINAL), "2024:05:01 13:07:59");
    const ExifEntry* const turn =
        exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    ASSERT_NE(turn, nullptr);
    EXPECT_EQ(exif_get_short(turn->data, exif_data_get_byte_order(data.get())),
              static_cast<int>(metadata.orientation));
  }
}

TEST(ExifTest, FallsBackToTheDateOfChange) {
  Directories directories = typical_exif();
  directories.exif = {{0x9290, "5"}};
  EXPECT_EQ(parse_exif(ExifBuilder{ByteOrder::kBigEndian}.build(directories)).taken_at,
            "2024-05-02T08:00:00.5");
}

TEST(ExifTest, DatesThatAreNoneAreLeftOut) {
  for (const char* const date : {"0000:00:00 00:00:00", "    :  :     :  :  ", "", "yesterday",
                                 "2024:13:01 00:00:00", "2024:05:01 25:00:00"}) {
    const Directories directories{.main = {{0x0132, date}}, .exif = {}, .gps = {}};
    const Metadata metadata = parse_exif(ExifBuilder{ByteOrder::kLittleEndian}.build(directories));
    EXPECT_FALSE(metadata.taken_at) << date;
    EXPECT_FALSE(metadata.damaged);
  }
}

TEST(ExifTest, PlacesThatAreNoneAreLeftOut) {
  Directories directories = typical_exif();
  directories.gps[1].value = std::vector<Rational>{{95, 1}, {0, 1}, {0, 1}};
  EXPECT_FALSE(parse_exif(ExifBuilder{ByteOrder::kBigEndian}.build(directories)).gps);
  directories.gps[1].value = std::vector<Rational>{{5, 0}, {0, 0}, {0, 0}};
  EXPECT_FALSE(parse_exif(ExifBuilder{ByteOrder::kBigEndian}.build(directories)).gps);
}

TEST(ExifTest, TextIsMadePrintable) {
  const Directories directories{
      .main = {{0x010F, "  caf\xE9\n"}, {0x0110, "\xC3\xA9t\xC3\xA9"}}, .exif = {}, .gps = {}};
  const Metadata metadata = parse_exif(ExifBuilder{ByteOrder::kBigEndian}.build(directories));
  EXPECT_EQ(metadata.camera_make, "caf??");
  EXPECT_EQ(metadata.camera_model, "\xC3\xA9t\xC3\xA9");
}

TEST(ExifTest, CutsAreDamageButNeverMore) {
  const EncodedBytes whole = ExifBuilder{ByteOrder::kBigEndian}.build(typical_exif());
  bool any_damage = false;
  for (std::size_t size = 1; size < whole.size(); ++size) {
    any_damage = parse_exif(std::span{whole}.first(size)).damaged || any_damage;
  }
  EXPECT_TRUE(any_damage);
  EXPECT_FALSE(parse_exif({}).damaged);
  EXPECT_TRUE(parse_exif(testing::bytes_of("nonsense")).damaged);
}

// A directory that points at itself is read once for each thing that is looked for.
TEST(ExifTest, LoopsAndHugeCountsEnd) {
  EncodedBytes block = ExifBuilder{ByteOrder::kLittleEndian}.build(typical_exif());
  for (std::size_t at = 8; at + 12 <= block.size(); ++at) {
    EncodedBytes changed = block;
    for (std::size_t index = 0; index < 4; ++index) {
      changed[at + index] = static_cast<std::byte>(index == 0 ? 8 : 0);  // many become "offset 8"
    }
    (void)parse_exif(changed);
    for (std::size_t index = 0; index < 4; ++index) {
      changed[at + index] = std::byte{0xFF};
    }
    (void)parse_exif(changed);
  }
}

TEST(ExifTest, FlippedBitsNeverDoMoreThanDamage) {
  std::minstd_rand random{23};
  const EncodedBytes whole = ExifBuilder{ByteOrder::kLittleEndian}.build(typical_exif());
  for (int round = 0; round < 20000; ++round) {
    EncodedBytes bytes = whole;
    for (int flips = 0; flips < 1 + round % 5; ++flips) {
      bytes[random() % bytes.size()] ^= static_cast<std::byte>(1U << random() % 8);
    }
    const Metadata metadata = parse_exif(bytes);
    EXPECT_GE(static_cast<int>(metadata.orientation), 1);
    EXPECT_LE(static_cast<int>(metadata.orientation), 8);
  }
}

}  // namespace
}  // namespace albumen
