// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/progress_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cli/progress_view.h"
#include "govern/pressure.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kGap = "  ";

// Fills a line: each part has its place in it, and is offered in the order of importance, the short
// form of what matters before the long form of what matters less.
class LineFitter {
 public:
  enum Place : std::uint8_t {
    kListed,
    kRead,
    kDone,
    kPacked,
    kGrouped,
    kLeft,
    kFailed,
    kMemory,
    kBytes,
    kWritten,
    kFaces,
    kPlaceCount
  };

  explicit LineFitter(std::size_t columns) : columns_(columns) {}

  /// Takes the part, in the place of a shorter one, if there is room. Where there is none for a new
  /// one, nothing that matters less is taken either: it would come and go as numbers grow.
  void offer(Place place, std::string text) {
    std::string& taken = parts_.at(place);
    if (is_full_ && taken.empty()) {
      return;
    }
    const std::size_t gap = taken.empty() && width_ > 0 ? kGap.size() : 0;
    const std::size_t width = width_ + gap - taken.size() + text.size();
    if (width <= columns_) {
      width_ = width;
      taken = std::move(text);
    } else {
      is_full_ = is_full_ || taken.empty();
    }
  }

  [[nodiscard]] std::string line() const {
    std::string line;
    for (const std::string& part : parts_) {
      if (!part.empty()) {
        line += line.empty() ? std::string_view{} : kGap;
        line += part;
      }
    }
    return line;
  }

 private:
  std::size_t columns_;
  std::size_t width_ = 0;
  bool is_full_ = false;
  std::array<std::string, kPlaceCount> parts_;
};

// Three digits are all that is steady enough to read.
std::string rate_text(double per_second) {
  if (per_second >= 99.95) {
    return fmt::format("{}/s", human_count(static_cast<std::uint64_t>(std::llround(per_second))));
  }
  return per_second >= 9.995 ? fmt::format("{:.1f}/s", per_second)
                             : fmt::format("{:.2f}/s", per_second);
}

std::string counted(std::string_view verb, const StageNumbers& stage, bool is_total_final) {
  return fmt::format("{} {}/{}{}", verb, human_count(stage.done), human_count(stage.total),
                     is_total_final ? "" : "+");
}

std::string with_rate(const std::string& text, const StageNumbers& stage) {
  return stage.per_second > 0 ? fmt::format("{} {}", text, rate_text(stage.per_second)) : text;
}

// Nothing before all is listed, while nothing is done, when nothing is left, and where there is no
// telling.
std::optional<double> seconds_left(const ProgressNumbers& numbers) {
  const bool is_packing = numbers.stage == RunStage::kPacking;
  const StageNumbers& stage = is_packing ? numbers.packing : numbers.processing;
  const bool may_tell = is_packing || numbers.stage == RunStage::kProcessing;
  if (!may_tell || stage.per_second <= 0 || stage.done >= stage.total) {
    return std::nullopt;
  }
  return static_cast<double>(stage.total - stage.done) / stage.per_second;
}

// An estimate that changed with every look would only seem exact.
std::string left_text(double seconds) {
  constexpr double kMinute = 60;
  constexpr double kStep = 10;
  if (seconds < kMinute) {
    return fmt::format("{:.0f} s", std::ceil(seconds));
  }
  return human_duration(std::round(seconds / kStep) * kStep);
}

// What the run waits for just now.
void offer_stage(LineFitter& line, const ProgressNumbers& numbers) {
  switch (numbers.stage) {
    case RunStage::kListing:
      line.offer(LineFitter::kListed, fmt::format("listed {}", human_count(numbers.listing.done)));
      break;
    case RunStage::kProcessing:
      break;
    case RunStage::kPacking:
      line.offer(LineFitter::kPacked, counted("packed", numbers.packing, true));
      break;
    case RunStage::kGrouping:
      line.offer(LineFitter::kGrouped,
                 grouping_text(numbers.faces_to_group, numbers.grouping_seconds));
      break;
  }
  if (numbers.processing.total > 0) {
    line.offer(LineFitter::kDone, counted("done", numbers.processing, numbers.listing_finished));
  }
}

void offer_rates(LineFitter& line, const ProgressNumbers& numbers) {
  const bool is_listing = numbers.stage == RunStage::kListing;
  const bool reads =
      numbers.reading.total > 0 && (is_listing || numbers.stage == RunStage::kProcessing);
  const std::string listed = fmt::format("listed {}", human_count(numbers.listing.done));
  const std::string done = counted("done", numbers.processing, numbers.listing_finished);
  const std::string read = counted("read", numbers.reading, numbers.listing_finished);
  if (is_listing) {
    line.offer(LineFitter::kListed, with_rate(listed, numbers.listing));
  }
  if (numbers.processing.total > 0 && numbers.stage <= RunStage::kProcessing) {
    line.offer(LineFitter::kDone, with_rate(done, numbers.processing));
  }
  if (numbers.stage == RunStage::kPacking) {
    line.offer(LineFitter::kPacked,
               with_rate(counted("packed", numbers.packing, true), numbers.packing));
  }
  if (reads) {
    line.offer(LineFitter::kRead, read);
    line.offer(LineFitter::kRead, with_rate(read, numbers.reading));
  }
  if (!is_listing) {
    line.offer(LineFitter::kListed, listed);
  }
}

