// SPDX-License-Identifier: Apache-2.0
// The progress line of a long run on a terminal: redrawn in place a few times a second, silent
// when stderr is none.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace albumen {

/// Redraws what `line` returns on stderr, every 200 ms, from its own thread; erased at the end.
class ProgressView {
 public:
  /// `line` is called from the view's thread and must be quick. `enabled` false: does nothing.
  enum class Mode : std::uint8_t { kOff, kTerminal };
  ProgressView(Mode mode, std::function<std::string()> line);
  ~ProgressView();
  ProgressView(const ProgressView&) = delete;
  ProgressView& operator=(const ProgressView&) = delete;

 private:
  std::function<std::string()> line_;
  std::jthread drawer_;
};

/// True when stderr is a terminal that can redraw a line.
bool stderr_is_terminal();

/// Columns of that terminal, 80 when it does not say.
unsigned terminal_columns();

/// "3 s", "2 min 5 s", "1 h 10 min".
std::string human_duration(double seconds);

/// 12345678 -> "12,345,678".
std::string human_count(std::uint64_t count);

}  // namespace albumen
