// SPDX-License-Identifier: Apache-2.0
// A list of paths from a descriptor, usually standard input: `find -print0 | albumen index ...`.
// Tested by path_list_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "core/units.h"

namespace albumen {

struct PathListLimits {
  std::uint64_t max_paths = 10'000'000;
  Bytes max_path = kKiB * 64;  ///< of one path; what the system cannot open fails alone, later
  Bytes max_total = kGiB;      ///< of all paths together
};

/// Reads paths, as bytes, until the end of `fd`, which stays open and its caller's own. Each ends
/// with a zero byte if the first 64 KiB hold one, else with a newline; the last may lack it. Empty
/// ones are left out.
/// Errors: InvalidArgument for a zero byte in a list of lines, TooLarge beyond a limit, Io,
/// Cancelled (checked several times a second while waiting).
Result<std::vector<std::string>> read_path_list(int fd, const PathListLimits& limits,
                                                const StopToken& stop);

}  // namespace albumen
