// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/edit_list.h"

#include <algorithm>
#include <cstddef>
#include <fmt/core.h>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cli/internal/summary_text.h"
#include "cli/progress_view.h"
#include "files/face_id.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMillisecondsPerSecond = 1000;

// How many faces or people are named before the rest is only counted.
constexpr std::size_t kMostNamed = 3;

using NameOfPerson = std::map<std::string, std::string, std::less<>>;  // by id

std::string faces_text(const std::vector<FaceKey>& faces) {
  if (faces.size() > kMostNamed) {
    return fmt::format("{} faces", human_count(faces.size()));
  }
  std::string text;
  for (const FaceKey& face : faces) {
    text.append(text.empty() ? "" : ", ").append(short_face_id(face));
  }
  return text.empty() ? "no faces" : text;
}

// "; now Ada (p-12) and p-3", or nothing.
std::string people_text(const EditRecord& record, const NameOfPerson& names) {
  std::vector<std::string> ids;
  std::ranges::set_union(record.left_people, record.right_people, std::back_inserter(ids));
  std::string text;
  for (std::size_t place = 0; place < std::min(ids.size(), kMostNamed); ++place) {
    const auto found = names.find(ids[place]);
    const std::string name = found == names.end() ? "" : found->second;
    text.append(text.empty() ? "; now " : ", ");
    text.append(name.empty() ? ids[place] : fmt::format("{} ({})", name, ids[place]));
  }
  if (ids.size() > kMostNamed) {
    text.append(fmt::format(" and {} more", human_count(ids.size() - kMostNamed)));
  }
  return text;
}

std::string state_text(const EditRecord& record) {
  switch (record.state) {
    case EditState::kUndone:
      return fmt::format(" [undone by edit {}]", record.undone_by);
    case EditState::kWithoutEffect:
      return " [without effect now]";
    case EditState::kStands:
      break;
  }
  return "";
}

Json ids_json(const std::vector<FaceKey>& faces) {
  Json ids = Json::array();
  for (const FaceKey& face : faces) {
    ids.push_back(to_string(face));
  }
  return ids;
}

Json to_json(const EditRecord& record) {
  const Edit& edit = record.edit;
  const bool is_undo = edit.kind == EditKind::kUndo;
  return {{"edit", edit.id},
          {"at_ms", edit.time_unix * kMillisecondsPerSecond},
          {"kind", name_of(edit.kind)},
          {"name", edit.kind == EditKind::kName ? Json(edit.name) : Json()},
          {"undoes", is_undo ? Json(edit.undone) : Json()},
          {"left", ids_json(edit.left)},
          {"right", ids_json(edit.right)},
          {"left_people", record.left_people},
          {"right_people", record.right_people},
          {"state", name_of(record.state)},
          {"undone_by", record.undone_by > 0 ? Json(record.undone_by) : Json()}};
}

}  // namespace

std::string words_of(const Edit& edit) {
  const std::string left = faces_text(edit.left);
  switch (edit.kind) {
    case EditKind::kName:
      return edit.name.empty() ? fmt::format("take the name of {} away", left)
                               : fmt::format("name \"{}\" for {}", edit.name, left);
    case EditKind::kMerge:
      return fmt::format("merge {} with {}", left, faces_text(edit.right));
    case EditKind::kSplit:
      return fmt::format("split {} from {}", left, faces_text(edit.right));
    case EditKind::kKeepApart:
      return fmt::format("keep {} apart from {}", left, faces_text(edit.right));
    case EditKind::kAssign:
      return fmt::format("give {} to the person of {}", left, faces_text(edit.right));
    case EditKind::kUndo:
      break;
  }
  return fmt::format("undo edit {}", edit.undone);
}

void print_edits(const std::vector<EditRecord>& history, const std::vector<PersonRow>& people) {
  NameOfPerson names;
  for (const PersonRow& person : people) {
    names.emplace(person.id, person.name);
  }
  for (const EditRecord& record : history) {
    fmt::print("{:>5}  {}  {}{}{}\n", record.edit.id,
               local_time(record.edit.time_unix * kMillisecondsPerSecond), words_of(record.edit),
               people_text(record, names), state_text(record));
  }
  if (history.empty()) {
    fmt::print("nothing was said about people yet\n");
  }
}

void print_edits_json(const std::vector<EditRecord>& history) {
  for (const EditRecord& record : history) {
    fmt::print("{}\n", to_json(record).dump());
  }
}

}  // namespace albumen
