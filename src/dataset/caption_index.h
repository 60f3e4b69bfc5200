// SPDX-License-Identifier: Apache-2.0
// Captions by picture, however a table names its pictures: by a path below its own folder, by a
// path of the machine on which it was written, by a name alone. Tested by caption_index_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.h"
#include "dataset/captions.h"

namespace albumen {

/// What a picture came with.
struct FoundCaption {
  std::string text;
  std::string source;  ///< name of the file that it stands in, as text; empty: there is none

  friend bool operator==(const FoundCaption&, const FoundCaption&) = default;
};

/// A path without the extension of its last component: "a/x" of "a/x.jpg", "a/.x" of itself.
std::string_view without_extension(std::string_view path);

/// What the parts of one sample share in a tar that is laid out as WebDataset has it: "a/x" of
/// "a/x.seg.png". A path up to the first dot of its last component, or all of it.
std::string_view webdataset_sample(std::string_view path);

/// Paths are bytes with slashes. A container is what paths are relative to: an archive, or the file
/// system (empty). One thread writes, then any number read.
class CaptionIndex {
 public:
  /// The rows of the table `source`, which lies in `folder` ("" or "a/b/") of `container`. A row
  /// names the picture that is called so, with its extension or without; where the name ends as
  /// pictures' names do (".jpg"), also one of another extension: a set may have changed its format
  /// since. "x.v2" is never "x". Of two captions of one picture the first counts, but a path goes
  /// before a mere name, and of either what fits as it is before what fits but for its extension.
  void add(std::string_view container, std::string_view folder, std::vector<CaptionRow> rows,
           const std::string& source);

  /// Of the picture at `path` in `container`; null: none.
  [[nodiscard]] const FoundCaption* find(std::string_view container, std::string_view path) const;

  /// About what it holds.
  [[nodiscard]] Bytes memory() const { return memory_; }

 private:
  // How a row came to a key, the best first.
  enum class Match : std::uint8_t { kPath, kPathWithoutExtension, kName, kNameWithoutExtension };

  struct Entry {
    std::size_t caption = 0;
    Match match = Match::kPath;
  };

  void put(std::string key, const Entry& entry);
  void put_with_and_without_extension(std::string_view base, std::string_view path,
                                      const Entry& entry);

  std::deque<FoundCaption> captions_;
  std::map<std::string, Entry, std::less<>> entries_;  // by container, zero byte, path
  Bytes memory_;
};

}  // namespace albumen
