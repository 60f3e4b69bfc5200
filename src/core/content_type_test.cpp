// SPDX-License-Identifier: Apache-2.0
#include "core/content_type.h"

#include <cstddef>
#include <gtest/gtest.h>
#include <span>
#include <string>
#include <string_view>

namespace albumen {
namespace {

using namespace std::string_view_literals;

ContentType sniff_text(std::string_view bytes) { return sniff(std::as_bytes(std::span{bytes})); }

TEST(ContentTypeTest, KnowsPicturesByTheirFirstBytes) {
  EXPECT_EQ(sniff_text("\xFF\xD8\xFF\xE0"sv), ContentType::kJpeg);
  EXPECT_EQ(sniff_text("\x89PNG\r\n\x1A\n...."sv), ContentType::kPng);
  EXPECT_EQ(sniff_text("RIFF\x10\0\0\0WEBPVP8 "sv), ContentType::kWebp);
  EXPECT_EQ(sniff_text("GIF89a"sv), ContentType::kGif);
  EXPECT_EQ(sniff_text("II*\0"sv), ContentType::kTiff);
  EXPECT_EQ(sniff_text("\0\0\0\x18"
                       "ftypheic"sv),
            ContentType::kHeif);
  EXPECT_EQ(sniff_text("\0\0\0\x18"
                       "ftypavif"sv),
            ContentType::kAvif);
  EXPECT_EQ(sniff_text("P6\n640 480"sv), ContentType::kNetpbm);
  EXPECT_EQ(sniff_text("BM\x36\0\0\0\0\0\0\0\x36"sv), ContentType::kBmp);
}

TEST(ContentTypeTest, KnowsCamerasRawFilesThatSayWhatTheyAre) {
  EXPECT_EQ(sniff_text("II*\0\x10\0\0\0CR\2\0"sv), ContentType::kRaw);
  EXPECT_EQ(sniff_text("IIRO\x08\0\0\0"sv), ContentType::kRaw);
  EXPECT_EQ(sniff_text("IIRS\x08\0\0\0"sv), ContentType::kRaw);
  EXPECT_EQ(sniff_text("MMOR\0\0\0\x08"sv), ContentType::kRaw);
  EXPECT_EQ(sniff_text("IIU\0\x18\0\0\0"sv), ContentType::kRaw);
  EXPECT_EQ(sniff_text("FUJIFILMCCD-RAW 0201"sv), ContentType::kRaw);
  EXPECT_EQ(sniff_text("\0\0\0\x18"
                       "ftypcrx "sv),
            ContentType::kRaw);
  EXPECT_TRUE(is_picture(ContentType::kRaw));
  // The others begin as any TIFF.
  EXPECT_EQ(sniff_text("II*\0\x08\0\0\0\x1F\0\0\0"sv), ContentType::kTiff);
}

TEST(ContentTypeTest, KnowsWhatLiesBesidePictures) {
  EXPECT_EQ(sniff_text("PK\3\4"sv), ContentType::kZip);
  EXPECT_EQ(sniff_text("\0\0\0\x18"
                       "ftypisom"sv),
            ContentType::kVideo);
  EXPECT_EQ(sniff_text("RIFF\x10\0\0\0AVI LIST"sv), ContentType::kVideo);
  EXPECT_EQ(sniff_text(""sv), ContentType::kEmpty);
}

TEST(ContentTypeTest, DoesNotTakeTextForAPicture) {
  EXPECT_EQ(sniff_text("BMW is a car maker"sv), ContentType::kUnknown);
  EXPECT_EQ(sniff_text("P45 tax form"sv), ContentType::kUnknown);
  EXPECT_EQ(sniff_text("RIFF"sv), ContentType::kUnknown);
  EXPECT_EQ(sniff_text("hello, this is text"sv), ContentType::kUnknown);
}

TEST(ContentTypeTest, EveryPrefixOfASignatureIsSafe) {
  const std::string whole{"\0\0\0\x0CJXL \r\n\x87\n", 12};
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(is_picture(sniff_text(std::string_view{whole}.substr(0, length))));
  }
  EXPECT_TRUE(is_picture(sniff_text(whole)));
}

}  // namespace
}  // namespace albumen
