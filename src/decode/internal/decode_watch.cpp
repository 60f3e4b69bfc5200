// SPDX-License-Identifier: Apache-2.0
#include "decode/internal/decode_watch.h"

#include <ctime>
#include <fmt/core.h>

#include "core/check.h"
#include "decode/limits.h"

namespace albumen {
namespace {

/// The clock is a call of the system, and a line of blocks of the widest picture takes
/// milliseconds.
constexpr std::uint32_t kLooksPerTime = 32;

std::chrono::nanoseconds processor_time_of_this_thread() {
  timespec time{};
  // Fails only where the system has no such clock: then there is no deadline.
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace

DecodeWatch::DecodeWatch(const DecodeOptions& options, PixelCount pixels)
    : options_(options), pixels_(pixels), deadline_(now() + decode_patience(pixels)) {}

std::chrono::nanoseconds DecodeWatch::now() const {
  return options_.processor_time ? options_.processor_time() : processor_time_of_this_thread();
}

void DecodeWatch::look() {
  if (options_.stop.stop_requested()) {
    state_ = State::kStopped;
  } else if (looks_++ % kLooksPerTime == 0 && now() > deadline_) {
    state_ = State::kOutOfTime;
  }
}

Error DecodeWatch::reason() const {
  ALBUMEN_DCHECK(has_ended());
  if (state_ == State::kStopped) {
    return check_stop(options_.stop).error();
  }
  const auto patience = std::chrono::ceil<std::chrono::seconds>(decode_patience(pixels_));
  return {
      .code = ErrorCode::kDeadlineExceeded,
      .message = fmt::format("not decoded within {} s of processor time, the limit for {} pixels",
                             patience.count(), pixels_.count())};
}

Result<void> DecodeWatch::check() {
  return may_go_on() ? Result<void>{} : std::unexpected(reason());
}

}  // namespace albumen
