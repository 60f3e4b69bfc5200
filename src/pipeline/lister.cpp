// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/lister.h"

#include <utility>
#include <variant>

#include "decode/decoder.h"
#include "sources/source_lister.h"

namespace albumen {
namespace {

class EventHandler {
 public:
  EventHandler(RunState& state, BoundedQueue<SourceEntry>& out) : state_(state), out_(out) {}

  void operator()(SourceEntry&& entry) const {
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

  void operator()(SourceProblem&& problem) const {
    state_.known().see(problem.path, problem.member);
    if (problem.member.empty() && problem.error.code != ErrorCode::kNotFound) {
      state_.keep_unseen(problem.path);
    }
    ++state_.environment().progress.listed;
    FileRecord record;
    record.path = problem.path;
    record.member = problem.member;
    state_.finish(state_.failed_result(std::move(record), "list", problem.error),
                  source_name(problem.path, problem.member));
  }

  void operator()(SourceSkip&& skip) const {
    ++state_.environment().progress.listed;
    // A member that is left out says nothing of the others in its archive.
    if (skip.member.empty()) {
      state_.keep_unseen(skip.path);
    } else {
      state_.known().see(skip.path, skip.member);
    }
    state_.skip(source_name(skip.path, skip.member), skip.reason);
  }

 private:
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

  RunState& state_;  // outlive the handler
  BoundedQueue<SourceEntry>& out_;
};

}  // namespace

bool list_sources(RunState& state, BoundedQueue<SourceEntry>& out) {
  const StageTimer timer{state.environment().clock, Stage::kList};
  auto lister = SourceLister::create(state.request().sources, state.request().source_options);
  if (!lister) {
    state.abort(std::move(lister).error());
    out.close();
    return false;
  }
  const EventHandler handler{state, out};
  while (auto event = lister->next(state.stop())) {
    std::visit(handler, *std::move(event));
  }
  out.close();
  state.environment().progress.listing_finished = true;
  return !state.stop().stop_requested();
}

}  // namespace albumen
