// SPDX-License-Identifier: Apache-2.0
#include "library/internal/reader_pool.h"

namespace albumen::store {

Result<ReaderPool::Lease> ReaderPool::lease() {
  std::unique_ptr<Connection> connection;
  {
    const MutexLock lock{mutex_};
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!connection) {
    connection = TRY(Connection::open(path_, access_));
  }
  TRY(TRY(connection->prepare("BEGIN"))->execute());
  return Lease{*this, std::move(connection)};
}

void ReaderPool::give_back(std::unique_ptr<Connection> connection) {
  // One that cannot end its transaction is closed rather than kept.
  if (connection->execute("COMMIT")) {
    const MutexLock lock{mutex_};
    idle_.push_back(std::move(connection));
  }
}

void ReaderPool::close_idle() {
  const MutexLock lock{mutex_};
  idle_.clear();
}

}  // namespace albumen::store
