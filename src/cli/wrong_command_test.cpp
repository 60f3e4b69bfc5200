// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/wrong_command.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace albumen {
namespace {

// What is said of a line that does not parse.
std::optional<std::string> words_of(std::vector<std::string> line) {
  CLI::App app{"", "albumen"};
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.add_flag("--json");
  for (const char* const name : {"init", "index", "export", "runs", "duplicates"}) {
    app.add_subcommand(name, "");
  }
  CLI::App* const people = app.add_subcommand("people", "");
  people->require_subcommand(1);
  people->add_subcommand("list", "");
  people->add_subcommand("split", "");
  std::ranges::reverse(line);  // as CLI11 takes them
  EXPECT_THROW(app.parse(line), CLI::ParseError);
  return wrong_command(app);
}

// "The following argument was not expected: idnex", and no word of what would be.
TEST(WrongCommandTest, TheNearestIsNamed) {
  EXPECT_EQ(words_of({"idnex"}), "'idnex' is no command; the nearest is albumen index");
  EXPECT_EQ(words_of({"--json", "exprot", "x"}),
            "'exprot' is no command; the nearest is albumen export");
  EXPECT_EQ(words_of({"run"}), "'run' is no command; the nearest is albumen runs");
  EXPECT_EQ(words_of({"dup"}), "'dup' is no command; the nearest is albumen duplicates");
  EXPECT_EQ(words_of({"people", "lsit"}),
            "'lsit' is no command of people; the nearest is albumen people list");
}

TEST(WrongCommandTest, WhereNothingIsNearTheHelpIs) {
  for (const std::string word : {"foo", "ls", "/home/me/Pictures", "x"}) {
    EXPECT_EQ(words_of({word}), "'" + word + "' is no command; albumen --help lists all");
  }
  EXPECT_EQ(words_of({"people", "x"}),
            "'x' is no command of people; albumen people --help lists all");
}

TEST(WrongCommandTest, OtherMistakesKeepTheirWords) {
  EXPECT_EQ(words_of({"--jsom"}), std::nullopt);
  EXPECT_EQ(words_of({"runs", "x"}), std::nullopt) << "that is a command";
  EXPECT_EQ(words_of({"people"}), std::nullopt) << "and that lacks one";
  EXPECT_EQ(words_of({""}), std::nullopt);
}

}  // namespace
}  // namespace albumen
