// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/folder_plan.h"

#include <cstddef>
#include <fmt/core.h>

#include "exporters/contact_sheet.h"
#include "files/file_names.h"
#include "files/path_text.h"
#include "sources/source.h"

namespace albumen {

PictureName picture_of(const Appearance& appearance) {
  return {appearance.path, appearance.member};
}

std::string file_name(const Appearance& appearance) {
  return std::string{
      last_component(appearance.member.empty() ? appearance.path : appearance.member)};
}

FolderPlan FolderPlan::of(const std::vector<Appearance>& appearances,
                          const std::set<std::string>& taken) {
  FileNames names;
  for (const std::string& name : taken) {
    names.take(name);
  }
  FolderPlan plan;
  for (std::size_t first = 0; first < appearances.size(); first += kMaxTilesOnSheet) {
    plan.sheets.push_back(names.take(fmt::format("{}{}", kSheetStem, kSheetSuffix)));
  }
  std::set<PictureName> planned;
  for (const Appearance& appearance : appearances) {
    if (planned.insert(picture_of(appearance)).second) {
      plan.pictures.push_back(
          {.appearance = &appearance, .name = names.take(file_name(appearance))});
    }
  }
  return plan;
}

std::set<std::pair<std::string, std::string>> FolderPlan::files() const {
  std::set<std::pair<std::string, std::string>> files;
  for (const std::string& sheet : sheets) {
    files.emplace(sheet, "");
  }
  for (const Picture& picture : pictures) {
    files.emplace(picture.name, picture.appearance->path);
  }
  return files;
}

}  // namespace albumen
