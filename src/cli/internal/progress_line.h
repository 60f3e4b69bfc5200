// SPDX-License-Identifier: Apache-2.0
// What the long commands say while they work, in one line: of words, or of JSON. Tested by
// progress_line_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/units.h"
#include "govern/budget.h"

namespace albumen {

/// Where a run stands.
struct ProgressNumbers {
  std::string_view stage;    ///< "listing", "working", "packing"; only events say it
  std::uint64_t listed = 0;  ///< members met so far
  bool listing_finished = false;
  std::uint64_t finished = 0;  ///< of those
  std::uint64_t worked = 0;    ///< of those: neither known before nor left out
  std::uint64_t failed = 0;
  double seconds = 0;  ///< in which `worked` was done
  Bytes read;
  std::optional<Bytes> written;  ///< where the command writes pictures
  /// Of memory pressure, as name_of(PressureLevel); empty: not watched.
  std::string_view memory_level;
  std::string more;  ///< what only this command says; may be empty
};

/// "812/1,204  201.3/s  ETA 2 s  failed 2  memory 80.0 MiB/512 MiB normal  120 MiB read  MORE";
/// what matters most stands first, because a narrow terminal cuts the end. No ETA before all is
/// listed.
std::string progress_text(const ProgressNumbers& numbers, const Budget& budget);

/// {"progress": {...}} with the same numbers, without `more`. What is not known is null.
std::string progress_event(const ProgressNumbers& numbers, const Budget& budget);

}  // namespace albumen
