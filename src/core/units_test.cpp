// SPDX-License-Identifier: Apache-2.0
#include "core/units.h"

#include <gtest/gtest.h>

namespace albumen {
namespace {

TEST(BytesTest, SaturatesInsteadOfWrapping) {
  EXPECT_EQ(Bytes::max() + Bytes{1}, Bytes::max());
  EXPECT_EQ(Bytes::max() * 2, Bytes::max());
  EXPECT_EQ(Bytes{3} - Bytes{5}, Bytes{});
  EXPECT_EQ(Bytes{3} + Bytes{4}, Bytes{7});
}

TEST(BytesTest, PrintsThreeSignificantDigits) {
  EXPECT_EQ(to_string(Bytes{}), "0 B");
  EXPECT_EQ(to_string(Bytes{999}), "999 B");
  EXPECT_EQ(to_string(Bytes{1000}), "0.98 KiB");
  EXPECT_EQ(to_string(kMiB * 3 / 2), "1.50 MiB");
  EXPECT_EQ(to_string(kMiB * 64), "64.0 MiB");
  EXPECT_EQ(to_string(kGiB * 700), "700 GiB");
}

TEST(PixelCountTest, LargestJpegTimesFourChannelsDoesNotOverflow) {
  const PixelCount largest{std::uint64_t{65535} * 65535};
  EXPECT_EQ(largest.bytes(4).count(), std::uint64_t{65535} * 65535 * 4);
}

}  // namespace
}  // namespace albumen
