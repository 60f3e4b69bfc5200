// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/recent_rate.h"

namespace albumen {
namespace {

constexpr double kWindowSeconds = 20;
// Closer samples would only fill memory.
constexpr double kLeastApartSeconds = 0.5;

}  // namespace

double RecentRate::at(double seconds, std::uint64_t done, bool is_finished) {
  if (is_finished_) {
    return rate_;
  }
  is_finished_ = is_finished;
  if (done == 0) {
    samples_.assign(1, {.seconds = seconds, .done = 0});
    return rate_;
  }
  while (samples_.size() > 1 && samples_[1].seconds <= seconds - kWindowSeconds) {
    samples_.pop_front();
  }
  const Sample& oldest = samples_.front();
  if (seconds > oldest.seconds) {
    rate_ = static_cast<double>(done - oldest.done) / (seconds - oldest.seconds);
  }
  if (seconds - samples_.back().seconds >= kLeastApartSeconds) {
    samples_.push_back({.seconds = seconds, .done = done});
  }
  return rate_;
}

}  // namespace albumen
