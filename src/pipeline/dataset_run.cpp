// SPDX-License-Identifier: Apache-2.0
#include "pipeline/dataset_run.h"

#include <algorithm>
#include <filesystem>
#include <fmt/core.h>
#include <functional>
#include <iterator>
#include <numeric>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "core/mutex.h"
#include "files/file.h"
#include "files/path_text.h"
#include "pipeline/internal/dataset_archive.h"
#include "pipeline/internal/dataset_checks.h"
#include "pipeline/internal/dataset_listing.h"
#include "pipeline/internal/dataset_stale.h"
#include "pipeline/internal/dataset_state.h"
#include "pipeline/internal/dataset_worker.h"
#include "pipeline/internal/worker_gate.h"
#include "prepare/buckets.h"

namespace albumen {
namespace {

// Deals the members out to the workers and keeps what came of them in the order of the listing.
class DatasetRun {
 public:
  DatasetRun(const DatasetJob& job, const StopToken& stop)
      : job_(job),
        stop_(stop),
        gate_(job.environment.pressure),
        finished_(job.listing.members.size()) {}

  void work() {
    while (true) {
      const std::size_t index = next_++;
      if (index >= job_.listing.members.size() || stop_.stop_requested() || has_error()) {
        return;
      }
      if (!gate_.enter(stop_)) {
        return;
      }
      auto made = make_member(job_, job_.listing.members[index], stop_);
      gate_.leave();
      if (!made) {
        keep_error(std::move(made).error());
        return;
      }
      count(made->row);
      ++job_.environment.progress.processed;
      finished_[index] = *std::move(made);
    }
  }

  // A row of the listing that is final already.
  void count(const ManifestRow& row) const {
    DatasetProgress& progress = job_.environment.progress;
    progress.degraded += row.level.empty() ? 0 : 1;
    progress.partial += row.status != MemberStatus::kFailed && tells_damage(row) ? 1 : 0;
    switch (row.status) {
      case MemberStatus::kWritten:
        ++progress.written;
        break;
      case MemberStatus::kUnchanged:
        ++progress.unchanged;
        break;
      case MemberStatus::kSkipped:
        ++progress.skipped;
        break;
      case MemberStatus::kFailed:
        ++progress.failed;
        break;
      case MemberStatus::kPlanned:
        ++progress.planned;
        break;
    }
    if (job_.environment.listener) {
      job_.environment.listener(row);
    }
  }

  std::optional<Error> take_error() {
    const MutexLock lock{mutex_};
    return std::exchange(error_, std::nullopt);
  }

  std::vector<std::optional<FinishedMember>>& finished() { return finished_; }

 private:
  bool has_error() {
    const MutexLock lock{mutex_};
    return error_.has_value();
  }

  void keep_error(Error error) {
    const MutexLock lock{mutex_};
    if (!error_ && error.code != ErrorCode::kCancelled) {
      error_ = std::move(error);
    }
  }

