// SPDX-License-Identifier: Apache-2.0
#include "dataset/caption_index.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/ascii_case.h"
#include "files/path_text.h"

namespace albumen {
namespace {

// What tables call pictures by. Of what ends otherwise nobody knows whether that is an extension.
constexpr std::array<std::string_view, 32> kPictureExtensions{
    ".arw", ".avif", ".bmp",  ".cr2", ".cr3", ".dng", ".gif",  ".heic", ".heif", ".j2k", ".jfif",
    ".jp2", ".jpe",  ".jpeg", ".jpg", ".jxl", ".nef", ".orf",  ".pbm",  ".pgm",  ".png", ".pnm",
    ".ppm", ".psd",  ".raf",  ".rw2", ".tga", ".tif", ".tiff", ".webp", ".jpf",  ".jpx"};

// Where keys of `folder` in `container` begin. A zero byte is in no name.
std::string base_of(std::string_view container, std::string_view folder) {
  std::string base{container};
  base.push_back('\0');
  base.append(folder);
  return base;
}

std::string key_of(std::string_view base, std::string_view path) {
  std::string key{base};
  key.append(path);
  return key;
}

// "C:\set\x.jpg" and "./x.jpg" as the paths that they mean.
std::string with_slashes(std::string path) {
  std::ranges::replace(path, '\\', '/');
  path.erase(0, path.size() - below_here(path).size());
  return path;
}

// `path` up to the place `dot` of its last component; all of it where that is none, or the first.
std::string_view up_to_dot(std::string_view path, std::string_view name, std::size_t dot) {
  return dot == name.npos || dot == 0 ? path : path.substr(0, path.size() - name.size() + dot);
}

std::string_view without_picture_extension(std::string_view path) {
  const std::string_view stem = without_extension(path);
  const auto is_extension = [&](std::string_view extension) {
    return equals_ignoring_case(path.substr(stem.size()), extension);
  };
  return std::ranges::any_of(kPictureExtensions, is_extension) ? stem : path;
}

}  // namespace

std::string_view without_extension(std::string_view path) {
  const std::string_view name = last_component(path);
  return up_to_dot(path, name, name.rfind('.'));
}

std::string_view webdataset_sample(std::string_view path) {
  const std::string_view name = last_component(path);
  return up_to_dot(path, name, name.find('.'));
}

void CaptionIndex::add(std::string_view container, std::string_view folder,
                       std::vector<CaptionRow> rows, const std::string& source) {
  const std::string everywhere = base_of(container, "");
  const std::string here = base_of(container, folder);
  for (CaptionRow& row : rows) {
    const std::string path = with_slashes(std::move(row.picture));
    const std::string_view name = last_component(path);
    if (name.empty()) {
      continue;
    }
    const std::size_t caption = captions_.size();
    memory_ += Bytes{sizeof(FoundCaption) + row.text.size() + source.size()};
    captions_.push_back({.text = std::move(row.text), .source = source});
    put_with_and_without_extension(path.starts_with('/') ? everywhere : here, path,
                                   {.caption = caption, .match = Match::kPath});
    if (path != name) {
      put_with_and_without_extension(here, name, {.caption = caption, .match = Match::kName});
    }
  }
}

void CaptionIndex::put_with_and_without_extension(std::string_view base, std::string_view path,
                                                  const Entry& entry) {
  put(key_of(base, path), entry);
  const std::string_view stem = without_picture_extension(path);
  if (stem != path) {
    put(key_of(base, stem), {.caption = entry.caption,
                             .match = entry.match == Match::kPath ? Match::kPathWithoutExtension
                                                                  : Match::kNameWithoutExtension});
  }
}

void CaptionIndex::put(std::string key, const Entry& entry) {
  const auto [place, is_new] = entries_.try_emplace(std::move(key), entry);
  if (is_new) {
    constexpr std::uint64_t kNodeBytes = 64;
    memory_ += Bytes{place->first.size() + sizeof(*place) + kNodeBytes};
  } else if (entry.match < place->second.match) {
    place->second = entry;
  }
}

const FoundCaption* CaptionIndex::find(std::string_view container, std::string_view path) const {
  const std::string base = base_of(container, "");
  const auto whole = entries_.find(key_of(base, path));
  const auto stem = entries_.find(key_of(base, without_extension(path)));
  const auto is_path = [](const Entry& entry) { return entry.match < Match::kName; };
  if (whole == entries_.end()) {
    return stem == entries_.end() ? nullptr : &captions_[stem->second.caption];
  }
  const bool is_stem_better =
      stem != entries_.end() && is_path(stem->second) && !is_path(whole->second);
  return &captions_[is_stem_better ? stem->second.caption : whole->second.caption];
}

}  // namespace albumen
