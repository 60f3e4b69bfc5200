// SPDX-License-Identifier: Apache-2.0
// One running albumen-longtail: started, limited, spoken to, and always reaped. What it says is
// parsed but not believed. Tested by longtail_client_test.cpp.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <sys/types.h>

#include "core/result.h"
#include "core/stop.h"
#include "core/units.h"
#include "decode/longtail/protocol.h"
#include "files/file.h"

namespace albumen {

/// How long to wait for it.
struct LongtailPatience {
  std::chrono::steady_clock::time_point deadline;
  StopToken stop;
};

/// Move-only; the destructor kills it. One thread at a time.
class LongtailProcess {
 public:
  /// Starts `program` with an environment of its own, a socket as its standard input and nothing
  /// else of ours open, and waits for its hello. Errors: Unsupported when the program cannot be
  /// run, Unavailable when it died or said something else or nothing in time, Cancelled.
  static Result<LongtailProcess> start(const std::string& program,
                                       const LongtailPatience& patience);

  LongtailProcess(LongtailProcess&& other) noexcept;
  LongtailProcess& operator=(LongtailProcess&&) = delete;
  LongtailProcess(const LongtailProcess&) = delete;
  LongtailProcess& operator=(const LongtailProcess&) = delete;
  ~LongtailProcess();

  [[nodiscard]] const LongtailAnswer& hello() const { return hello_; }

  [[nodiscard]] pid_t id() const { return id_; }

  /// For the next picture: address space beyond what it had at its hello, and processor time from
  /// now on. It cannot raise either. Errors: Unavailable when it is gone.
  Result<void> limit(Bytes more_memory, std::chrono::seconds processor_time);

  /// Errors: Unavailable when it is gone or takes nothing more.
  Result<void> send(const LongtailRequest& request, std::span<const int> descriptors);

  /// Waits for the next message. Errors, after each of which it is dead:
  /// Corrupt: it crashed, closed its end, or sent what is no answer;
  /// BudgetExceeded: killed from outside, as systems without memory do;
  /// DeadlineExceeded: nothing came in time, or its processor time ran out;
  /// Cancelled: a stop was requested while it worked.
  Result<LongtailAnswer> receive(const LongtailPatience& patience);

 private:
  LongtailProcess(pid_t id, FileDescriptor socket);
  /// Waits a moment for its death, then brings it about.
  std::unexpected<Error> bury();
  void kill();

  pid_t id_;  // 0: reaped
  FileDescriptor socket_;
  LongtailAnswer hello_;
};

}  // namespace albumen
