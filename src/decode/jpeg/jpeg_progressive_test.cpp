// SPDX-License-Identifier: Apache-2.0
// Leaving out scans must not change a single sample.
#include <gtest/gtest.h>

#include "decode/internal/format.h"
#include "decode/jpeg/jpeg_geometry.h"
#include "decode/jpeg/jpeg_scans.h"
#include "decode/testing/decode_all.h"
#include "decode/testing/reference_jpeg.h"

namespace albumen {
namespace {

using testing::EncodedBytes;
using testing::JpegScript;
using testing::TestDecode;

constexpr std::array kScripts{JpegScript::kProgressive, JpegScript::kSplitChroma,
                              JpegScript::kDcRefined, JpegScript::kSeparateDc};

TEST(JpegProgressiveTest, EverySampleEqualsTheFullScanDecode) {
  const Size size{331, 245};
  const auto picture = testing::photo_like(size, 3, 30);
  for (const JpegScript script : kScripts) {
    for (const int horizontal : {1, 2}) {
      for (const int vertical : {1, 2}) {
        const EncodedBytes bytes = encode_jpeg(
            picture, {.horizontal = horizontal, .vertical = vertical, .script = script});
        TestDecode decode{bytes};
        for (const std::uint32_t side : {1U, 60U, 140U, 331U}) {
          const auto image = decode.decode_to(side);
          ASSERT_TRUE(image.has_value()) << to_string(image.error());
          EXPECT_EQ(testing::visible_samples(*image),
                    testing::reference_planes(bytes, decode.plan_used().jpeg_scale))
              << static_cast<int>(script) << " " << horizontal << "x" << vertical << " " << side;
        }
      }
    }
  }
}

std::size_t kept_bytes(const EncodedBytes& bytes, int scale) {
  const auto info = probe_jpeg(bytes);
  const auto scans = select_scans(bytes, *info, jpeg_geometry(*info, scale));
  std::size_t sum = 0;
  for (const auto& part : scans->kept) {
    sum += part.size();
  }
  return sum;
}

TEST(JpegProgressiveTest, ScansAreLeftOutOnlyWhereTheyCannotMatter) {
  const auto picture = testing::photo_like({256, 256}, 3, 31);
  const EncodedBytes half =
      encode_jpeg(picture, {.quality = 95, .script = JpegScript::kProgressive});
  const EncodedBytes full = encode_jpeg(
      picture, {.quality = 95, .horizontal = 1, .vertical = 1, .script = JpegScript::kProgressive});
  EXPECT_EQ(kept_bytes(half, 2), half.size());
  EXPECT_LT(kept_bytes(half, 1), half.size() / 2);  // luma's detail is gone
  EXPECT_LT(kept_bytes(full, 1), full.size() / 5);  // only DC is left
}

TEST(JpegProgressiveTest, CutsInsideLeftOutScansAreStillTruncated) {
  const EncodedBytes bytes = encode_jpeg(
      testing::photo_like({128, 128}, 3, 32),
      {.quality = 95, .horizontal = 1, .vertical = 1, .script = JpegScript::kProgressive});
  TestDecode decode{std::span{bytes}.first(bytes.size() - 300)};
  const auto image = decode.decode_to(16);
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(image.error().code, ErrorCode::kTruncated);
  const auto kept = decode.decode_to(16, {.keep_truncated_percent = 90});
  ASSERT_TRUE(kept.has_value());
  EXPECT_LT(kept->complete, 1.0F);
}

}  // namespace
}  // namespace albumen
