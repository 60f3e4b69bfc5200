// SPDX-License-Identifier: Apache-2.0
// The way of whole baseline pictures: samples against the formula, and everything odd left to
// libjpeg.
#include <gtest/gtest.h>
#include <initializer_list>
#include <random>
#include <vector>

#include "decode/jpeg/internal/scaled_basis.h"
#include "decode/jpeg/jpeg_plain.h"
#include "decode/testing/decode_all.h"
#include "decode/testing/reference_jpeg.h"

namespace albumen {
namespace {

using testing::EncodedBytes;
using testing::JpegOptions;
using testing::JpegScript;
using testing::photo_like;

struct PlainDecode {
  bool done = false;
  std::vector<std::uint8_t> samples;  // of the first plane, without padding
};

PlainDecode decode_plain(std::span<const std::byte> bytes, int scale) {
  testing::TestDecode probed{bytes};
  if (!probed.info()) {
    return {};
  }
  const JpegGeometry geometry = jpeg_geometry(*probed.info(), scale);
  std::vector<std::uint8_t> out(geometry.output_bytes);
  Budget budget{kMiB};
  Reservation job = *budget.try_reserve(MemoryTag::kOther, kMiB);
  const DecodeOptions options;
  DecodeWatch watch{options, probed.info()->stored_size.pixels()};
  const auto done = decode_plain_jpeg(
      {.bytes = bytes, .info = *probed.info(), .plan = {}, .options = options, .watch = watch},
      geometry, job, out.data());
  PlainDecode result{.done = done.has_value() && *done, .samples = {}};
  const JpegPlane& plane = geometry.planes[0];
  for (std::uint32_t y = 0; geometry.planar && y < plane.samples.height; ++y) {
    const auto row = out.begin() + static_cast<std::ptrdiff_t>(plane.offset + y * plane.stride);
    result.samples.insert(result.samples.end(), row, row + plane.samples.width);
  }
  return result;
}

TEST(PlainScanTest, SamplesAreTheFormulasRoundedOnce) {
  for (const Size size : {Size{61, 43}, Size{8, 8}, Size{1, 70}}) {
    const EncodedBytes bytes = encode_jpeg(photo_like(size, 1, 3), {.quality = 90});
    for (int scale = 1; scale <= 8; ++scale) {
      const PlainDecode decode = decode_plain(bytes, scale);
      ASSERT_TRUE(decode.done);
      const auto exact = testing::exact_gray(bytes, scale);
      ASSERT_EQ(decode.samples.size(), exact.size());
      for (std::size_t at = 0; at < exact.size(); ++at) {
        const double expected = std::clamp(exact[at], 0.0, 255.0);
        ASSERT_NEAR(decode.samples[at], expected, 0.51) << "sample " << at << " at " << scale;
      }
    }
  }
}

TEST(PlainScanTest, WholeBaselinePicturesAreDone) {
  const auto picture = photo_like({97, 65}, 3, 4);
  for (const JpegOptions& options :
       {JpegOptions{}, JpegOptions{.restart_rows = 1}, JpegOptions{.quality = 5},
        JpegOptions{.quality = 100}, JpegOptions{.horizontal = 4, .vertical = 2}}) {
    EXPECT_TRUE(decode_plain(encode_jpeg(picture, options), 2).done);
  }
  EXPECT_TRUE(decode_plain(encode_jpeg(photo_like({97, 65}, 1, 4), {.restart_rows = 2}), 8).done);
}

TEST(PlainScanTest, OtherKindsAreLeftToLibjpeg) {
  const auto picture = photo_like({97, 65}, 3, 5);
  for (const JpegOptions& options :
       {JpegOptions{.script = JpegScript::kProgressive},
        JpegOptions{.script = JpegScript::kSeparateScans}, JpegOptions{.arithmetic = true},
        JpegOptions{.space = testing::JpegSpace::kRgb}}) {
    EXPECT_FALSE(decode_plain(encode_jpeg(picture, options), 2).done);
  }
}

TEST(PlainScanTest, EveryMissingByteLeavesThePictureToLibjpeg) {
  for (const int restart_rows : {0, 1}) {
    const EncodedBytes bytes =
        encode_jpeg(photo_like({40, 40}, 3, 6), {.restart_rows = restart_rows});
    for (std::size_t size = 0; size < bytes.size() - 2; ++size) {
      EXPECT_FALSE(decode_plain(std::span{bytes}.first(size), 8).done) << size;
    }
  }
}

TEST(PlainScanTest, MarkersOutOfOrderAndStrayBytesLeaveThePictureToLibjpeg) {
  const EncodedBytes original = encode_jpeg(photo_like({40, 40}, 3, 7), {.restart_rows = 1});
  ASSERT_TRUE(decode_plain(original, 8).done);
  EncodedBytes stray = original;
  stray.insert(stray.end() - 2, 3, std::byte{0x55});
  EXPECT_FALSE(decode_plain(stray, 8).done);
  EncodedBytes swapped = original;
  for (std::size_t at = 0; at + 1 < swapped.size(); ++at) {
    if (swapped[at] == std::byte{0xFF} && swapped[at + 1] == std::byte{0xD0}) {
      swapped[at + 1] = std::byte{0xD3};
    }
  }
  ASSERT_NE(swapped, original);
  EXPECT_FALSE(decode_plain(swapped, 8).done);
}

// They were decoded as undamaged, at the scales that libjpeg, which refuses them, has no part in.
TEST(PlainScanTest, HeadsThatLibjpegRefusesAreLeftToIt) {
  const EncodedBytes original = encode_jpeg(photo_like({40, 40}, 3, 7), {});
  const auto with = [&](std::initializer_list<int> segment) {
    EncodedBytes bytes = original;
    std::vector<std::byte> inserted;
    for (const int byte : segment) {
      inserted.push_back(static_cast<std::byte>(byte));
    }
    bytes.insert(bytes.begin() + 2, inserted.begin(), inserted.end());
    return bytes;
  };
  EXPECT_TRUE(decode_plain(with({0xFF, 0xFE, 0, 3, 'a'}), 8).done) << "a comment";
  EXPECT_TRUE(decode_plain(with({0xFF, 0x01}), 8).done) << "TEM";
  EXPECT_FALSE(decode_plain(with({0xFF, 0xD8}), 8).done) << "a second SOI";
  for (const int marker : {0x02, 0xC8, 0xCC, 0xDE, 0xDF, 0xF0, 0xFD}) {
    EXPECT_FALSE(decode_plain(with({0xFF, marker, 0, 3, 0}), 8).done) << marker;
  }
  // 4x4 and 2 of 1x1 are 18 blocks in an MCU, of which the format allows 10. libjpeg writes none.
  EncodedBytes large = encode_jpeg(photo_like({64, 64}, 3, 7), {.horizontal = 4, .vertical = 2});
  ASSERT_TRUE(decode_plain(large, 8).done);
  for (std::size_t at = 0; at + 1 < large.size(); ++at) {
    if (large[at] == std::byte{0xFF} && large[at + 1] == std::byte{0xC0}) {
      ASSERT_EQ(large.at(at + 11), std::byte{0x42});
      large[at + 11] = std::byte{0x44};
      break;
    }
  }
  EXPECT_FALSE(decode_plain(large, 8).done);
}

// Bits flipped: done or not, nothing is read or written out of bounds. Sanitizer builds see it.
TEST(PlainScanTest, FlippedBitsDoNoHarm) {
  std::minstd_rand random{8};
  for (const int channels : {1, 3}) {
    const EncodedBytes original =
        encode_jpeg(photo_like({48, 40}, channels, 9), {.restart_rows = 2});
    for (int round = 0; round < 3000; ++round) {
      EncodedBytes bytes = original;
      for (int flips = 0; flips < 1 + round % 3; ++flips) {
        bytes[2 + random() % (bytes.size() - 2)] ^= static_cast<std::byte>(1U << random() % 8);
      }
      (void)decode_plain(bytes, 1 + round % 8);
    }
  }
}

}  // namespace
}  // namespace albumen
