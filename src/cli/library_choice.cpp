// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/library_choice.h"

#include <chrono>
#include <optional>
#include <utility>

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
  auto library = Library::open(path, options);
  if (!library && library.error().code == ErrorCode::kNotFound) {
    Error error = std::move(library).error();
    error.message += "; albumen index FOLDER makes one, --library FILE names one";
    return std::unexpected(std::move(error));
  }
  return library;
}

}  // namespace albumen
