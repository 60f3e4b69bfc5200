// SPDX-License-Identifier: Apache-2.0
// A command as its user typed it, for the log of runs and for whoever waits for the library.
// Tested by command_line_test.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace albumen {

/// Longest text that is kept, in bytes: a shell's glob may give a million names.
inline constexpr std::size_t kLongestCommandLine = 1000;

/// "albumen index '/my photos'": quoted as a POSIX shell reads it, bytes that are no text escaped,
/// cut to kLongestCommandLine with "..." at its end. `arguments` without the program's own name.
std::string command_line(std::span<const char* const> arguments);

}  // namespace albumen
