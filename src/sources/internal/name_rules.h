// SPDX-License-Identifier: Apache-2.0
// What is left out by its name alone, and which member names are refused. The same rules for
// folders and archives. Tested by name_rules_test.cpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace albumen {

/// The reason to leave out a file or folder with this last name, or nothing: hidden names, and what
/// macOS, Windows and network storage leave beside pictures.
std::optional<std::string_view> metadata_reason(std::string_view basename);

/// What is hidden or left by other systems, and the user's globs. Immutable.
class NameRules {
 public:
  /// Error: InvalidArgument for an empty glob or one with a zero byte.
  static Result<NameRules> create(std::vector<std::string> excludes);

  /// Those by which nothing is left out, whatever it is called.
  static NameRules that_keep_all();

  /// True when a glob matches the path relative to its source, or its last name.
  [[nodiscard]] bool excluded(const std::string& relative_path) const;

  /// The reason to leave out what is met at `relative_path` in a folder; the folders above it were
  /// asked before.
  [[nodiscard]] std::optional<std::string_view> skip_reason(const std::string& relative_path) const;

  /// The same for a member, whose folders are asked too: an archive lists no folders of its own.
  [[nodiscard]] std::optional<std::string_view> member_skip_reason(const std::string& member) const;

 private:
  explicit NameRules(std::vector<std::string> excludes) : excludes_(std::move(excludes)) {}

  std::vector<std::string> excludes_;
  bool keep_all_ = false;
};

inline constexpr std::size_t kMaxMemberName = 4096;  ///< PATH_MAX of Linux, in bytes

/// Corrupt for a member name that could mean a place outside its archive or nothing at all: empty,
/// absolute, with a drive letter, "..", or a zero byte. TooLarge above kMaxMemberName. The words do
/// not repeat the name.
Result<void> check_member_name(std::string_view member);

/// A refused name as it leaves the listing: with "..." for its end above kMaxMemberName, so that
/// what is written down of a member is bounded. Text stays text.
std::string shortened_name(std::string name);

/// True for names that archives usually have (".zip", ".tar", ".tar.gz"). A hint where to look at
/// the content.
bool named_like_archive(std::string_view name);

}  // namespace albumen
