// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/lister.h"

#include <filesystem>
#include <functional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "decode/decoder.h"
#include "files/path_text.h"
#include "files/real_path.h"
#include "sources/source_lister.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

// Whether a file can be seen in `folder`, so that what is missing there is not out of reach.
bool holds_a_file(std::string_view folder) {
  std::error_code error;
  for (fs::directory_iterator entry{folder, error}; !error && entry != fs::directory_iterator{};
       entry.increment(error)) {
    std::error_code ignored;
    const bool is_hidden = entry->path().filename().native().starts_with('.');
    if (!is_hidden && entry->is_regular_file(ignored)) {
      return true;
    }
  }
  return false;
}

// The sources in or as which no file was met yet. What is hidden or cannot be read says nothing of
// the files that were there: a mount point may hold such things, and so may the disk of somebody
// else.
class BareSources {
 public:
  explicit BareSources(const std::vector<std::string>& sources)
      : bare_(sources.begin(), sources.end()) {}

  // Something was said of the source `path` itself.
  void answer(std::string_view path) {
    if (const auto found = bare_.find(path); found != bare_.end()) {
      bare_.erase(found);
    }
  }

  // The file `path` was met: it is a source, or lies in one or several.
  void meet(std::string_view path) {
    if (!bare_.empty()) {
      any_at_or_above(path, [&](std::string_view at) {
        answer(at);
        return bare_.empty();
      });
    }
  }

  [[nodiscard]] std::vector<std::string> left() const { return {bare_.begin(), bare_.end()}; }

 private:
  std::set<std::string, std::less<>> bare_;
};

class EventHandler {
 public:
  EventHandler(RunState& state, const std::vector<std::string>& sources,
               BoundedQueue<SourceEntry>& out)
      : state_(state), sources_(sources.begin(), sources.end()), bare_(sources), out_(out) {}

  void operator()(SourceEntry&& entry) {
    bare_.meet(entry.path);
    const auto known = state_.known().see(entry.path, entry.member);
    ++state_.environment().progress.listed;
    const bool trusts_stamps = state_.request().rehash == Rehash::kChanged;
    const AnalyzerMask wanted = state_.environment().analyzers.all();
    if (known && trusts_stamps && is_settled(*known, entry, wanted)) {
      count_settled(*known, wanted);
      return;
    }
    IndexProgress& progress = state_.environment().progress;
    progress.bytes_to_read += entry.encoded_size.count();
    ++progress.to_read;
    out_.push(std::move(entry), state_.stop());
  }

  void operator()(SourceProblem&& problem) {
    bare_.answer(problem.path);
    ++state_.environment().progress.listed;
    const bool is_not_found = problem.error.code == ErrorCode::kNotFound;
    if (problem.member.empty() && sources_.contains(problem.path)) {
      if (is_not_found) {
        lose_source(problem);
        return;
      }
      ++failed_;
    }
    state_.known().see(problem.path, problem.member);
    if (problem.member.empty() && !is_not_found) {
      state_.keep_unseen(problem.path);
    }
    FileRecord record;
    record.path = problem.path;
    record.member = problem.member;
    state_.finish(state_.failed_result(std::move(record), "list", problem.error),
                  source_name(problem.path, problem.member));
  }

  void operator()(SourceSkip&& skip) {
    bare_.answer(skip.path);
    ++state_.environment().progress.listed;
    // A member that is left out says nothing of the others in its archive.
    if (skip.member.empty()) {
      state_.keep_unseen(skip.path);
    } else {
      state_.known().see(skip.path, skip.member);
    }
    state_.skip(source_name(skip.path, skip.member), skip.reason);
  }

  [[nodiscard]] std::uint64_t failed() const { return failed_; }

  [[nodiscard]] std::vector<std::string> bare() const { return bare_.left(); }

 private:
  // A file that was listed once, and lay where others still are, has vanished. Of a folder that is
  // not there nobody knows whether it was removed or its disk is away, and what never was there is
  // a typo, of which no row is made.
  void lose_source(const SourceProblem& problem) {
    const auto known = state_.known().find(problem.path, {});
    const bool was_a_file = known && known->stamp != FileStamp{};
    if (!was_a_file || !holds_a_file(folder_of(problem.path))) {
      ++failed_;
      state_.keep_unseen(problem.path);
    }
    state_.fail_without_row(source_name(problem.path, {}), problem.error);
  }

  // What failed for want of albumen-longtail waits for a run that has it.
  [[nodiscard]] bool is_settled(const KnownFile& known, const SourceEntry& entry,
                                AnalyzerMask wanted) const {
    const bool waits = known.stamp == entry.stamp && known.failure == ErrorCode::kUnsupported &&
                       lacks_longtail(known.content_type, state_.request().decode);
    return waits || known.settled(entry.stamp, wanted);
  }

  void count_settled(const KnownFile& known, AnalyzerMask wanted) const {
    IndexProgress& progress = state_.environment().progress;
    if (known.failed(wanted)) {
      ++progress.failed_before;
    } else if (known.is_picture) {
      ++progress.unchanged;
    } else {
      state_.count_no_picture(known.content_type);
    }
  }

  RunState& state_;  // outlives the handler, as do all sources and `out_`
  std::set<std::string_view> sources_;
  BareSources bare_;
  std::uint64_t failed_ = 0;
  BoundedQueue<SourceEntry>& out_;
};

}  // namespace

ListingOutcome list_sources(RunState& state, const std::vector<std::string>& sources,
                            BoundedQueue<SourceEntry>& out) {
  const StageTimer timer{state.environment().clock, Stage::kList};
  auto lister = SourceLister::create(state.request().sources, state.request().source_options);
  if (!lister) {
    state.abort(std::move(lister).error());
    out.close();
    return {};
  }
  EventHandler handler{state, sources, out};
  while (auto event = lister->next(state.stop())) {
    std::visit(handler, *std::move(event));
  }
  out.close();
  state.environment().progress.listing_finished = true;
  return {.finished = !state.stop().stop_requested(),
          .failed = handler.failed(),
          .bare = handler.bare()};
}

}  // namespace albumen
