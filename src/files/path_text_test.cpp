// SPDX-License-Identifier: Apache-2.0
#include "files/path_text.h"

#include <gtest/gtest.h>
#include <random>
#include <string>

#include "core/error.h"

namespace albumen {
namespace {

TEST(PathTextTest, ReadableNamesStayReadable) {
  EXPECT_EQ(path_to_text("/photos/Größe 1 (日本).jpg"), "/photos/Größe 1 (日本).jpg");
}

TEST(PathTextTest, OddBytesAreEscaped) {
  EXPECT_EQ(path_to_text("caf\xE9.jpg"), "caf%e9.jpg");
  EXPECT_EQ(path_to_text("a\nb"), "a%0ab");
  EXPECT_EQ(path_to_text("100%"), "100%25");
}

TEST(PathTextTest, MalformedUtf8IsNotLetThrough) {
  EXPECT_FALSE(is_utf8("\xC0\xAF")) << "overlong slash";
  EXPECT_FALSE(is_utf8("\xED\xA0\x80")) << "surrogate";
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80")) << "above U+10FFFF";
  EXPECT_FALSE(is_utf8("\xE2\x82")) << "cut short";
  EXPECT_TRUE(is_utf8("\xF0\x9F\x93\xB7"));
}

TEST(PathTextTest, AnyBytesSurviveTheRoundTrip) {
  std::mt19937 random{1};  // NOLINT(cert-msc51-cpp): repeatable on purpose
  for (int round = 0; round < 2000; ++round) {
    std::string path(random() % 20, '\0');
    for (char& byte : path) {
      byte = static_cast<char>(random());
    }
    const std::string text = path_to_text(path);
    EXPECT_TRUE(is_utf8(text));
    EXPECT_EQ(path_from_text(text).value(), path);
  }
}

TEST(PathTextTest, AbsolutePathsAreNormalAndEndWithoutASlash) {
  EXPECT_EQ(absolute_path("/a/../b//c/./").value(), "/b/c");
  EXPECT_EQ(absolute_path("/").value(), "/");
  EXPECT_TRUE(absolute_path("x").value().ends_with("/x"));
  EXPECT_FALSE(absolute_path("").has_value());
  EXPECT_FALSE(absolute_path(std::string_view{"a\0b", 3}).has_value());
}

TEST(PathTextTest, APathIsItsFolderAndItsLastComponent) {
  const auto expect = [](std::string_view path, std::string_view folder, std::string_view last) {
    EXPECT_EQ(folder_of(path), folder) << path;
    EXPECT_EQ(last_component(path), last) << path;
  };
  expect("/a/b/c.jpg", "/a/b", "c.jpg");
  expect("a/b", "a", "b");
  expect("/a", "/", "a");
  expect("a", ".", "a");
  expect("/", "/", "");
  expect("", ".", "");
  expect("/a/", "/a", "");
}

TEST(PathTextTest, BrokenEscapesAreRefused) {
  for (const auto* text : {"%", "%4", "%zz", "a%2"}) {
    EXPECT_EQ(path_from_text(text).error().code, ErrorCode::kInvalidArgument) << text;
  }
}

TEST(PathTextTest, WhatIsBelowHereHasNoDotInFront) {
  EXPECT_EQ(below_here("././a/./b"), "a/./b");
  EXPECT_EQ(below_here("./"), "");
  EXPECT_EQ(below_here(".hidden"), ".hidden");
  EXPECT_EQ(below_here(""), "");
}

TEST(PathTextTest, ADriveIsALetterAndAColon) {
  EXPECT_TRUE(has_drive_letter("C:"));
  EXPECT_TRUE(has_drive_letter("z:a.jpg"));
  EXPECT_FALSE(has_drive_letter("1:a.jpg"));
  EXPECT_FALSE(has_drive_letter("a/C:"));
  EXPECT_FALSE(has_drive_letter("C"));
  EXPECT_FALSE(has_drive_letter(""));
}

}  // namespace
}  // namespace albumen
