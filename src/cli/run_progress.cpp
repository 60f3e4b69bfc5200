// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/run_progress.h"

namespace albumen {
namespace {

double seconds_since(std::chrono::steady_clock::time_point moment) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - moment).count();
}

// `is_total_final`: no more will come.
StageNumbers stage_of(RecentRate& rate, double now, std::uint64_t done, std::uint64_t total,
                      bool is_total_final) {
  return {.done = done,
          .total = total,
          .per_second = rate.at(now, done, is_total_final && done == total)};
}

}  // namespace

ProgressNumbers IndexNumbers::numbers() {
  const double now = seconds_since(started_);
  ProgressNumbers numbers;
  // What may overtake what is loaded later is loaded first.
  numbers.listing_finished = progress_.listing_finished;
  const bool all_listed = numbers.listing_finished;
  const std::uint64_t processed = progress_.processed;
  const std::uint64_t read = progress_.read;
  const std::uint64_t to_read = progress_.to_read;
  const std::uint64_t listed = progress_.listed;
  numbers.bytes_done = Bytes{progress_.bytes_passed};
  numbers.bytes_total = Bytes{progress_.bytes_to_read};
  numbers.stage = all_listed ? RunStage::kProcessing : RunStage::kListing;
  numbers.listing = stage_of(listing_, now, listed, listed, all_listed);
  numbers.reading = stage_of(reading_, now, read, to_read, all_listed);
  numbers.processing = stage_of(processing_, now, processed, to_read, all_listed);
  numbers.failed = progress_.failed;
  numbers.faces = progress_.faces;
  if (grouping_.has_begun) {
    grouping_began_ = grouping_began_ < 0 ? now : grouping_began_;
    numbers.stage = RunStage::kGrouping;
    numbers.faces_to_group = grouping_.faces;
    numbers.grouping_seconds = now - grouping_began_;
  }
  return numbers;
}

ProgressNumbers DatasetNumbers::numbers() {
  const double now = seconds_since(started_);
  ProgressNumbers numbers;
  numbers.listing_finished = progress_.listing_finished;
  const std::uint64_t archived = progress_.archived;
  const std::uint64_t processed = progress_.processed;
  const std::uint64_t read = progress_.read;
  const std::uint64_t listed = progress_.listed;
  const PressureLevel level = progress_.pressure;
  numbers.bytes_done = Bytes{progress_.bytes_passed};
  numbers.bytes_total = Bytes{progress_.bytes_to_process};
  numbers.written = Bytes{progress_.bytes_written};
  numbers.memory_level = level == PressureLevel::kUnknown ? std::string_view{} : name_of(level);
  numbers.failed = progress_.failed;
  numbers.listing = stage_of(listing_, now, listed, listed, numbers.listing_finished);
  const std::uint64_t to_process = numbers.listing_finished ? progress_.to_process.load() : 0;
  numbers.reading = stage_of(reading_, now, read, to_process, numbers.listing_finished);
  numbers.processing = stage_of(processing_, now, processed, to_process, numbers.listing_finished);
  numbers.stage = numbers.listing_finished ? RunStage::kProcessing : RunStage::kListing;
  if (const std::uint64_t to_archive = progress_.to_archive; to_archive > 0) {
    numbers.stage = RunStage::kPacking;
    numbers.packing = stage_of(packing_, now, archived, to_archive, true);
  }
  return numbers;
}

}  // namespace albumen
