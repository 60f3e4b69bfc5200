// SPDX-License-Identifier: Apache-2.0
// What the long commands say while they work, in one line: of words, or of JSON. Tested by
// progress_line_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/units.h"
#include "govern/budget.h"

namespace albumen {

/// The one that a run waits for: reading goes on beside listing, and processing beside both.
enum class RunStage : std::uint8_t { kListing, kProcessing, kPacking, kGrouping };

/// How far a stage is.
struct StageNumbers {
  std::uint64_t done = 0;
  std::uint64_t total = 0;  ///< as far as it is known, at least `done`
  double per_second = 0;    ///< lately; 0: nothing to tell
};

/// Where a run stands.
struct ProgressNumbers {
  RunStage stage = RunStage::kListing;
  StageNumbers listing;  ///< members met; how many there are shows when all are
  bool listing_finished = false;
  StageNumbers reading;     ///< of those that have to be looked at
  StageNumbers processing;  ///< likewise
  StageNumbers packing;     ///< pictures into an archive
  std::uint64_t faces_to_group = 0;
  double grouping_seconds = 0;
  std::uint64_t failed = 0;
  Bytes bytes_done;  ///< of what reading is through with
  Bytes bytes_total;
  std::optional<Bytes> written;  ///< where the command writes pictures
  /// Of memory pressure, as name_of(PressureLevel); empty: not watched.
  std::string_view memory_level;
  std::optional<std::uint64_t> faces;  ///< found, where the command looks for them
};

/// "grouping 1,790 faces 0.4 s"; without a number while it is not known, 0.
std::string grouping_text(std::uint64_t faces, double seconds);

/// "listed 1,204  read 830/1,204 41.0/s  done 812/1,204 33.2/s  ETA 13 s  failed 2  memory
/// 412 MiB/2.00 GiB normal  120 MiB/1.20 GiB  33.0 MiB written  faces 7", or as much of it as
/// `columns` hold, what matters most first. "+" behind a total: there may be more. No ETA before
/// all is listed.
std::string progress_text(const ProgressNumbers& numbers, const Budget& budget,
                          std::size_t columns);

/// {"progress": {...}} with the same numbers (docs/formats/json.md).
std::string progress_event(const ProgressNumbers& numbers, const Budget& budget);

}  // namespace albumen
