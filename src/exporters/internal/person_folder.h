// SPDX-License-Identifier: Apache-2.0
// One person's folder: pictures, contact sheets, and the mark that remembers them. Tested by
// people_folders_test.cpp and export_again_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/geometry.h"
#include "core/identity.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/stop.h"
#include "exporters/contact_sheet.h"
#include "exporters/internal/entry_finder.h"
#include "exporters/internal/export_manifest.h"
#include "exporters/internal/export_prune.h"
#include "exporters/people_folders.h"
#include "govern/budget.h"
#include "sources/source_reader.h"

namespace albumen {

/// One face of a person and the file that it is cut from.
struct Appearance {
  std::string path;
  std::string member;
  std::optional<Sha256Digest> sha256;  ///< of the file's or member's bytes, as the library knows
  FaceKey face;
  Rect box;
};

/// What an export works with; all of it outlives whoever has it.
struct ExportTools {
  const PeopleFoldersOptions& options;
  std::string library;  ///< its path, links followed: whose exports are known again
  ArchivedBytes archived;
  SourceReader& reader;
  Budget& budget;
  StopToken stop;
  PeopleFoldersReport& report;
};

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

/// Takes away what earlier exports of the same library left in folders of the export that are not
/// among `chosen` (names), as far as they are about those who are asked for, and folders that are
/// empty then. Errors: Io; Cancelled.
Result<void> prune_other_folders(const ExportTools& tools, const std::set<std::string>& chosen);

}  // namespace albumen
