// SPDX-License-Identifier: Apache-2.0
// The tables of a library and the way from older versions of them to the newest. What the columns
// mean is in docs/formats/library.md. Tested by schema_test.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/result.h"
#include "library/internal/database.h"

namespace albumen::store {

/// PRAGMA application_id of every library: "AlbM".
inline constexpr std::int64_t kApplicationId = 0x416C624D;

/// One step: `script` turns a file of version `from` into one of version `from` + 1.
struct Migration {
  std::int64_t from = 0;
  std::string_view script;
};

/// The newest shape. `create` makes it from nothing; the migrations lead to it from version 1 on,
/// in order and without gaps, so that both ways end in the same tables.
struct Schema {
  std::int64_t version = 1;
  std::string_view create;
  std::span<const Migration> migrations;
};

/// The schema of this build.
const Schema& current_schema();

/// Brings the file behind `connection` to `schema`: creates it in an empty file, migrates an older
/// one, all in one transaction, so that a crash leaves the file as it was. Switches to WAL.
/// Errors: StoreFailed for a file that is no library, or has a view, a virtual table or a trigger
/// that `schema` does not make; Unsupported for a newer one.
/// REQUIRES: `connection` may write, and the caller holds the library's lock.
Result<void> bring_up_to_date(Connection& connection, const Schema& schema);

/// For readers: fails unless the file is of the version of `schema`. Errors: as bring_up_to_date,
/// and Unsupported for an older one, which a writer must migrate first.
Result<void> check_version(Connection& connection, const Schema& schema);

}  // namespace albumen::store
