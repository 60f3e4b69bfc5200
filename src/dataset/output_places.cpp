// SPDX-License-Identifier: Apache-2.0
#include "dataset/output_places.h"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>
#include <span>

#include "files/path_text.h"
#include "files/sha256.h"

namespace albumen {
namespace {

std::string_view folder_in(std::string_view relative) {
  const std::size_t slash = relative.rfind('/');
  return slash == relative.npos ? std::string_view{} : relative.substr(0, slash);
}

// "a/b" of "./a//b", as archives may have it: one folder has one name.
std::string plain_folder(std::string_view folder) {
  std::string plain;
  while (!folder.empty()) {
    const std::size_t slash = std::min(folder.find('/'), folder.size());
    const std::string_view component = folder.substr(0, slash);
    folder.remove_prefix(std::min(slash + 1, folder.size()));
    if (!component.empty() && component != ".") {
      plain.append(plain.empty() ? "" : "/").append(component);
    }
  }
  return plain;
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

OutputPlaces::OutputPlaces(Renaming renaming, std::size_t longest_extension)
    : renaming_(renaming),
      room_(std::clamp<std::size_t>(longest_extension, 2, kLongestExtension), 'x') {
  room_.front() = '.';
}

OutputPlace OutputPlaces::place(std::string_view relative) {
  OutputPlace place{.folder = plain_folder(folder_in(relative)), .stem = {}};
  ++count_;
  if (renaming_ == Renaming::kHash) {
    place.namesakes = occurrences_[std::string{relative}]++;
    return place;
  }
  if (renaming_ == Renaming::kSequence) {
    place.stem = fmt::format("{:06}", count_);
    return place;
  }
  // With an extension of the greatest length, so that the name still fits with any other one.
  std::string name{stem_of(last_component(relative))};
  name = names_[place.folder].take(name + room_);
  name.resize(name.size() - room_.size());
  place.stem = std::move(name);
  return place;
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
