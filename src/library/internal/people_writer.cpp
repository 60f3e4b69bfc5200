// SPDX-License-Identifier: Apache-2.0
#include "library/internal/people_writer.h"

#include <cmath>
#include <fmt/core.h>
#include <optional>
#include <string_view>

#include "files/face_id.h"

namespace albumen::store {
namespace {

// The picture's key, if it has that face.
constexpr std::string_view kFindFace =
    "SELECT faces.picture_key FROM pictures JOIN faces USING (picture_key) "
    "WHERE pictures.id = ? AND analyzer_key = ? AND face_index = ?";

Result<std::int64_t> picture_of_face(Connection& connection, std::int64_t analyzer,
                                     const FaceKey& face) {
  auto* find = TRY(connection.prepare(kFindFace));
  const auto picture = TRY(find->integer(face.picture, analyzer, std::int64_t{face.index}));
  if (!picture) {
    return fail(ErrorCode::kNotFound,
                fmt::format("there is no face {} by that analyzer", to_string(face)));
  }
  return *picture;
}

Result<void> remove_person(Connection& connection, std::string_view id) {
  auto* faces = TRY(connection.prepare(
      "DELETE FROM person_faces WHERE person_key = (SELECT person_key FROM people WHERE id = ?)"));
  TRY(faces->execute(id));
  return TRY(connection.prepare("DELETE FROM people WHERE id = ?"))->execute(id);
}

Result<void> insert_person(Connection& connection, std::int64_t analyzer, const PersonRow& person) {
  std::optional<std::int64_t> best_picture;
  std::optional<std::int64_t> best_index;
  if (person.best_face) {
    best_picture = TRY(picture_of_face(connection, analyzer, *person.best_face));
    best_index = person.best_face->index;
  }
  auto* insert = TRY(connection.prepare(
      "INSERT INTO people (id, name, tentative, spread, best_picture_key, best_face_index, "
      "made_from) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING person_key"));
  const double spread = std::isfinite(person.spread) ? person.spread : 0;
  const auto key = TRY(insert->integer(std::string_view{person.id}, std::string_view{person.name},
                                       std::int64_t{person.tentative ? 1 : 0}, spread, best_picture,
                                       best_index, person.made_from));
  auto* member = TRY(connection.prepare(
      "INSERT OR REPLACE INTO person_faces (picture_key, analyzer_key, face_index, person_key) "
      "VALUES (?, ?, ?, ?)"));
  for (const FaceKey& face : person.faces) {
    const std::int64_t picture = TRY(picture_of_face(connection, analyzer, face));
    TRY(member->execute(picture, analyzer, std::int64_t{face.index}, key.value_or(0)));
  }
  return {};
}

Result<void> write_grouping(Connection& connection, const GroupingRow& grouping) {
  auto* insert = TRY(connection.prepare(
      "INSERT OR REPLACE INTO grouping (only, method, same_distance, eps, min_samples, "
      "least_faces) VALUES (1, ?, ?, ?, ?, ?)"));
  const double eps = std::isfinite(grouping.eps) ? grouping.eps : 0;  // SQLite knows no NaN
  return insert->execute(std::string_view{grouping.method}, grouping.same_distance, eps,
                         grouping.min_samples, grouping.least_faces);
}

}  // namespace

Result<void> change_people(RowWriter& writer, const PeopleChange& change) {
  Connection& connection = writer.connection();
  const std::int64_t analyzer = TRY(writer.analyzer_key(change.faces_analyzer));
  if (change.replace_all) {
    TRY(TRY(connection.prepare("DELETE FROM person_faces"))->execute());
    TRY(TRY(connection.prepare("DELETE FROM people"))->execute());
  }
  for (const std::string& id : change.removed) {
    TRY(remove_person(connection, id));
  }
  // All old groups first: a face may move between two groups that both change.
  for (const PersonRow& person : change.people) {
    TRY(remove_person(connection, person.id));
  }
  for (const PersonRow& person : change.people) {
    TRY(insert_person(connection, analyzer, person));
  }
  if (change.grouping) {
    TRY(write_grouping(connection, *change.grouping));
  }
  return drop_empty_people(connection);
}

Result<void> drop_empty_people(Connection& connection) {
  auto* drop = TRY(connection.prepare(
      "DELETE FROM people WHERE person_key NOT IN (SELECT person_key FROM person_faces)"));
  return drop->execute();
}

Result<std::int64_t> append_edit(Connection& connection, const EditRow& edit) {
  auto* insert = TRY(connection.prepare(
      "INSERT INTO edits (edit, at_ms, kind, payload) "
      "VALUES ((SELECT coalesce(max(edit), 0) + 1 FROM edits), ?, ?, ?) RETURNING edit"));
  const std::int64_t number =
      TRY(insert->integer(edit.at_ms, std::string_view{edit.kind}, std::string_view{edit.payload}))
          .value_or(0);
  auto* insert_face = TRY(connection.prepare(
      "INSERT INTO edit_faces (edit, position, picture_id, face_index, x, y, width, height) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  std::int64_t position = 0;
  for (const EditedFace& face : edit.faces) {
    TRY(insert_face->execute(number, position, face.key.picture, std::int64_t{face.key.index},
                             double{face.box.x}, double{face.box.y}, double{face.box.width},
                             double{face.box.height}));
    ++position;
  }
  return number;
}

}  // namespace albumen::store
