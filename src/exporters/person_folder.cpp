// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/person_folder.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fmt/core.h>
#include <iterator>
#include <optional>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "encode/byte_sink.h"
#include "encode/png.h"
#include "exporters/internal/face_tile.h"
#include "files/face_id.h"
#include "files/file.h"
#include "files/file_names.h"
#include "files/path_text.h"
#include "files/sha256.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

constexpr PngOptions kSheetEncoding{};

Bytes sheet_peak_bytes(std::uint32_t tiles) {
  const Size size = ContactSheet::size_for(tiles);
  return ContactSheet::bytes_for(tiles) +
         png_encode_bytes(size, ContactSheet::kChannels, kSheetEncoding.effort);
}

PictureName picture_of(const Appearance& appearance) {
  return {appearance.path, appearance.member};
}

std::string file_name(const Appearance& appearance) {
  return std::string{
      last_component(appearance.member.empty() ? appearance.path : appearance.member)};
}

std::set<PictureName> pictures_of(const std::vector<Appearance>& appearances) {
  std::set<PictureName> pictures;
  std::ranges::transform(appearances, std::inserter(pictures, pictures.end()), picture_of);
  return pictures;
}

// Makes a link beside the target and renames it over: a link cannot replace a file itself.
template <class MakeLink>
Result<void> link_over(const std::string& target, const MakeLink& make_link) {
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

Result<void> write_sheet(const std::string& path, ImageView pixels, Reservation& job) {
  auto file = TRY(AtomicFile::create(path));
  FileSink sink{file};
  TRY(encode_png(pixels, kSheetEncoding, sink, job));
  return file.commit();
}

// What the library's earlier export wrote down in `folder`; nothing where it was another's.
std::optional<ExportManifest> earlier_export(const ExportTools& tools, const std::string& folder) {
  auto manifest = read_manifest(folder);
  return manifest && manifest->library == tools.library ? std::move(manifest) : std::nullopt;
}

Result<Pruned> prune(const ExportTools& tools, const std::string& folder,
                     const ExportManifest& manifest, const PlannedFiles& planned) {
  Pruned pruned = TRY(prune_files(folder, manifest, planned, ExportPruning::kReal, tools.stop));
  tools.report.removed += pruned.removed;
  for (const ExportedFile& file : pruned.spared) {
    tools.report.spared.push_back(fmt::format("{}/{}", folder, file.name));
  }
  return pruned;
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

FolderPlan FolderPlan::of(const std::vector<Appearance>& appearances,
                          const std::vector<ExportedFile>& taken) {
  FileNames names;
  for (const ExportedFile& file : taken) {
    names.take(file.name);
  }
  FolderPlan plan;
  for (std::size_t first = 0; first < appearances.size(); first += kMaxTilesOnSheet) {
    plan.sheets.push_back(names.take("contact-sheet.png"));
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

PlannedFiles FolderPlan::files() const {
  PlannedFiles files;
  for (const std::string& sheet : sheets) {
    files.emplace(sheet, "");
  }
  for (const Picture& picture : pictures) {
    files.emplace(picture.name, picture.appearance->path);
  }
  return files;
}

PersonFolder::PersonFolder(const ExportTools& tools, const PersonRow& person,
                           const std::vector<Appearance>& appearances)
    : tools_(tools),
      person_(person),
      appearances_(appearances),
      finder_(pictures_of(appearances)),
      manifest_{.library = tools.library, .person = person.id, .files = {}} {}

Result<void> PersonFolder::write(const std::string& name) {
  folder_ = fmt::format("{}/{}", tools_.options.directory, name);
  TRY(make_directories(folder_));
  const auto before = earlier_export(tools_, folder_);
  if (!before) {
    TRY(write_manifest(folder_, manifest_));  // first: an index run must not find everybody twice
  }
  FolderPlan plan = FolderPlan::of(appearances_, {});
  Pruned pruned;
  if (before) {
    // What will stay keeps its name, so that is to be known before the others have theirs.
    pruned =
        TRY(prune_files(folder_, *before, plan.files(), ExportPruning::kPretended, tools_.stop));
    plan = FolderPlan::of(appearances_, pruned.spared);
    pruned = TRY(prune(tools_, folder_, *before, plan.files()));
  }
  const Result<void> filled = fill(plan);
  keep_others(manifest_, std::move(pruned.spared));
  keep_others(manifest_, std::move(pruned.kept));
  auto marked = write_manifest(folder_, manifest_);
  if (!filled) {
    return filled;
  }
  ++tools_.report.people;
  return marked;
}

Result<void> PersonFolder::fill(const FolderPlan& plan) {
  for (const auto& [appearance, name] : plan.pictures) {
    TRY(check_stop(tools_.stop));
    if (auto placed = place(*appearance, name); !placed) {
      fail_picture(*appearance, std::move(placed).error());
    } else {
      manifest_.files.push_back(std::move(*placed));
      ++tools_.report.pictures;
    }
  }
  std::span rest{appearances_};
  for (const std::string& name : plan.sheets) {
    const auto count = std::min<std::size_t>(kMaxTilesOnSheet, rest.size());
    const std::string path = fmt::format("{}/{}", folder_, name);
    TRY(draw_sheet(path, rest.first(count)));
    const Sha256Digest digest = TRY(sha256_of_file(path));
    manifest_.files.push_back(
        {.kind = ExportedKind::kSheet, .name = name, .source = "", .digest = digest});
    rest = rest.subspan(count);
    ++tools_.report.sheets;
  }
  return {};
}

Result<ExportedFile> PersonFolder::place(const Appearance& appearance, const std::string& name) {
  const std::string target = fmt::format("{}/{}", folder_, name);
  const Placement placement =
      appearance.member.empty() ? tools_.options.placement : Placement::kCopy;
  ExportedFile file{.kind = ExportedKind::kSymlink,
                    .name = name,
                    .source = appearance.path,
                    .digest = std::nullopt};
  if (placement == Placement::kSymlink) {
    TRY(link_over(target, [&](const std::string& at) {
      return ::symlink(appearance.path.c_str(), at.c_str());
    }));
    return file;
  }
  if (placement == Placement::kHardLink) {
    file.kind = ExportedKind::kHardLink;
    if (link_over(target, [&](const std::string& at) {
          return ::link(appearance.path.c_str(), at.c_str());
        })) {
      return file;
    }
  }
  return copy(appearance, name);
}

Result<ExportedFile> PersonFolder::copy(const Appearance& appearance, const std::string& name) {
  const SourceEntry entry = TRY(finder_.find(picture_of(appearance), tools_.stop));
  auto job = TRY(tools_.budget.reserve(MemoryTag::kEncoded, entry.reading_bytes(), tools_.stop));
  const EncodedImage image = TRY(tools_.reader.read(entry, job));
  auto file = TRY(AtomicFile::create(fmt::format("{}/{}", folder_, name)));
  TRY(file.write(image.bytes.bytes()));
  TRY(file.commit());
  return ExportedFile{.kind = ExportedKind::kCopy,
                      .name = name,
                      .source = appearance.path,
                      .digest = sha256(image.bytes.bytes())};
}

Result<void> PersonFolder::draw_sheet(const std::string& path,
                                      std::span<const Appearance> appearances) {
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
  for (std::uint32_t index = 0; index < tiles; ++index) {
    TRY(check_stop(tools_.stop));
    const Appearance& appearance = appearances[index];
    sheet.label(index, fmt::format("{} {}", short_face_id(appearance.face), file_name(appearance)));
    if (auto drawn = draw(sheet.tile(index), appearance, rest); !drawn) {
      fail_picture(appearance, std::move(drawn).error());
    }
  }
  return write_sheet(path, sheet.pixels(), job);
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

Result<void> prune_other_folders(const ExportTools& tools, const std::set<std::string>& chosen) {
  const std::string& directory = tools.options.directory;
  std::vector<std::string> others;
  std::error_code error;
  for (fs::directory_iterator entry{directory, error}; !error && entry != fs::directory_iterator{};
       entry.increment(error)) {
    if (!chosen.contains(entry->path().filename().native())) {
      others.push_back(entry->path().native());
    }
  }
  if (error) {
    return system_failure(error.value(), "look into", directory);
  }
  std::ranges::sort(others);
  const auto& people = tools.options.people;
  for (const std::string& folder : others) {
    auto manifest = earlier_export(tools, folder);
    if (!manifest ||
        (!people.empty() && std::ranges::find(people, manifest->person) == people.end())) {
      continue;
    }
    Pruned pruned = TRY(prune(tools, folder, *manifest, {}));
    if (!TRY(remove_if_empty(folder))) {
      manifest->files = std::move(pruned.spared);
      TRY(write_manifest(folder, *manifest));
    }
  }
  return {};
}

}  // namespace albumen
