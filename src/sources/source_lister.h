// SPDX-License-Identifier: Apache-2.0
// Lists sources one event at a time: folders (walked without recursion), files, ZIP and tar
// archives. Tested by source_lister_test.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "sources/source.h"

namespace albumen {

/// Pulls events out of sources in an order that depends on the names alone:
/// - sources in the order given; the same path is listed once, however often it is named or met;
/// - within a folder its files by the bytes of their names, then its folders likewise;
/// - the members of an archive in the order of its central directory, or of a tar;
/// - folders behind symbolic links after everything else, each once (by device and inode), so
///   that a link neither loops nor takes the place of the folder that it points to.
/// A file named as a source that is a ZIP or a tar by content is listed as an archive, a compressed
/// tar is a problem (Unsupported); one met in a folder is skipped. Hidden names and the leavings of
/// other systems are skipped below a source, but not when named as the source itself.
/// Folders with kExportMark in them are skipped, too; SourceOptions says what becomes of one that
/// is a source.
///
/// Memory: the names of one folder, the paths of folders still to be walked, some 64 bytes for
/// each folder seen, and ArchiveLimits::listing_bytes. One thread.
class SourceLister {
 public:
  /// `sources` are paths as bytes, relative ones to the working directory. A source that does not
  /// exist is an event later. Errors: InvalidArgument for an empty path or glob, or one with a
  /// zero byte in it; Io when the working directory is gone.
  static Result<SourceLister> create(std::vector<std::string> sources, SourceOptions options);

  SourceLister(SourceLister&&) noexcept;
  SourceLister& operator=(SourceLister&&) noexcept;
  ~SourceLister();

  /// Nothing: all is listed, or a stop was requested; after a stop the listing does not go on.
  std::optional<SourceEvent> next(const StopToken& stop);

 private:
  class State;
  explicit SourceLister(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace albumen
