// SPDX-License-Identifier: Apache-2.0
// Duplicates in a library: files with the same picture, and pictures that look the same. A library
// is as old as its last scan, so each file is looked at before it is named: whoever deletes what a
// group calls a duplicate must find its keeper there. Nothing is changed, nothing deleted. Tested
// by duplicates_run_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compare/duplicates.h"
#include "core/identity.h"
#include "core/result.h"
#include "core/stop.h"
#include "library/library.h"

namespace albumen {

enum class DuplicateKind : std::uint8_t {
  kExact,  ///< the same pixels, byte for byte in their coding; metadata may differ
  kNear,   ///< perceptual hashes within the limits
};

/// A file in a group.
struct DuplicateFile {
  std::string path;    ///< bytes
  std::string member;  ///< bytes; empty for plain files
  PictureId picture;
  Size size;
  float sharpness = 0;
  std::uint64_t file_bytes = 0;  ///< of the file or archive that holds it
  std::size_t turn = 0;          ///< how it is turned against the keeper, as index into Hashes
  int phash_distance = 0;        ///< to the keeper
  int dhash_distance = 0;
};

struct DuplicateFiles {
  DuplicateKind kind = DuplicateKind::kExact;
  DuplicateFile keeper;
  std::vector<DuplicateFile> members;  ///< by (path, member); never empty
};

struct DuplicatesQuery {
  DuplicateLimits limits;
  /// Only groups with a file at or below one of these (absolute paths); empty: all.
  std::vector<std::string> roots;
};

struct DuplicatesReport {
  /// Exact ones first, each kind by its keeper's path.
  std::vector<DuplicateFiles> groups;
  // Files and archives that the library takes for present, wherever they lie; in no group.
  std::uint64_t not_found = 0;  ///< no file is at their path, or none that can be looked at
  std::uint64_t changed = 0;    ///< of another size or time than when they were indexed
};

/// Groups of the files that are still there as they were indexed (size and time of modification;
/// of a member: its archive's). A file with several names - hard or symbolic links, folders behind
/// links - counts once. A picture that has exact copies takes part in near groups with its first
/// file. Errors: NotFound for a root at or below which the library has no file; those of library
/// and limits; Cancelled.
Result<DuplicatesReport> find_duplicates(const Library& library, const DuplicatesQuery& query,
                                         const StopToken& stop);

}  // namespace albumen
