// SPDX-License-Identifier: Apache-2.0
#include "pipeline/index_run.h"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "files/path_text.h"
#include "pipeline/internal/bounded_queue.h"
#include "pipeline/internal/job_reader.h"
#include "pipeline/internal/job_worker.h"
#include "pipeline/internal/lister.h"
#include "pipeline/internal/run_state.h"

namespace albumen {
namespace {

// Entries are small: enough of them to keep the total known early, few enough to stay under 10 MiB.
constexpr std::size_t kListAhead = 20'000;

// Two readers hide one slow open behind another read; more only move the wait.
constexpr unsigned kReaders = 2;

// Runs `body` so that an exception, which only a bug or a lack of memory can bring this far, ends
// the run instead of the process.
template <class Body>
void guarded(RunState& state, const Body& body) {
  try {
    body();
  } catch (const std::exception& error) {
    state.abort({.code = ErrorCode::kInternal, .message = error.what()});
  }
}

}  // namespace

Result<IndexReport> run_index(const IndexRequest& request, const IndexEnvironment& environment,
                              const StopToken& stop) {
  std::vector<std::string> roots;
  for (const std::string& source : request.sources) {
    roots.push_back(TRY_CONTEXT(absolute_path(source), "source"));
  }
  KnownFiles known = TRY(environment.library.load_known_files(
      {.analyzers = environment.analyzers.ids(),
       .program_version = request.program_version,
       .keep_truncated_percent = request.decode.keep_truncated_percent},
      environment.budget));
  RunState state{request, environment, known, stop};
  BoundedQueue<SourceEntry> entries{kListAhead};
  BoundedQueue<PictureJob> jobs{std::max(1U, request.workers)};
  bool listed_all = false;
  {
    std::vector<std::jthread> workers;
    for (unsigned worker = 0; worker < std::max(1U, request.workers); ++worker) {
      workers.emplace_back([&] { guarded(state, [&] { work_jobs(state, jobs); }); });
    }
    {
      std::vector<std::jthread> readers;
      for (unsigned reader = 0; reader < kReaders; ++reader) {
        readers.emplace_back([&] { guarded(state, [&] { read_jobs(state, entries, jobs); }); });
      }
      guarded(state, [&] { listed_all = list_sources(state, entries); });
      entries.close();
    }
    jobs.close();
  }
  IndexReport report = state.report();
  report.interrupted = stop.stop_requested();
  if (listed_all && !report.interrupted) {
    const auto scan = TRY(environment.writer.finish_scan(
        known, {.roots = std::move(roots), .kept = state.take_unseen()}));
    report.vanished = static_cast<std::uint64_t>(scan.vanished);
  }
  auto flushed = environment.writer.flush();
  if (auto error = state.take_error()) {
    return std::unexpected(*std::move(error));
  }
  TRY(std::move(flushed));
  return report;
}

}  // namespace albumen
