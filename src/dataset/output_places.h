// SPDX-License-Identifier: Apache-2.0
// Where each picture of a training set goes, before any of them was read: names depend on the
// listing alone, so that a run that is interrupted and one that is not give the same set.
// Tested by output_places_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

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

/// Hands out places, one picture after the other. No two pictures share a stem in a folder, also
/// where case does not count, so that neither pictures nor captions meet.
class OutputPlaces {
 public:
  /// `longest_extension`: of what will be put behind a stem, in bytes with the dot, at most
  /// kLongestExtension.
  OutputPlaces(Renaming renaming, std::size_t longest_extension);

  /// `relative` is the picture's path in its source, bytes, with slashes, without ".."; "a" and
  /// "./a/" are one folder.
  OutputPlace place(std::string_view relative);

 private:
  Renaming renaming_;
  std::string room_;  // as long as the longest extension
  std::uint64_t count_ = 0;
  std::map<std::string, FileNames> names_;            // by folder
  std::map<std::string, std::uint64_t> occurrences_;  // by path, where kHash
};

/// 16 hexadecimal digits that no other picture of a set shares: of what it is, its path in its
/// source (without zero bytes), and its OutputPlace::namesakes.
std::string hash_stem(const PictureId& picture, std::string_view relative, std::uint64_t namesakes);

}  // namespace albumen
