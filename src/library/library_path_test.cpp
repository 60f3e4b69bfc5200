// SPDX-License-Identifier: Apache-2.0
#include "library/library_path.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "library/library.h"
#include "library/testing/library_test_support.h"

namespace albumen {
namespace {

TEST(LibraryPathTest, TheFlagComesFirstThenTheEnvironment) {
  LibraryPathInputs inputs{.flag = "/f.db", .environment = "/e.db", .home = "/nowhere"};
  EXPECT_EQ(must(choose_library_path(inputs)), "/f.db");
  inputs.flag.reset();
  EXPECT_EQ(must(choose_library_path(inputs)), "/e.db");
  inputs.flag = "";
  EXPECT_EQ(code_of(choose_library_path(inputs)), ErrorCode::kInvalidArgument);
}

TEST(LibraryPathTest, TheNearestOneAboveTheSource) {
  const TemporaryDirectory folder;
  const std::string outer = folder.write(".albumen/library.db", "");
  const std::string inner = folder.write("a/b/.albumen/library.db", "");
  const std::string file = folder.write("a/b/c/photos.zip", "");
  std::filesystem::create_directories(folder / "a/.albumen");
  EXPECT_EQ(must(choose_library_path({.source = file})), inner);
  EXPECT_EQ(must(choose_library_path({.source = folder / "a/b"})), inner);
  EXPECT_EQ(must(choose_library_path({.source = folder / "a/b/"})), inner);
  EXPECT_EQ(must(choose_library_path({.source = folder / "a"})), outer);
  EXPECT_EQ(must(choose_library_path({.source = folder / "a/b/../x/y"})), outer);
}

TEST(LibraryPathTest, TheUsersOwnComesLast) {
  const TemporaryDirectory folder;
  const std::string source = folder / "a";
  EXPECT_EQ(must(choose_library_path(
                {.source = source, .data_home = folder / "data", .home = folder / "home"})),
            folder / "data/albumen/library.db");
  EXPECT_TRUE(std::filesystem::is_directory(folder / "data/albumen"));
  EXPECT_EQ(must(choose_library_path(
                {.source = source, .data_home = "relative", .home = folder / "home"})),
            folder / "home/.local/share/albumen/library.db");
  EXPECT_EQ(code_of(choose_library_path({.source = source})), ErrorCode::kNotFound);
}

TEST(LibraryPathTest, InitMakesOneAndFindsItAgain) {
  const TemporaryDirectory folder;
  const auto first = must(init_library(folder.path()));
  EXPECT_TRUE(first.created);
  EXPECT_TRUE(Library::open(first.path, {}).has_value());
  const auto second = must(init_library(folder.path()));
  EXPECT_FALSE(second.created);
  EXPECT_EQ(second.path, first.path);
  EXPECT_TRUE(std::filesystem::equivalent(
      must(choose_library_path({.source = folder / "photos/2024"})), first.path));
  EXPECT_EQ(code_of(init_library(folder / "none")), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace albumen
