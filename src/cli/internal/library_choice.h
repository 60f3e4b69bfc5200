// SPDX-License-Identifier: Apache-2.0
// Which library a command works on, opened.
#pragma once

#include <memory>
#include <string>

#include "cli/internal/command.h"
#include "library/library.h"

namespace albumen {

struct LibraryRequest {
  std::string source;  ///< where to look for one; empty: the working directory
  LibraryMode mode = LibraryMode::kRead;
  Durability durability = Durability::kProcessCrash;
  double wait_seconds = 0;
};

/// Opens --library, else $ALBUMEN_LIBRARY, else the nearest .albumen/library.db from the source
/// upwards, else the user's own, which writing creates.
Result<std::unique_ptr<Library>> open_library(const Context& context,
                                              const LibraryRequest& request);

}  // namespace albumen
