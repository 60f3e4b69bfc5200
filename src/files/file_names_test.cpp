// SPDX-License-Identifier: Apache-2.0
#include "files/file_names.h"

#include <gtest/gtest.h>

#include "files/path_text.h"

namespace albumen {
namespace {

TEST(FileNamesTest, EqualNamesGetNumbersThatNobodyHas) {
  FileNames names;
  EXPECT_EQ(names.take("x.jpg"), "x.jpg");
  EXPECT_EQ(names.take("x-2.jpg"), "x-2.jpg");
  EXPECT_EQ(names.take("x.jpg"), "x-3.jpg");
  EXPECT_EQ(names.take("x-2.jpg"), "x-2-2.jpg");
  EXPECT_EQ(names.take("x.jpg"), "x-4.jpg");
  EXPECT_EQ(names.take("none"), "none");
  EXPECT_EQ(names.take("none"), "none-2");
  EXPECT_EQ(names.take(".jpg"), ".jpg");
  EXPECT_EQ(names.take("a.b.jpg"), "a.b.jpg");
  EXPECT_EQ(names.take("a.b.jpg"), "a.b-2.jpg");
}

TEST(FileNamesTest, CaseAloneTellsNoFilesApart) {
  FileNames names;
  EXPECT_EQ(names.take("IMG.jpg"), "IMG.jpg");
  EXPECT_EQ(names.take("img.JPG"), "img-2.JPG");
}

TEST(FileNamesTest, NamesFitAnyFileSystemAndKeepTheirExtension) {
  FileNames names;
  const std::string longest = std::string(251, 'l') + ".jpg";
  EXPECT_EQ(names.take(longest), longest);
  EXPECT_EQ(names.take(longest), std::string(249, 'l') + "-2.jpg");
  EXPECT_EQ(names.take(std::string(4000, 'm') + ".jpeg"), std::string(250, 'm') + ".jpeg");
  EXPECT_EQ(names.take("." + std::string(4000, 'n')).size(), kLongestFileName);
  std::string wide;
  for (int letter = 0; letter < 200; ++letter) {
    wide += "\xE2\x82\xAC";
  }
  const std::string cut = names.take(wide + ".jpg");
  EXPECT_TRUE(is_utf8(cut));
  EXPECT_LE(cut.size(), kLongestFileName);
  EXPECT_GT(cut.size(), kLongestFileName - 4);
}

TEST(FileNamesTest, BytesThatAreNoTextAreCutAsBytes) {
  EXPECT_EQ(cut_to("caf\xE9 noir", 4), "caf\xE9");
  EXPECT_EQ(cut_to("caf\xC3\xA9", 4), "caf");
  EXPECT_EQ(cut_to("short", 10), "short");
}

}  // namespace
}  // namespace albumen
