// SPDX-License-Identifier: Apache-2.0
// What an open library is made of. Destroyed from the bottom up: the writer before the readers,
// the lock last.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "files/lock_file.h"
#include "library/internal/reader_pool.h"
#include "library/library.h"

namespace albumen {

struct Library::Parts {
  std::string path;
  std::optional<LockFile> lock;  // when open for writing
  std::unique_ptr<store::ReaderPool> readers;
  std::unique_ptr<LibraryWriter> writer;  // when open for writing
};

}  // namespace albumen
