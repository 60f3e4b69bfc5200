// SPDX-License-Identifier: Apache-2.0
#include "cli/signals.h"

#include <csignal>
#include <pthread.h>
#include <unistd.h>

#include "core/error.h"

namespace albumen {
namespace {

// Wakes the watcher without a stop. Nobody sends it here: it tells of urgent data on sockets.
constexpr int kWake = SIGURG;

bool is_ignored(int signal_number) {
  struct sigaction inherited{};
  return ::sigaction(signal_number, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN;
}

sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, kWake);
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    // Blocked, an ignored one would be delivered to sigwait all the same.
    if (!is_ignored(signal_number)) {
      sigaddset(&set, signal_number);
    }
  }
  return set;
}

}  // namespace

SignalStop::SignalStop() {
  const sigset_t awaited = awaited_signals();
  ::pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
  // A reader that closes the pipe (`albumen export | head`) is an ordinary write error.
  std::signal(SIGPIPE, SIG_IGN);
  watcher_ = std::jthread{[this, awaited](const std::stop_token& ended) { watch(ended, awaited); }};
}

SignalStop::~SignalStop() {
  watcher_.request_stop();
  ::pthread_kill(watcher_.native_handle(), kWake);
}

void SignalStop::watch(const std::stop_token& ended, const sigset_t& awaited) {
  while (!ended.stop_requested()) {
    int signal_number = 0;
    if (::sigwait(&awaited, &signal_number) != 0 || signal_number == kWake) {
      continue;
    }
    if (stop_.stop_requested()) {
      ::_exit(describe(ErrorCode::kCancelled).exit_code);
    }
    stop_.request_stop();
  }
}

}  // namespace albumen