void offer_memory(LineFitter& line, const ProgressNumbers& numbers, const Budget& budget,
                  bool is_long) {
  const double share = 100.0 * static_cast<double>(budget.used().count()) /
                       static_cast<double>(std::max<std::uint64_t>(budget.limit().count(), 1));
  const std::string amount =
      is_long ? fmt::format("{}/{}", to_string(budget.used()), to_string(budget.limit()))
              : fmt::format("{:.0f} %", share);
  // That all is well needs no words where room is short.
  const bool says_level = !numbers.memory_level.empty() &&
                          (is_long || numbers.memory_level != name_of(PressureLevel::kNormal));
  line.offer(LineFitter::kMemory, fmt::format("memory {}{}{}", amount, says_level ? " " : "",
                                              says_level ? numbers.memory_level : ""));
}

std::string_view name_of(RunStage stage) {
  constexpr std::array<std::string_view, 4> kNames{"listing", "processing", "packing", "grouping"};
  return kNames.at(static_cast<std::size_t>(stage));
}

Json to_json(const StageNumbers& stage, bool is_total_known) {
  return {{"done", stage.done},
          {"total", is_total_known ? Json(stage.total) : Json{}},
          {"per_second", std::round(stage.per_second * 100.0) / 100.0}};
}

// Those that have begun.
Json stages_json(const ProgressNumbers& numbers) {
  Json stages{{"listing", to_json(numbers.listing, numbers.listing_finished)},
              {"reading", to_json(numbers.reading, true)},
              {"processing", to_json(numbers.processing, true)}};
  if (numbers.stage == RunStage::kPacking) {
    stages["packing"] = to_json(numbers.packing, true);
  }
  if (numbers.stage == RunStage::kGrouping) {
    stages["grouping"] = {{"faces", numbers.faces_to_group},
                          {"seconds", std::round(numbers.grouping_seconds * 100.0) / 100.0}};
  }
  return stages;
}

}  // namespace

std::string grouping_text(std::uint64_t faces, double seconds) {
  const std::string what =
      faces == 0 ? "grouping faces" : fmt::format("grouping {} faces", human_count(faces));
  return fmt::format("{} {}", what, human_duration(seconds));
}

std::string progress_text(const ProgressNumbers& numbers, const Budget& budget,
                          std::size_t columns) {
  LineFitter line{columns};
  offer_stage(line, numbers);
  if (const auto left = seconds_left(numbers)) {
    line.offer(LineFitter::kLeft, fmt::format("ETA {}", left_text(*left)));
  }
  if (numbers.failed > 0) {
    line.offer(LineFitter::kFailed, fmt::format("failed {}", human_count(numbers.failed)));
  }
  offer_memory(line, numbers, budget, false);
  offer_rates(line, numbers);
  offer_memory(line, numbers, budget, true);
  if (numbers.bytes_total > Bytes{}) {
    line.offer(LineFitter::kBytes,
               fmt::format("{}/{}{}", to_string(numbers.bytes_done), to_string(numbers.bytes_total),
                           numbers.listing_finished ? "" : "+"));
  }
  if (numbers.written) {
    line.offer(LineFitter::kWritten, fmt::format("{} written", to_string(*numbers.written)));
  }
  if (numbers.faces) {
    line.offer(LineFitter::kFaces, fmt::format("faces {}", human_count(*numbers.faces)));
  }
  return line.line();
}

std::string progress_event(const ProgressNumbers& numbers, const Budget& budget) {
  const auto left = seconds_left(numbers);
  const Json progress{
      {"stage", name_of(numbers.stage)},
      {"listing_finished", numbers.listing_finished},
      {"stages", stages_json(numbers)},
      {"failed", numbers.failed},
      {"seconds_left", left ? Json(std::round(*left * 10.0) / 10.0) : Json{}},
      {"bytes_done", numbers.bytes_done.count()},
      {"bytes_total", numbers.bytes_total.count()},
      {"bytes_written", numbers.written ? Json(numbers.written->count()) : Json{}},
      {"faces", numbers.faces ? Json(*numbers.faces) : Json{}},
      {"memory_used", budget.used().count()},
      {"memory_budget", budget.limit().count()},
      {"memory_level", numbers.memory_level.empty() ? Json{} : Json(numbers.memory_level)}};
  return Json{{"progress", progress}}.dump();
}

}  // namespace albumen
