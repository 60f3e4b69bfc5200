// SPDX-License-Identifier: Apache-2.0
// The threads that an inference library keeps for itself: with several workers, each of them only
// waits for one of these, so its own processor time says nothing of what the net cost. They are
// known by their name, which Linux hands down to the threads that a thread starts; `top -H` shows
// it, too. Tested by inference_threads_test.cpp.
#pragma once

#include <array>
#include <chrono>

namespace albumen {

/// While one lives, threads that the calling thread starts, and those started by them, count as the
/// library's. One at a time in a thread, destroyed by the thread that made it.
class InferenceThreadScope {
 public:
  InferenceThreadScope();
  ~InferenceThreadScope();
  InferenceThreadScope(const InferenceThreadScope&) = delete;
  InferenceThreadScope& operator=(const InferenceThreadScope&) = delete;

 private:
  std::array<char, 16> own_name_{};  // of the calling thread; 16 is the kernel's limit
};

/// Processor time of the library's threads that live now, since each began; zero where /proc does
/// not tell. They live as long as the nets they run. Any thread; reads one small file a thread.
std::chrono::nanoseconds inference_cpu_time();

}  // namespace albumen
