// SPDX-License-Identifier: Apache-2.0
// Where an option's value comes from: flag > environment (ALBUMEN_*) > config file > default.
// CLI11 prefers its config file to the environment, so the last two are filled in here.
// Tested by settings_test.cpp.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace albumen {

/// The environment, as a function, so that tests need not change the process.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

Environment process_environment();

/// Keys of a config file, "section.key" flattened, values as they would be typed as flags; a list
/// gives several values.
using ConfigValues = std::map<std::string, std::vector<std::string>>;

/// Parses a TOML config file. `InvalidArgument` with line and column for a syntax error or a value
/// that no flag could have (a date, a nested list).
Result<ConfigValues> read_config(const std::string& path);

/// The file to read when --config is not given: $XDG_CONFIG_HOME or ~/.config, albumen/config.toml.
/// Nothing when there is none.
std::optional<std::string> default_config_path(const Environment& environment);

/// "memory-budget" -> "ALBUMEN_MEMORY_BUDGET"; inside a command, "index.exclude" ->
/// "ALBUMEN_INDEX_EXCLUDE".
std::string environment_name(std::string_view key);

}  // namespace albumen
