// SPDX-License-Identifier: Apache-2.0
#include "library/internal/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stop_token>

#include "library/testing/library_test_support.h"

namespace albumen::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::unique_ptr<Connection> scratch(const TemporaryDirectory& folder) {
  auto connection = must(Connection::open(folder / "a.db", Access::kReadWriteCreate));
  must(connection->execute("CREATE TABLE t (a)"));
  return connection;
}

TEST(DatabaseTest, ValuesComeBackAsTheyWere) {
  const TemporaryDirectory folder;
  const auto connection = scratch(folder);
  auto* insert = must(connection->prepare("INSERT INTO t VALUES (?)"));
  const std::string text{"a\0\xFF", 3};
  must(insert->execute(std::int64_t{-5}));
  must(insert->execute(2.5));
  must(insert->execute(std::string_view{text}));
  must(insert->execute(std::string_view{}));
  must(insert->execute(BlobView{}));
  must(insert->execute(digest_of(1)));
  must(insert->execute(std::optional<double>{}));
  auto* select = must(connection->prepare("SELECT a FROM t ORDER BY rowid"));
  auto cursor = must(select->query());
  ASSERT_TRUE(must(cursor.next()));
  EXPECT_EQ(cursor.integer(0), -5);
  ASSERT_TRUE(must(cursor.next()));
  EXPECT_EQ(cursor.real(0), 2.5);
  ASSERT_TRUE(must(cursor.next()));
  EXPECT_EQ(cursor.text(0), text);
  ASSERT_TRUE(must(cursor.next()));
  EXPECT_EQ(cursor.text(0), "");
  ASSERT_TRUE(must(cursor.next()));
  EXPECT_EQ(cursor.blob(0).size(), 0);
  ASSERT_TRUE(must(cursor.next()));
  EXPECT_EQ(cursor.digest(0), digest_of(1));
  ASSERT_TRUE(must(cursor.next()));
  EXPECT_TRUE(cursor.is_null(0));
  EXPECT_EQ(cursor.text_or_empty(0), "");
  EXPECT_TRUE(cursor.check());
  EXPECT_FALSE(must(cursor.next()));
}

TEST(DatabaseTest, AWrongColumnIsRememberedUntilForgiven) {
  const TemporaryDirectory folder;
  const auto connection = scratch(folder);
  must(connection->execute("INSERT INTO t VALUES ('x'), (1)"));
  auto* select = must(connection->prepare("SELECT a FROM t"));
  auto cursor = must(select->query());
  ASSERT_TRUE(must(cursor.next()));
  EXPECT_EQ(cursor.integer(0), 0);
  EXPECT_EQ(cursor.real(0), 0);
  EXPECT_THAT(message_of(cursor.check()), HasSubstr("t.a has no integer"));
  EXPECT_EQ(code_of(cursor.next()), ErrorCode::kStoreFailed);
  EXPECT_TRUE(cursor.take_damage());
  EXPECT_FALSE(cursor.take_damage());
  ASSERT_TRUE(must(cursor.next()));
  EXPECT_EQ(cursor.integer_in(0, 5, 9), 5);
  EXPECT_THAT(message_of(cursor.check()), HasSubstr("1 outside 5..9"));
}

TEST(DatabaseTest, AnAbandonedTransactionIsUndone) {
  const TemporaryDirectory folder;
  const auto connection = scratch(folder);
  {
    auto transaction = must(Transaction::begin(*connection));
    must(connection->execute("INSERT INTO t VALUES (1)"));
  }
  EXPECT_EQ(must(connection->integer_of("SELECT count(*) FROM t")), 0);
  auto transaction = must(Transaction::begin(*connection));
  must(connection->execute("INSERT INTO t VALUES (1)"));
  must(transaction.commit());
  EXPECT_EQ(must(connection->integer_of("SELECT count(*) FROM t")), 1);
}

TEST(DatabaseTest, ReadersCannotWrite) {
  const TemporaryDirectory folder;
  scratch(folder);
  for (const Access access : {Access::kReadOnly, Access::kReadOnlyImmutable}) {
    const auto reader = must(Connection::open(folder / "a.db", access));
    EXPECT_EQ(code_of(reader->execute("INSERT INTO t VALUES (1)")), ErrorCode::kStoreFailed);
  }
}

TEST(DatabaseTest, OddNamesAreOpened) {
  const TemporaryDirectory folder;
  for (const std::string name : {"a?b#c%20.db", "\xFF\xFE.db", "mode=memory&x.db", "file:y.db"}) {
    const std::string path = folder / name;
    must(must(Connection::open(path, Access::kReadWriteCreate))->execute("CREATE TABLE t (a)"));
    for (const Access access : {Access::kReadOnly, Access::kReadOnlyImmutable}) {
      const auto reader = must(Connection::open(path, access));
      EXPECT_THAT(must(reader->texts_of("SELECT name FROM sqlite_schema")), ElementsAre("t"));
    }
  }
}

TEST(DatabaseTest, ALongStatementEndsWhenStopped) {
  const TemporaryDirectory folder;
  const auto connection = scratch(folder);
  std::stop_source stop;
  stop.request_stop();
  connection->stop_with(stop.get_token());
  const std::string endless =
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
  EXPECT_EQ(code_of(connection->integer_of(endless)), ErrorCode::kCancelled);
  connection->stop_with(std::nullopt);
  EXPECT_EQ(must(connection->integer_of("SELECT 5")), 5);
}

TEST(DatabaseTest, HugeValuesAreRefused) {
  const TemporaryDirectory folder;
  const auto connection = scratch(folder);
  EXPECT_EQ(code_of(connection->execute("INSERT INTO t VALUES (zeroblob(100000000))")),
            ErrorCode::kStoreFailed);
}

}  // namespace
}  // namespace albumen::store
