// SPDX-License-Identifier: Apache-2.0
// Where a scan has restart markers (T.81, E.1.4). Tested by entropy_test.cpp.
#pragma once

#include <cstdint>

#include "entropy/markers.h"

namespace albumen {

/// Counts the MCUs of one scan. At a marker predictions begin at zero again.
class Restarts {
 public:
  /// `interval`: in MCUs; 0: there are no markers.
  explicit Restarts(std::uint32_t interval) : interval_(interval), left_(interval) {}

  /// Asked before each MCU: whether a marker stands there.
  bool is_due() { return interval_ != 0 && left_-- == 0; }

  /// The code of the one that is due. Counts on from there.
  std::uint8_t next_code() {
    constexpr std::uint8_t kCodes = kJpegRst7 - kJpegRst0 + 1;
    const auto code = static_cast<std::uint8_t>(kJpegRst0 + passed_);
    passed_ = static_cast<std::uint8_t>((passed_ + 1) % kCodes);
    left_ = interval_ - 1;
    return code;
  }

 private:
  std::uint32_t interval_;
  std::uint32_t left_;
  std::uint8_t passed_ = 0;  // markers, modulo their codes
};

}  // namespace albumen
