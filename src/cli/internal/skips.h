// SPDX-License-Identifier: Apache-2.0
// What the end of a run makes of the files that were left out, by reason.
// Tested by skips_test.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cli/internal/command.h"

namespace albumen {

using CountByReason = std::map<std::string, std::uint64_t>;

/// How many of them --strict counts as failed: not what albumen made itself, what the user left
/// out, and what `dataset` has used or has in another form: captions of pictures, and the RAW
/// beside its JPEG.
std::uint64_t skips_under_strict(const CountByReason& skipped);

/// "no picture was found; skipped: 3 hidden".
std::string no_picture_text(const CountByReason& skipped);

/// The exit code of a run that ends with nothing usable, which says that on standard error where
/// nothing `failed`: whatever did has said so.
ExitCode nothing_usable(std::uint64_t failed, const CountByReason& skipped);

}  // namespace albumen
