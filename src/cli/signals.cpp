// SPDX-License-Identifier: Apache-2.0
#include "cli/signals.h"

#include <csignal>
#include <pthread.h>
#include <unistd.h>

#include "core/error.h"

namespace albumen {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

SignalStop::SignalStop() {
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A reader that closes the pipe (`albumen export | head`) is an ordinary write error.
  std::signal(SIGPIPE, SIG_IGN);
  watcher_ = std::jthread{[this](const std::stop_token& ended) { watch(ended); }};
}

SignalStop::~SignalStop() {
  watcher_.request_stop();
  // Wakes sigwait without stopping the run.
  ::pthread_kill(watcher_.native_handle(), SIGHUP);
}

void SignalStop::watch(const std::stop_token& ended) {
  const sigset_t set = stop_signals();
  while (!ended.stop_requested()) {
    int signal_number = 0;
    if (::sigwait(&set, &signal_number) != 0 || ended.stop_requested()) {
      continue;
    }
    if (stop_.stop_requested()) {
      ::_exit(describe(ErrorCode::kCancelled).exit_code);
    }
    stop_.request_stop();
  }
}

}  // namespace albumen
