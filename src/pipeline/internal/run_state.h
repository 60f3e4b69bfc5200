// SPDX-License-Identifier: Apache-2.0
// What the threads of one index run share: the tallies, the first error, and the stop that either
// the user or that error requests. Internally locked.
#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/mutex.h"
#include "core/result.h"
#include "core/stop.h"
#include "library/known_files.h"
#include "pipeline/index_run.h"

namespace albumen {

class RunState {
 public:
  RunState(const IndexRequest& request, const IndexEnvironment& environment, KnownFiles& known,
           const StopToken& user_stop);

  [[nodiscard]] const IndexRequest& request() const { return request_; }

  [[nodiscard]] const IndexEnvironment& environment() const { return environment_; }

  [[nodiscard]] KnownFiles& known() const { return known_; }

  /// The most that one job may reserve: the budget less what the run itself holds to its end. More
  /// would be waited for in vain.
  [[nodiscard]] Bytes job_limit() const { return environment_.budget.limit() - known_.memory(); }

  /// Requested by the user or by `abort`.
  [[nodiscard]] StopToken stop() const { return stop_.get_token(); }

  /// The run cannot go on; the first error is kept.
  void abort(Error error);

  /// Submits the row of one visited file, counts it and tells the listener.
  void finish(PictureResult result, const std::string& name);

  /// A source that is not there: counted and told like a failure.
  void fail_without_row(const std::string& name, const Error& error);

  /// A file that was left out on purpose, without a row.
  void skip(const std::string& name, const std::string& reason);

  /// A file that was looked at and is no picture, by its `result.file.content_type`: the same, with
  /// a row, so that it is not looked at again.
  void skip_no_picture(PictureResult result, const std::string& name);

  /// A file of which the library knows that it is no picture: counted as when it was looked at, but
  /// nothing new to tell of.
  void count_no_picture(ContentType type);

  /// A file or folder that was not looked into: what the library has of it counts as seen.
  void keep_unseen(std::string path);

  /// The row of a file that failed before it was a picture.
  PictureResult failed_result(FileRecord file, std::string stage, const Error& error) const;

  /// The first error, if any; call when all threads have ended.
  std::optional<Error> take_error();

  [[nodiscard]] IndexReport report() const;

  /// Everything given to `keep_unseen`.
  std::vector<std::string> take_unseen();

 private:
  /// Hands a row to the writer; false when the library fails, which ends the run.
  bool submit(PictureResult result);
  void tell(const FileEvent& event) const;
  void count_skipped(const std::string& reason);
  void count_failed(std::string_view code);

  const IndexRequest& request_;  // outlive the run
  const IndexEnvironment& environment_;
  KnownFiles& known_;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> on_user_stop_;
  mutable Mutex mutex_;
  std::optional<Error> error_ GUARDED_BY(mutex_);
  std::vector<std::string> unseen_ GUARDED_BY(mutex_);
  std::map<std::string, std::uint64_t> skipped_ GUARDED_BY(mutex_);
  std::map<std::string, std::uint64_t> failed_ GUARDED_BY(mutex_);
};

FileRecord file_record(const SourceEntry& entry);

}  // namespace albumen
