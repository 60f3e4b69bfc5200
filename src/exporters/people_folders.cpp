// SPDX-License-Identifier: Apache-2.0
#include "exporters/people_folders.h"

#include <algorithm>
#include <cerrno>
#include <fmt/core.h>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "encode/byte_sink.h"
#include "encode/png.h"
#include "exporters/contact_sheet.h"
#include "exporters/internal/entry_finder.h"
#include "exporters/internal/export_place.h"
#include "exporters/internal/face_tile.h"
#include "exporters/internal/folder_names.h"
#include "files/face_id.h"
#include "files/file.h"
#include "files/file_names.h"
#include "files/path_text.h"

namespace albumen {
namespace {

// One face of a person and the file that it is cut from.
struct Appearance {
  std::string path;
  std::string member;
  FaceKey face;
  Rect box;
};

constexpr PngOptions kSheetEncoding{};

Bytes sheet_peak_bytes(std::uint32_t tiles) {
  const Size size = ContactSheet::size_for(tiles);
  return ContactSheet::bytes_for(tiles) +
         png_encode_bytes(size, ContactSheet::kChannels, kSheetEncoding.effort);
}

using Appearances = std::map<std::string, std::vector<Appearance>>;  // by person id

PictureName picture_of(const Appearance& appearance) {
  return {appearance.path, appearance.member};
}

std::string file_name(const Appearance& appearance) {
  return std::string{
      last_component(appearance.member.empty() ? appearance.path : appearance.member)};
}

// Also looks that none of the library's pictures lies where people's folders are to be: an export
// would replace it where names meet, and writing into a source makes pictures of pictures.
Result<Appearances> collect_appearances(const Library& library, ExportPlace& place) {
  Appearances appearances;
  TRY(library.for_each_picture({}, [&](const PictureRow& row) -> Result<void> {
    TRY(place.check_is_elsewhere(row.file.path));
    if (!row.faces || !row.picture) {
      return {};
    }
    for (std::uint32_t index = 0; index < row.faces->size(); ++index) {
      const FaceRow& face = row.faces->at(index);
      if (!face.person.empty()) {
        appearances[face.person].push_back({.path = row.file.path,
                                            .member = row.file.member,
                                            .face = {.picture = row.picture->id, .index = index},
                                            .box = face.where.box});
      }
    }
    return {};
  }));
  return appearances;
}

// So that the next index run does not find everybody a second time.
Result<void> mark_as_export(const std::string& folder) {
  constexpr std::string_view kText =
      "Written by albumen people export. albumen index leaves this folder out as long as this file "
      "is here.\n";
  auto file = TRY(AtomicFile::create(fmt::format("{}/{}", folder, kExportMark)));
  TRY(file.write(std::as_bytes(std::span{kText})));
  return file.commit();
}

class PeopleFolders {
 public:
  PeopleFolders(const PeopleFoldersOptions& options, SourceReader& reader, Budget& budget,
                const StopToken& stop)
      : options_(options), reader_(reader), budget_(budget), stop_(stop) {}

  Result<void> write_person(const PersonRow& person, const std::string& name,
                            const std::vector<Appearance>& appearances) {
    const std::string folder = options_.directory + "/" + name;
    TRY(make_directories(folder));
    TRY(mark_as_export(folder));
    std::set<PictureName> pictures;
    std::ranges::transform(appearances, std::inserter(pictures, pictures.end()), picture_of);
    finder_ = EntryFinder{std::move(pictures)};
    FileNames names;
    std::vector<std::string> sheets;
    for (std::size_t first = 0; first < appearances.size(); first += kMaxTilesOnSheet) {
      sheets.push_back(folder + "/" + names.take("contact-sheet.png"));
    }
    TRY(place_pictures(folder, appearances, names));
    TRY(draw_sheets(sheets, person, appearances));
    ++report_.people;
    return {};
  }

  PeopleFoldersReport take_report() { return std::move(report_); }

 private:
  Result<void> place_pictures(const std::string& folder, const std::vector<Appearance>& appearances,
                              FileNames& names) {
    std::set<PictureName> placed;
    for (const Appearance& appearance : appearances) {
      TRY(check_stop(stop_));
      if (!placed.insert(picture_of(appearance)).second) {
        continue;
      }
      const std::string target = folder + "/" + names.take(file_name(appearance));
      if (auto done = place(appearance, target); !done) {
        fail_picture(appearance, std::move(done).error());
      } else {
        ++report_.pictures;
      }
    }
    return {};
  }

  Result<void> place(const Appearance& appearance, const std::string& target) {
    if (appearance.member.empty() && options_.placement == Placement::kSymlink) {
      return link_over(target, [&](const std::string& at) {
        return ::symlink(appearance.path.c_str(), at.c_str());
      });
    }
    if (appearance.member.empty() && options_.placement == Placement::kHardLink) {
      auto linked = link_over(target, [&](const std::string& at) {
        return ::link(appearance.path.c_str(), at.c_str());
      });
      if (linked) {
        return linked;
      }
    }
    const SourceEntry entry = TRY(finder_.find(picture_of(appearance), stop_));
    auto job = TRY(budget_.reserve(MemoryTag::kEncoded, entry.reading_bytes(), stop_));
    const EncodedImage image = TRY(reader_.read(entry, job));
    auto file = TRY(AtomicFile::create(target));
    TRY(file.write(image.bytes.bytes()));
    return file.commit();
  }

