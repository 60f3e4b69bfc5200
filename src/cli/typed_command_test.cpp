// SPDX-License-Identifier: Apache-2.0
#include "cli/typed_command.h"

#include <array>
#include <gtest/gtest.h>
#include <vector>

#include "files/path_text.h"

namespace albumen {
namespace {

TEST(TypedCommandTest, IsWhatAShellWouldRead) {
  EXPECT_EQ(typed_command({}), "albumen");
  EXPECT_EQ(typed_command(std::array{"index", "/my photos", "--exclude", "*.tmp", "it's", ""}),
            "albumen index '/my photos' --exclude '*.tmp' 'it'\\''s' ''");
}

TEST(TypedCommandTest, AMillionNamesAreCutBetweenCharacters) {
  std::string name = "x";
  for (int letter = 0; letter < 50; ++letter) {
    name += "\xC3\xA9";  // e with an acute accent
  }
  const std::vector<const char*> arguments(1000, name.c_str());
  const std::string line = typed_command(arguments);
  EXPECT_LE(line.size(), kLongestTypedCommand);
  EXPECT_GE(line.size(), kLongestTypedCommand - 4);
  EXPECT_TRUE(line.ends_with("..."));
  EXPECT_TRUE(is_utf8(line));
}

}  // namespace
}  // namespace albumen
