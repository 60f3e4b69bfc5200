// SPDX-License-Identifier: Apache-2.0
// The failures of a run, or what else it has to say of single pictures, for the end of its summary:
// the first few, and how many more. Printed at once they would fall into the progress line, and
// hide everything else where there are many.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/mutex.h"

namespace albumen {

/// "a.jpg: Truncated: ends inside a scan".
std::string failure_line(std::string_view name, std::string_view code, std::string_view reason);

/// Internally locked.
class FailureList {
 public:
  void add(std::string_view name, std::string_view code, std::string_view reason);

  /// A line of other words: what is worth one though it is no failure.
  void add(std::string line);

  /// To stderr. `where` says what names all of them: "albumen export names every one".
  void print(std::string_view where) const;

 private:
  mutable Mutex mutex_;
  std::vector<std::string> lines_ GUARDED_BY(mutex_);
  std::size_t count_ GUARDED_BY(mutex_) = 0;
};

}  // namespace albumen
