// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/wrong_command.h"

#include <algorithm>
#include <cstddef>
#include <fmt/core.h>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "files/path_text.h"

namespace albumen {
namespace {

// How many letters are to be put in, taken out or replaced (Levenshtein).
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t line = 0; line < from.size(); ++line) {
    std::size_t corner = std::exchange(row[0], line + 1);
    for (std::size_t column = 0; column < to.size(); ++column) {
      const std::size_t replaced = corner + (from[line] == to[column] ? 0 : 1);
      corner = row[column + 1];
      row[column + 1] = std::min({replaced, corner + 1, row[column] + 1});
    }
  }
  return row.back();
}

// Two letters that changed places, or two slips; and no more than every second letter.
bool is_near(std::string_view word, std::string_view name) {
  constexpr std::size_t kMostSlips = 2;
  constexpr std::size_t kLongestWord = 32;  // beyond it is a path or a caption
  if (word.size() > kLongestWord) {
    return false;
  }
  const std::size_t slips = distance(word, name);
  return slips <= kMostSlips && slips * 2 <= word.size();
}

std::vector<const CLI::App*> commands_of(const CLI::App& group) {
  return group.get_subcommands([](const CLI::App*) { return true; });
}

// Where a command was looked for: the program, or the group that was named. Null: one was found.
const CLI::App* group_in_search(const CLI::App& app) {
  const CLI::App* group = &app;
  while (!group->get_subcommands().empty()) {
    group = group->get_subcommands().front();
  }
  return commands_of(*group).empty() ? nullptr : group;
}

// The name that `word` begins, or is nearest to; empty where none is near.
std::string nearest(const CLI::App& group, const std::string& word) {
  std::string best;
  for (const CLI::App* const command : commands_of(group)) {
    const std::string& name = command->get_name();
    if (name.starts_with(word)) {
      return name;
    }
    if (is_near(word, name) && (best.empty() || distance(word, name) < distance(word, best))) {
      best = name;
    }
  }
  return best;
}

}  // namespace

std::optional<std::string> wrong_command(const CLI::App& app) {
  const CLI::App* const group = group_in_search(app);
  const std::vector<std::string> left = app.remaining(true);
  if (group == nullptr || left.empty() || left.front().empty() || left.front().starts_with('-')) {
    return std::nullopt;
  }
  const std::string& word = left.front();
  const std::string of = group == &app ? "" : " " + group->get_name();
  const std::string name = nearest(*group, word);
  const std::string hint = name.empty() ? fmt::format("albumen{} --help lists all", of)
                                        : fmt::format("the nearest is albumen{} {}", of, name);
  return fmt::format("'{}' is no command{}; {}", path_to_text(word), of.empty() ? "" : " of" + of,
                     hint);
}

}  // namespace albumen
