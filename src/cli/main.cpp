// SPDX-License-Identifier: Apache-2.0
// The program `albumen`: flags in, engine called, exit code out.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fmt/core.h>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "cli/internal/command.h"
#include "cli/internal/help_text.h"
#include "cli/internal/standard_output.h"
#include "cli/internal/text_check.h"
#include "cli/internal/wrong_command.h"
#include "cli/progress_view.h"
#include "cli/typed_command.h"
#include "core/version.h"

namespace albumen {
namespace {

void add_global_options(CLI::App& app, GlobalOptions& options) {
  app.set_version_flag("--version", fmt::format("albumen {}", program_version()));
  app.add_option("--library", options.library, "Library file (default: found from the source)")
      ->check(not_empty());
  app.add_option("--memory-budget", options.memory_budget,
                 "Ceiling for pictures in memory, for example 512MiB (default: a quarter of what "
                 "this process may use)");
  app.add_option("--threads", options.threads, "Worker threads (default: two more than processors)")
      ->check(CLI::Range(0U, 1024U))
      ->default_str("");
  app.add_option("--config", options.config, "Configuration file (TOML)");
  app.add_flag("--json", options.json,
               "Answer in JSON, one object per line; long runs tell how far they are");
  app.add_flag("--no-progress", options.no_progress, "No progress, on stderr or in JSON");
  app.add_flag(
      "--strict", options.strict,
      "Skipped files count as failed in the exit code, but not what is excluded, pictures' "
      "captions, the RAW beside its JPEG and albumen's own");
  app.add_flag("-v,--verbose", options.verbose,
               "index and dataset: what became of every file that they looked at, a line each")
      ->default_str("0");
  app.add_flag("-q,--quiet", options.quiet, "Say only errors");
}

Result<void> complete_settings(CLI::App& app, const GlobalOptions& options,
                               const Environment& environment) {
  std::optional<std::string> path = default_config_path(environment);
  if (!options.config.empty()) {
    path = options.config;
  } else if (const auto named = environment("ALBUMEN_CONFIG"); named && !named->empty()) {
    path = *named;
  }
  ConfigValues config;
  if (path) {
    config = TRY(read_config(*path));
  }
  return apply_settings(app, environment, config, SettingsOf::kThisCommand);
}

Result<ExitCode> run_command(CommandTable& table, const Environment& environment,
                             std::string command) {
  TRY(complete_settings(table.app(), table.options(), environment));
  const CommandFunction* const run = table.parsed();
  if (run == nullptr) {
    fmt::print("{}", table.app().help());
    return ExitCode::kUsage;
  }
  const SignalStop signals;
  return (*run)(Context{.options = table.options(),
                        .signals = signals,
                        .environment = environment,
                        .command = std::move(command)});
}

int report(const Error& error) {
  put_notice(to_string(error));
  return describe(error.code).exit_code;
}

// What a command came to, and whether all that it printed was written.
int finish(const Result<ExitCode>& result) {
  const Result<void> output = finish_output();
  const bool reader_left = !output && output.error().code == ErrorCode::kCancelled;
  const bool ended_for_it = result || result.error().code == ErrorCode::kCancelled;
  if (reader_left && ended_for_it) {
    return static_cast<int>(ExitCode::kInterrupted);  // they have what they wanted
  }
  if (!result) {
    return report(result.error());
  }
  return output ? static_cast<int>(*result) : report(output.error());
}

int run(int argument_count, const char* const* arguments) {
  CLI::App app{
      "Turns a pile of pictures into an understood library, on your own machine, inside a memory "
      "budget.",
      "albumen"};
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.formatter(std::make_shared<HelpText>(terminal_columns()));
  app.option_defaults()->always_capture_default();  // for `config show`
  GlobalOptions options;
  add_global_options(app, options);
  CommandTable table{app, options};
  add_index_commands(table);
  add_people_commands(table);
  add_duplicates_command(table);
  add_dataset_command(table);
  add_export_commands(table);
  add_runs_command(table);
  add_models_commands(table);
  add_doctor_command(table);
  add_config_commands(table);
  add_bench_commands(table);
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app.exit(error);  // prints help or the version
      return finish(ExitCode::kSuccess);
    }
    put_notice(fmt::format("{}: {}", describe(ErrorCode::kInvalidArgument).name,
                           wrong_command(app).value_or(error.what())));
    put_error_line("--help behind a command lists its options");
    return finish(ExitCode::kUsage);
  }
  const auto count = static_cast<std::size_t>(std::max(argument_count, 1));
  return finish(run_command(table, process_environment(),
                            typed_command(std::span{arguments, count}.subspan(1))));
}

// Only allocation and a bug lead here.
int report_bug(const std::exception& error) {
  std::fputs("albumen: Internal: ", stderr);
  std::fputs(error.what(), stderr);
  std::fputs("\n", stderr);
  return describe(ErrorCode::kInternal).exit_code;
}

}  // namespace
}  // namespace albumen

int main(int argument_count, char** arguments) {
  // A launcher that ignores its children's deaths leaves that to us, who want to know of ours.
  std::signal(SIGCHLD, SIG_DFL);
  try {
    return albumen::run(argument_count, arguments);
  } catch (const std::system_error& error) {
    // fmt throws where standard output takes no more.
    if (std::ferror(stdout) != 0) {
      albumen::note_output_failure(error.code().value());
      return albumen::finish(albumen::ExitCode::kSuccess);
    }
    return albumen::report_bug(error);
  } catch (const std::exception& error) {
    return albumen::report_bug(error);
  }
}
