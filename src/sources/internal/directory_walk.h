// SPDX-License-Identifier: Apache-2.0
// Walks folders without recursion, one event at a time. Tested by source_lister_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <dirent.h>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "sources/internal/name_rules.h"
#include "sources/source.h"

namespace albumen {

/// Paths that are sources of their own: the walk leaves them to themselves.
using NamedPaths = std::unordered_set<std::string_view>;

/// Each folder is read whole, sorted, yielded, then its folders are walked depth first. One folder
/// is open at a time, however deep the tree. Folders behind symbolic links wait until the caller
/// asks for them. One thread.
class DirectoryWalk {
 public:
  /// `rules` and `named` outlive the walk.
  DirectoryWalk(const NameRules& rules, const NamedPaths& named, NamedExports named_exports);

  /// Adds the folder at `root` (absolute, normal), which may itself be a symbolic link.
  void add_root(std::string root);

  /// Nothing: all folders added are done, or a stop was requested.
  std::optional<SourceEvent> next(const StopToken& stop);

  /// Adds the folders behind symbolic links that were met so far; false when there are none.
  bool add_linked_folders();

 private:
  struct Folder {
    std::string path;
    std::size_t root_bytes = 0;  // of `path`, up to and without the slash after the source
    bool through_link = false;   // the last component may be a symbolic link
  };

  struct Name {
    std::size_t offset = 0;  // in names_
    std::size_t size = 0;
    unsigned char type = DT_UNKNOWN;
  };

  struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };

  std::optional<SourceEvent> open_folder(Folder folder, const StopToken& stop);
  std::optional<SourceEvent> read_names(const StopToken& stop);
  [[nodiscard]] bool holds_mark() const;
  [[nodiscard]] bool is_source() const;
  std::optional<SourceEvent> next_in_folder();
  void leave_folder();
  std::optional<SourceEvent> visit(const Name& name);
  std::optional<SourceEvent> visit_status(std::string path, const char* basename);
  [[nodiscard]] std::string_view text_of(const Name& name) const;
  [[nodiscard]] std::string relative(const std::string& path) const;

  const NameRules* rules_;
  const NamedPaths* named_;
  NamedExports named_exports_;
  std::vector<Folder> pending_;             // a stack: the next folder last
  std::vector<Folder> linked_;              // in the order met
  std::set<std::pair<dev_t, ino_t>> seen_;  // folders read

  // The folder being yielded.
  std::unique_ptr<DIR, CloseDirectory> directory_;
  Folder folder_;
  bool is_export_ = false;
  std::string names_;         // all names, each with its zero byte
  std::vector<Name> sorted_;  // by bytes
  std::size_t position_ = 0;  // in sorted_
  std::vector<Folder> subfolders_;
};

/// Io, NotFound or Unsupported for what `path` is instead of a file or folder.
Error not_readable(const struct stat& status, const std::string& path);

/// The reason why `path` cannot be inspected, from errno; a dangling symbolic link is said to be
/// one.
Error inspect_failure(int error_number, const std::string& path);

}  // namespace albumen
