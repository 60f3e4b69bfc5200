// SPDX-License-Identifier: Apache-2.0
// EXIF blocks built byte by byte; libexif, the usual library, is the twin that reads them too.
#include "decode/metadata/exif.h"

#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <variant>

#include <libexif/exif-data.h>

#include "decode/testing/test_pictures.h"

namespace albumen {
namespace {

using testing::EncodedBytes;

struct Rational {
  std::uint32_t above;
  std::uint32_t below;
};

/// One entry of a directory: text, one short, or rationals.
struct Entry {
  std::uint16_t tag;
  std::variant<std::string, std::uint16_t, std::vector<Rational>> value;
};

struct Directories {
  std::vector<Entry> main;
  std::vector<Entry> exif;
  std::vector<Entry> gps;
};

/// Writes TIFF blocks in either byte order.
class ExifBuilder {
 public:
  explicit ExifBuilder(ByteOrder order) : order_(order) {}

  EncodedBytes build(const Directories& directories) {
    block_ = testing::bytes_of(order_ == ByteOrder::kBigEndian ? std::string{"MM\0*", 4}
                                                               : std::string{"II*\0", 4});
    put(8, 4);
    // Pointers to the two other directories come last in the main one.
    const std::size_t pointers = block_.size() + 2 + directories.main.size() * 12;
    write(directories.main, 2);
    const auto exif_at = static_cast<std::uint32_t>(block_.size());
    write(directories.exif, 0);
    const auto gps_at = static_cast<std::uint32_t>(block_.size());
    write(directories.gps, 0);
    patch_pointer(pointers, 0x8769, exif_at);
    patch_pointer(pointers + 12, 0x8825, gps_at);
    return block_;
  }

 private:
  void put(std::uint32_t value, int width) {
    for (int index = 0; index < width; ++index) {
      const int shift = order_ == ByteOrder::kBigEndian ? width - 1 - index : index;
      block_.push_back(static_cast<std::byte>(value >> (8 * shift)));
    }
  }

  void write(const std::vector<Entry>& entries, std::size_t spare) {
    put(static_cast<std::uint32_t>(entries.size() + spare), 2);
    std::size_t data = block_.size() + (entries.size() + spare) * 12 + 4;
    EncodedBytes values;
    for (const Entry& entry : entries) {
      const EncodedBytes table = std::move(block_);
      block_.clear();
      const auto [type, count] = put_value(entry);
      EncodedBytes value = std::move(block_);
      block_ = table;
      put(entry.tag, 2);
      put(type, 2);
      put(count, 4);
      if (value.size() <= 4) {
        value.resize(4);
        block_.insert(block_.end(), value.begin(), value.end());
      } else {
        put(static_cast<std::uint32_t>(data + values.size()), 4);
        values.insert(values.end(), value.begin(), value.end());
      }
    }
    block_.insert(block_.end(), spare * 12 + 4, std::byte{0});
    block_.insert(block_.end(), values.begin(), values.end());
  }

  std::pair<std::uint32_t, std::uint32_t> put_value(const Entry& entry) {
    if (const auto* const text = std::get_if<std::string>(&entry.value)) {
      const EncodedBytes bytes = testing::bytes_of(*text);
      block_.insert(block_.end(), bytes.begin(), bytes.end());
      block_.push_back(std::byte{0});
      return {2, static_cast<std::uint32_t>(text->size() + 1)};
    }
    if (const auto* const number = std::get_if<std::uint16_t>(&entry.value)) {
      put(*number, 2);
      return {3, 1};
    }
    const auto& rationals = std::get<std::vector<Rational>>(entry.value);
    for (const Rational rational : rationals) {
      put(rational.above, 4);
      put(rational.below, 4);
    }
    return {5, static_cast<std::uint32_t>(rationals.size())};
  }

  void patch_pointer(std::size_t at, std::uint32_t tag, std::uint32_t target) {
    EncodedBytes rest = std::move(block_);
    block_.clear();
    put(tag, 2);
    put(4, 2);
    put(1, 4);
    put(target, 4);
    std::ranges::copy(block_, rest.begin() + static_cast<std::ptrdiff_t>(at));
    block_ = std::move(rest);
  }

  ByteOrder order_;
  EncodedBytes block_;
};

Directories typical() {
  return {.main = {{0x010F, "NIKON CORPORATION"},
                   {0x0110, "NIKON D90 "},
                   {0x0112, std::uint16_t{6}},
                   {0x0132, "2024:05:02 08:00:00"}},
          .exif = {{0x9003, "2024:05:01 13:07:59"},
                   {0x9011, "+02:00"},
                   {0x9291, "25"},
                   {0xA434, "18-105mm f/3.5-5.6"}},
          .gps = {{0x0001, "S"},
                  {0x0002, std::vector<Rational>{{33, 1}, {51, 1}, {3596, 100}}},
                  {0x0003, "E"},
                  {0x0004, std::vector<Rational>{{151, 1}, {12, 1}, {40, 1}}},
                  {0x0006, std::vector<Rational>{{125, 10}}}}};
}

TEST(ExifTest, ReadsWhatCamerasWriteInBothByteOrders) {
  for (const ByteOrder order : {ByteOrder::kBigEndian, ByteOrder::kLittleEndian}) {
    const Metadata metadata = parse_exif(ExifBuilder{order}.build(typical()));
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
    const EncodedBytes tiff = ExifBuilder{order}.build(typical());
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
  Directories directories = typical();
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
  Directories directories = typical();
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
  const EncodedBytes whole = ExifBuilder{ByteOrder::kBigEndian}.build(typical());
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
  EncodedBytes block = ExifBuilder{ByteOrder::kLittleEndian}.build(typical());
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
  const EncodedBytes whole = ExifBuilder{ByteOrder::kLittleEndian}.build(typical());
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
