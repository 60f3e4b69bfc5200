// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/person_folder.h"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <optional>
#include <sys/stat.h>
#include <utility>

#include "encode/byte_sink.h"
#include "encode/png.h"
#include "exporters/contact_sheet.h"
#include "exporters/internal/export_place.h"
#include "exporters/internal/face_tile.h"
#include "exporters/internal/picture_link.h"
#include "files/face_id.h"
#include "files/file.h"
#include "files/path_text.h"
#include "files/sha256.h"

namespace albumen {
namespace {

constexpr PngOptions kSheetEncoding{};

Bytes sheet_peak_bytes(std::uint32_t tiles) {
  const Size size = ContactSheet::size_for(tiles);
  return ContactSheet::bytes_for(tiles) +
         png_encode_bytes(size, ContactSheet::kChannels, kSheetEncoding.effort);
}

std::set<PictureName> pictures_of(const std::vector<Appearance>& appearances) {
  std::set<PictureName> pictures;
  std::ranges::transform(appearances, std::inserter(pictures, pictures.end()), picture_of);
  return pictures;
}

ExportedKind kind_of(Placement placement, const Appearance& appearance) {
  if (!appearance.member.empty()) {
    return ExportedKind::kCopy;
  }
  switch (placement) {
    case Placement::kHardLink:
      return ExportedKind::kHardLink;
    case Placement::kSymlink:
      return ExportedKind::kSymlink;
    case Placement::kCopy:
      break;
  }
  return ExportedKind::kCopy;
}

Result<void> write_sheet(const std::string& path, ImageView pixels, Reservation& job) {
  auto file = TRY(AtomicFile::create(path));
  FileSink sink{file};
  TRY(encode_png(pixels, kSheetEncoding, sink, job));
  return file.commit();
}

// What an earlier export wrote and is still there without having been written again.
void keep_others(ExportManifest& manifest, std::vector<ExportedFile> files) {
  std::set<std::string> written;
  for (const ExportedFile& file : manifest.files) {
    written.insert(file.name);
  }
  for (ExportedFile& file : files) {
    if (!written.contains(file.name)) {
      manifest.files.push_back(std::move(file));
    }
  }
}

}  // namespace

PersonFolder::PersonFolder(const ExportTools& tools, const PersonRow& person,
                           const std::vector<Appearance>& appearances)
    : tools_(tools),
      person_(person),
      appearances_(appearances),
      finder_(pictures_of(appearances)),
      manifest_{.library = tools.library, .person = person.id, .folder = {}, .files = {}} {}

Result<void> PersonFolder::write(const std::string& name) {
  folder_ = fmt::format("{}/{}", tools_.options.directory, name);
  manifest_.folder = name;
  TRY(make_directories(folder_));
  const auto before = tools_.earlier_export(folder_);
  auto earlier = TRY(EarlierFiles::look(
      folder_, before ? before->files : std::vector<ExportedFile>{}, tools_.known, tools_.stop));
  for (const ExportedFile& file : earlier.changed()) {
    tools_.report_spared(folder_, file);
  }
  const FolderPlan plan = TRY(make_room(earlier));
  // First: an index run must not find everybody twice, and who is killed must know what is theirs.
  TRY(write_manifest(folder_, claims(plan)));
  Result<void> filled = fill(plan);
  keep_others(manifest_, kept_);
  auto marked = write_manifest(folder_, manifest_);
  if (!filled) {
    return filled;
  }
  ++tools_.report.people;
  return marked;
}

// Removes what does not belong any more and is kept elsewhere. A file that has to stay takes its
// name, by which others get another one and may meet the next that has to stay.
Result<FolderPlan> PersonFolder::make_room(EarlierFiles& earlier) {
  std::set<std::string> taken = earlier.others();
  std::vector<const ExportedFile*> leaving;
  FolderPlan plan;
  for (bool settled = false; !settled;) {
    settled = true;
    leaving.clear();
    kept_.clear();
    replaced_.clear();
    plan = FolderPlan::of(appearances_, taken);
    const auto planned = plan.files();
    for (const ExportedFile& file : earlier.as_written()) {
      TRY(check_stop(tools_.stop));
      if (taken.contains(file.name)) {
        kept_.push_back(file);
      } else if (planned.contains({file.name, file.source})) {
        kept_.push_back(file);
        replaced_.insert(file.name);
      } else if (!tools_.options.keeps_earlier && earlier.may_go(file)) {
        leaving.push_back(&file);
      } else {
        taken.insert(file.name);
        if (!tools_.options.keeps_earlier) {
          tools_.report_spared(folder_, file);
        }
        settled = false;
      }
    }
  }
  for (const ExportedFile* file : leaving) {
    TRY(earlier.remove(*file));
    ++tools_.report.removed;
  }
  return plan;
}

// What `fill` is about to write, as far as it is known before.
ExportManifest PersonFolder::claims(const FolderPlan& plan) const {
  ExportManifest claims = manifest_;
  for (const auto& [appearance, name] : plan.pictures) {
    ExportedFile file{.kind = kind_of(tools_.options.placement, *appearance),
                      .name = name,
                      .source = appearance->path,
                      .digest = std::nullopt};
    if (file.kind == ExportedKind::kCopy) {
      file.digest = appearance->sha256;
    }
    claims.files.push_back(std::move(file));
  }
  keep_others(claims, kept_);
  return claims;
}

// The plan's names are free, but a file system may take two of them for one, and somebody may have
// come between.
Result<void> PersonFolder::check_free(const std::string& name) const {
  const std::string path = fmt::format("{}/{}", folder_, name);
  struct stat there{};
  if (!replaced_.contains(name) && ::lstat(path.c_str(), &there) == 0) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: is there already, and no export wrote it", path_to_text(path)));
  }
  return {};
}

