// SPDX-License-Identifier: Apache-2.0
// Where files keep their EXIF block, through the function that callers use; what a block says is
// tested in exif_test.cpp.
#include "decode/metadata.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "decode/decoder.h"
#include "decode/limits.h"
#include "decode/testing/exif_builder.h"
#include "decode/testing/test_pictures.h"

namespace albumen {
namespace {

using testing::bytes_of;
using testing::EncodedBytes;
using testing::ExifBuilder;
using testing::typical_exif;
using testing::with_jpeg_segment;
using testing::with_png_chunk;
using testing::with_webp_chunk;

constexpr Size kSize{.width = 40, .height = 20};
constexpr std::uint8_t kApp1 = 0xE1;

Metadata metadata_of(const EncodedBytes& file) {
  Budget budget{kMiB * 16};
  auto metadata = read_metadata(testing::as_image(budget, file));
  EXPECT_TRUE(metadata.has_value());
  return metadata.value_or(Metadata{});
}

EncodedBytes camera_block() { return ExifBuilder{ByteOrder::kBigEndian}.build(typical_exif()); }

EncodedBytes with_exif_prefix(const EncodedBytes& block) {
  EncodedBytes segment = bytes_of(std::string{"Exif\0\0", 6});
  segment.insert(segment.end(), block.begin(), block.end());
  return segment;
}

EncodedBytes jpeg() { return encode_jpeg(testing::photo_like(kSize, 3, 1)); }

EncodedBytes png() { return encode_png(testing::photo_like(kSize, 3, 1)); }

EncodedBytes webp() { return encode_webp(testing::photo_like(kSize, 3, 1)); }

TEST(MetadataTest, ThreeFormatsSayTheSame) {
  const EncodedBytes block = camera_block();
  const Metadata from_jpeg = metadata_of(with_jpeg_segment(jpeg(), kApp1, with_exif_prefix(block)));
  EXPECT_EQ(from_jpeg.camera_model, "NIKON D90");
  EXPECT_EQ(from_jpeg.taken_at, "2024-05-01T13:07:59.25+02:00");
  EXPECT_TRUE(from_jpeg.gps.has_value());
  EXPECT_FALSE(from_jpeg.damaged);
  EXPECT_EQ(metadata_of(with_png_chunk(png(), "eXIf", block)), from_jpeg);
  EXPECT_EQ(metadata_of(with_webp_chunk(webp(), "EXIF", block, kSize)), from_jpeg);
}

// Some programs write JPEG's prefix into the other formats, too.
TEST(MetadataTest, ThePrefixOfJpegIsUnderstoodEverywhere) {
  const EncodedBytes segment = with_exif_prefix(camera_block());
  EXPECT_EQ(metadata_of(with_png_chunk(png(), "eXIf", segment)).camera_model, "NIKON D90");
  EXPECT_EQ(metadata_of(with_webp_chunk(webp(), "EXIF", segment, kSize)).camera_model, "NIKON D90");
}

TEST(MetadataTest, PicturesWithoutExifHaveNone) {
  EXPECT_EQ(metadata_of(jpeg()), Metadata{});
  EXPECT_EQ(metadata_of(png()), Metadata{});
  EXPECT_EQ(metadata_of(webp()), Metadata{});
  EXPECT_EQ(metadata_of(bytes_of("GIF89a, which has no EXIF")), Metadata{});
  EXPECT_EQ(metadata_of({}), Metadata{});
}

// EXIF borrowed the layout of TIFF, and its first directory.
TEST(MetadataTest, ATiffIsItsOwnExif) {
  const Metadata metadata = metadata_of(camera_block());
  EXPECT_EQ(metadata.camera_model, "NIKON D90");
  EXPECT_EQ(metadata.taken_at, "2024-05-01T13:07:59.25+02:00");
  EXPECT_EQ(metadata.orientation, orientation_from_exif(6));
}

// XMP comes in a segment of the same marker; behind it the EXIF segment is still found.
TEST(MetadataTest, OtherSegmentsOfTheSameMarkerArePassedOver) {
  const EncodedBytes with_exif = with_jpeg_segment(jpeg(), kApp1, with_exif_prefix(camera_block()));
  const EncodedBytes xmp = bytes_of(std::string{"http://ns.adobe.com/xap/1.0/\0<x/>", 33});
  EXPECT_EQ(metadata_of(with_jpeg_segment(with_exif, kApp1, xmp)).camera_make, "NIKON CORPORATION");
}

TEST(MetadataTest, BrokenExifIsDamageAndThePictureStaysOne) {
  const EncodedBytes file =
      with_jpeg_segment(jpeg(), kApp1, with_exif_prefix(bytes_of("no TIFF at all")));
  EXPECT_TRUE(metadata_of(file).damaged);
  Budget budget{kMiB * 16};
  EXPECT_TRUE(probe(testing::as_image(budget, file)).has_value());
}

TEST(MetadataTest, ABlockBeyondTheLimitIsNotLookedAt) {
  EncodedBytes block = camera_block();
  block.resize(kMaxExifBytes);
  EXPECT_EQ(metadata_of(with_png_chunk(png(), "eXIf", block)).camera_model, "NIKON D90");
  block.resize(kMaxExifBytes + 1);
  EXPECT_EQ(metadata_of(with_png_chunk(png(), "eXIf", block)), Metadata{});
}

TEST(MetadataTest, AFileCutAnywhereGivesWhatWasThere) {
  const EncodedBytes block = camera_block();
  for (const EncodedBytes& file :
       {with_jpeg_segment(jpeg(), kApp1, with_exif_prefix(block)),
        with_png_chunk(png(), "eXIf", block), with_webp_chunk(webp(), "EXIF", block, kSize)}) {
    const Metadata whole = metadata_of(file);
    for (std::size_t size = 0; size < file.size(); size += 3) {
      const Metadata cut =
          metadata_of({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)});
      EXPECT_TRUE(cut.camera_make.empty() || cut.camera_make == whole.camera_make) << size;
    }
  }
}

}  // namespace
}  // namespace albumen
