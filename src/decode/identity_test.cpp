// SPDX-License-Identifier: Apache-2.0
#include "decode/identity.h"

#include <array>
#include <gtest/gtest.h>

#include "decode/testing/test_pictures.h"

namespace albumen {
namespace {

using testing::bytes_of;
using testing::EncodedBytes;
using testing::photo_like;
using testing::with_jpeg_segment;
using testing::with_png_chunk;
using testing::with_webp_chunk;

PictureIdentity identity_of(const EncodedBytes& bytes,
                            Orientation orientation = Orientation::kUpright) {
  Budget budget{kMiB * 16};
  return *identify(testing::as_image(budget, bytes), orientation);
}

EncodedBytes profile_segment(const std::string& profile, int number, int count) {
  EncodedBytes segment = bytes_of(std::string{"ICC_PROFILE\0", 12});
  segment.push_back(static_cast<std::byte>(number));
  segment.push_back(static_cast<std::byte>(count));
  const EncodedBytes data = bytes_of(profile);
  segment.insert(segment.end(), data.begin(), data.end());
  return segment;
}

TEST(IdentityTest, FileHashIsOfAllBytes) {
  for (const EncodedBytes& bytes :
       {encode_jpeg(photo_like({64, 48}, 3, 1)), encode_png(photo_like({64, 48}, 3, 1)),
        encode_webp(photo_like({64, 48}, 3, 1)), bytes_of("no picture at all")}) {
    EXPECT_EQ(identity_of(bytes).file, sha256(bytes));
  }
}

TEST(IdentityTest, StopEndsIt) {
  std::stop_source stop;
  stop.request_stop();
  for (const EncodedBytes& bytes :
       {encode_jpeg(photo_like({64, 48}, 3, 1)), bytes_of("no picture at all")}) {
    Budget budget{kMiB};
    const auto identity =
        identify(testing::as_image(budget, bytes), Orientation::kUpright, stop.get_token());
    ASSERT_FALSE(identity.has_value());
    EXPECT_EQ(identity.error().code, ErrorCode::kCancelled);
  }
}

TEST(IdentityTest, MetadataInJpegChangesTheFileOnly) {
  const EncodedBytes plain = encode_jpeg(photo_like({64, 48}, 3, 1));
  const PictureIdentity before = identity_of(plain);
  for (const auto marker : std::to_array<std::uint8_t>({0xFE, 0xE1, 0xED, 0xEE})) {
    const EncodedBytes changed = with_jpeg_segment(plain, marker, bytes_of("a keyword"));
    EXPECT_EQ(identity_of(changed).picture, before.picture) << static_cast<int>(marker);
    EXPECT_NE(identity_of(changed).file, before.file);
  }
}

TEST(IdentityTest, BytesBehindTheEndMarkerAreNoPartOfAJpeg) {
  EncodedBytes bytes = encode_jpeg(photo_like({64, 48}, 3, 1));
  const PictureIdentity before = identity_of(bytes);
  bytes.insert(bytes.end(), 500, std::byte{7});
  EXPECT_EQ(identity_of(bytes).picture, before.picture);
  EXPECT_NE(identity_of(bytes).file, before.file);
}

TEST(IdentityTest, AdobeMarkerCountsBecauseItChangesColors) {
  const EncodedBytes plain = encode_jpeg(photo_like({64, 48}, 3, 1));
  const EncodedBytes adobe =
      with_jpeg_segment(plain, 0xEE, bytes_of(std::string{"Adobe\0\x64\0\0\0\0\0", 12}));
  EXPECT_NE(identity_of(adobe).picture, identity_of(plain).picture);
}

TEST(IdentityTest, MetadataInPngAndWebpChangesTheFileOnly) {
  const EncodedBytes png = encode_png(photo_like({64, 48}, 3, 1));
  for (const char* const type : {"tEXt", "iTXt", "zTXt", "tIME", "eXIf"}) {
    const EncodedBytes changed = with_png_chunk(png, type, bytes_of("a keyword"));
    EXPECT_EQ(identity_of(changed).picture, identity_of(png).picture) << type;
    EXPECT_NE(identity_of(changed).file, identity_of(png).file);
  }
  const EncodedBytes webp = encode_webp(photo_like({64, 48}, 3, 1));
  for (const char* const type : {"EXIF", "XMP "}) {
    const EncodedBytes changed = with_webp_chunk(webp, type, bytes_of("a keyword"), {64, 48});
    EXPECT_EQ(identity_of(changed).picture, identity_of(webp).picture) << type;
    EXPECT_NE(identity_of(changed).file, identity_of(webp).file);
  }
}

TEST(IdentityTest, PixelsOrientationAndProfileChangeThePicture) {
  const EncodedBytes jpeg = encode_jpeg(photo_like({64, 48}, 3, 1));
  const EncodedBytes png = encode_png(photo_like({64, 48}, 3, 1));
  const EncodedBytes webp = encode_webp(photo_like({64, 48}, 3, 1));
  EXPECT_NE(identity_of(jpeg).picture,
            identity_of(encode_jpeg(photo_like({64, 48}, 3, 2))).picture);
  EXPECT_NE(identity_of(png).picture, identity_of(encode_png(photo_like({64, 48}, 3, 2))).picture);
  EXPECT_NE(identity_of(webp).picture,
            identity_of(encode_webp(photo_like({64, 48}, 3, 2))).picture);
  for (const EncodedBytes& bytes : {jpeg, png, webp}) {
    EXPECT_NE(identity_of(bytes).picture, identity_of(bytes, Orientation::kRotate90).picture);
  }
  EXPECT_NE(identity_of(jpeg).picture,
            identity_of(with_jpeg_segment(jpeg, 0xE2, profile_segment("wide", 1, 1))).picture);
  EXPECT_NE(identity_of(png).picture,
            identity_of(with_png_chunk(png, "iCCP", bytes_of("wide"))).picture);
  EXPECT_NE(identity_of(webp).picture,
            identity_of(with_webp_chunk(webp, "ICCP", bytes_of("wide"), {64, 48})).picture);
}

TEST(IdentityTest, ProfilePartsAreTakenInTheirOwnOrder) {
  const EncodedBytes plain = encode_jpeg(photo_like({64, 48}, 3, 1));
  const EncodedBytes first = profile_segment("abc", 1, 2);
  const EncodedBytes second = profile_segment("def", 2, 2);
  const EncodedBytes straight =
      with_jpeg_segment(with_jpeg_segment(plain, 0xE2, second), 0xE2, first);
  const EncodedBytes swapped =
      with_jpeg_segment(with_jpeg_segment(plain, 0xE2, first), 0xE2, second);
  const EncodedBytes whole = with_jpeg_segment(plain, 0xE2, profile_segment("abcdef", 1, 1));
  EXPECT_EQ(identity_of(straight).picture, identity_of(swapped).picture);
  EXPECT_EQ(identity_of(straight).picture, identity_of(whole).picture);
}

// An empty comment takes four bytes of the file and took sixteen of memory beside the budget.
TEST(IdentityTest, WhatIsCutIntoTooManyPiecesIsItsFile) {
  const auto commented = [](std::size_t count, std::size_t length) {
    EncodedBytes bytes = bytes_of("\xFF\xD8");
    for (std::size_t index = 0; index < count; ++index) {
      const EncodedBytes comment = bytes_of("\xFF\xFE" + std::string{'\0', static_cast<char>(2)});
      bytes.insert(bytes.end(), comment.begin(), comment.end());
      const EncodedBytes filler = bytes_of("\xFF\x01");  // a marker that stays
      bytes.insert(bytes.end(), filler.begin(),
                   filler.begin() + static_cast<std::ptrdiff_t>(length));
    }
    const EncodedBytes plain = encode_jpeg(photo_like({64, 48}, 3, 1));
    bytes.insert(bytes.end(), plain.begin() + 2, plain.end());
    return bytes;
  };
  const EncodedBytes many = commented(5000, 2);
  EXPECT_EQ(identity_of(many).picture, sha256(many));
  // Comments alone leave nothing between them.
  EXPECT_EQ(identity_of(commented(5000, 0)).picture,
            identity_of(encode_jpeg(photo_like({64, 48}, 3, 1))).picture);
}

TEST(IdentityTest, WhatCannotBeWalkedIsItsFile) {
  const EncodedBytes bytes = encode_jpeg(photo_like({64, 48}, 3, 1));
  const EncodedBytes cut{bytes.begin(), bytes.end() - 40};
  EXPECT_EQ(identity_of(cut).picture, sha256(cut));
  const EncodedBytes text = bytes_of("a text");
  EXPECT_EQ(identity_of(text).picture, sha256(text));
}

}  // namespace
}  // namespace albumen
