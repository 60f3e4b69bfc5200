// SPDX-License-Identifier: Apache-2.0
// One visited file to its rows, by prepared statements. Knows tables, not transactions: the caller
// opens and commits them. Tested by library_test.cpp, through the library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "core/result.h"
#include "library/internal/database.h"
#include "library/rows.h"

namespace albumen::store {

/// Makes `result` storable, whatever analyzers and decoders gave: a finding with a number that is
/// not finite becomes a failure of its analyzer, an impossible position on Earth is dropped. So one
/// bad picture costs one picture and never the transaction that it shares with others.
void make_storable(PictureResult& result);

/// One thread, one connection.
class RowWriter {
 public:
  explicit RowWriter(Connection& connection) : connection_(connection) {}

  /// Prepares every statement that `write` uses, so that a library without its tables is refused
  /// when it is opened.
  Result<void> prepare();

  /// Writes one result; returns about how many rows that took.
  /// REQUIRES: inside a transaction; `result` is storable.
  Result<std::size_t> write(const PictureResult& result);

  /// The key of `analyzer`, which gets a row if it has none. REQUIRES: inside a transaction.
  Result<std::int64_t> analyzer_key(const AnalyzerId& analyzer);

  /// To be called after a rollback: keys handed out inside the transaction are void.
  void forget_keys() { analyzers_.clear(); }

  [[nodiscard]] Connection& connection() { return connection_; }

 private:
  struct Analyzer {
    std::int64_t key = 0;
    bool has_kind = false;
  };

  struct Target {
    std::int64_t picture = 0;
    std::int64_t analyzer = 0;
  };

  Result<Analyzer*> analyzer(const AnalyzerId& id);
  Result<std::int64_t> write_picture(const PictureRecord& picture);
  Result<std::int64_t> write_file(const PictureResult& result,
                                  std::optional<std::int64_t> picture_key);
  Result<void> write_failures(const PictureResult& result, std::int64_t file_key);
  Result<std::size_t> write_finding(const PictureResult& result, std::int64_t picture_key,
                                    const AnalyzerId& id, const Finding& finding);
  Result<std::size_t> insert(const Target& target, const Hashes& hashes);
  Result<std::size_t> insert(const Target& target, const Quality& quality);
  Result<std::size_t> insert(const Target& target, const Faces& faces);

  Connection& connection_;  // outlives the writer
  std::map<AnalyzerId, Analyzer> analyzers_;
  std::vector<std::byte> vector_bytes_;
};

}  // namespace albumen::store
