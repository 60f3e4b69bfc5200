// SPDX-License-Identifier: Apache-2.0
// `albumen config check|show`: what environment and file set every option to.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/core.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/internal/command.h"
#include "cli/internal/standard_output.h"
#include "files/path_text.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

struct Origin {
  std::string value;
  std::string from;
};

// Empty where there is none, or where it depends: on the machine, a model, a preset, ...
std::string default_of(const CLI::Option& option) {
  constexpr std::string_view kEmptyList = "[]";
  const std::string text = option.get_default_str();
  const bool is_switch = option.get_items_expected_max() == 0;
  if (is_switch && text.empty()) {
    return "false";
  }
  return text == kEmptyList ? "" : text;
}

Origin origin_of(const CLI::Option& option, const std::string& key, const Context& context,
                 const ConfigValues& config) {
  const std::string variable = environment_name(key);
  if (const auto value = context.environment(variable); value && !value->empty()) {
    return {.value = *value, .from = variable};
  }
  if (const auto found = config.find(key); found != config.end()) {
    return {.value = fmt::format("{}", fmt::join(found->second, ", ")), .from = "config file"};
  }
  return {.value = default_of(option), .from = "default"};
}

// Nothing where there is none.
std::optional<std::string> config_path(const Context& context) {
  return context.options.config.empty() ? default_config_path(context.environment)
                                        : std::optional{context.options.config};
}

Result<ConfigValues> config_at(const std::optional<std::string>& path) {
  return path ? read_config(*path) : ConfigValues{};
}

// What every other command does for its own options only.
Result<ExitCode> check(CLI::App& app, const Context& context) {
  const ConfigValues config = TRY(config_at(config_path(context)));
  TRY(apply_settings(app, context.environment, config, SettingsOf::kAllCommands));
  TRY(chosen_budget(context.options));
  return ExitCode::kSuccess;
}

Result<ExitCode> show(const CLI::App& app, const Context& context) {
  const auto path = config_path(context);
  const ConfigValues config = TRY(config_at(path));
  if (context.options.json) {
    put_line(Json{{"config_file", path ? Json(path_to_text(*path)) : Json{}}}.dump());
  } else {
    fmt::print("config file: {}\n\n", path.value_or("none"));
  }
  const auto print_options = [&](const CLI::App& owner, const std::string& prefix) {
    for (const CLI::Option* option : owner.get_options()) {
      if (option->get_lnames().empty() || option->get_lnames().front() == "help" ||
          option->get_lnames().front() == "version") {
        continue;
      }
      const std::string key = prefix + option->get_lnames().front();
      const Origin origin = origin_of(*option, key, context, config);
      if (context.options.json) {
        put_line(Json{{"option", key},
                      {"value", origin.value.empty() ? Json{} : Json(path_to_text(origin.value))},
                      {"from", origin.from}}
                     .dump());
        continue;
      }
      fmt::print("{:32} {:24} {}\n", key, origin.value.empty() ? "-" : origin.value, origin.from);
    }
  };
  print_options(app, "");
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    print_options(*command, command->get_name() + ".");
  }
  return ExitCode::kSuccess;
}

}  // namespace

void add_config_commands(CommandTable& table) {
  CLI::App* group = table.add_group("config", "The configuration file");
  group->group("Care");
  CLI::App& app = table.app();
  table.add(group, "check", "Check the options of all commands and say nothing when they are well",
            [&app](const Context& context) { return check(app, context); });
  table.add(group, "show",
            "Every option, its value, and whether environment, file or default set it",
            [&app](const Context& context) { return show(app, context); });
}

}  // namespace albumen
