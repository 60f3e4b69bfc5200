// SPDX-License-Identifier: Apache-2.0
// First stage: what is there, and what of it needs a visit.
#pragma once

#include "pipeline/internal/bounded_queue.h"
#include "pipeline/internal/run_state.h"
#include "sources/source.h"

namespace albumen {

/// Lists all sources; entries that the library does not know, or knows differently, go to `out`,
/// which is closed at the end. True when the listing came to its end.
bool list_sources(RunState& state, BoundedQueue<SourceEntry>& out);

}  // namespace albumen
