// SPDX-License-Identifier: Apache-2.0
// Formats that albumen does not decode itself, through the separate program albumen-longtail:
// a few sandboxed child processes, started when the first such picture comes and used again.
// Tested by longtail/longtail_client_test.cpp.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/content_type.h"
#include "core/mutex.h"
#include "core/result.h"
#include "core/stop.h"

namespace albumen {

class LongtailClient;

struct LongtailOptions {
  /// The program; see `longtail_beside_this_program`.
  std::string program;
  /// Most children at once; whoever finds none free waits for one.
  unsigned processes = 2;
  /// For one picture; then its child is killed and the picture is DeadlineExceeded.
  std::chrono::milliseconds deadline{60'000};
  /// Ends what children work on, within a tenth of a second: those pictures are Cancelled.
  StopToken stop;
};

/// Where albumen's build and packages put it: "albumen-longtail" in this program's folder. It need
/// not be there.
std::string longtail_beside_this_program();

class LongtailDecoder;

/// For `workers` threads, with the program beside this one; nothing where that is not there.
std::unique_ptr<LongtailDecoder> installed_longtail(unsigned workers, const StopToken& stop);

/// A small pool of children. Any thread. A child that crashes, hangs, or wants too much costs the
/// picture it worked on, and a new one takes its place.
class LongtailDecoder {
 public:
  explicit LongtailDecoder(LongtailOptions options);
  ~LongtailDecoder();
  LongtailDecoder(const LongtailDecoder&) = delete;
  LongtailDecoder& operator=(const LongtailDecoder&) = delete;

  /// What it decodes, found out by decoding one tiny picture of each. Starts a child. Errors:
  /// Unsupported when the program is not there or cannot be run, Unavailable when it did not start.
  Result<std::vector<ContentType>> formats();

 private:
  friend class LongtailLoan;
  std::unique_ptr<LongtailClient> take() EXCLUDES_LOCK(mutex_);
  void give_back(std::unique_ptr<LongtailClient> client) EXCLUDES_LOCK(mutex_);

  const LongtailOptions options_;
  Mutex mutex_;
  ConditionVariable changed_;
  std::vector<std::unique_ptr<LongtailClient>> free_ GUARDED_BY(mutex_);
};

}  // namespace albumen
