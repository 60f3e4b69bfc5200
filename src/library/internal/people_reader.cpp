// SPDX-License-Identifier: Apache-2.0
// People, how they were grouped, and the log of edits.
#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "library/internal/readers.h"

namespace albumen::store {
namespace {

std::uint32_t face_index(Cursor& cursor, int column) {
  return static_cast<std::uint32_t>(
      cursor.integer_in(column, 0, std::numeric_limits<std::uint32_t>::max()));
}

// Fills in the faces of `people`, whose positions are in `places` by person key.
Result<void> read_faces_of_people(Connection& connection,
                                  const std::unordered_map<std::int64_t, std::size_t>& places,
                                  std::vector<PersonRow>& people) {
  auto* statement = TRY(connection.prepare(
      "SELECT person_key, id, face_index FROM person_faces JOIN pictures USING (picture_key)"));
  auto cursor = TRY(statement->query());
  while (TRY(cursor.next())) {
    const auto place = places.find(cursor.integer(0));
    if (place == places.end()) {
      cursor.damaged(0, "a person that does not exist");
    }
    const FaceKey key{.picture = cursor.digest(1), .index = face_index(cursor, 2)};
    TRY(cursor.check());
    people[place->second].faces.push_back(key);
  }
  for (PersonRow& person : people) {
    std::ranges::sort(person.faces);
  }
  return {};
}

Result<void> read_faces_of_edits(Connection& connection, std::vector<EditRow>& edits) {
  auto* statement = TRY(
      connection.prepare("SELECT edit, picture_id, face_index, x, y, width, height FROM edit_faces "
                         "ORDER BY edit, position"));
  auto cursor = TRY(statement->query());
  while (TRY(cursor.next())) {
    const std::int64_t number = cursor.integer(0);
    const auto edit = std::ranges::lower_bound(edits, number, {}, &EditRow::number);
    if (edit == edits.end() || edit->number != number) {
      cursor.damaged(0, "an edit that does not exist");
    }
    const EditedFace face{.key = {.picture = cursor.digest(1), .index = face_index(cursor, 2)},
                          .box = {.x = static_cast<float>(cursor.real(3)),
                                  .y = static_cast<float>(cursor.real(4)),
                                  .width = static_cast<float>(cursor.real(5)),
                                  .height = static_cast<float>(cursor.real(6))}};
    TRY(cursor.check());
    edit->faces.push_back(face);
  }
  return {};
}

}  // namespace

Result<std::vector<PersonRow>> read_people(Connection& connection) {
  auto* statement = TRY(connection.prepare(
      "SELECT person_key, people.id, name, tentative, spread, pictures.id, best_face_index, "
      "made_from "
      "FROM people LEFT JOIN pictures ON pictures.picture_key = people.best_picture_key "
      "ORDER BY people.id"));
  auto cursor = TRY(statement->query());
  std::vector<PersonRow> people;
  std::unordered_map<std::int64_t, std::size_t> places;
  while (TRY(cursor.next())) {
    PersonRow person{.id = std::string{cursor.text(1)},
                     .name = std::string{cursor.text(2)},
                     .tentative = cursor.integer_in(3, 0, 1) == 1,
                     .spread = cursor.real(4),
                     .best_face = std::nullopt,
                     .faces = {},
                     .made_from = std::nullopt};
    if (!cursor.is_null(7)) {
      person.made_from = cursor.digest(7);
    }
    if (!cursor.is_null(5) && !cursor.is_null(6)) {
      person.best_face = FaceKey{.picture = cursor.digest(5), .index = face_index(cursor, 6)};
    }
    places.emplace(cursor.integer(0), people.size());
    TRY(cursor.check());
    people.push_back(std::move(person));
  }
  TRY(read_faces_of_people(connection, places, people));
  return people;
}

Result<std::optional<GroupingRow>> read_grouping(Connection& connection) {
  auto* statement = TRY(connection.prepare(
      "SELECT method, same_distance, eps, min_samples, least_faces FROM grouping"));
  auto cursor = TRY(statement->query());
  if (!TRY(cursor.next())) {
    return std::optional<GroupingRow>{};
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  GroupingRow row;
  row.method = cursor.text(0);
  if (!cursor.is_null(1)) {
    row.same_distance = cursor.real(1);
  }
  row.eps = cursor.real(2);
  row.min_samples = cursor.integer_in(3, 1, kMost);
  row.least_faces = cursor.integer_in(4, 1, kMost);
  TRY(cursor.check());
  return std::optional{std::move(row)};
}

Result<std::vector<EditRow>> read_edits(Connection& connection) {
  auto* statement =
      TRY(connection.prepare("SELECT edit, at_ms, kind, payload FROM edits ORDER BY edit"));
  auto cursor = TRY(statement->query());
  std::vector<EditRow> edits;
  while (TRY(cursor.next())) {
    edits.push_back({.number = cursor.integer(0),
                     .at_ms = cursor.integer(1),
                     .kind = std::string{cursor.text(2)},
                     .payload = std::string{cursor.text(3)},
                     .faces = {}});
    TRY(cursor.check());
  }
  TRY(read_faces_of_edits(connection, edits));
  return edits;
}

}  // namespace albumen::store
