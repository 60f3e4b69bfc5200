// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/progress_line.h"

#include <fmt/core.h>

#include "cli/progress_view.h"

namespace albumen {

std::string progress_text(const ProgressNumbers& numbers, const Budget& budget) {
  const double rate =
      numbers.seconds > 0 ? static_cast<double>(numbers.worked) / numbers.seconds : 0;
  std::string line =
      fmt::format("{}/{}{}  {:.1f}/s", human_count(numbers.finished), human_count(numbers.listed),
                  numbers.listing_finished ? "" : "+", rate);
  if (numbers.listing_finished && rate > 0 && numbers.finished < numbers.listed) {
    const auto left = static_cast<double>(numbers.listed - numbers.finished);
    line += fmt::format("  ETA {}", human_duration(left / rate));
  }
  if (numbers.failed > 0) {
    line += fmt::format("  failed {}", human_count(numbers.failed));
  }
  line += fmt::format("  memory {}/{}  {} read", to_string(budget.used()),
                      to_string(budget.limit()), to_string(numbers.read));
  return numbers.more.empty() ? line : fmt::format("{}  {}", line, numbers.more);
}

}  // namespace albumen
