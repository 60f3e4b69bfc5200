// SPDX-License-Identifier: Apache-2.0
// SQLite without exceptions and without trust: connections, cached statements and cursors whose
// columns are checked, because a library file may have been damaged or made by somebody else.
// Tested by database_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "files/sha256.h"

struct sqlite3;
struct sqlite3_stmt;

namespace albumen::store {

using BlobView = std::span<const std::byte>;

/// How a connection may touch the file.
enum class Access : std::uint8_t {
  kReadOnly,
  /// For a library on a read-only medium, where SQLite cannot make its shared-memory file.
  /// REQUIRES: nobody writes to it.
  kReadOnlyImmutable,
  kReadWrite,
  kReadWriteCreate,
};

/// Rows of a running query. Views that it gives live until the next call of `next`. The first
/// column that is not what it should be is remembered, and `next` and `check` fail from then on:
/// read the columns, call `check`, then use the values. Resets its statement when it dies, which
/// ends the read transaction. One thread; dies before its statement.
class Cursor {
 public:
  Cursor(sqlite3_stmt* statement, const std::string* database);
  Cursor(Cursor&& other) noexcept;
  Cursor& operator=(Cursor&&) = delete;
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  ~Cursor();

  /// True when there is a row.
  Result<bool> next();

  [[nodiscard]] bool is_null(int column) const;
  std::int64_t integer(int column);
  /// An integer in [low, high].
  std::int64_t integer_in(int column, std::int64_t low, std::int64_t high);
  /// A real number, or an integer, that is finite.
  double real(int column);
  std::string_view text(int column);
  /// Empty for NULL.
  std::string_view text_or_empty(int column);
  BlobView blob(int column);
  /// A blob of exactly `size` bytes.
  BlobView blob_of(int column, std::size_t size);
  Sha256Digest digest(int column);

  /// Declares the row damaged: `what` is wrong in `column`.
  void damaged(int column, std::string_view what);

  Result<void> check() const;

  /// True when the row is damaged, which is then forgiven: for walks that leave out such rows.
  bool take_damage();

 private:
  sqlite3_stmt* statement_;  // owned by the connection's cache
  const std::string* database_;
  std::optional<std::string> damage_;
};

/// A prepared statement. Parameters are numbered from the left: integers, floating-point numbers,
/// `std::string_view` (TEXT), BlobView, Sha256Digest, and optionals of these (nothing is NULL).
class Statement {
 public:
  Statement(sqlite3_stmt* statement, const std::string* database);

  /// Runs it to its end, ignoring rows. The arguments are not copied.
  template <class... Arguments>
  Result<void> execute(const Arguments&... arguments) {
    return run(bind_all(Lifetime::kUntilReset, arguments...));
  }

  /// Starts it. The arguments are copied.
  template <class... Arguments>
  Result<Cursor> query(const Arguments&... arguments) {
    return start(bind_all(Lifetime::kCopied, arguments...));
  }

  /// The integer in the first column of the first row, or nothing without a row or with NULL.
  template <class... Arguments>
  Result<std::optional<std::int64_t>> integer(const Arguments&... arguments) {
    return first_integer(bind_all(Lifetime::kUntilReset, arguments...));
  }

 private:
  friend class Connection;

  enum class Lifetime : std::uint8_t { kUntilReset, kCopied };

  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };

  template <class... Arguments>
  int bind_all([[maybe_unused]] Lifetime lifetime, const Arguments&... arguments) {
    reset();
    int code = 0;
    int index = 0;
    ((code = code == 0 ? bind(++index, arguments, lifetime) : code), ...);
    return code;
  }

  void reset();
  int bind(int index, std::int64_t value, Lifetime lifetime);
  int bind(int index, double value, Lifetime lifetime);
  int bind(int index, std::string_view text, Lifetime lifetime);
  int bind(int index, BlobView blob, Lifetime lifetime);
  int bind(int index, std::nullopt_t null, Lifetime lifetime);

  int bind(int index, const Sha256Digest& digest, Lifetime lifetime) {
    return bind(index, BlobView{digest.bytes}, lifetime);
  }

  template <class T>
  int bind(int index, const std::optional<T>& value, Lifetime lifetime) {
    return value ? bind(index, *value, lifetime) : bind(index, std::nullopt, lifetime);
  }

  Result<void> run(int bind_code);
  Result<Cursor> start(int bind_code);
  Result<std::optional<std::int64_t>> first_integer(int bind_code);

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  const std::string* database_;  // name for messages; lives in the connection
};

/// One connection and its statements. One thread at a time.
class Connection {
 public:
  /// Opens `path`, which is absolute, and sets what every connection of albumen needs: no memory
  /// mapping, no trust in the schema's own expressions, cell checks, a bounded blob length.
  /// Errors: StoreFailed, Unavailable when somebody blocks the file.
  static Result<std::unique_ptr<Connection>> open(const std::string& path, Access access);

  /// For `open` alone.
  class Key;
  Connection(const Key& key, sqlite3* handle, std::string name);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Runs a script without parameters.
  Result<void> execute(const std::string& script);

  /// The statement for `sql`, made at the first call and kept.
  /// REQUIRES: `sql` has static storage; the statement is not in use by an open cursor.
  Result<Statement*> prepare(std::string_view sql);

  /// The integer that a query without parameters gives; Corrupt-like StoreFailed without one.
  Result<std::int64_t> integer_of(const std::string& sql);

  /// The text that a query without parameters gives, row after row.
  Result<std::vector<std::string>> texts_of(const std::string& sql);

  /// While one is set, long statements end with Cancelled soon after a stop.
  void stop_with(std::optional<StopToken> stop);

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  struct Closer {
    void operator()(sqlite3* handle) const;
  };

  Result<Statement> compile(std::string_view sql);

  std::string name_;  // path as text, for messages
  std::optional<StopToken> stop_;
  std::unique_ptr<sqlite3, Closer> handle_;
  std::unordered_map<std::string_view, Statement> statements_;  // finalized before the handle
};

/// BEGIN IMMEDIATE until `commit`; rolled back otherwise.
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection);

  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}

  Connection* connection_;  // outlives the transaction; null once committed or moved from
};

}  // namespace albumen::store
