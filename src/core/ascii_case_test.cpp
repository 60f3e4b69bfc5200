// SPDX-License-Identifier: Apache-2.0
#include "core/ascii_case.h"

#include <gtest/gtest.h>

namespace albumen {
namespace {

TEST(AsciiCase, LettersOfAsciiLoseTheirsAndNothingElseChanges) {
  for (int byte = 0; byte < 256; ++byte) {
    const char given = static_cast<char>(byte);
    const bool is_upper = byte >= 'A' && byte <= 'Z';
    EXPECT_EQ(lower_case(given), static_cast<char>(is_upper ? byte + 32 : byte)) << byte;
    EXPECT_EQ(is_letter(given), is_upper || (byte >= 'a' && byte <= 'z')) << byte;
  }
}

TEST(AsciiCase, OtherAlphabetsKeepTheirBytes) {
  EXPECT_EQ(lower_case("\xC3\x84PFEL.JPG"), "\xC3\x84pfel.jpg");
}

TEST(AsciiCase, ComparesWholeNames) {
  EXPECT_TRUE(equals_ignoring_case("Thumbs.DB", "thumbs.db"));
  EXPECT_FALSE(equals_ignoring_case("thumbs.dbx", "thumbs.db"));
  EXPECT_FALSE(equals_ignoring_case("", "thumbs.db"));
}

}  // namespace
}  // namespace albumen
