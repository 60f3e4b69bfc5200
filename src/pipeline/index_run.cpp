// SPDX-License-Identifier: Apache-2.0
#include "pipeline/index_run.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "files/path_text.h"
#include "files/real_path.h"
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

// Stage::kWrite of a run, while one lives: an item is a transaction, timed in the library's writing
// thread. What was reserved meanwhile is the most since the transaction before, because the rows of
// one come in all the time.
class WriteTimer {
 public:
  WriteTimer(LibraryWriter& writer, StageClock& clock) : writer_(writer), clock_(clock) {
    watch_memory();
    writer_.on_commit([this](const CommitCost& cost) { add(cost); });
  }

  ~WriteTimer() { writer_.on_commit({}); }

  WriteTimer(const WriteTimer&) = delete;
  WriteTimer& operator=(const WriteTimer&) = delete;

 private:
  void add(const CommitCost& cost) {
    clock_.figures(Stage::kWrite)
        .add({.wall = cost.wall,
              .cpu = cost.cpu,
              .bytes = Bytes{cost.bytes},
              .peak_reserved = memory_ ? memory_->peak() : Bytes{}});
    watch_memory();
  }

  void watch_memory() {
    if (clock_.budget() != nullptr) {
      memory_.emplace(*clock_.budget());
    }
  }

  LibraryWriter& writer_;  // outlive the timer
  StageClock& clock_;
  std::optional<PeakWatch> memory_;  // of the writing thread, once it is told of
};

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

bool holds(const std::string& folder, const std::string& file) {
  const auto real = real_path(folder);
  return real && lies_in(file, *real);
}

// The folders of `bare` below which the library has files that are not `unseen`. An archive without
// members is no such folder: it was listed to its end. Nor is a folder with the library itself in
// it, which is there.
std::vector<std::string> emptied_folders(std::vector<std::string> bare, const KnownFiles& known,
                                         const std::vector<std::string>& unseen,
                                         const Library& library) {
  std::erase_if(bare, [&](const std::string& path) {
    return !is_folder(path) || holds(path, library.path());
  });
  const auto has_files = [&](const std::vector<std::string>& roots) {
    return !known.changes({.roots = roots, .kept = unseen}).vanished.empty();
  };
  if (!has_files(bare)) {  // one look for all of them, as a rule
    return {};
  }
  std::erase_if(bare, [&](const std::string& path) { return !has_files({path}); });
  return bare;
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
  const WriteTimer write_timer{environment.writer, environment.clock};
  BoundedQueue<SourceEntry> entries{kListAhead};
  BoundedQueue<PictureJob> jobs{std::max(1U, request.workers)};
  ListingOutcome listing;
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
      guarded(state, [&] { listing = list_sources(state, roots, entries); });
      entries.close();
    }
    jobs.close();
  }
  IndexReport report = state.report();
  report.interrupted = stop.stop_requested();
  report.failed_sources = listing.failed;
  if (listing.finished && !report.interrupted) {
    std::vector<std::string> kept = state.take_unseen();
    report.emptied_sources =
        emptied_folders(std::move(listing.bare), known, kept, environment.library);
    kept.insert(kept.end(), report.emptied_sources.begin(), report.emptied_sources.end());
    const auto scan = TRY(environment.writer.finish_scan(
        known, {.roots = std::move(roots), .kept = std::move(kept)}));
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
