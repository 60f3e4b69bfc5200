// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_view.h"

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <fmt/core.h>
#include <mutex>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

#include "cli/internal/standard_output.h"

namespace albumen {
namespace {

constexpr std::string_view kEraseLine = "\r\x1B[2K";
constexpr std::string_view kEraseRest = "\x1B[K";
constexpr std::size_t kAnyWidth = 10'000;

void write_to_stderr(std::string_view text) {
  // One write per line, so that log lines of other threads do not fall between.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

void pause(const std::stop_token& stop, std::chrono::milliseconds duration) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock{mutex};
  wake.wait_for(lock, stop, duration, [] { return false; });
}

}  // namespace

ProgressView::ProgressView(Mode mode, Line line) : ProgressView(mode, std::move(line), Pace{}) {}

ProgressView::ProgressView(Mode mode, Line line, Pace pace) : line_(std::move(line)) {
  if (mode == Mode::kOff) {
    return;
  }
  drawer_ = std::jthread{[this, mode, pace](const std::stop_token& stop) {
    switch (mode) {
      case Mode::kTerminal:
        return redraw(stop, pace);
      case Mode::kEvents:
        return write_events(stop, pace);
      case Mode::kLines:
      case Mode::kOff:
        return write_lines(stop, pace);
    }
  }};
}

void ProgressView::redraw(const std::stop_token& stop, Pace pace) const {
  while (!stop.stop_requested()) {
    // The last column stays free: a full line wraps. The old line is written over, not erased
    // first, which would flicker.
    write_to_stderr(fmt::format("\r{}{}", line_(terminal_columns() - 1), kEraseRest));
    pause(stop, pace.redraw_every);
  }
  write_to_stderr(kEraseLine);
}

void ProgressView::write_lines(const std::stop_token& stop, Pace pace) const {
  pause(stop, pace.first_line_after);
  while (!stop.stop_requested()) {
    write_to_stderr(fmt::format("{}\n", line_(kAnyWidth)));
    pause(stop, pace.line_every);
  }
}

void ProgressView::write_events(const std::stop_token& stop, Pace pace) const {
  pause(stop, pace.first_line_after);
  while (!stop.stop_requested()) {
    // Where nobody can read them there are none: main says so at the end.
    if (!put_line(line_(kAnyWidth)) || !flush_output()) {
      return;
    }
    pause(stop, pace.event_every);
  }
  put_line(line_(kAnyWidth));  // where it ended, however short it was
}

ProgressView::~ProgressView() = default;

bool stderr_is_terminal() {
  const char* const terminal = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
  return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr &&
         std::string_view{terminal} != "dumb";
}

unsigned terminal_columns() {
  constexpr unsigned kUsualColumns = 80;
  winsize size{};
  for (const int descriptor : {STDERR_FILENO, STDOUT_FILENO}) {
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
      return size.ws_col;
    }
  }
  return kUsualColumns;
}

std::string human_duration(double seconds) {
  if (seconds < 9.95) {
    return fmt::format("{:.1f} s", seconds);
  }
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 60) {
    return fmt::format("{} s", whole);
  }
  if (whole < 3600) {
    return fmt::format("{} min {} s", whole / 60, whole % 60);
  }
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string human_count(std::uint64_t count) {
  std::string text = fmt::format("{}", count);
  for (auto place = static_cast<std::ptrdiff_t>(text.size()) - 3; place > 0; place -= 3) {
    text.insert(text.begin() + place, ',');
  }
  return text;
}

}  // namespace albumen
