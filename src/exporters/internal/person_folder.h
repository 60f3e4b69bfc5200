// SPDX-License-Identifier: Apache-2.0
// One person's folder: pictures, contact sheets, and the mark that remembers them. Tested by
// people_folders_test.cpp and export_again_test.cpp.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/image_view.h"
#include "core/result.h"
#include "exporters/internal/entry_finder.h"
#include "exporters/internal/export_manifest.h"
#include "exporters/internal/export_prune.h"
#include "exporters/internal/export_tools.h"
#include "exporters/internal/folder_plan.h"
#include "govern/budget.h"

namespace albumen {

/// One thread.
class PersonFolder {
 public:
  /// `appearances` are all of `person`, in the order of their pictures' paths, and outlive this.
  PersonFolder(const ExportTools& tools, const PersonRow& person,
               const std::vector<Appearance>& appearances);

  /// Takes away what an earlier export left in the folder `name` and does not belong, writes what
  /// does, and marks it, whatever came between. A picture that fails is in the report.
  Result<void> write(const std::string& name);

 private:
  Result<FolderPlan> make_room(EarlierFiles& earlier);
  [[nodiscard]] ExportManifest claims(const FolderPlan& plan) const;
  [[nodiscard]] Result<void> check_free(const std::string& name) const;
  Result<void> fill(const FolderPlan& plan);
  Result<ExportedFile> place(const Appearance& appearance, const std::string& name);
  Result<ExportedFile> copy(const Appearance& appearance, const std::string& name);
  Result<void> make_sheet(const std::string& name, std::span<const Appearance> appearances);
  Result<bool> draw_sheet(const std::string& path, std::span<const Appearance> appearances,
                          bool replaces);
  Result<void> draw(MutableImageView tile, const Appearance& appearance, Budget& budget);
  void fail_picture(const Appearance& appearance, Error error);

  const ExportTools& tools_;
  const PersonRow& person_;
  const std::vector<Appearance>& appearances_;
  std::string folder_;  // path
  EntryFinder finder_;
  ExportManifest manifest_;         // of what was written
  std::vector<ExportedFile> kept_;  // what an earlier export wrote, and is there still
  std::set<std::string> replaced_;  // names of it that this export writes again
};

}  // namespace albumen
