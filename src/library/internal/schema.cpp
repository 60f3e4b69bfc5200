// SPDX-License-Identifier: Apache-2.0
#include "library/internal/schema.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <string>

#include "files/path_text.h"

namespace albumen::store {
namespace {

// Keys ending in _key are row numbers: they join tables inside one file and never leave it.
// Paths are TEXT holding the path's bytes, which need not be UTF-8: SQLite keeps them as they are
// in a UTF-8 database (checked when a file is opened), compares them byte by byte, and LIKE works.
// Files and pictures are ordinary rowid tables because their rows are updated in place; vectors
// must not live in a WITHOUT ROWID table, whose rows overflow at a quarter of a page.
constexpr std::string_view kCreate = R"sql(
CREATE TABLE pictures (
  picture_key INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  format TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  stored_width INTEGER NOT NULL,
  stored_height INTEGER NOT NULL,
  orientation INTEGER NOT NULL,
  complete REAL NOT NULL
) STRICT;

CREATE TABLE files (
  file_key INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  member TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  sha256 BLOB,
  picture_key INTEGER REFERENCES pictures,
  taken_at TEXT,
  camera_make TEXT,
  camera_model TEXT,
  latitude REAL,
  longitude REAL,
  altitude REAL,
  missing INTEGER NOT NULL DEFAULT 0,
  run INTEGER NOT NULL,
  UNIQUE (path, member)
) STRICT;
CREATE INDEX present_files_by_picture ON files (picture_key) WHERE missing = 0;

CREATE TABLE analyzers (
  analyzer_key INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  model_digest TEXT NOT NULL,
  parameters TEXT NOT NULL,
  kind TEXT,
  current INTEGER NOT NULL DEFAULT 0,
  UNIQUE (name, version, model_digest, parameters)
) STRICT;

CREATE TABLE findings_done (
  picture_key INTEGER NOT NULL REFERENCES pictures,
  analyzer_key INTEGER NOT NULL REFERENCES analyzers,
  run INTEGER NOT NULL,
  PRIMARY KEY (picture_key, analyzer_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE hashes (
  picture_key INTEGER NOT NULL REFERENCES pictures,
  analyzer_key INTEGER NOT NULL REFERENCES analyzers,
  phash BLOB NOT NULL,
  dhash BLOB NOT NULL,
  flat INTEGER NOT NULL,
  PRIMARY KEY (picture_key, analyzer_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE quality (
  picture_key INTEGER NOT NULL REFERENCES pictures,
  analyzer_key INTEGER NOT NULL REFERENCES analyzers,
  sharpness REAL NOT NULL,
  brightness REAL NOT NULL,
  contrast REAL NOT NULL,
  clipped_dark REAL NOT NULL,
  clipped_bright REAL NOT NULL,
  PRIMARY KEY (picture_key, analyzer_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE faces (
  face_key INTEGER PRIMARY KEY,
  picture_key INTEGER NOT NULL REFERENCES pictures,
  analyzer_key INTEGER NOT NULL REFERENCES analyzers,
  face_index INTEGER NOT NULL,
  x REAL NOT NULL,
  y REAL NOT NULL,
  width REAL NOT NULL,
  height REAL NOT NULL,
  score REAL NOT NULL,
  landmarks BLOB NOT NULL,
  chip_pixels REAL NOT NULL,
  vector BLOB,
  UNIQUE (picture_key, analyzer_key, face_index)
) STRICT;

CREATE TABLE people (
  person_key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  tentative INTEGER NOT NULL,
  spread REAL NOT NULL,
  best_picture_key INTEGER,
  best_face_index INTEGER,
  made_from BLOB
) STRICT;

CREATE TABLE person_faces (
  picture_key INTEGER NOT NULL REFERENCES pictures,
  analyzer_key INTEGER NOT NULL REFERENCES analyzers,
  face_index INTEGER NOT NULL,
  person_key INTEGER NOT NULL REFERENCES people,
  PRIMARY KEY (picture_key, analyzer_key, face_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_faces_by_person ON person_faces (person_key);

CREATE TABLE grouping (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  method TEXT NOT NULL,
  same_distance REAL,
  eps REAL NOT NULL,
  min_samples INTEGER NOT NULL,
  least_faces INTEGER NOT NULL
) STRICT;

CREATE TABLE edits (
  edit INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL
) STRICT;
CREATE TABLE edit_faces (
  edit INTEGER NOT NULL REFERENCES edits,
  position INTEGER NOT NULL,
  picture_id BLOB NOT NULL,
  face_index INTEGER NOT NULL,
  x REAL NOT NULL,
  y REAL NOT NULL,
  width REAL NOT NULL,
  height REAL NOT NULL,
  PRIMARY KEY (edit, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER edits_are_never_changed BEFORE UPDATE ON edits
BEGIN SELECT RAISE(ABORT, 'edits is append-only'); END;
CREATE TRIGGER edits_are_never_deleted BEFORE DELETE ON edits
BEGIN SELECT RAISE(ABORT, 'edits is append-only'); END;
CREATE TRIGGER edit_faces_are_never_changed BEFORE UPDATE ON edit_faces
BEGIN SELECT RAISE(ABORT, 'edit_faces is append-only'); END;
CREATE TRIGGER edit_faces_are_never_deleted BEFORE DELETE ON edit_faces
BEGIN SELECT RAISE(ABORT, 'edit_faces is append-only'); END;

CREATE TABLE failures (
  file_key INTEGER NOT NULL REFERENCES files,
  stage TEXT NOT NULL,
  analyzer_key INTEGER REFERENCES analyzers,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  retry TEXT NOT NULL,
  run INTEGER NOT NULL,
  PRIMARY KEY (file_key, stage)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  run INTEGER PRIMARY KEY,
  command TEXT NOT NULL,
  program_version TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  finished_ms INTEGER,
  outcome TEXT NOT NULL,
  done INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  failed_before INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  peak_bytes INTEGER NOT NULL,
  keep_truncated REAL NOT NULL DEFAULT 100
) STRICT;
CREATE TABLE run_skipped (
  run INTEGER NOT NULL REFERENCES runs,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (run, reason)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_stages (
  run INTEGER NOT NULL REFERENCES runs,
  stage TEXT NOT NULL,
  count INTEGER NOT NULL,
  p50_us INTEGER NOT NULL,
  p95_us INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  cpu_us INTEGER NOT NULL,
  peak_bytes INTEGER NOT NULL,
  PRIMARY KEY (run, stage)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view kRememberGrouping = R"sql(
CREATE TABLE grouping (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  method TEXT NOT NULL,
  same_distance REAL,
  eps REAL NOT NULL,
  min_samples INTEGER NOT NULL,
  least_faces INTEGER NOT NULL
) STRICT;
CREATE TRIGGER edit_faces_are_never_changed BEFORE UPDATE ON edit_faces
BEGIN SELECT RAISE(ABORT, 'edit_faces is append-only'); END;
CREATE TRIGGER edit_faces_are_never_deleted BEFORE DELETE ON edit_faces
BEGIN SELECT RAISE(ABORT, 'edit_faces is append-only'); END;
)sql";

constexpr std::array kMigrations{
    Migration{.from = 1, .script = "ALTER TABLE people ADD COLUMN made_from BLOB;"},
    Migration{.from = 2, .script = kRememberGrouping},
    Migration{.from = 3,
              .script = "ALTER TABLE runs ADD COLUMN keep_truncated REAL NOT NULL DEFAULT 100;"},
};

struct FileVersion {
  bool empty = false;  ///< no tables, no marks of any program
  std::int64_t schema = 0;
};

Result<FileVersion> version_of(Connection& connection) {
  const std::int64_t application = TRY(connection.integer_of("PRAGMA application_id"));
  const std::int64_t version = TRY(connection.integer_of("PRAGMA user_version"));
  const std::int64_t objects = TRY(connection.integer_of("SELECT count(*) FROM sqlite_schema"));
  if (application == 0 && version == 0 && objects == 0) {
    return FileVersion{.empty = true};
  }
  if (application != kApplicationId) {
    return fail(
        ErrorCode::kStoreFailed,
        fmt::format("{}: is a database of another program, not a library", connection.name()));
  }
  const auto encoding = TRY(connection.texts_of("PRAGMA encoding"));
  if (encoding.size() != 1 || encoding.front() != "UTF-8") {
    return fail(ErrorCode::kStoreFailed,
                fmt::format("{}: is not encoded in UTF-8, as every library is", connection.name()));
  }
  return FileVersion{.empty = false, .schema = version};
}

bool is_in(const Schema& schema, std::string_view sql) {
  return schema.create.contains(sql) ||
         std::ranges::any_of(schema.migrations, [sql](const Migration& migration) {
           return migration.script.contains(sql);
         });
}

// A view in the place of a table, a virtual table and a trigger run what their author wrote
// whenever albumen reads or writes a row: without an end, if they like. SQLite keeps the statement
// that made a thing, beginning in these words whoever wrote it, and goes by it alone: its `type`
// may lie.
Result<void> check_what_it_holds(Connection& connection, const Schema& schema) {
  auto* statement = TRY(connection.prepare(
      "SELECT CAST(name AS TEXT), CAST(sql AS TEXT) FROM sqlite_schema WHERE sql IS NOT NULL "
      "AND sql NOT GLOB 'CREATE TABLE *' AND sql NOT GLOB 'CREATE INDEX *' "
      "AND sql NOT GLOB 'CREATE UNIQUE INDEX *'"));
  auto cursor = TRY(statement->query());
  while (TRY(cursor.next())) {
    const std::string_view name = cursor.text_or_empty(0);
    const std::string_view sql = cursor.text(1);
    TRY(cursor.check());
    if (!is_in(schema, sql)) {
      return fail(ErrorCode::kStoreFailed,
                  fmt::format("{}: has a view, a virtual table or a trigger that no albumen made: "
                              "{}",
                              connection.name(), path_to_text(name)));
    }
  }
  return {};
}

std::unexpected<Error> newer_than_this_build(const Connection& connection, std::int64_t version,
                                             const Schema& schema) {
  return fail(ErrorCode::kUnsupported,
              fmt::format("{}: was written by a newer albumen (schema {}, this build knows up to "
                          "{}); update albumen, or use another library",
                          connection.name(), version, schema.version));
}

Result<void> migrate(Connection& connection, const Schema& schema, std::int64_t version) {
  for (const Migration& migration : schema.migrations) {
    if (migration.from == version) {
      TRY_CONTEXT(connection.execute(std::string{migration.script}),
                  fmt::format("migrating from schema {} to {}", version, version + 1));
      ++version;
    }
  }
  if (version != schema.version) {
    return fail(ErrorCode::kStoreFailed, fmt::format("{}: there is no way from its schema {} to {}",
                                                     connection.name(), version, schema.version));
  }
  return {};
}

Result<void> switch_to_wal(Connection& connection) {
  const auto mode = TRY(connection.texts_of("PRAGMA journal_mode = WAL"));
  if (mode.size() != 1 || mode.front() != "wal") {
    return fail(ErrorCode::kStoreFailed,
                fmt::format("{}: its file system cannot share memory between programs (SQLite's "
                            "WAL mode); keep the library on a local disk",
                            connection.name()));
  }
  return {};
}

}  // namespace

const Schema& current_schema() {
  static constexpr Schema kSchema{.version = 4, .create = kCreate, .migrations = kMigrations};
  return kSchema;
}

Result<void> bring_up_to_date(Connection& connection, const Schema& schema) {
  const FileVersion found = TRY(version_of(connection));
  if (found.schema > schema.version) {
    return newer_than_this_build(connection, found.schema, schema);
  }
  TRY(check_what_it_holds(connection, schema));
  TRY(switch_to_wal(connection));
  if (!found.empty && found.schema == schema.version) {
    return {};
  }
  auto transaction = TRY(Transaction::begin(connection));
  if (found.empty) {
    TRY(connection.execute(std::string{schema.create}));
  } else {
    TRY(migrate(connection, schema, found.schema));
  }
  TRY(connection.execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};",
                                     kApplicationId, schema.version)));
  return transaction.commit();
}

Result<void> check_version(Connection& connection, const Schema& schema) {
  const FileVersion found = TRY(version_of(connection));
  if (found.schema > schema.version) {
    return newer_than_this_build(connection, found.schema, schema);
  }
  if (found.empty || found.schema < schema.version) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{}: is of an older schema ({}, this build reads {}); any command that "
                            "writes, such as index, brings it up to date",
                            connection.name(), found.schema, schema.version));
  }
  return check_what_it_holds(connection, schema);
}

}  // namespace albumen::store
