// SPDX-License-Identifier: Apache-2.0
// How people were grouped, as the library keeps it: docs/formats/library.md, table grouping.
// Tested by people_options_test.cpp.
#pragma once

#include "core/result.h"
#include "library/rows.h"
#include "pipeline/people_run.h"

namespace albumen {

/// What a user may choose of `options`.
GroupingRow grouping_to_row(const PeopleOptions& options);

/// Error: StoreFailed for a row that no albumen wrote.
Result<PeopleOptions> options_from_row(const GroupingRow& row);

}  // namespace albumen
