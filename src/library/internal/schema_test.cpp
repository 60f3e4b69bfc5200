// SPDX-License-Identifier: Apache-2.0
#include "library/internal/schema.h"

#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library/testing/library_test_support.h"

namespace albumen::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Schema kFirst{.version = 1, .create = "CREATE TABLE t (a TEXT) STRICT;"};
constexpr std::array kSteps{
    Migration{.from = 1, .script = "ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 7;"},
    Migration{.from = 2, .script = "CREATE TABLE u (c) STRICT; INSERT INTO u SELECT a FROM t;"},
    Migration{.from = 3, .script = "CREATE INDEX v ON t (b);"},
};
// The second step is not valid SQL for a STRICT table.
constexpr Schema kBroken{.version = 4, .migrations = kSteps};

constexpr std::array kGoodSteps{
    kSteps.at(0),
    Migration{.from = 2,
              .script = "CREATE TABLE u (c TEXT) STRICT; INSERT INTO u SELECT a FROM t;"},
    kSteps.at(2),
};
constexpr Schema kFourth{.version = 4, .migrations = kGoodSteps};

std::unique_ptr<Connection> file_of_version_one(const TemporaryDirectory& folder) {
  auto connection = must(Connection::open(folder / "a.db", Access::kReadWriteCreate));
  must(bring_up_to_date(*connection, kFirst));
  must(connection->execute("INSERT INTO t VALUES ('kept')"));
  return connection;
}

std::int64_t version_of(Connection& connection) {
  return must(connection.integer_of("PRAGMA user_version"));
}

TEST(SchemaTest, AnOldFileIsMigratedStepByStepAndKeepsItsRows) {
  const TemporaryDirectory folder;
  const auto connection = file_of_version_one(folder);
  must(bring_up_to_date(*connection, kFourth));
  EXPECT_EQ(version_of(*connection), 4);
  EXPECT_THAT(must(connection->texts_of("SELECT c || b FROM t, u")), ElementsAre("kept7"));
  must(check_version(*connection, kFourth));
  // A second time there is nothing to do.
  must(bring_up_to_date(*connection, kFourth));
  EXPECT_THAT(must(connection->texts_of("SELECT c FROM u")), ElementsAre("kept"));
}

TEST(SchemaTest, AMigrationThatFailsLeavesTheFileAsItWas) {
  const TemporaryDirectory folder;
  const auto connection = file_of_version_one(folder);
  EXPECT_THAT(message_of(bring_up_to_date(*connection, kBroken)),
              HasSubstr("migrating from schema 2 to 3"));
  EXPECT_EQ(version_of(*connection), 1);
  EXPECT_THAT(must(connection->texts_of("SELECT a FROM t")), ElementsAre("kept"));
  EXPECT_THAT(must(connection->texts_of("SELECT name FROM pragma_table_info('t')")),
              ElementsAre("a"));
}

TEST(SchemaTest, AGapBetweenVersionsIsAnError) {
  const TemporaryDirectory folder;
  const auto connection = file_of_version_one(folder);
  constexpr Schema kGap{.version = 4, .migrations = std::span{kSteps}.last(2)};
  EXPECT_EQ(code_of(bring_up_to_date(*connection, kGap)), ErrorCode::kStoreFailed);
  EXPECT_EQ(version_of(*connection), 1);
}

TEST(SchemaTest, ReadersAskForAMigration) {
  const TemporaryDirectory folder;
  const auto connection = file_of_version_one(folder);
  EXPECT_EQ(code_of(check_version(*connection, kFourth)), ErrorCode::kUnsupported);
}

TEST(SchemaTest, NewerFilesAreRefusedUntouched) {
  const TemporaryDirectory folder;
  const auto connection = file_of_version_one(folder);
  must(bring_up_to_date(*connection, kFourth));
  EXPECT_EQ(code_of(bring_up_to_date(*connection, kFirst)), ErrorCode::kUnsupported);
  EXPECT_EQ(version_of(*connection), 4);
}

TEST(SchemaTest, TheCurrentSchemaHasItsMarks) {
  const TemporaryDirectory folder;
  const auto connection = must(Connection::open(folder / "a.db", Access::kReadWriteCreate));
  must(bring_up_to_date(*connection, current_schema()));
  EXPECT_EQ(version_of(*connection), current_schema().version);
  EXPECT_EQ(must(connection->integer_of("PRAGMA application_id")), kApplicationId);
  EXPECT_THAT(must(connection->texts_of("PRAGMA journal_mode")), ElementsAre("wal"));
  EXPECT_THAT(must(connection->texts_of(
                  "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND "
                  "name NOT LIKE 'sqlite%'")),
              IsEmpty());
}

TEST(SchemaTest, MigrationsOfThisBuildHaveNoGaps) {
  std::int64_t version = 1;
  for (const Migration& migration : current_schema().migrations) {
    EXPECT_EQ(migration.from, version++);
  }
  EXPECT_EQ(version, current_schema().version);
}

std::vector<std::string> columns_of(Connection& connection) {
  return must(connection.texts_of(
      "SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || c.pk "
      "FROM pragma_table_list AS t, pragma_table_info(t.name) AS c ORDER BY t.name, c.cid"));
}

std::vector<std::string> names_of(Connection& connection) {
  return must(connection.texts_of("SELECT type || ' ' || name FROM sqlite_schema ORDER BY 1"));
}

TEST(SchemaTest, AFileOfTheFirstVersionBecomesOneOfToday) {
  const TemporaryDirectory folder;
  const auto fresh = must(Connection::open(folder / "fresh.db", Access::kReadWriteCreate));
  must(bring_up_to_date(*fresh, current_schema()));
  const auto old = must(Connection::open(folder / "old.db", Access::kReadWriteCreate));
  must(bring_up_to_date(*old, current_schema()));
  must(old->execute(
      "DROP TABLE grouping; DROP TRIGGER edit_faces_are_never_changed;"
      "DROP TRIGGER edit_faces_are_never_deleted;"
      "ALTER TABLE people DROP COLUMN made_from; ALTER TABLE runs DROP COLUMN keep_truncated;"
      "PRAGMA user_version = 1;"
      "INSERT INTO people (id, name, tentative, spread) VALUES ('p-1', 'Ada', 0, 0.5)"));
  EXPECT_NE(columns_of(*old), columns_of(*fresh));
  EXPECT_NE(names_of(*old), names_of(*fresh));
  must(bring_up_to_date(*old, current_schema()));
  EXPECT_EQ(columns_of(*old), columns_of(*fresh));
  EXPECT_EQ(names_of(*old), names_of(*fresh));
  EXPECT_EQ(version_of(*old), current_schema().version);
  EXPECT_THAT(must(old->texts_of("SELECT name FROM people WHERE made_from IS NULL")),
              ElementsAre("Ada"));
}

TEST(SchemaTest, CanonicalOrderNeedsNoSorting) {
  const TemporaryDirectory folder;
  const auto connection = must(Connection::open(folder / "a.db", Access::kReadWriteCreate));
  must(bring_up_to_date(*connection, current_schema()));
  auto* explain = must(
      connection->prepare("EXPLAIN QUERY PLAN SELECT * FROM files AS f LEFT JOIN pictures AS p "
                          "ON p.picture_key = f.picture_key ORDER BY f.path, f.member"));
  auto cursor = must(explain->query());
  while (must(cursor.next())) {
    EXPECT_THAT(std::string{cursor.text(3)}, testing::Not(HasSubstr("TEMP B-TREE")));
  }
}

}  // namespace
}  // namespace albumen::store