Result<void> PersonFolder::fill(const FolderPlan& plan) {
  for (const auto& [appearance, name] : plan.pictures) {
    TRY(check_stop(tools_.stop));
    if (auto placed = place(*appearance, name); !placed) {
      TRY(check_stop(tools_.stop));  // which may be why it failed
      fail_picture(*appearance, std::move(placed).error());
    } else {
      manifest_.files.push_back(std::move(*placed));
      ++tools_.report.pictures;
    }
  }
  std::span rest{appearances_};
  for (const std::string& name : plan.sheets) {
    const auto count = std::min<std::size_t>(kMaxTilesOnSheet, rest.size());
    TRY(make_sheet(name, rest.first(count)));
    rest = rest.subspan(count);
  }
  return {};
}

Result<void> PersonFolder::make_sheet(const std::string& name,
                                      std::span<const Appearance> appearances) {
  const std::string path = fmt::format("{}/{}", folder_, name);
  TRY(check_free(name));
  const bool is_written = TRY(draw_sheet(path, appearances, replaced_.contains(name)));
  if (!is_written) {
    ++tools_.report.sheets_kept;
    return {};
  }
  const Sha256Digest digest = TRY(sha256_of_file(path));
  manifest_.files.push_back(
      {.kind = ExportedKind::kSheet, .name = name, .source = "", .digest = digest});
  ++tools_.report.sheets;
  return {};
}

Result<ExportedFile> PersonFolder::place(const Appearance& appearance, const std::string& name) {
  TRY(check_free(name));
  const std::string target = fmt::format("{}/{}", folder_, name);
  ExportedFile file{.kind = kind_of(tools_.options.placement, appearance),
                    .name = name,
                    .source = appearance.path,
                    .digest = std::nullopt};
  if (file.kind == ExportedKind::kCopy) {
    return copy(appearance, name);
  }
  auto linked = file.kind == ExportedKind::kSymlink ? symlink_picture(appearance.path, target)
                                                    : hard_link_picture(appearance.path, target);
  if (linked) {
    return file;
  }
  if (file.kind == ExportedKind::kSymlink || linked.error().code != ErrorCode::kIo) {
    return std::unexpected(std::move(linked).error());
  }
  file = TRY(copy(appearance, name));
  ++tools_.report.copied;
  return file;
}

Result<ExportedFile> PersonFolder::copy(const Appearance& appearance, const std::string& name) {
  const SourceEntry entry = TRY(finder_.find(picture_of(appearance), tools_.stop));
  auto job = TRY(tools_.budget.reserve(MemoryTag::kEncoded, entry.reading_bytes(), tools_.stop));
  const EncodedImage image = TRY(tools_.reader.read(entry, job, tools_.stop));
  auto file = TRY(AtomicFile::create(fmt::format("{}/{}", folder_, name)));
  TRY(file.write(image.bytes.bytes()));
  TRY(file.commit());
  return ExportedFile{.kind = ExportedKind::kCopy,
                      .name = name,
                      .source = appearance.path,
                      .digest = sha256(image.bytes.bytes())};
}

// False where nothing was written: while all originals are out of reach, grey tiles would take the
// place of the faces of the earlier sheet (`replaces`).
Result<bool> PersonFolder::draw_sheet(const std::string& path,
                                      std::span<const Appearance> appearances, bool replaces) {
  const auto tiles = static_cast<std::uint32_t>(appearances.size());
  const Bytes needed = sheet_peak_bytes(tiles);
  if (needed > tools_.budget.limit()) {
    return fail(ErrorCode::kBudgetExceeded,
                fmt::format("a contact sheet of {} faces takes {}, the memory budget is {}", tiles,
                            to_string(needed), to_string(tools_.budget.limit())));
  }
  // Whoever holds a reservation may not wait for another one, but a sheet is held while pictures
  // come and go: it takes the whole budget, and lends them what it leaves of it.
  auto job = TRY(tools_.budget.reserve(MemoryTag::kPixels, tools_.budget.limit(), tools_.stop));
  const SheetTitle title{.name = person_.name, .id = person_.id};
  ContactSheet sheet = TRY(ContactSheet::create(title, tiles, job));
  Budget rest{job.size()};
  bool is_blank = true;
  for (std::uint32_t index = 0; index < tiles; ++index) {
    TRY(check_stop(tools_.stop));
    const Appearance& appearance = appearances[index];
    sheet.label(index, fmt::format("{} {}", short_face_id(appearance.face), file_name(appearance)));
    if (auto drawn = draw(sheet.tile(index), appearance, rest); !drawn) {
      TRY(check_stop(tools_.stop));  // as in fill
      fail_picture(appearance, std::move(drawn).error());
    } else {
      is_blank = false;
    }
  }
  if (is_blank && replaces) {
    return false;
  }
  TRY(write_sheet(path, sheet.pixels(), job));
  return true;
}

Result<void> PersonFolder::draw(MutableImageView tile, const Appearance& appearance,
                                Budget& budget) {
  const SourceEntry entry = TRY(finder_.find(picture_of(appearance), tools_.stop));
  return draw_face(tile,
                   {.entry = entry, .box = appearance.box, .longtail = tools_.options.longtail},
                   tools_.reader, budget, tools_.stop);
}

void PersonFolder::fail_picture(const Appearance& appearance, Error error) {
  tools_.report.failures.push_back(
      {.name = source_name(appearance.path, appearance.member), .error = std::move(error)});
}

}  // namespace albumen
