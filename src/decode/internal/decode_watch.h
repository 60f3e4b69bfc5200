// SPDX-License-Identifier: Apache-2.0
// Whether a decode may go on. The loops of every format ask it between rows, so that a stop is
// noticed within a fraction of a second and no picture takes for ever.
// Tested by ../decode_stop_test.cpp.
#pragma once

#include <chrono>
#include <cstdint>

#include "core/result.h"
#include "decode/decoder.h"

namespace albumen {

/// Of one decode, on its thread.
class DecodeWatch {
 public:
  /// The time runs from here. REQUIRES: `options` outlives it.
  DecodeWatch(const DecodeOptions& options, PixelCount pixels);

  /// To be asked after each line of blocks, or each few rows: an atomic load, and now and then a
  /// look at the clock. Once it was false, it stays so. Leaves nothing with a destructor behind, so
  /// that callers may longjmp.
  [[nodiscard]] bool may_go_on() {
    if (state_ == State::kGoesOn) {
      look();
    }
    return state_ == State::kGoesOn;
  }

  /// Whether `may_go_on` was false.
  [[nodiscard]] bool has_ended() const { return state_ != State::kGoesOn; }

  /// Cancelled or DeadlineExceeded. REQUIRES: has_ended().
  [[nodiscard]] Error reason() const;

  /// `reason` where the decode may not go on.
  Result<void> check();

 private:
  enum class State : std::uint8_t { kGoesOn, kStopped, kOutOfTime };

  void look();
  [[nodiscard]] std::chrono::nanoseconds now() const;

  const DecodeOptions& options_;
  PixelCount pixels_;
  std::chrono::nanoseconds deadline_;
  std::uint32_t looks_ = 0;
  State state_ = State::kGoesOn;
};

}  // namespace albumen
