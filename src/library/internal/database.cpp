// SPDX-License-Identifier: Apache-2.0
#include "library/internal/database.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <sqlite3.h>
#include <utility>

#include "files/path_text.h"

namespace albumen::store {
namespace {

// The largest value that any column may hold; the largest that albumen writes is a vector of some
// kilobytes. A hostile file cannot make SQLite allocate more than this for one value.
constexpr int kLargestValueBytes = 16 << 20;

// How long a statement waits for a program that writes to the file without taking our lock.
constexpr int kBusyTimeoutMs = 10'000;

// Virtual machine steps of SQLite between two looks at the stop token: some microseconds.
constexpr int kStepsBetweenStopChecks = 10'000;

std::unexpected<Error> sqlite_error(sqlite3* handle, int code, std::string_view database) {
  const std::string words = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  const auto because = [&](ErrorCode error, std::string_view explanation) {
    return fail(error, fmt::format("{}: {} ({})", database, explanation, words));
  };
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return because(ErrorCode::kUnavailable, "another program is writing to the library");
    case SQLITE_INTERRUPT:
      return because(ErrorCode::kCancelled, "stopped as asked");
    case SQLITE_FULL:
      return because(ErrorCode::kStoreFailed, "the disk is full");
    case SQLITE_CORRUPT:
      return because(ErrorCode::kStoreFailed, "the library is damaged");
    case SQLITE_NOTADB:
      return because(ErrorCode::kStoreFailed, "is not a library: no SQLite database");
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return because(ErrorCode::kStoreFailed, "the library cannot be written");
    case SQLITE_CANTOPEN:
      return because(ErrorCode::kStoreFailed, "the library cannot be opened");
    default:
      return because(ErrorCode::kStoreFailed, "the library failed");
  }
}

std::unexpected<Error> statement_error(sqlite3_stmt* statement, int code,
                                       std::string_view database) {
  return sqlite_error(sqlite3_db_handle(statement), code, database);
}

std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char byte : path) {
    const bool plain = byte == '/' || byte == '.' || byte == '-' || byte == '_' ||
                       (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z');
    if (plain) {
      uri.push_back(byte);
    } else {
      uri.append("%").append(to_hex({&byte, 1}));
    }
  }
  return uri.append("?immutable=1");
}

int flags_of(Access access) {
  switch (access) {
    case Access::kReadOnly:
      return SQLITE_OPEN_READONLY;
    case Access::kReadOnlyImmutable:
      return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    case Access::kReadWrite:
      return SQLITE_OPEN_READWRITE;
    case Access::kReadWriteCreate:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
  return SQLITE_OPEN_READONLY;
}

int stop_was_requested(void* stop) {
  return static_cast<const StopToken*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace

Cursor::Cursor(sqlite3_stmt* statement, const std::string* database)
    : statement_(statement), database_(database) {}

Cursor::Cursor(Cursor&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)),
      database_(other.database_),
      damage_(std::move(other.damage_)) {}

Cursor::~Cursor() {
  if (statement_ != nullptr) {
    sqlite3_reset(statement_);
  }
}

Result<bool> Cursor::next() {
  TRY(check());
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    return false;
  }
  return statement_error(statement_, code, *database_);
}

bool Cursor::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Cursor::integer(int column) {
  if (sqlite3_column_type(statement_, column) != SQLITE_INTEGER) {
    damaged(column, "no integer");
    return 0;
  }
  return sqlite3_column_int64(statement_, column);
}

std::int64_t Cursor::integer_in(int column, std::int64_t low, std::int64_t high) {
  const std::int64_t value = integer(column);
  if (value < low || value > high) {
    damaged(column, fmt::format("{} outside {}..{}", value, low, high));
    return low;
  }
  return value;
}

double Cursor::real(int column) {
  const int type = sqlite3_column_type(statement_, column);
  const double value = sqlite3_column_double(statement_, column);
  if ((type != SQLITE_FLOAT && type != SQLITE_INTEGER) || !std::isfinite(value)) {
    damaged(column, "no finite number");
    return 0;
  }
  return value;
}

