// SPDX-License-Identifier: Apache-2.0
// Second stage: from an entry to a paid-for job with its bytes in memory.
#pragma once

#include "pipeline/internal/bounded_queue.h"
#include "pipeline/internal/picture_job.h"
#include "pipeline/internal/run_state.h"

namespace albumen {

/// How much of a file is read to learn what it will cost. Headers of photographs, with their EXIF
/// and thumbnails, end well before; the rare longer one is read twice.
inline constexpr Bytes kHeadBytes = kKiB * 128;

/// Takes entries until the queue ends; for each: looks at its head, plans the job, reserves its
/// whole peak, reads it, and passes it on. One of several threads.
void read_jobs(RunState& state, BoundedQueue<SourceEntry>& in, BoundedQueue<PictureJob>& out);

}  // namespace albumen
