// SPDX-License-Identifier: Apache-2.0
#include "dataset/caption_index.h"

#include <algorithm>
#include <utility>

#include "files/path_text.h"

namespace albumen {
namespace {

// A zero byte is in no name.
std::string key_of(std::string_view container, std::string_view folder, std::string_view path) {
  std::string key{container};
  key.push_back('\0');
  key.append(folder).append(path);
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
  for (CaptionRow& row : rows) {
    const std::string path = with_slashes(std::move(row.picture));
    const std::string_view stem = without_extension(last_component(path));
    if (stem.empty()) {
      continue;
    }
    const FoundCaption caption{.text = std::move(row.text), .source = source};
    if (path.starts_with('/')) {
      put(key_of(container, "", without_extension(path)), caption, true);
    } else {
      put(key_of(container, folder, without_extension(path)), caption, true);
    }
    put(key_of(container, folder, stem), caption, path == last_component(path));
  }
}

void CaptionIndex::put(std::string key, const FoundCaption& caption, bool by_path) {
  const auto [place, is_new] = entries_.try_emplace(std::move(key));
  if (is_new) {
    constexpr std::uint64_t kNodeBytes = 64;
    memory_ += Bytes{place->first.size() + caption.text.size() + caption.source.size() +
                     sizeof(*place) + kNodeBytes};
  } else if (place->second.by_path || !by_path) {
    return;
  }
  place->second = {.caption = caption, .by_path = by_path};
}

const FoundCaption* CaptionIndex::find(std::string_view container, std::string_view path) const {
  const auto found = entries_.find(key_of(container, "", without_extension(path)));
  return found == entries_.end() ? nullptr : &found->second.caption;
}

}  // namespace albumen
