// SPDX-License-Identifier: Apache-2.0
// Analyzers, and walks over the findings of one of them.
#include <cmath>
#include <fmt/core.h>
#include <limits>

#include "library/internal/codec.h"
#include "library/internal/readers.h"

namespace albumen::store {
namespace {

// Findings of pictures that are gone leave people and duplicates; they come back with the file.
constexpr std::string_view kSelectFaces =
    "SELECT pictures.id, face_index, x, y, faces.width, faces.height, score, chip_pixels, vector "
    "FROM faces JOIN pictures USING (picture_key) "
    "WHERE analyzer_key = ? AND vector IS NOT NULL AND chip_pixels >= ? AND EXISTS "
    "(SELECT 1 FROM files WHERE files.picture_key = faces.picture_key AND missing = 0)";

constexpr std::string_view kLocateFace =
    "SELECT x, y, faces.width, faces.height FROM pictures JOIN faces USING (picture_key) "
    "WHERE pictures.id = ? AND analyzer_key = ? AND face_index = ?";

Result<std::optional<std::int64_t>> analyzer_of(Connection& connection, const FaceQuery& query) {
  return query.analyzer ? find_analyzer(connection, *query.analyzer)
                        : current_analyzer(connection, "faces");
}

// From the column of x on.
Rect read_box(Cursor& cursor, int column) {
  return {.x = static_cast<float>(cursor.real(column)),
          .y = static_cast<float>(cursor.real(column + 1)),
          .width = static_cast<float>(cursor.real(column + 2)),
          .height = static_cast<float>(cursor.real(column + 3))};
}

StoredFace read_face(Cursor& cursor, std::vector<Half>& vector) {
  StoredFace face;
  face.key = {.picture = cursor.digest(0),
              .index = static_cast<std::uint32_t>(
                  cursor.integer_in(1, 0, std::numeric_limits<std::uint32_t>::max()))};
  face.box = read_box(cursor, 2);
  face.score = static_cast<float>(cursor.real(6));
  face.chip_pixels = static_cast<float>(cursor.real(7));
  if (!decode_vector(cursor.blob(8), vector)) {
    cursor.damaged(8, "no vector of finite binary16 numbers");
  }
  face.vector = vector;
  return face;
}

// Of a query for name, version, model_digest and parameters.
Result<std::vector<AnalyzerId>> read_analyzers(Statement& statement) {
  auto cursor = TRY(statement.query());
  std::vector<AnalyzerId> analyzers;
  while (TRY(cursor.next())) {
    analyzers.push_back({.name = std::string{cursor.text(0)},
                         .version = std::string{cursor.text(1)},
                         .model_digest = std::string{cursor.text(2)},
                         .parameters = std::string{cursor.text(3)}});
    TRY(cursor.check());
  }
  return analyzers;
}

}  // namespace

Result<std::optional<std::int64_t>> current_analyzer(Connection& connection,
                                                     std::string_view kind) {
  auto* statement =
      TRY(connection.prepare("SELECT analyzer_key FROM analyzers WHERE current = 1 AND kind = ? "
                             "ORDER BY name, version, model_digest, parameters LIMIT 1"));
  return statement->integer(kind);
}

Result<std::optional<std::int64_t>> find_analyzer(Connection& connection,
                                                  const AnalyzerId& analyzer) {
  auto* statement = TRY(
      connection.prepare("SELECT analyzer_key FROM analyzers "
                         "WHERE name = ? AND version = ? AND model_digest = ? AND parameters = ?"));
  return statement->integer(std::string_view{analyzer.name}, std::string_view{analyzer.version},
                            std::string_view{analyzer.model_digest},
                            std::string_view{analyzer.parameters});
}

Result<std::vector<AnalyzerId>> read_current_analyzers(Connection& connection) {
  auto* statement = TRY(connection.prepare(
      "SELECT name, version, model_digest, parameters FROM analyzers WHERE current = 1 "
      "ORDER BY name, version, model_digest, parameters"));
  return read_analyzers(*statement);
}

Result<std::vector<AnalyzerId>> read_analyzers_of_people(Connection& connection) {
  auto* statement =
      TRY(connection.prepare("SELECT name, version, model_digest, parameters FROM analyzers "
                             "WHERE analyzer_key IN (SELECT analyzer_key FROM person_faces) "
                             "ORDER BY name, version, model_digest, parameters"));
  return read_analyzers(*statement);
}

Result<std::uint64_t> count_left_behind(Connection& connection, std::string_view name) {
  // Nearly all libraries have one analyzer of a name: the first condition spares them the rest.
  auto* statement = TRY(connection.prepare(
      "SELECT count(DISTINCT files.picture_key) FROM files "
      "WHERE EXISTS (SELECT 1 FROM analyzers WHERE name = ?1 AND current = 0) AND missing = 0 "
      "AND EXISTS (SELECT 1 FROM faces JOIN analyzers USING (analyzer_key) "
      "WHERE faces.picture_key = files.picture_key AND name = ?1 AND current = 0) "
      "AND NOT EXISTS (SELECT 1 FROM findings_done JOIN analyzers USING (analyzer_key) "
      "WHERE findings_done.picture_key = files.picture_key AND name = ?1 AND current = 1) "
      "AND NOT EXISTS (SELECT 1 FROM failures JOIN analyzers USING (analyzer_key) "
      "WHERE failures.file_key = files.file_key AND name = ?1 AND current = 1)"));
  const auto count = TRY(statement->integer(name));
  return static_cast<std::uint64_t>(count.value_or(0));
}

Result<void> for_each_face(Connection& connection, const FaceQuery& query,
                           const RowCallback<StoredFace>& callback) {
  const auto analyzer = TRY(analyzer_of(connection, query));
  if (!analyzer) {
    return {};
  }
  auto* statement = TRY(connection.prepare(kSelectFaces));
  auto cursor = TRY(statement->query(*analyzer, double{query.min_chip_pixels}));
  std::vector<Half> vector;
  std::size_t dimensions = 0;
  while (TRY(cursor.next())) {
    const StoredFace face = read_face(cursor, vector);
    if (dimensions != 0 && face.vector.size() != dimensions) {
      cursor.damaged(
          8, fmt::format("{} dimensions where others have {}", face.vector.size(), dimensions));
    }
    TRY(cursor.check());
    dimensions = face.vector.size();
    TRY(callback(face));
  }
  return {};
}

Result<std::vector<EditedFace>> locate(Connection& connection, const AnalyzerId& analyzer,
                                       std::span<const FaceKey> faces) {
  std::vector<EditedFace> located;
  const auto analyzer_key = TRY(find_analyzer(connection, analyzer));
  if (!analyzer_key) {
    return located;
  }
  auto* statement = TRY(connection.prepare(kLocateFace));
  for (const FaceKey& face : faces) {
    auto cursor = TRY(statement->query(face.picture, *analyzer_key, std::int64_t{face.index}));
    if (TRY(cursor.next())) {
      const Rect box = read_box(cursor, 0);
      TRY(cursor.check());
      located.push_back({.key = face, .box = box});
    }
  }
  return located;
}

Result<void> for_each_hashes(Connection& connection, const RowCallback<StoredHashes>& callback) {
  const auto analyzer = TRY(current_analyzer(connection, "hashes"));
  if (!analyzer) {
    return {};
  }
  auto* statement = TRY(connection.prepare(
      "SELECT id, width, height, phash, dhash, flat FROM hashes JOIN pictures USING (picture_key) "
      "WHERE analyzer_key = ? AND EXISTS "
      "(SELECT 1 FROM files WHERE files.picture_key = hashes.picture_key AND missing = 0)"));
  auto cursor = TRY(statement->query(*analyzer));
  constexpr std::int64_t kLargestSide = std::numeric_limits<std::uint32_t>::max();
  while (TRY(cursor.next())) {
    const StoredHashes row{
        .picture = cursor.digest(0),
        .size = {.width = static_cast<std::uint32_t>(cursor.integer_in(1, 0, kLargestSide)),
                 .height = static_cast<std::uint32_t>(cursor.integer_in(2, 0, kLargestSide))},
        .hashes = {.phash = decode_hashes(cursor.blob_of(3, kHashBlobBytes)),
                   .dhash = decode_hashes(cursor.blob_of(4, kHashBlobBytes)),
                   .flat = cursor.integer_in(5, 0, 1) == 1}};
    TRY(cursor.check());
    TRY(callback(row));
  }
  return {};
}

}  // namespace albumen::store
