// SPDX-License-Identifier: Apache-2.0
// Which library a command works on, opened.
#pragma once

#include <memory>
#include <string>

#include "cli/internal/command.h"
#include "library/library.h"

namespace albumen {

/// Opens --library, else $ALBUMEN_LIBRARY, else the nearest .albumen/library.db from `source`
/// (empty: the working directory) upwards, else the user's own, which writing creates.
Result<std::unique_ptr<Library>> open_library(const Context& context, const std::string& source,
                                              LibraryMode mode);

}  // namespace albumen
