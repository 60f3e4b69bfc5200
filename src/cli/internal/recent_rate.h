// SPDX-License-Identifier: Apache-2.0
// How fast a count has grown lately. Tested by recent_rate_test.cpp.
#pragma once

#include <cstdint>
#include <deque>

namespace albumen {

/// Over the last twenty seconds: long enough to stand still before the eye, short enough to follow
/// when large pictures come after small ones. The time before the first one (nets that load, a
/// stage that waits for another) is no part of it. One thread.
class RecentRate {
 public:
  /// Per second, where `done` are done at `seconds` since any fixed moment; neither falls from call
  /// to call. 0: nothing to tell yet. Once all is done, `is_finished`, the last rate stays.
  double at(double seconds, std::uint64_t done, bool is_finished = false);

 private:
  struct Sample {
    double seconds = 0;
    std::uint64_t done = 0;
  };

  std::deque<Sample> samples_{Sample{}};  // oldest first, never empty
  double rate_ = 0;
  bool is_finished_ = false;
};

}  // namespace albumen
