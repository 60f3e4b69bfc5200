// SPDX-License-Identifier: Apache-2.0
// A command as its user typed it, for the log of runs and for whoever waits for the library.
// Tested by typed_command_test.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace albumen {

/// Longest text that is kept, in bytes: a shell's glob may give a million names.
inline constexpr std::size_t kLongestTypedCommand = 1000;

/// "albumen index '/my photos'": quoted as a POSIX shell reads it, bytes that are no text escaped,
/// cut to kLongestTypedCommand with "..." at its end. `arguments` without the program's own name.
std::string typed_command(std::span<const char* const> arguments);

}  // namespace albumen
