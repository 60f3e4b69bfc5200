// SPDX-License-Identifier: Apache-2.0
// First stage: what is there, and what of it needs a visit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/internal/bounded_queue.h"
#include "pipeline/internal/run_state.h"
#include "sources/source.h"

namespace albumen {

/// What a listing says of the sources as such.
struct ListingOutcome {
  bool finished = false;          ///< it came to its end
  std::uint64_t failed = 0;       ///< sources that could not be listed, or not to their end
  std::vector<std::string> bare;  ///< sources, as in `sources`, in or as which no file was met
};

/// Lists all sources of the run, which `sources` names absolute and normal; entries that the
/// library does not know, or knows differently, go to `out`, which is closed at the end. A source
/// that is not there leaves no row; what the library has of it is kept, since nobody looked there,
/// but for a file that lay in a folder which has others.
ListingOutcome list_sources(RunState& state, const std::vector<std::string>& sources,
                            BoundedQueue<SourceEntry>& out);

}  // namespace albumen
