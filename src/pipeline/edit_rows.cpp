// SPDX-License-Identifier: Apache-2.0
// Edits as the library keeps them: docs/formats/library.md, table edits.

#include <exception>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "pipeline/people_run.h"

namespace albumen {
namespace {

constexpr std::int64_t kMillisecondsPerSecond = 1000;

std::unexpected<Error> damaged(const EditRow& row, const std::string& why) {
  return fail(ErrorCode::kStoreFailed, fmt::format("edit {}: {}", row.number, why));
}

}  // namespace

EditRow edit_to_row(const Edit& edit, const std::vector<EditedFace>& faces) {
  nlohmann::ordered_json payload{{"left", edit.left.size()}};
  if (edit.kind == EditKind::kName) {
    payload["name"] = edit.name;
  }
  if (edit.kind == EditKind::kUndo) {
    payload["undone"] = edit.undone;
  }
  return {.number = 0,
          .at_ms = edit.time_unix * kMillisecondsPerSecond,
          .kind = std::string{name_of(edit.kind)},
          .payload = payload.dump(),
          .faces = faces};
}

Result<Edit> edit_from_row(const EditRow& row) {
  Edit edit;
  edit.id = static_cast<std::uint64_t>(row.number);
  edit.time_unix = row.at_ms / kMillisecondsPerSecond;
  const auto kind = parse_edit_kind(row.kind);
  if (!kind) {
    return damaged(row, kind.error().message);
  }
  edit.kind = *kind;
  std::size_t left = 0;
  try {
    const auto payload = nlohmann::json::parse(row.payload);
    left = payload.value("left", row.faces.size());
    edit.name = payload.value("name", std::string{});
    edit.undone = payload.value("undone", std::uint64_t{0});
  } catch (const std::exception& error) {
    return damaged(row, error.what());
  }
  if (left > row.faces.size()) {
    return damaged(row, "has fewer faces than it says");
  }
  for (std::size_t index = 0; index < row.faces.size(); ++index) {
    (index < left ? edit.left : edit.right).push_back(row.faces[index].key);
  }
  return edit;
}

}  // namespace albumen
