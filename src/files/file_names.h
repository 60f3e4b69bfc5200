// SPDX-License-Identifier: Apache-2.0
// Names for what is written into one folder: different from each other, also where case does not
// count (of ASCII: what else a file system takes for the same is its own affair), and short enough
// for any file system. Tested by file_names_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace albumen {

/// Longest name of a file on the file systems in use (NAME_MAX), in bytes.
inline constexpr std::size_t kLongestFileName = 255;

/// Longest end of a name that counts as its extension, with the dot; longer ones are cut like the
/// rest of the name.
inline constexpr std::size_t kLongestExtension = 16;

/// `text` without its end, so that at most `longest` bytes are left; not cut inside a character
/// where it is UTF-8.
std::string cut_to(std::string text, std::size_t longest);

/// Hands out names for the files of one folder. The same questions in the same order give the same
/// answers.
class FileNames {
 public:
  /// `name` if nobody has it yet, else with the least number behind its stem that makes it new:
  /// "x.jpg", "x-2.jpg", "x-3.jpg". The stem is cut where the whole would be too long. No question
  /// takes longer because others asked for the same name.
  std::string take(const std::string& name);

 private:
  std::set<std::string> taken_;  // in lower case
  // Where the search goes on among numbers of as many digits; by the name with the first of those,
  // in lower case, and the length of its extension.
  std::map<std::pair<std::string, std::size_t>, std::uint64_t> next_number_;
};

}  // namespace albumen
