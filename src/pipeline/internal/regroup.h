// SPDX-License-Identifier: Apache-2.0
// From the people that the library has to those that it should have, doing only what changed.
// Tested by people_over_time_test.cpp.
#pragma once

#include "core/result.h"
#include "core/stop.h"
#include "govern/budget.h"
#include "library/library_writer.h"
#include "pipeline/internal/people_input.h"
#include "pipeline/people_run.h"

namespace albumen {

/// Error: InvalidArgument for a method that cannot heed what humans decided, or whose numbers make
/// no sense.
Result<void> check_method(const PeopleOptions& options, const Decisions& decisions);

/// See group_people.
Result<PeopleSummary> regroup(const PeopleInput& input, LibraryWriter& writer,
                              const PeopleOptions& options, Budget& budget, const StopToken& stop);

}  // namespace albumen
