// SPDX-License-Identifier: Apache-2.0
#include "dataset/output_places.h"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>
#include <span>

#include "core/ascii_case.h"
#include "dataset/journal.h"
#include "dataset/manifest.h"
#include "dataset/picture_settings.h"
#include "files/path_text.h"
#include "files/sha256.h"

namespace albumen {
namespace {

std::string_view folder_in(std::string_view relative) {
  const std::size_t slash = relative.rfind('/');
  return slash == relative.npos ? std::string_view{} : relative.substr(0, slash);
}

// "a/b" of "./a//b", as archives may have it: one folder has one name.
std::string plain_path(std::string_view path) {
  std::string plain;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view component = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (!component.empty() && component != ".") {
      plain.append(plain.empty() ? "" : "/").append(component);
    }
  }
  return plain;
}

// The path that a picture would have in the set if nothing else were there: none that Windows, and
// thus every careful reader of archives, takes for a way out of the set, and none where the set has
// files of its own. That another path may be that already is no harm: folders are one then, and
// pictures get numbers.
std::string wanted_path(std::string_view relative) {
  std::string path = plain_path(relative);
  std::ranges::replace(path, '\\', '_');
  if (has_drive_letter(path)) {
    path[1] = '_';
  }
  const std::size_t end = path.find('/');
  const std::string first = lower_case(path.substr(0, end));
  if (end != path.npos && (first == kManifestName || first == kStateFolder)) {
    path.insert(end, 1, '_');
  }
  return path;
}

// "x" of "x.jpg"; a leading dot is part of the name.
std::string_view stem_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == name.npos || dot == 0 ? name : name.substr(0, dot);
}

// Nothing where the folder is called otherwise.
Concept parse_concept(std::string_view name) {
  Concept found;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), found.repeats);
  const auto digits = static_cast<std::size_t>(end - name.data());
  const bool fits = error == std::errc{} && digits > 0 && digits + 1 < name.size() &&
                    name[digits] == '_' && found.repeats > 0;
  if (!fits) {
    return {};
  }
  found.name = name.substr(digits + 1);
  return found;
}

}  // namespace

Concept concept_of(std::string_view folder) {
  while (!folder.empty()) {
    const std::string_view name = last_component(folder);
    if (Concept found = parse_concept(name); !found.name.empty()) {
      return found;
    }
    folder = folder_in(folder);
  }
  return {};
}

OutputPlaces::OutputPlaces(Renaming renaming, std::string_view caption_extension)
    : renaming_(renaming), extensions_{lower_case(std::string{caption_extension})} {
  for (const OutputFormat format : kWrittenFormats) {
    extensions_.emplace_back(extension_of(format));
  }
  std::size_t longest = 0;
  for (const std::string& extension : extensions_) {
    longest = std::max(longest, extension.size());
  }
  room_ = fmt::format(".{}", std::string(std::min(longest, kLongestExtension) - 1, 'x'));
  for (const std::string_view name : {kManifestName, kStateFolder}) {
    folders_.insert(fmt::format("{}/", name));
  }
}

void OutputPlaces::expect(std::string_view relative) {
  folders_.insert(fmt::format("{}/", lower_case(std::string{folder_in(wanted_path(relative))})));
}

OutputPlace OutputPlaces::place(std::string_view relative) {
  const std::string path = wanted_path(relative);
  OutputPlace place{.folder = std::string{folder_in(path)}, .stem = {}};
  ++count_;
  if (renaming_ == Renaming::kHash) {
    place.namesakes = occurrences_[std::string{relative}]++;
    return place;
  }
  const std::string wanted = renaming_ == Renaming::kSequence
                                 ? fmt::format("{:06}", count_)
                                 : std::string{stem_of(last_component(path))};
  place.stem = free_stem(place.folder, wanted);
  return place;
}

std::string OutputPlaces::free_stem(const std::string& folder, const std::string& wanted) {
  FileNames& names = names_[folder];
  while (true) {
    // With an extension of the greatest length, so that the name still fits with any other one.
    std::string stem = names.take(wanted + room_);
    stem.erase(stem.size() - room_.size());
    if (is_free(folder, stem)) {
      return stem;
    }
  }
}

// Whether nothing of that stem is called like a folder, be it one that has only folders.
bool OutputPlaces::is_free(const std::string& folder, const std::string& stem) const {
  const std::string path = lower_case(folder.empty() ? stem : fmt::format("{}/{}", folder, stem));
  return std::ranges::none_of(extensions_, [&](const std::string& extension) {
    const std::string below = fmt::format("{}{}/", path, extension);
    const auto first = folders_.lower_bound(below);
    return first != folders_.end() && first->starts_with(below);
  });
}

std::string hash_stem(const PictureId& picture, std::string_view relative,
                      std::uint64_t namesakes) {
  constexpr std::size_t kDigits = 16;
  Sha256 hash;
  hash.update(picture.bytes);
  hash.update(std::as_bytes(std::span{relative}));
  if (namesakes > 0) {  // behind a byte that no path has
    const std::string number = fmt::format("{}{}", '\0', namesakes);
    hash.update(std::as_bytes(std::span{number}));
  }
  return to_string(hash.finish()).substr(0, kDigits);
}

}  // namespace albumen
