// SPDX-License-Identifier: Apache-2.0
// Words for a command that there is not. Tested by wrong_command_test.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

namespace albumen {

/// Of an `app` whose parsing failed: "'idnex' is no command; the nearest is index", or where to
/// look where nothing is near. Nothing where something else was wrong.
std::optional<std::string> wrong_command(const CLI::App& app);

}  // namespace albumen
