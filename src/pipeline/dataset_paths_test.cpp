// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_paths.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

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

TEST(DatasetPathsTest, WhatEndsInZerosIsNobodysWork) {
  const TemporaryDirectory folder;
  const std::string zeros(5000, '\0');
  for (const std::string& spoilt : {std::string{}, std::string(9, '\0'), zeros, "PNG" + zeros}) {
    EXPECT_TRUE(is_spoilt_file(folder.write("a.png", spoilt))) << spoilt.size();
  }
  for (const std::string& whole : {std::string{"retouched"}, zeros + "x"}) {
    EXPECT_FALSE(is_spoilt_file(folder.write("a.png", whole))) << whole.size();
  }
  EXPECT_FALSE(is_spoilt_file(folder / "missing.png"));
}

}  // namespace
}  // namespace albumen
