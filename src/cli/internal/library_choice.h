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
  double wait_seconds = 0;  ///< for another process that writes it
  bool must_exist = false;  ///< of writing, which else makes one
};

/// Opens --library, else $ALBUMEN_LIBRARY, else the nearest .albumen/library.db from the source
/// upwards, else the user's own, which writing creates.
/// Errors: NotFound where there is none, saying how to get one; those of Library::open.
Result<std::unique_ptr<Library>> open_library(const Context& context,
                                              const LibraryRequest& request);

/// --wait of a command that writes a library; LibraryRequest::wait_seconds.
void add_wait_flag(CLI::App& command, double& wait_seconds);

}  // namespace albumen
