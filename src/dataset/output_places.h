// SPDX-License-Identifier: Apache-2.0
// Where each picture of a training set goes, before any of them was read: names depend on the
// listing alone, so that a run that is interrupted and one that is not give the same set.
// Tested by output_places_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/identity.h"
#include "files/file_names.h"

namespace albumen {

enum class Renaming : std::uint8_t {
  kKeep,      ///< the source's own name, with a number where two would be one
  kSequence,  ///< 000001, 000002, ... in the order of the listing
  kHash,      ///< by what the picture is and where it came from
};

/// The folder a trainer takes its meaning from: "10_zwx person" is concept "zwx person", ten times
/// an epoch.
struct Concept {
  std::uint32_t repeats = 1;
  std::string name;  ///< empty: none
};

/// Of the innermost folder of `folder` ("a/10_zwx/b") that is called so.
Concept concept_of(std::string_view folder);

struct OutputPlace {
  std::string folder;  ///< relative to the set; "" or "10_zwx/more", no slash at the end
  std::string stem;    ///< of picture and caption; empty where kHash: hash_stem knows it later
  /// How many pictures before it have the same path in their sources; counted where kHash.
  std::uint64_t namesakes = 0;
};

/// Hands out places, one picture after the other. No two pictures share a stem in a folder, so that
/// neither pictures nor captions meet; nor is one of those called like a folder of the set, the
/// manifest or the folder of the journal. All of that also where case does not count. (Names of
/// kHash are not known yet and meet nothing but folders that somebody called so on purpose.)
class OutputPlaces {
 public:
  /// `caption_extension` has a dot in front and at most kLongestExtension bytes.
  OutputPlaces(Renaming renaming, std::string_view caption_extension);

  /// Makes the folders of a picture known. For all pictures, before the first is placed.
  void expect(std::string_view relative);

  /// `relative` is the picture's path in its source, bytes, with slashes, without ".."; "a" and
  /// "./a/" are one folder. A backslash, and the colon of "C:" in front, become "_".
  OutputPlace place(std::string_view relative);

 private:
  std::string free_stem(const std::string& folder, const std::string& wanted);
  [[nodiscard]] bool is_free(const std::string& folder, const std::string& stem) const;

  Renaming renaming_;
  std::vector<std::string> extensions_;  // that will be put behind a stem; in lower case
  std::string room_;                     // as long as the longest of them
  std::uint64_t count_ = 0;
  std::set<std::string> folders_;           // of the set, in lower case, each with a slash behind
  std::map<std::string, FileNames> names_;  // by folder
  std::map<std::string, std::uint64_t> occurrences_;  // by path, where kHash
};

/// 16 hexadecimal digits that no other picture of a set shares: of what it is, its path in its
/// source (without zero bytes), and its OutputPlace::namesakes.
std::string hash_stem(const PictureId& picture, std::string_view relative, std::uint64_t namesakes);

}  // namespace albumen