  const DatasetJob& job_;  // outlives the run
  StopToken stop_;
  WorkerGate gate_;
  std::atomic<std::size_t> next_ = 0;
  std::vector<std::optional<FinishedMember>> finished_;  // each written by one worker
  Mutex mutex_;
  std::optional<Error> error_ GUARDED_BY(mutex_);
};

Result<void> write_manifest(const std::string& directory, const std::vector<ManifestRow>& rows) {
  auto file = TRY(AtomicFile::create_in(growing_folder(directory), manifest_path(directory)));
  for (const ManifestRow& row : rows) {
    TRY(file.write(fmt::format("{}\n", to_json_line(row))));
  }
  return file.commit();
}

DatasetReport report_of(const std::vector<ManifestRow>& rows) {
  DatasetReport report;
  for (const ManifestRow& row : rows) {
    if (row.status == MemberStatus::kFailed) {
      ++report.failed[row.code];
    } else if (!row.reason.empty()) {  // a picture that a stopped run left alone has none
      ++report.skipped[row.reason];
    }
  }
  return report;
}

std::vector<std::string> outputs_of(const std::vector<JournalEntry>& entries) {
  std::vector<std::string> outputs;
  for (const JournalEntry& entry : entries) {
    outputs.push_back(entry.row.output);
  }
  return outputs;
}

FormerPlace former_place(const DatasetJob& job) {
  return {.history = job.history, .directory = job.request.directory, .archive = job.archive};
}

// An archive holds what the set has now; of earlier runs only what came from a source that failed.
Result<void> settle_archive(const DatasetJob& job, std::vector<ManifestRow>& rows,
                            std::vector<JournalEntry>& entries, DatasetReport& report,
                            const StopToken& stop) {
  const FormerPlace place = former_place(job);
  FormerOutputs former = former_outputs(place, rows);
  std::vector<std::string> pruned;
  if (!entries.empty()) {
    std::ranges::move(spared_for_archive(place, former, entries), std::back_inserter(entries));
    std::erase_if(former.stale,
                  [&](const JournalEntry& entry) { return job.archive.find(entry) == nullptr; });
    pruned = outputs_of(former.stale);
  }
  if (job.state != nullptr) {
    tell_as_archived(rows, entries);
    TRY(write_manifest(job.request.directory, rows));
    TRY(write_archive({.request = job.request,
                       .environment = job.environment,
                       .before = job.archive,
                       .entries = entries},
                      stop));
  }
  report.pruned = std::move(pruned);  // until here the archive of before is as it was
  return {};
}

// The end of a run that saw everything. What earlier runs left stays in the journal, before what
// this one has: whatever is known last of a source counts.
Result<void> settle_folder(const DatasetJob& job, const std::vector<ManifestRow>& rows,
                           std::vector<JournalEntry> entries, DatasetReport& report) {
  const bool is_dry = job.state == nullptr;
  FormerOutputs former = former_outputs(former_place(job), rows);
  if (job.request.prune && !report.folders.empty()) {
    const auto pruned =
        TRY(prune(job.request, rows, is_dry ? Pruning::kPretended : Pruning::kReal, former.stale));
    report.pruned = outputs_of(pruned.outputs);
    job.environment.progress.captions_removed += pruned.captions;
  }
  report.stale = outputs_of(former.stale);
  if (is_dry) {
    return {};
  }
  TRY(write_manifest(job.request.directory, rows));
  std::vector<JournalEntry> all = std::move(former.spared);
  std::ranges::move(former.stale, std::back_inserter(all));
  std::ranges::move(entries, std::back_inserter(all));
  return job.state->finish(all);
}

Result<DatasetReport> finish(DatasetRun& run, const DatasetJob& job, const StopToken& stop) {
  std::vector<ManifestRow> rows = job.listing.rows;
  std::vector<JournalEntry> entries;
  std::map<std::string, std::uint64_t> folders;
  std::uint64_t without_caption = 0;
  for (std::size_t index = 0; index < run.finished().size(); ++index) {
    if (auto& member = run.finished()[index]) {
      const MemberStatus status = member->row.status;
      if (status != MemberStatus::kFailed && status != MemberStatus::kSkipped) {
        ++folders[path_to_text(job.listing.members[index].place.folder)];
        without_caption += member->row.caption.empty() ? 1U : 0U;
      }
      rows[job.listing.members[index].row] = std::move(member->row);
      if (member->entry) {
        entries.push_back(*std::move(member->entry));
      }
    }
  }
  DatasetReport report = report_of(rows);
  report.folders = std::move(folders);
  report.without_caption = without_caption;
  bool interrupted = stop.stop_requested();
  if (!interrupted) {
    auto settled = job.request.archive.empty()
                       ? settle_folder(job, rows, std::move(entries), report)
                       : settle_archive(job, rows, entries, report, stop);
    interrupted = !settled && settled.error().code == ErrorCode::kCancelled;
    if (!interrupted) {
      TRY(std::move(settled));
    }
  }
  report.interrupted = interrupted;
  return report;
}

Result<std::vector<Size>> buckets_of(const PictureSettings& settings) {
  if (settings.bucket_step == 0) {
    return std::vector<Size>{};
  }
  return make_buckets(bucket_spec_of(settings));
}

bool is_called_like_concept(const DatasetRequest& request) {
  std::string_view set = request.archive.empty() ? request.directory : request.archive;
  while (set.ends_with('/')) {
    set.remove_suffix(1);
  }
  return !concept_of(last_component(set)).name.empty();
}

Result<DatasetListing> list(const DatasetRequest& request, const DatasetEnvironment& environment,
                            const StopToken& stop) {
  const StageTimer timer{environment.clock, Stage::kList};
  DatasetProgress& progress = environment.progress;
  auto listing = TRY(list_dataset({.sources = request.sources,
                                   .options = request.source_options,
                                   .renaming = request.renaming,
                                   .caption_extension = request.caption_extension,
                                   .set_is_concept = is_called_like_concept(request),
                                   .listed = [&](std::size_t count) { progress.listed = count; }},
                                  environment.reader, environment.budget, stop));
  progress.bytes_to_process = std::transform_reduce(
      listing.members.begin(), listing.members.end(), std::uint64_t{0}, std::plus{},
      [](const DatasetMember& member) { return member.entry.encoded_size.count(); });
  progress.to_process = listing.members.size();
  progress.listing_finished = true;
  return listing;
}

// Those of members that are no pictures.
void count_finished_rows(const DatasetRun& run, const DatasetListing& listing) {
  std::size_t member = 0;
  for (std::size_t row = 0; row < listing.rows.size(); ++row) {
    if (member < listing.members.size() && listing.members[member].row == row) {
      ++member;
    } else {
      run.count(listing.rows[row]);
    }
  }
}

// An archive grows in a folder beside it.
DatasetRequest request_at_work(const DatasetRequest& asked) {
  return asked.archive.empty() ? asked : request_in_part(asked);
}

// That of an earlier run; empty where there is none, or no archive is made.
Result<FinishedArchive> archive_before(const DatasetRequest& asked,
                                       const DatasetEnvironment& environment,
                                       const StopToken& stop) {
  if (asked.archive.empty()) {
    return FinishedArchive{};
  }
  return open_finished_archive(asked, environment.reader, stop);
}

// What is known of the set, and where this run writes down what it does; null: nowhere.
struct SetState {
  const DatasetHistory& history;
  DatasetState* state;
  const FinishedArchive& archive;
};

Result<DatasetReport> run_members(const DatasetRequest& request,
                                  const DatasetEnvironment& environment, SetState set,
                                  const StopToken& stop) {
  const DatasetListing listing = TRY(list(request, environment, stop));
  ColourCache colours;
  PressureGauge pressure{environment.pressure};
  const std::vector<Size> buckets = TRY(buckets_of(request.settings));
  const DatasetJob job{.request = request,
                       .environment = environment,
                       .listing = listing,
                       .history = set.history,
                       .state = set.state,
                       .archive = set.archive,
                       .colours = colours,
                       .buckets = buckets,
                       .settings = digest_of(request.settings),
                       .limit = environment.budget.limit() - listing.memory.size(),
                       .pressure = pressure};
  DatasetRun run{job, stop};
  count_finished_rows(run, listing);
  {
    std::vector<std::jthread> workers;
    for (unsigned worker = 0; worker < std::max(1U, request.workers); ++worker) {
      workers.emplace_back([&run] { run.work(); });
    }
  }
  if (auto error = run.take_error()) {
    return std::unexpected(*std::move(error));
  }
  return finish(run, job, stop);
}

// A name that was mistyped, a disk that is not mounted.
bool is_any_source_there(const DatasetRequest& request) {
  return std::ranges::any_of(request.sources, [](const std::string& source) {
    std::error_code ignored;
    return std::filesystem::exists(std::filesystem::symlink_status(source, ignored));
  });
}

}  // namespace

Result<DatasetReport> run_dataset(const DatasetRequest& asked,
                                  const DatasetEnvironment& environment, const StopToken& stop) {
  const DatasetRequest request = request_at_work(asked);
  TRY(check_dataset_request(request));
  const FinishedArchive archive = TRY(archive_before(asked, environment, stop));
  if (asked.archive.empty() && !is_any_source_there(request)) {
    auto report = TRY(plan_dataset(asked, environment, stop));
    report.no_source = true;
    return report;
  }
  TRY(make_directories(request.directory));
  DatasetState state =
      TRY(DatasetState::open(request.directory, request.command, archive.journal()));
  return run_members(request, environment,
                     {.history = state.history(), .state = &state, .archive = archive}, stop);
}

Result<DatasetReport> plan_dataset(const DatasetRequest& asked,
                                   const DatasetEnvironment& environment, const StopToken& stop) {
  const DatasetRequest request = request_at_work(asked);
  TRY(check_dataset_request(request));
  const FinishedArchive archive = TRY(archive_before(asked, environment, stop));
  const DatasetHistory history = TRY(DatasetHistory::read(request.directory, archive.journal()));
  return run_members(request, environment,
                     {.history = history, .state = nullptr, .archive = archive}, stop);
}

}  // namespace albumen
