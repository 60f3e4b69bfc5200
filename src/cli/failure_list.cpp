// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/failure_list.h"

#include <fmt/core.h>
#include <utility>

#include "cli/internal/standard_output.h"
#include "cli/progress_view.h"

namespace albumen {

std::string failure_line(std::string_view name, std::string_view code, std::string_view reason) {
  if (reason.starts_with(fmt::format("{}: ", name))) {
    reason.remove_prefix(name.size() + 2);  // an error that names its file does so once
  }
  return fmt::format("{}: {}: {}", name, code, reason);
}

void FailureList::add(std::string_view name, std::string_view code, std::string_view reason) {
  add(failure_line(name, code, reason));
}

void FailureList::add(std::string line) {
  constexpr std::size_t kShown = 10;
  const MutexLock lock{mutex_};
  ++count_;
  if (lines_.size() < kShown) {
    lines_.push_back(std::move(line));
  }
}

void FailureList::print(std::string_view where) const {
  const MutexLock lock{mutex_};
  for (const std::string& line : lines_) {
    put_notice(line);
  }
  if (count_ > lines_.size()) {
    put_notice(fmt::format("and {} more; {}", human_count(count_ - lines_.size()), where));
  }
}

}  // namespace albumen