std::string_view Cursor::text(int column) {
  if (sqlite3_column_type(statement_, column) != SQLITE_TEXT) {
    damaged(column, "no text");
    return {};
  }
  const unsigned char* bytes = sqlite3_column_text(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string_view{}
                          : std::string_view{reinterpret_cast<const char*>(bytes), size};
}

std::string_view Cursor::text_or_empty(int column) {
  return is_null(column) ? std::string_view{} : text(column);
}

BlobView Cursor::blob(int column) {
  if (sqlite3_column_type(statement_, column) != SQLITE_BLOB) {
    damaged(column, "no blob");
    return {};
  }
  const void* bytes = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? BlobView{} : BlobView{static_cast<const std::byte*>(bytes), size};
}

BlobView Cursor::blob_of(int column, std::size_t size) {
  const BlobView bytes = blob(column);
  if (bytes.size() != size) {
    damaged(column, fmt::format("{} bytes, {} expected", bytes.size(), size));
    return {};
  }
  return bytes;
}

Sha256Digest Cursor::digest(int column) {
  Sha256Digest digest;
  std::ranges::copy(blob_of(column, digest.bytes.size()), digest.bytes.begin());
  return digest;
}

void Cursor::damaged(int column, std::string_view what) {
  if (damage_) {
    return;
  }
  const auto or_unknown = [](const char* name) { return name != nullptr ? name : "?"; };
  damage_ = fmt::format("{}: the library is damaged: {}.{} has {}", *database_,
                        or_unknown(sqlite3_column_table_name(statement_, column)),
                        or_unknown(sqlite3_column_name(statement_, column)), what);
}

Result<void> Cursor::check() const {
  if (damage_) {
    return fail(ErrorCode::kStoreFailed, *damage_);
  }
  return {};
}

bool Cursor::take_damage() { return std::exchange(damage_, std::nullopt).has_value(); }

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(sqlite3_stmt* statement, const std::string* database)
    : statement_(statement), database_(database) {}

void Statement::reset() { sqlite3_reset(statement_.get()); }

int Statement::bind(int index, std::int64_t value, Lifetime /*lifetime*/) {
  return sqlite3_bind_int64(statement_.get(), index, value);
}

int Statement::bind(int index, double value, Lifetime /*lifetime*/) {
  return sqlite3_bind_double(statement_.get(), index, value);
}

// SQLITE_TRANSIENT is a cast from -1 in SQLite's own header.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"

int Statement::bind(int index, std::string_view text, Lifetime lifetime) {
  // A null pointer would bind NULL instead of an empty text.
  const char* bytes = text.data() != nullptr ? text.data() : "";
  return sqlite3_bind_text64(statement_.get(), index, bytes, text.size(),
                             lifetime == Lifetime::kCopied ? SQLITE_TRANSIENT : SQLITE_STATIC,
                             SQLITE_UTF8);
}

int Statement::bind(int index, BlobView blob, Lifetime lifetime) {
  const void* bytes = blob.data() != nullptr ? static_cast<const void*>(blob.data()) : "";
  return sqlite3_bind_blob64(statement_.get(), index, bytes, blob.size(),
                             lifetime == Lifetime::kCopied ? SQLITE_TRANSIENT : SQLITE_STATIC);
}

#pragma GCC diagnostic pop

int Statement::bind(int index, std::nullopt_t /*null*/, Lifetime /*lifetime*/) {
  return sqlite3_bind_null(statement_.get(), index);
}

Result<void> Statement::run(int bind_code) {
  auto cursor = TRY(start(bind_code));
  while (TRY(cursor.next())) {
  }
  return {};
}

Result<Cursor> Statement::start(int bind_code) {
  if (bind_code != SQLITE_OK) {
    return statement_error(statement_.get(), bind_code, *database_);
  }
  return Cursor{statement_.get(), database_};
}

Result<std::optional<std::int64_t>> Statement::first_integer(int bind_code) {
  auto cursor = TRY(start(bind_code));
  if (!TRY(cursor.next()) || cursor.is_null(0)) {
    return std::nullopt;
  }
  const std::int64_t value = cursor.integer(0);
  TRY(cursor.check());
  return value;
}

void Connection::Closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

class Connection::Key {};

Connection::Connection(const Key& /*key*/, sqlite3* handle, std::string name)
    : name_(std::move(name)), handle_(handle) {}

Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Access access) {
  const std::string name = path_to_text(path);
  const std::string target = access == Access::kReadOnlyImmutable ? immutable_uri(path) : path;
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(target.c_str(), &raw, flags_of(access) | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<sqlite3, Closer> handle{raw};
  if (code != SQLITE_OK) {
    return sqlite_error(raw, code, name);
  }
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, kLargestValueBytes);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  auto connection = std::make_unique<Connection>(Key{}, handle.release(), name);
  TRY(connection->execute("PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON;"));
  if (access == Access::kReadOnly || access == Access::kReadOnlyImmutable) {
    TRY(connection->execute("PRAGMA query_only = ON;"));
  }
  return connection;
}

Result<void> Connection::execute(const std::string& script) {
  const int code = sqlite3_exec(handle_.get(), script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return sqlite_error(handle_.get(), code, name_);
  }
  return {};
}

Result<Statement> Connection::compile(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) {
    return sqlite_error(handle_.get(), code, name_);
  }
  return Statement{raw, &name_};
}

Result<Statement*> Connection::prepare(std::string_view sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) {
    return &known->second;
  }
  auto statement = TRY(compile(sql));
  return &statements_.emplace(sql, std::move(statement)).first->second;
}

Result<std::int64_t> Connection::integer_of(const std::string& sql) {
  auto statement = TRY(compile(sql));
  const auto value = TRY(statement.integer());
  if (!value) {
    return fail(ErrorCode::kStoreFailed,
                fmt::format("{}: the library is damaged: no answer to {}", name_, sql));
  }
  return *value;
}

Result<std::vector<std::string>> Connection::texts_of(const std::string& sql) {
  auto statement = TRY(compile(sql));
  auto cursor = TRY(statement.query());
  std::vector<std::string> texts;
  while (TRY(cursor.next())) {
    texts.emplace_back(cursor.text(0));
    TRY(cursor.check());
  }
  return texts;
}

void Connection::stop_with(std::optional<StopToken> stop) {
  stop_ = std::move(stop);
  if (stop_) {
    sqlite3_progress_handler(handle_.get(), kStepsBetweenStopChecks, &stop_was_requested, &*stop_);
  } else {
    sqlite3_progress_handler(handle_.get(), 0, nullptr, nullptr);
  }
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Result<Transaction> Transaction::begin(Connection& connection) {
  TRY(TRY(connection.prepare("BEGIN IMMEDIATE"))->execute());
  return Transaction{connection};
}

Transaction::~Transaction() {
  if (connection_ != nullptr) {
    // SQLite rolls back by itself after some errors; a second rollback then fails, harmlessly.
    const auto ignored = connection_->execute("ROLLBACK");
    static_cast<void>(ignored);
  }
}

Result<void> Transaction::commit() {
  TRY(TRY(connection_->prepare("COMMIT"))->execute());
  connection_ = nullptr;
  return {};
}

}  // namespace albumen::store
