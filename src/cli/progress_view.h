// SPDX-License-Identifier: Apache-2.0
// The progress line of a long run: redrawn in place on a terminal, else a line of its own now and
// then, on stderr; or events for programs, on stdout. Tested by progress_view_test.cpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace albumen {

/// Shows what `line` returns, from its own thread, until destroyed.
class ProgressView {
 public:
  enum class Mode : std::uint8_t {
    kOff,
    kTerminal,  ///< redrawn in place, erased at the end
    kLines,     ///< a line of its own each time, for files and pipes
    kEvents,    ///< on stdout, at the pace of events, and once at the end
  };

  /// The pace of each mode. A run of less than a second leaves no lines.
  struct Pace {
    std::chrono::milliseconds redraw_every{200};
    std::chrono::milliseconds first_line_after{1000};
    std::chrono::milliseconds line_every{5000};
    std::chrono::milliseconds event_every{1000};
  };

  /// A line of at most so many columns.
  using Line = std::function<std::string(std::size_t columns)>;

  /// `line` is called from the view's thread and must be quick.
  ProgressView(Mode mode, Line line);
  ProgressView(Mode mode, Line line, Pace pace);
  ~ProgressView();
  ProgressView(const ProgressView&) = delete;
  ProgressView& operator=(const ProgressView&) = delete;

 private:
  void redraw(const std::stop_token& stop, Pace pace) const;
  void write_lines(const std::stop_token& stop, Pace pace) const;
  void write_events(const std::stop_token& stop, Pace pace) const;

  Line line_;
  std::jthread drawer_;
};

/// True when stderr is a terminal that can redraw a line.
bool stderr_is_terminal();

/// Columns of that terminal, or of the one on stdout; 80 when neither says.
unsigned terminal_columns();

/// "3 s", "2 min 5 s", "1 h 10 min".
std::string human_duration(double seconds);

/// 12345678 -> "12,345,678".
std::string human_count(std::uint64_t count);

}  // namespace albumen
