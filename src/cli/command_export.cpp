// SPDX-License-Identifier: Apache-2.0
// `albumen export`: the library's pictures as JSON lines or CSV.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/internal/command.h"
#include "cli/internal/library_choice.h"
#include "cli/internal/standard_output.h"
#include "cli/internal/text_check.h"
#include "cli/progress_view.h"
#include "exporters/export.h"
#include "files/path_text.h"

namespace albumen {
namespace {

struct ExportFlags {
  std::string format = "jsonl";
  std::string out;
};

Result<void> write_to_stdout(std::string_view text) {
  return put_text(text) ? Result<void>{} : finish_output();
}

Result<ExitCode> run(const Context& context, const ExportFlags& flags) {
  const ExportFormat format = TRY(parse_export_format(flags.format));
  const auto library = TRY(open_library(context, {}));
  const StopToken stop = context.signals.token();
  if (flags.out.empty() || flags.out == "-") {
    TRY(export_pictures(*library, format, write_to_stdout, stop));
    return ExitCode::kSuccess;  // main looks whether the last of it was written, too
  }
  const ExportCount count = TRY(export_pictures_to_file(*library, format, flags.out, stop));
  if (context.options.json) {
    put_line(nlohmann::ordered_json{{"rows", count.rows}, {"out", path_to_text(flags.out)}}.dump());
  } else if (!context.options.quiet) {
    put_notice(fmt::format("{} rows in {}", human_count(static_cast<std::uint64_t>(count.rows)),
                           path_to_text(flags.out)));
  }
  return ExitCode::kSuccess;
}

}  // namespace

void add_export_commands(CommandTable& table) {
  const auto flags = std::make_shared<ExportFlags>();
  CLI::App* command =
      table.add(nullptr, "export", "Write the library's pictures for other programs",
                [flags](const Context& context) { return run(context, *flags); });
  command->group("Use");
  command->add_option("--format", flags->format, "jsonl, csv or people-csv (default jsonl)");
  command->add_option("--out", flags->out, "File to write (default: standard output)")
      ->check(not_empty());
}

}  // namespace albumen
