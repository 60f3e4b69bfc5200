// SPDX-License-Identifier: Apache-2.0
// What an earlier export wrote into a person's folder: what of it is still as it was written, what
// may be removed, and what is somebody's own by now. Tested by export_again_test.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/identity.h"
#include "core/result.h"
#include "core/stop.h"
#include "exporters/internal/export_manifest.h"

namespace albumen {

/// Where bytes lie today, as far as the library knows.
struct KnownBytes {
  std::set<std::pair<std::string, Sha256Digest>> archived;  ///< path of the archive
  std::multimap<Sha256Digest, std::string> files;           ///< their paths
  std::string export_folder;  ///< as of real_path: what leads into it is no other place
};

/// The files of one folder against the mark of an earlier export. One thread.
class EarlierFiles {
 public:
  /// Looks at what is in `folder`, a real one, and reads the copies and sheets of `files` in it. No
  /// link is followed, whatever the mark says. `known` outlives this. Errors: Io; Cancelled.
  static Result<EarlierFiles> look(const std::string& folder,
                                   const std::vector<ExportedFile>& files, const KnownBytes& known,
                                   const StopToken& stop);

  /// There as they were written: a copy or sheet by its digest, a symbolic link by its target, a
  /// hard link by being the same file as its original, if that is there.
  [[nodiscard]] const std::vector<ExportedFile>& as_written() const { return as_written_; }

  /// In the mark, and there, but something else by now: whoever changed them has them.
  [[nodiscard]] const std::vector<ExportedFile>& changed() const { return changed_; }

  /// Names of all that is there and not as written, but for files of albumen's own name.
  [[nodiscard]] const std::set<std::string>& others() const { return others_; }

  /// Whether one of `as_written` can be removed and nothing is lost. A copy: its bytes are in its
  /// original or in another place that is known of them, which is another file and is read for this
  /// once, or in the archive that it came out of. A hard link: such a place is another name of the
  /// same file. Places that lead into the export do not count. Symbolic links and sheets never had
  /// bytes of their own.
  bool may_go(const ExportedFile& file);

  /// Error: Io.
  [[nodiscard]] Result<void> remove(const ExportedFile& file) const;

 private:
  EarlierFiles(std::string folder, const KnownBytes& known)
      : folder_(std::move(folder)), known_(&known) {}

  [[nodiscard]] std::string path_of(const ExportedFile& file) const;

  std::string folder_;
  const KnownBytes* known_;
  std::vector<ExportedFile> as_written_;
  std::vector<ExportedFile> changed_;
  std::set<std::string> others_;
  std::map<std::string, bool> may_go_;  // by name, as far as asked
};

/// Removes `folder` where nothing but files of albumen's own name, the mark among them, is in it.
/// Whether it did. Error: Io.
Result<bool> remove_if_empty(const std::string& folder);

}  // namespace albumen
