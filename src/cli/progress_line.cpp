// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/progress_line.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/progress_view.h"

namespace albumen {
namespace {

double rate_of(const ProgressNumbers& numbers) {
  return numbers.seconds > 0 ? static_cast<double>(numbers.worked) / numbers.seconds : 0;
}

// Nothing before all is listed, while nothing is done, and when nothing is left.
std::optional<double> seconds_left(const ProgressNumbers& numbers) {
  const double rate = rate_of(numbers);
  if (!numbers.listing_finished || rate <= 0 || numbers.finished >= numbers.listed) {
    return std::nullopt;
  }
  return static_cast<double>(numbers.listed - numbers.finished) / rate;
}

}  // namespace

std::string progress_text(const ProgressNumbers& numbers, const Budget& budget) {
  std::string line =
      fmt::format("{}/{}{}  {:.1f}/s", human_count(numbers.finished), human_count(numbers.listed),
                  numbers.listing_finished ? "" : "+", rate_of(numbers));
  if (const auto left = seconds_left(numbers)) {
    line += fmt::format("  ETA {}", human_duration(*left));
  }
  if (numbers.failed > 0) {
    line += fmt::format("  failed {}", human_count(numbers.failed));
  }
  line += fmt::format("  memory {}/{}", to_string(budget.used()), to_string(budget.limit()));
  if (!numbers.memory_level.empty()) {
    line += fmt::format(" {}", numbers.memory_level);
  }
  line += fmt::format("  {} read", to_string(numbers.read));
  if (numbers.written) {
    line += fmt::format("  {} written", to_string(*numbers.written));
  }
  return numbers.more.empty() ? line : fmt::format("{}  {}", line, numbers.more);
}

std::string progress_event(const ProgressNumbers& numbers, const Budget& budget) {
  using Json = nlohmann::ordered_json;
  const auto left = seconds_left(numbers);
  const Json progress{
      {"stage", numbers.stage},
      {"listed", numbers.listed},
      {"listing_finished", numbers.listing_finished},
      {"finished", numbers.finished},
      {"failed", numbers.failed},
      {"images_per_second", rate_of(numbers)},
      {"seconds_left", left ? Json(*left) : Json{}},
      {"bytes_read", numbers.read.count()},
      {"bytes_written", numbers.written ? Json(numbers.written->count()) : Json{}},
      {"memory_used", budget.used().count()},
      {"memory_budget", budget.limit().count()},
      {"memory_level", numbers.memory_level.empty() ? Json{} : Json(numbers.memory_level)}};
  return Json{{"progress", progress}}.dump();
}

}  // namespace albumen
