// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and SIGTERM as a stop request. The first asks the run to finish what it holds; the second
// ends the process at once (the library survives that too). A signal that the process was started
// to ignore stays ignored: SIGHUP behind nohup, SIGINT in a script's background.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

#include "core/stop.h"

namespace albumen {

/// One per process, made before any other thread, because threads inherit the signal mask.
class SignalStop {
 public:
  SignalStop();
  SignalStop(const SignalStop&) = delete;
  SignalStop& operator=(const SignalStop&) = delete;
  ~SignalStop();

  [[nodiscard]] StopToken token() const { return stop_.get_token(); }

  [[nodiscard]] bool requested() const { return stop_.stop_requested(); }

  /// As the first signal does, for a run whose output nobody takes any more. Any thread.
  void request_stop() const { stop_.request_stop(); }

 private:
  void watch(const std::stop_token& ended, const sigset_t& awaited);

  mutable std::stop_source stop_;  // to request a stop changes nothing of this
  std::jthread watcher_;           // last: starts when all else exists, joins first
};

}  // namespace albumen
