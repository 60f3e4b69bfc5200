// SPDX-License-Identifier: Apache-2.0
// Which files one person's folder is to have, and by which names. Tested by people_folders_test.cpp
// and export_again_test.cpp.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/geometry.h"
#include "core/identity.h"
#include "exporters/internal/entry_finder.h"

namespace albumen {

/// One face of a person and the file that it is cut from.
struct Appearance {
  std::string path;
  std::string member;
  std::optional<Sha256Digest> sha256;  ///< of the file's or member's bytes, as the library knows
  FaceKey face;
  Rect box;
};

PictureName picture_of(const Appearance& appearance);

/// The last component of the file's or member's name.
std::string file_name(const Appearance& appearance);

/// Where the pictures and sheets of one person go. The same question gives the same answer.
struct FolderPlan {
  struct Picture {
    const Appearance* appearance;  // of the person's
    std::string name;
  };

  std::vector<std::string> sheets;
  std::vector<Picture> pictures;  ///< each once

  /// `taken`: names of files that stay, which nobody else gets.
  static FolderPlan of(const std::vector<Appearance>& appearances,
                       const std::set<std::string>& taken);

  /// Names with what they are made from; sheets from nothing.
  [[nodiscard]] std::set<std::pair<std::string, std::string>> files() const;
};

}  // namespace albumen
