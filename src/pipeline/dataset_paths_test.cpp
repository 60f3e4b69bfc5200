// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_paths.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

TEST(DatasetPathsTest, APathLiesInAFolderByWholeNames) {
  EXPECT_TRUE(lies_in("/a/b", "/a"));
  EXPECT_TRUE(lies_in("/a/b/c", "/a"));
  EXPECT_TRUE(lies_in("/a", "/a"));
  EXPECT_FALSE(lies_in("/ab", "/a"));
  EXPECT_FALSE(lies_in("/a", "/a/b"));
  EXPECT_TRUE(lies_in("/a", "/"));
  EXPECT_TRUE(lies_in("/", "/"));
}

// A set of the name "set" in the working directory, which was its source, was taken for one that
// lies nowhere.
TEST(DatasetPathsTest, ARelativePathIsMadeAbsoluteAlsoWhereItDoesNotExist) {
  const std::string here = real_path(".").value();
  EXPECT_EQ(here, fs::canonical(".").native());
  EXPECT_EQ(real_path("no such folder/set").value(), here + "/no such folder/set");
  EXPECT_EQ(real_path("./no such folder/../set/").value(), here + "/set");
}

TEST(DatasetPathsTest, LinksAreFollowedAsTheSystemFollowsThem) {
  const TemporaryDirectory folder;
  const std::string root = fs::canonical(folder.path()).native();
  fs::create_directories(folder / "a/b");
  fs::create_directory_symlink(folder / "a/b", folder / "link");
  EXPECT_EQ(real_path(folder / "link/set").value(), root + "/a/b/set");
  EXPECT_EQ(real_path(folder / "link/../set").value(), root + "/a/set") << "not beside the link";
  fs::create_symlink("circle", folder / "circle");
  EXPECT_EQ(real_path(folder / "circle/set").error().code, ErrorCode::kIo);
}

TEST(DatasetPathsTest, OnlyWhatLiesInASetIsItsFile) {
  const TemporaryDirectory folder;
  const std::string set = folder / "set";
  const std::string real_set = fs::canonical(folder.path()).native() + "/set";
  EXPECT_EQ(file_in_set(set, "a/b.png"), real_set + "/a/b.png") << "before anything is made";
  fs::create_directories(set + "/a");
  fs::create_directory_symlink("a", set + "/inside");
  fs::create_directory_symlink("..", set + "/outside");
  fs::create_directory_symlink(".albumen-dataset", set + "/state");
  fs::create_directories(set + "/.albumen-dataset");
  fs::create_symlink("../precious.png", set + "/link.png");
  EXPECT_EQ(file_in_set(set, "a.png"), real_set + "/a.png");
  EXPECT_EQ(file_in_set(set, "inside/b.png"), real_set + "/a/b.png");
  EXPECT_EQ(file_in_set(set, "link.png"), real_set + "/link.png") << "to be replaced itself";
  for (const char* name : {"", "a/", "../a.png", "a/../b.png", "/a.png", "outside/a.png",
                           "outside/new/a.png", ".albumen-dataset/lock", "state/lock"}) {
    EXPECT_FALSE(file_in_set(set, name).has_value()) << name;
    EXPECT_EQ(check_in_set(set, name).error().code, ErrorCode::kInvalidArgument) << name;
  }
}

}  // namespace
}  // namespace albumen
