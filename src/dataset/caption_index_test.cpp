// SPDX-License-Identifier: Apache-2.0
#include "dataset/caption_index.h"

#include <gtest/gtest.h>

namespace albumen {
namespace {

std::string text_of(const CaptionIndex& index, std::string_view container, std::string_view path) {
  const FoundCaption* const found = index.find(container, path);
  return found == nullptr ? "none" : found->text;
}

TEST(CaptionIndexTest, APathBelowTheTablesFolderIsThatPicture) {
  CaptionIndex index;
  index.add("", "/set/", {{"a/x.jpg", "one"}, {"./y.png", "two"}}, "meta.json");
  EXPECT_EQ(text_of(index, "", "/set/a/x.webp"), "one");
  EXPECT_EQ(text_of(index, "", "/set/y.jpg"), "two");
  EXPECT_EQ(text_of(index, "", "/other/a/x.jpg"), "none");
  EXPECT_EQ(text_of(index, "b.zip", "/set/a/x.jpg"), "none");
  EXPECT_EQ(index.find("", "/set/y.jpg")->source, "meta.json");
}

TEST(CaptionIndexTest, APathOfAnotherMachineIsFoundByItsName) {
  CaptionIndex index;
  index.add("b.zip", "10_zwx/", {{"C:\\sets\\10_zwx\\x.jpg", "one"}, {"/home/me/y.png", "two"}},
            "t");
  EXPECT_EQ(text_of(index, "b.zip", "10_zwx/x.jpg"), "one");
  EXPECT_EQ(text_of(index, "b.zip", "10_zwx/y.png"), "two");
}

// A table of 64 MiB may be one path. Each "./" was taken off by moving all that followed.
TEST(CaptionIndexTest, APathOfManyFoldersThatAreThisOneTakesNoTime) {
  std::string path;
  while (path.size() < 900'000) {
    path += "./";
  }
  CaptionIndex index;
  index.add("", "/set/", {{path + "a.jpg", "a dog"}}, "meta.json");
  EXPECT_EQ(text_of(index, "", "/set/a.jpg"), "a dog");
}

TEST(CaptionIndexTest, APathGoesBeforeANameAndTheFirstBeforeTheNext) {
  CaptionIndex index;
  index.add("", "", {{"deep/x.jpg", "of deep/x"}, {"x.jpg", "of x"}, {"x.png", "too late"}}, "t");
  EXPECT_EQ(text_of(index, "", "x.jpg"), "of x");
  EXPECT_EQ(text_of(index, "", "deep/x.jpg"), "of deep/x");
}

// "img.v2" lost its last part as if that were an extension: img.v2.jpg had no caption, and img.jpg
// that of the other.
TEST(CaptionIndexTest, ANameWithAnotherDotIsThatNameAndNoOther) {
  CaptionIndex index;
  index.add("", "", {{"img.v2", "of v2"}, {"/home/me/shot.raw.final", "of final"}}, "t");
  EXPECT_EQ(text_of(index, "", "img.v2.jpg"), "of v2");
  EXPECT_EQ(text_of(index, "", "img.jpg"), "none");
  EXPECT_EQ(text_of(index, "", "shot.raw.final.png"), "of final");
  EXPECT_EQ(text_of(index, "", "shot.raw.png"), "none");
  index.add("", "", {{"img", "of img"}}, "t");
  EXPECT_EQ(text_of(index, "", "img.jpg"), "of img");
  EXPECT_EQ(text_of(index, "", "img.v2.jpg"), "of v2");
}

TEST(CaptionIndexTest, WhatIsCalledExactlySoGoesBeforeWhatHasAnotherExtension) {
  CaptionIndex index;
  index.add("", "", {{"x.JPG", "of the JPEG"}, {"x.png", "of the PNG"}, {"x.unusual", "odd"}}, "t");
  EXPECT_EQ(text_of(index, "", "x.png"), "of the PNG");
  EXPECT_EQ(text_of(index, "", "x.unusual"), "odd");
  EXPECT_EQ(text_of(index, "", "x.webp"), "of the JPEG");
  index.add("", "", {{"deep/y.jpg", "of deep/y"}, {"y", "of y"}}, "t");
  EXPECT_EQ(text_of(index, "", "y.jpg"), "of y") << "a path before a name";
}

TEST(CaptionIndexTest, NamesWithoutStemAreNobodys) {
  CaptionIndex index;
  index.add("", "", {{"", "a"}, {"folder/", "b"}}, "t");
  EXPECT_EQ(index.memory(), Bytes{});
}

TEST(CaptionIndexTest, OnlyTheLastComponentLosesItsExtension) {
  EXPECT_EQ(without_extension("a.b/x.jpg"), "a.b/x");
  EXPECT_EQ(without_extension("a.b/x"), "a.b/x");
  EXPECT_EQ(without_extension("a/.hidden"), "a/.hidden");
  EXPECT_EQ(without_extension("x.tar.gz"), "x.tar");
  EXPECT_EQ(without_extension(""), "");
}

TEST(CaptionIndexTest, APartOfASampleIsCalledByTheSampleUpToTheFirstDot) {
  EXPECT_EQ(webdataset_sample("a.b/000123.seg.png"), "a.b/000123");
  EXPECT_EQ(webdataset_sample("000123"), "000123");
  EXPECT_EQ(webdataset_sample("a/.x.png"), "a/.x.png");
}

}  // namespace
}  // namespace albumen
