// SPDX-License-Identifier: Apache-2.0
// What every command of the program shares: the global options, the table it registers in, and
// where it prints. A command parses its own flags and calls the engine; it has no logic of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/settings.h"
#include "cli/signals.h"
#include "core/result.h"
#include "core/units.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is CLI11's.
namespace CLI {
class App;  // each file that includes CLI11 takes two seconds of a compiler to say what it never
            // uses
}

namespace albumen {

/// Exit codes of a finished command; a failed one takes the code of its error.
enum class ExitCode : std::uint8_t {
  kSuccess = 0,
  kSomeFailed = 1,  ///< done, but pictures failed, in this run or in an earlier one
  kUsage = 2,
  kNothingUsable = 3,  ///< nothing usable in the input
  kInterrupted = 130,  ///< by a signal, or because nobody reads what it prints any more
};

struct GlobalOptions {
  std::string library;        ///< empty: chosen by the source, see library/
  std::string memory_budget;  ///< empty: by the machine
  unsigned threads = 0;       ///< 0: two more than the processors this process may use
  std::string config;         ///< empty: the user's own, if there is one
  bool json = false;
  bool no_progress = false;
  bool strict = false;
  int verbose = 0;  ///< how often -v was given; more than once says no more
  bool quiet = false;
};

/// What a command is run with.
struct Context {
  const GlobalOptions& options;
  const SignalStop& signals;
  const Environment& environment;
  std::string command;  ///< as its user typed it
};

using CommandFunction = std::function<Result<ExitCode>(const Context&)>;

/// Where commands register; main runs the one that was parsed.
class CommandTable {
 public:
  CommandTable(CLI::App& app, GlobalOptions& options) : app_(app), options_(options) {}

  /// A command `name` below `parent` (null: top level), in one of the help's groups.
  CLI::App* add(CLI::App* parent, const std::string& name, const std::string& description,
                CommandFunction run);

  /// A command that only groups others ("people list", "people name").
  CLI::App* add_group(const std::string& name, const std::string& description);

  [[nodiscard]] CLI::App& app() { return app_; }

  [[nodiscard]] GlobalOptions& options() { return options_; }

  /// The function of the parsed command, or null.
  [[nodiscard]] const CommandFunction* parsed() const;

 private:
  struct Entry {
    CLI::App* app;  // owned by app_
    CommandFunction run;
  };

  CLI::App& app_;           // outlives the table
  GlobalOptions& options_;  // outlives the table
  std::vector<Entry> entries_;
};

// One line per file command_*.cpp.
void add_index_commands(CommandTable& table);
void add_people_commands(CommandTable& table);
void add_people_edit_commands(CommandTable& table, CLI::App* group);  // below "people"
void add_export_commands(CommandTable& table);
void add_duplicates_command(CommandTable& table);
void add_dataset_command(CommandTable& table);
void add_runs_command(CommandTable& table);
void add_models_commands(CommandTable& table);
void add_doctor_command(CommandTable& table);
void add_config_commands(CommandTable& table);
void add_bench_commands(CommandTable& table);

enum class SettingsOf : std::uint8_t { kThisCommand, kAllCommands };

/// Fills every option that no flag set, from the environment, then from `config`; options of
/// commands under "command.option", of the one that runs or, for a check, of all. InvalidArgument
/// names the variable or key with a bad value, and keys that no option has.
Result<void> apply_settings(CLI::App& app, const Environment& environment,
                            const ConfigValues& config, SettingsOf which);

/// The budget to run with: --memory-budget or the default for this machine.
Result<Bytes> chosen_budget(const GlobalOptions& options);

/// --threads, or two more than the processors this process may use.
unsigned chosen_threads(const GlobalOptions& options);

}  // namespace albumen
