// SPDX-License-Identifier: Apache-2.0
// Connections for reading, lent to one caller at a time and kept for the next, with their
// statements. As many as there were callers at once. Tested by library_test.cpp.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/mutex.h"
#include "core/result.h"
#include "library/internal/database.h"

namespace albumen::store {

/// Internally locked. Outlives its leases.
class ReaderPool {
 public:
  /// A connection inside a read transaction: all its queries see one state of the library.
  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}

    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    ~Lease() {
      if (connection_) {
        pool_->give_back(std::move(connection_));
      }
    }

    Connection& operator*() const { return *connection_; }

    Connection* operator->() const { return connection_.get(); }

   private:
    ReaderPool* pool_;  // outlives the lease
    std::unique_ptr<Connection> connection_;
  };

  ReaderPool(std::string path, Access access) : path_(std::move(path)), access_(access) {}

  Result<Lease> lease();

  /// Closes those that nobody uses.
  void close_idle();

 private:
  void give_back(std::unique_ptr<Connection> connection);

  const std::string path_;
  const Access access_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_ GUARDED_BY(mutex_);
};

}  // namespace albumen::store
