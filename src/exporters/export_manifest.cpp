// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/export_manifest.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fmt/core.h>
#include <string_view>
#include <sys/stat.h>
#include <utility>

#include "files/file.h"
#include "files/file_names.h"
#include "files/path_text.h"
#include "files/sha256.h"
#include "sources/source.h"

namespace albumen {
namespace {

// 65,536 pictures, the most of one person, with names and paths of 900 bytes.
constexpr Bytes kLargestManifest = kMiB * 64;

constexpr std::string_view kFirstLine =
    "Written by albumen people export. albumen index leaves this folder out as long as this file "
    "is here.";
constexpr std::string_view kVersionLine = "version\t1";

constexpr std::array<std::string_view, 4> kKindNames{"copy", "hardlink", "symlink", "sheet"};

std::string mark_of(const std::string& folder) { return fmt::format("{}/{}", folder, kExportMark); }

// What is left of `text` up to the next `separator`, which goes, too.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

// "library\tPATH" -> the path; nothing for another line.
std::optional<std::string> value_of(std::string_view line, std::string_view key) {
  if (take_until(line, '\t') != key) {
    return std::nullopt;
  }
  auto value = path_from_text(line);
  return value ? std::optional{std::move(*value)} : std::nullopt;
}

bool is_name_of_file(std::string_view name) {
  return !name.empty() && name.size() <= kLongestFileName && !name.contains('/') &&
         !name.contains('\0') && name != "." && name != ".." && !is_own_file(name);
}

bool is_complete(const ExportedFile& file) {
  const bool is_sheet = file.kind == ExportedKind::kSheet;
  const bool has_bytes = is_sheet || file.kind == ExportedKind::kCopy;
  const bool is_placed = file.source.starts_with('/') && !file.source.contains('\0');
  return is_name_of_file(file.name) && has_bytes == file.digest.has_value() &&
         (is_sheet ? file.source.empty() : is_placed);
}

// KIND, digest, name and source with tabs between them.
std::optional<ExportedFile> file_of_line(std::string_view line) {
  const std::string_view kind = take_until(line, '\t');
  const std::string_view digest = take_until(line, '\t');
  const auto name = path_from_text(take_until(line, '\t'));
  const auto source = path_from_text(line);
  const auto* const found = std::ranges::find(kKindNames, kind);
  if (found == kKindNames.end() || !name || !source) {
    return std::nullopt;
  }
  ExportedFile file{.kind = static_cast<ExportedKind>(found - kKindNames.begin()),
                    .name = *name,
                    .source = *source,
                    .digest = std::nullopt};
  if (const auto parsed = parse_sha256(digest)) {
    file.digest = *parsed;
  } else if (!digest.empty()) {
    return std::nullopt;
  }
  return is_complete(file) ? std::optional{std::move(file)} : std::nullopt;
}

}  // namespace

bool is_own_file(std::string_view name) {
  return name == kExportMark || (name.starts_with(".albumen-") && name.ends_with(".part"));
}

std::string to_text(const ExportManifest& manifest) {
  std::string text = fmt::format("{}\n{}\nlibrary\t{}\nperson\t{}\nfolder\t{}\n", kFirstLine,
                                 kVersionLine, path_to_text(manifest.library),
                                 path_to_text(manifest.person), path_to_text(manifest.folder));
  for (const ExportedFile& file : manifest.files) {
    if (is_complete(file)) {
      text += fmt::format("{}\t{}\t{}\t{}\n", kKindNames.at(static_cast<std::size_t>(file.kind)),
                          file.digest ? to_string(*file.digest) : "", path_to_text(file.name),
                          path_to_text(file.source));
    }
  }
  return text;
}

std::optional<ExportManifest> parse_manifest(std::string_view text) {
  if (take_until(text, '\n') != kFirstLine || take_until(text, '\n') != kVersionLine) {
    return std::nullopt;
  }
  ExportManifest manifest;
  const auto library = value_of(take_until(text, '\n'), "library");
  const auto person = value_of(take_until(text, '\n'), "person");
  const auto folder = value_of(take_until(text, '\n'), "folder");
  if (!library || !person || !folder) {
    return std::nullopt;
  }
  manifest.library = *library;
  manifest.person = *person;
  manifest.folder = *folder;
  while (!text.empty()) {
    auto file = file_of_line(take_until(text, '\n'));
    if (!file) {
      return std::nullopt;
    }
    manifest.files.push_back(std::move(*file));
  }
  return manifest;
}

std::optional<ExportManifest> read_manifest(const std::string& folder) {
  struct stat status{};
  const bool is_folder = ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  const std::string mark = mark_of(folder);
  if (!is_folder || !regular_file_size(mark)) {
    return std::nullopt;
  }
  const auto text = read_small_file(mark, kLargestManifest);
  return text ? parse_manifest(*text) : std::nullopt;
}

Result<void> write_manifest(const std::string& folder, const ExportManifest& manifest) {
  auto mark = TRY(AtomicFile::create(mark_of(folder)));
  TRY(mark.write(to_text(manifest)));
  return mark.commit();
}

}  // namespace albumen
