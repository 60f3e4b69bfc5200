// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/library_choice.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <fmt/core.h>
#include <optional>
#include <system_error>

#include "cli/internal/number_check.h"
#include "files/path_text.h"
#include "library/library_path.h"

namespace albumen {

Result<std::unique_ptr<Library>> open_library(const Context& context,
                                              const LibraryRequest& request) {
  const auto given = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional{text};
  };
  const std::string path = TRY(choose_library_path(
      library_path_inputs(given(context.options.library), given(request.source))));
  OpenOptions options;
  options.mode = request.mode;
  options.durability = request.durability;
  options.wait_for_lock =
      std::chrono::milliseconds{static_cast<std::int64_t>(request.wait_seconds * 1000)};
  options.stop = context.signals.token();
  options.command = context.command;
  std::error_code ignored;
  const bool makes_one = request.mode == LibraryMode::kWrite && !request.must_exist;
  if (!makes_one && !std::filesystem::exists(path, ignored)) {
    return fail(
        ErrorCode::kNotFound,
        fmt::format("there is no library {}; albumen index FOLDER makes one, --library FILE "
                    "names one",
                    path_to_text(path)));
  }
  return Library::open(path, options);
}

void add_wait_flag(CLI::App& command, double& wait_seconds) {
  constexpr double kLongestWait = 1e9;  // seconds: thirty years
  command
      .add_option("--wait", wait_seconds,
                  "Seconds to wait for another process that writes this library")
      ->check(number_in(0.0, kLongestWait));
}

}  // namespace albumen
