// SPDX-License-Identifier: Apache-2.0
// Where people's folders may be written so that nobody loses a picture: away from the library's
// own, and over nothing but what an export wrote. Looks only. Tested by people_folders_test.cpp.
#pragma once

#include <set>
#include <string>

#include "core/result.h"
#include "files/file.h"

namespace albumen {

/// The folder of an export, by the place that its name leads to. One thread.
class ExportPlace {
 public:
  /// `directory` may be relative, lead through links and be missing as yet. Errors:
  /// InvalidArgument where it is, or lies below, something that is no folder; Io.
  static Result<ExportPlace> at(const std::string& directory);

  /// InvalidArgument when the library's picture at `path` lies in the folder or below it, whichever
  /// links lead there. Cheap for paths in the order of their folders.
  Result<void> check_is_elsewhere(const std::string& path);

  /// As of real_path.
  [[nodiscard]] const std::string& real_folder() const { return below_; }

 private:
  ExportPlace(std::string directory, std::string below);

  std::string directory_;  // as it was given, for messages
  std::string below_;      // as of real_path
  std::string folder_;     // of the path that was asked for last
};

/// InvalidArgument when `folder` holds something and was not written by an export, or is no folder;
/// Io when it cannot be looked into. A missing or empty one is well.
Result<void> check_is_ours(const std::string& folder);

/// Names of all that lies in `folder`, hidden or not. Error: Io.
Result<std::set<std::string>> names_in(const std::string& folder);

/// Held while an export writes into `directory`: only one does at a time. File systems that lock no
/// folders let all of them. Error: Unavailable.
Result<FileDescriptor> lock_place(const std::string& directory);

}  // namespace albumen
