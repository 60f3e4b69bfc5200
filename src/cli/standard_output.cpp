// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/standard_output.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fmt/core.h>
#include <string>

#include "files/file.h"

namespace albumen {
namespace {

// The first failure's errno; there is one standard output.
std::atomic<int> failure = 0;

bool note(bool written) {
  if (!written) {
    note_output_failure(errno);
  }
  return written;
}

}  // namespace

bool put_text(std::string_view text) {
  // stdio locks the stream for one call.
  return failure == 0 && note(std::fwrite(text.data(), 1, text.size(), stdout) == text.size());
}

bool put_line(std::string_view line) { return put_text(fmt::format("{}\n", line)); }

void note_output_failure(int error_number) {
  int none = 0;
  failure.compare_exchange_strong(none, error_number == 0 ? EIO : error_number);
}

bool flush_output() { return failure == 0 && note(std::fflush(stdout) == 0); }

Result<void> finish_output() {
  flush_output();
  if (failure == 0 && std::ferror(stdout) != 0) {
    note_output_failure(EIO);  // a write that nobody looked after
  }
  if (failure == EPIPE) {
    return fail(ErrorCode::kCancelled, "standard output: nobody reads it any more");
  }
  if (failure != 0) {
    return system_failure(failure, "write", "standard output");
  }
  return {};
}

void put_error_line(std::string_view line) {
  const std::string whole = fmt::format("{}\n", line);
  std::fwrite(whole.data(), 1, whole.size(), stderr);
}

void put_notice(std::string_view text) { put_error_line(fmt::format("albumen: {}", text)); }

}  // namespace albumen
