// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/help_text.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <sstream>
#include <string>

namespace albumen {
namespace {

TEST(HelpText, BreaksLinesBetweenWords) {
  EXPECT_EQ(wrapped("one two three", 20), "one two three");
  EXPECT_EQ(wrapped("one two three", 13), "one two three");
  EXPECT_EQ(wrapped("one two three", 12), "one two\nthree");
  EXPECT_EQ(wrapped("one two three", 3), "one\ntwo\nthree");
  EXPECT_EQ(wrapped("unbreakable is", 5), "unbreakable\nis");
  EXPECT_EQ(wrapped("", 5), "");
}

// Descriptions ran past the edge of a terminal, and went on below the names of options.
TEST(HelpText, StaysWithinItsColumns) {
  CLI::App app{"What this program does, in one sentence that is longer than the terminal is wide."};
  app.formatter(std::make_shared<HelpText>(60));
  app.option_defaults()->always_capture_default();
  unsigned count = 7;
  std::string word = "keep";
  bool flag = false;
  app.add_option("--count", count, "How many there are to be, which is a matter of some taste")
      ->check(CLI::Range(1U, 9U));
  app.add_option("--word", word, "What becomes of it (default keep)")
      ->check(CLI::IsMember({"keep", "drop"}));
  app.add_flag("--flag", flag, "Also this");
  app.add_subcommand("command", "Does what the whole program is there for, and then some more");
  std::istringstream help{app.help()};
  for (std::string line; std::getline(help, line);) {
    EXPECT_LE(line.size(), 60U) << line;
  }
  EXPECT_NE(app.help().find("--count UINT in [1 - 9] "), std::string::npos) << app.help();
  EXPECT_NE(app.help().find("--word {keep,drop} "), std::string::npos) << app.help();
  EXPECT_EQ(app.help().find("=7"), std::string::npos) << app.help();
}

}  // namespace
}  // namespace albumen
