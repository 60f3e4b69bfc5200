// SPDX-License-Identifier: Apache-2.0
// Third stage: from bytes in memory to rows.
#pragma once

#include "pipeline/internal/bounded_queue.h"
#include "pipeline/internal/picture_job.h"
#include "pipeline/internal/run_state.h"

namespace albumen {

/// Works jobs until the queue ends: identity, decode, views, analyzers, row. One of the workers.
void work_jobs(RunState& state, BoundedQueue<PictureJob>& in);

}  // namespace albumen
