// SPDX-License-Identifier: Apache-2.0
#include "exporters/people_folders.h"

#include <algorithm>
#include <filesystem>
#include <fmt/core.h>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "exporters/internal/export_place.h"
#include "exporters/internal/folder_names.h"
#include "exporters/internal/other_folders.h"
#include "exporters/internal/person_folder.h"
#include "files/file.h"
#include "files/real_path.h"

namespace albumen {
namespace {

using Appearances = std::map<std::string, std::vector<Appearance>>;  // by person id

// Also looks that none of the library's pictures lies where people's folders are to be: an export
// would replace it where names meet, and writing into a source makes pictures of pictures.
Result<Appearances> collect_appearances(const Library& library, ExportPlace& place,
                                        KnownBytes& known) {
  Appearances appearances;
  TRY(library.for_each_picture({}, [&](const PictureRow& row) -> Result<void> {
    TRY(place.check_is_elsewhere(row.file.path));
    if (!row.file.member.empty() && row.file.sha256) {
      known.archived.emplace(row.file.path, *row.file.sha256);
    }
    if (!row.faces || !row.picture) {
      return {};
    }
    if (row.file.member.empty() && row.file.sha256 && !row.faces->empty()) {
      known.files.emplace(*row.file.sha256, row.file.path);
    }
    for (std::uint32_t index = 0; index < row.faces->size(); ++index) {
      const FaceRow& face = row.faces->at(index);
      if (!face.person.empty()) {
        appearances[face.person].push_back({.path = row.file.path,
                                            .member = row.file.member,
                                            .sha256 = row.file.sha256,
                                            .face = {.picture = row.picture->id, .index = index},
                                            .box = face.where.box});
      }
    }
    return {};
  }));
  return appearances;
}

bool is_there(const Appearance& appearance) {
  std::error_code ignored;
  return std::filesystem::exists(appearance.path, ignored);
}

// Of one face in several files - a library that was moved with its folder still knows the old paths
// - those that are not there, where another is.
void drop_missing_twins(std::vector<Appearance>& appearances) {
  std::map<FaceKey, int> files;
  for (const Appearance& appearance : appearances) {
    ++files[appearance.face];
  }
  std::set<FaceKey> elsewhere;
  for (const Appearance& appearance : appearances) {
    if (files.at(appearance.face) > 1 && is_there(appearance)) {
      elsewhere.insert(appearance.face);
    }
  }
  std::erase_if(appearances, [&](const Appearance& appearance) {
    return elsewhere.contains(appearance.face) && !is_there(appearance);
  });
}

bool is_asked_for(const PersonRow& person, const PeopleFoldersOptions& options) {
  if (options.people.empty()) {
    return options.tentative || !person.tentative;
  }
  return std::ranges::find(options.people, person.id) != options.people.end();
}

// A person who is asked for, and where to.
struct ChosenFolder {
  const PersonRow* person;                     // of the library's list
  std::string name;                            // of the folder
  const std::vector<Appearance>* appearances;  // of those of everybody
};

std::vector<ChosenFolder> chosen_folders(const std::vector<PersonRow>& people,
                                         const Appearances& appearances,
                                         const PeopleFoldersOptions& options) {
  const auto names = folder_names(people);
  std::vector<ChosenFolder> chosen;
  for (const PersonRow& person : people) {
    const auto found = appearances.find(person.id);
    if (found != appearances.end() && is_asked_for(person, options)) {
      chosen.push_back(
          {.person = &person, .name = names.at(person.id), .appearances = &found->second});
    }
  }
  return chosen;
}

// Read in two pieces: an index run between them would let people seem to be gone.
Result<void> check_unchanged(const Library& library, const std::vector<PersonRow>& people,
                             const PeopleFoldersOptions& options) {
  if (options.still_settled) {
    TRY(options.still_settled());
  }
  if (TRY(library.people()) != people) {
    return fail(ErrorCode::kUnavailable,
                "people changed while they were read; run the export again");
  }
  return {};
}

}  // namespace

Result<PeopleFoldersReport> export_people_folders(const Library& library, SourceReader& reader,
                                                  const PeopleFoldersOptions& options,
                                                  Budget& budget, const StopToken& stop) {
  ExportPlace place = TRY(ExportPlace::at(options.directory));
  const std::vector<PersonRow> people = TRY(library.people());
  KnownBytes known{.archived = {}, .files = {}, .export_folder = place.real_folder()};
  Appearances appearances = TRY(collect_appearances(library, place, known));
  for (auto& [person, faces] : appearances) {
    drop_missing_twins(faces);
  }
  TRY(check_unchanged(library, people, options));
  const std::vector<ChosenFolder> chosen = chosen_folders(people, appearances, options);
  std::set<std::string> names;
  // All of them before the first one is written.
  for (const ChosenFolder& folder : chosen) {
    TRY(check_is_ours(fmt::format("{}/{}", options.directory, folder.name)));
    names.insert(folder.name);
  }
  TRY(make_directories(options.directory));
  const FileDescriptor lock = TRY(lock_place(options.directory));
  PeopleFoldersReport report;
  ExportTools tools{.options = options,
                    .library = "",
                    .known = std::move(known),
                    .reader = reader,
                    .budget = budget,
                    .stop = stop,
                    .report = report};
  tools.library = TRY(real_path(library.path()));
  // First: where case does not count, a folder of before may have the name of one of today.
  TRY(prune_other_folders(tools, names));
  for (const ChosenFolder& folder : chosen) {
    TRY(PersonFolder(tools, *folder.person, *folder.appearances).write(folder.name));
  }
  return report;
}

}  // namespace albumen
