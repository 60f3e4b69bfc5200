// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/run_state.h"

#include <utility>
#include <variant>

namespace albumen {
namespace {

std::size_t count_faces(const PictureResult& result) {
  std::size_t count = 0;
  for (const auto& [id, finding] : result.findings) {
    if (const auto* faces = std::get_if<Faces>(&finding)) {
      count += faces->faces.size();
    }
  }
  return count;
}

std::string no_picture_reason(ContentType type) {
  const bool has_a_word = type == ContentType::kVideo || type == ContentType::kZip;
  return has_a_word ? std::string{name_of(type)} : "no picture";
}

}  // namespace

RunState::RunState(const IndexRequest& request, const IndexEnvironment& environment,
                   KnownFiles& known, const StopToken& user_stop)
    : request_(request),
      environment_(environment),
      known_(known),
      on_user_stop_(user_stop, [this] { stop_.request_stop(); }) {}

void RunState::abort(Error error) {
  {
    const MutexLock lock{mutex_};
    if (!error_) {
      error_ = std::move(error);
    }
  }
  stop_.request_stop();
}

void RunState::finish(PictureResult result, const std::string& name) {
  IndexProgress& progress = environment_.progress;
  FileEvent event{.name = name, .outcome = FileOutcome::kDone, .code = {}, .reason = {}};
  Failure first;
  if (!result.failures.empty()) {
    first = result.failures.front();
    event.outcome = FileOutcome::kFailed;
    event.code = describe(first.code).name;
    event.reason = first.reason;
    count_failed(event.code);
  } else if (result.picture) {
    event.faces = count_faces(result);
    event.complete = result.picture->complete;
    progress.partial += event.complete < 1 ? 1 : 0;
    progress.faces += event.faces;
    ++progress.done;
  }
  if (submit(std::move(result))) {
    tell(event);
  }
}

bool RunState::submit(PictureResult result) {
  if (auto submitted = environment_.writer.submit(std::move(result)); !submitted) {
    abort(std::move(submitted).error());
    return false;
  }
  return true;
}

void RunState::tell(const FileEvent& event) const {
  if (environment_.listener) {
    environment_.listener(event);
  }
}

void RunState::count_skipped(const std::string& reason) {
  ++environment_.progress.skipped;
  const MutexLock lock{mutex_};
  ++skipped_[reason];
}

void RunState::count_failed(std::string_view code) {
  ++environment_.progress.failed;
  const MutexLock lock{mutex_};
  ++failed_[std::string{code}];
}

void RunState::fail_without_row(const std::string& name, const Error& error) {
  const std::string_view code = describe(error.code).name;
  count_failed(code);
  tell({.name = name, .outcome = FileOutcome::kFailed, .code = code, .reason = error.message});
}

void RunState::skip(const std::string& name, const std::string& reason) {
  count_skipped(reason);
  tell({.name = name, .outcome = FileOutcome::kSkipped, .code = {}, .reason = reason});
}

void RunState::skip_no_picture(PictureResult result, const std::string& name) {
  const std::string reason = no_picture_reason(result.file.content_type);
  if (submit(std::move(result))) {
    skip(name, reason);
  }
}

void RunState::count_no_picture(ContentType type) { count_skipped(no_picture_reason(type)); }

void RunState::keep_unseen(std::string path) {
  const MutexLock lock{mutex_};
  unseen_.push_back(std::move(path));
}

std::vector<std::string> RunState::take_unseen() {
  const MutexLock lock{mutex_};
  return std::exchange(unseen_, {});
}

PictureResult RunState::failed_result(FileRecord file, std::string stage,
                                      const Error& error) const {
  PictureResult result;
  result.file = std::move(file);
  result.failures.push_back(failure_from(std::move(stage), error));
  result.run = request_.run;
  return result;
}

std::optional<Error> RunState::take_error() {
  const MutexLock lock{mutex_};
  return std::exchange(error_, std::nullopt);
}

IndexReport RunState::report() const {
  const MutexLock lock{mutex_};
  IndexReport report;
  report.skipped = skipped_;
  report.failed = failed_;
  return report;
}

FileRecord file_record(const SourceEntry& entry) {
  FileRecord record;
  record.path = entry.path;
  record.member = entry.member;
  record.stamp = entry.stamp;
  return record;
}

}  // namespace albumen