  // Makes a link beside the target and renames it over: a link cannot replace a file itself.
  template <class MakeLink>
  static Result<void> link_over(const std::string& target, const MakeLink& make_link) {
    const std::string temporary = fmt::format("{}/.albumen-link.part", folder_of(target));
    ::unlink(temporary.c_str());
    if (make_link(temporary) != 0 || ::rename(temporary.c_str(), target.c_str()) != 0) {
      const int error_number = errno;
      ::unlink(temporary.c_str());
      return fail(ErrorCode::kIo, fmt::format("{}: cannot link: {}", path_to_text(target),
                                              std::generic_category().message(error_number)));
    }
    // Renaming one hard link of a file over another of the same file leaves both.
    ::unlink(temporary.c_str());
    return {};
  }

  Result<void> draw_sheets(const std::vector<std::string>& paths, const PersonRow& person,
                           const std::vector<Appearance>& appearances) {
    const SheetTitle title{.name = person.name, .id = person.id};
    std::span rest{appearances};
    for (const std::string& path : paths) {
      const auto count = std::min<std::size_t>(kMaxTilesOnSheet, rest.size());
      TRY(draw_sheet(path, title, rest.first(count)));
      rest = rest.subspan(count);
      ++report_.sheets;
    }
    return {};
  }

  Result<void> draw_sheet(const std::string& path, const SheetTitle& title,
                          std::span<const Appearance> appearances) {
    const auto tiles = static_cast<std::uint32_t>(appearances.size());
    const Bytes needed = sheet_peak_bytes(tiles);
    if (needed > budget_.limit()) {
      return fail(ErrorCode::kBudgetExceeded,
                  fmt::format("a contact sheet of {} faces takes {}, the memory budget is {}",
                              tiles, to_string(needed), to_string(budget_.limit())));
    }
    // Whoever holds a reservation may not wait for another one, but a sheet is held while pictures
    // come and go: it takes the whole budget, and lends them what it leaves of it.
    auto job = TRY(budget_.reserve(MemoryTag::kPixels, budget_.limit(), stop_));
    ContactSheet sheet = TRY(ContactSheet::create(title, tiles, job));
    Budget rest{job.size()};
    for (std::uint32_t index = 0; index < tiles; ++index) {
      TRY(check_stop(stop_));
      const Appearance& appearance = appearances[index];
      sheet.label(index, short_face_id(appearance.face) + " " + file_name(appearance));
      if (auto drawn = draw(sheet.tile(index), appearance, rest); !drawn) {
        fail_picture(appearance, std::move(drawn).error());
      }
    }
    return write_sheet(path, sheet.pixels(), job);
  }

  static Result<void> write_sheet(const std::string& path, ImageView pixels, Reservation& job) {
    auto file = TRY(AtomicFile::create(path));
    FileSink sink{file};
    TRY(encode_png(pixels, kSheetEncoding, sink, job));
    return file.commit();
  }

  Result<void> draw(MutableImageView tile, const Appearance& appearance, Budget& budget) {
    const SourceEntry entry = TRY(finder_.find(picture_of(appearance), stop_));
    return draw_face(tile, {.entry = entry, .box = appearance.box, .longtail = options_.longtail},
                     reader_, budget, stop_);
  }

  void fail_picture(const Appearance& appearance, Error error) {
    report_.failures.push_back(
        {.name = source_name(appearance.path, appearance.member), .error = std::move(error)});
  }

  const PeopleFoldersOptions& options_;  // outlive this
  SourceReader& reader_;
  Budget& budget_;
  StopToken stop_;
  PeopleFoldersReport report_;
  EntryFinder finder_{{}};  // of the pictures of one person
};

bool is_asked_for(const PersonRow& person, const PeopleFoldersOptions& options) {
  if (options.people.empty()) {
    return options.tentative || !person.tentative;
  }
  return std::ranges::find(options.people, person.id) != options.people.end();
}

// A person who is asked for, and where to.
struct PersonFolder {
  const PersonRow* person;                     // of the library's list
  std::string name;                            // of the folder
  const std::vector<Appearance>* appearances;  // of those of everybody
};

std::vector<PersonFolder> chosen_folders(const std::vector<PersonRow>& people,
                                         const Appearances& appearances,
                                         const PeopleFoldersOptions& options) {
  const auto names = folder_names(people);
  std::vector<PersonFolder> chosen;
  for (const PersonRow& person : people) {
    const auto found = appearances.find(person.id);
    if (found != appearances.end() && is_asked_for(person, options)) {
      chosen.push_back(
          {.person = &person, .name = names.at(person.id), .appearances = &found->second});
    }
  }
  return chosen;
}

}  // namespace

Result<PeopleFoldersReport> export_people_folders(const Library& library, SourceReader& reader,
                                                  const PeopleFoldersOptions& options,
                                                  Budget& budget, const StopToken& stop) {
  ExportPlace place = TRY(ExportPlace::at(options.directory));
  const Appearances appearances = TRY(collect_appearances(library, place));
  const std::vector<PersonRow> people = TRY(library.people());
  const std::vector<PersonFolder> chosen = chosen_folders(people, appearances, options);
  // All of them before the first one is written.
  for (const PersonFolder& folder : chosen) {
    TRY(check_is_ours(fmt::format("{}/{}", options.directory, folder.name)));
  }
  TRY(make_directories(options.directory));
  PeopleFolders folders{options, reader, budget, stop};
  for (const PersonFolder& folder : chosen) {
    TRY(folders.write_person(*folder.person, folder.name, *folder.appearances));
  }
  return folders.take_report();
}

}  // namespace albumen
