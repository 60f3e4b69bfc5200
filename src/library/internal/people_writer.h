// SPDX-License-Identifier: Apache-2.0
// Changing people and appending to the log of edits. Inside the caller's transaction.
#pragma once

#include <cstdint>

#include "core/result.h"
#include "library/internal/database.h"
#include "library/internal/row_writer.h"
#include "library/rows.h"

namespace albumen::store {

/// As LibraryWriter::change_people.
Result<void> change_people(RowWriter& writer, const PeopleChange& change);

/// Groups that lost their last face.
Result<void> drop_empty_people(Connection& connection);

/// The number that the edit got.
Result<std::int64_t> append_edit(Connection& connection, const EditRow& edit);

}  // namespace albumen::store
