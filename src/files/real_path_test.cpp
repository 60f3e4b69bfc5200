// SPDX-License-Identifier: Apache-2.0
#include "files/real_path.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

TEST(RealPathTest, APathLiesInAFolderByWholeNames) {
  EXPECT_TRUE(lies_in("/a/b", "/a"));
  EXPECT_TRUE(lies_in("/a/b/c", "/a"));
  EXPECT_TRUE(lies_in("/a", "/a"));
  EXPECT_FALSE(lies_in("/ab", "/a"));
  EXPECT_FALSE(lies_in("/a", "/a/b"));
  EXPECT_TRUE(lies_in("/a", "/"));
  EXPECT_TRUE(lies_in("/", "/"));
}

TEST(RealPathTest, ANameStaysBelowUnlessItClimbsOrBeginsAtTheRoot) {
  for (const std::string path : {"a", "a/b", "a/./b", "..a/b..", "a//b", ""}) {
    EXPECT_TRUE(stays_below(path)) << path;
  }
  for (const std::string path : {"..", "../a", "a/../b", "a/..", "/a", "//a", "/"}) {
    EXPECT_FALSE(stays_below(path)) << path;
  }
}

TEST(RealPathTest, WhatIsAboveAPathIsVisitedFromThereUp) {
  std::vector<std::string> visited;
  const auto see = [&](std::string_view at) {
    visited.emplace_back(at);
    return at == "/a";
  };
  EXPECT_TRUE(any_at_or_above("/a/b/c", see));
  EXPECT_EQ(visited, (std::vector<std::string>{"/a/b/c", "/a/b", "/a"}));
  visited.clear();
  EXPECT_FALSE(any_at_or_above("/b", see));
  EXPECT_EQ(visited, (std::vector<std::string>{"/b", "/"}));
}

// A set of the name "set" in the working directory, which was its source, was taken for one that
// lies nowhere.
TEST(RealPathTest, ARelativePathIsMadeAbsoluteAlsoWhereItDoesNotExist) {
  const std::string here = real_path(".").value();
  EXPECT_EQ(here, fs::canonical(".").native());
  EXPECT_EQ(real_path("no such folder/set").value(), here + "/no such folder/set");
  EXPECT_EQ(real_path("./no such folder/../set/").value(), here + "/set");
}

TEST(RealPathTest, LinksAreFollowedAsTheSystemFollowsThem) {
  const TemporaryDirectory folder;
  const std::string root = fs::canonical(folder.path()).native();
  fs::create_directories(folder / "a/b");
  fs::create_directory_symlink(folder / "a/b", folder / "link");
  EXPECT_EQ(real_path(folder / "link/set").value(), root + "/a/b/set");
  EXPECT_EQ(real_path(folder / "link/../set").value(), root + "/a/set") << "not beside the link";
  fs::create_symlink("circle", folder / "circle");
  EXPECT_EQ(real_path(folder / "circle/set").error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace albumen
