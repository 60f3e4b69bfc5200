// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/job_reader.h"

#include <algorithm>
#include <exception>
#include <fmt/core.h>
#include <optional>
#include <utility>

#include "core/content_type.h"
#include "decode/decoder.h"

namespace albumen {
namespace {

// Reads entries one after the other with a small memory of its own for their heads.
class JobReader {
 public:
  explicit JobReader(RunState& state) : state_(state), environment_(state.environment()) {}

  /// The job of `entry`; nothing when it was dealt with here (skipped).
  Result<std::optional<PictureJob>> read(SourceEntry entry) {
    type_ = ContentType::kUnknown;
    const ImageHead head = TRY(look_at(entry));
    if (!head.info) {
      record_no_picture(entry, head.type);
      return std::optional<PictureJob>{};
    }
    TRY(load_analyzers());
    const AnalyzerMask wanted = wanted_for(entry);
    PictureJob job{
        .entry = std::move(entry), .wanted = wanted, .plan = {}, .memory = {}, .encoded = {}};
    job.plan = TRY(plan_job(job.entry, *head.info, environment_.analyzers, wanted,
                            state_.job_limit(), state_.request().decode));
    job.memory = TRY(reserve(MemoryTag::kOther, job.plan.peak));
    const StageTimer timer{environment_.clock, Stage::kRead, job.entry.encoded_size};
    job.encoded = TRY(environment_.reader.read(job.entry, job.memory, state_.stop()));
    environment_.progress.bytes_read += job.entry.encoded_size.count();
    return std::optional{std::move(job)};
  }

  /// What becomes of the entry that was read last when that failed with `error`.
  [[nodiscard]] PictureResult failed(const SourceEntry& entry, const Error& error) const {
    PictureResult result = state_.failed_result(file_record(entry), "read", error);
    if (lacks_longtail(type_, state_.request().decode)) {  // another run may have it
      result.file.content_type = type_;
      result.failures.front().retry = RetryPolicy::kNextRun;
    }
    return result;
  }

 private:
  // Without them there is no run: that is no failure of the picture that came first.
  Result<void> load_analyzers() {
    auto loaded = environment_.analyzers.load();
    if (!loaded) {
      state_.abort(std::move(loaded).error());
      return fail(ErrorCode::kCancelled, "the analyzers did not load");
    }
    return {};
  }

  struct ImageHead {
    ContentType type = ContentType::kUnknown;
    std::optional<ImageInfo> info;  // absent: no picture
  };

  // What the header says, from the first bytes if they suffice, else from the whole file, read for
  // this alone: its memory is given back before the job's is reserved, so that nobody waits for
  // memory while holding some.
  Result<ImageHead> look_at(const SourceEntry& entry) {
    auto memory = TRY(head_budget_.reserve(MemoryTag::kEncoded, kHeadBytes, {}));
    const EncodedImage head = TRY(environment_.reader.read_head(entry, kHeadBytes, memory));
    const ContentType type = content_type_of(head);
    type_ = type;
    if (type == ContentType::kEmpty || !is_picture(type)) {
      return ImageHead{.type = type, .info = std::nullopt};
    }
    const bool needs_whole = probes_whole_files(type, state_.request().decode);
    auto info = needs_whole ? probe_whole(entry, type) : probe(head);
    const bool whole = needs_whole || Bytes{head.bytes.size()} >= entry.encoded_size;
    if (!info && !whole && info.error().code == ErrorCode::kTruncated) {
      info = probe_whole(entry, type);
    }
    ImageInfo found = TRY(std::move(info));
    found.encoded_bytes = entry.encoded_size;
    return ImageHead{.type = type, .info = found};
  }

  Result<ImageInfo> probe_whole(const SourceEntry& entry, ContentType type) {
    const auto attempt = [&](const DecodeOptions& options) -> Result<ImageInfo> {
      const Bytes extra = extra_probe_bytes(type, entry.encoded_size, options);
      auto memory = TRY(reserve(MemoryTag::kEncoded, entry.reading_bytes() + extra));
      return probe(TRY(environment_.reader.read(entry, memory, state_.stop())), options);
    };
    return probe_with(type, state_.request().decode, attempt);
  }

  Result<Reservation> reserve(MemoryTag tag, Bytes size) {
    if (size > state_.job_limit()) {
      return fail(ErrorCode::kBudgetExceeded,
                  fmt::format("needs {}, the memory budget is {}", to_string(size),
                              to_string(state_.job_limit())));
    }
    return environment_.budget.reserve(tag, size, state_.stop());
  }

  void record_no_picture(const SourceEntry& entry, ContentType type) const {
    PictureResult result;
    result.file = file_record(entry);
    result.file.content_type = type;
    result.run = state_.request().run;
    if (type == ContentType::kEmpty) {
      const Error empty{.code = ErrorCode::kTruncated, .message = "the file is empty"};
      result.failures.push_back(failure_from("read", empty));
      state_.finish(std::move(result), entry.name());
      return;
    }
    state_.skip_no_picture(std::move(result), entry.name());
  }

  // What a file with a known stamp still lacks; everything when the file is new or changed.
  AnalyzerMask wanted_for(const SourceEntry& entry) const {
    const auto known = state_.known().find(entry.path, entry.member);
    const AnalyzerMask all = environment_.analyzers.all();
    if (!known || known->stamp != entry.stamp || state_.request().rehash == Rehash::kAll) {
      return all;
    }
    return static_cast<AnalyzerMask>(all & ~known->done);
  }

  RunState& state_;  // outlives the reader
  const IndexEnvironment& environment_;
  ContentType type_ = ContentType::kUnknown;  // of the entry that is being read, once it is known
  // Beside the run's budget, part of the fixed overhead: it is held while the run's is waited for.
  Budget head_budget_{kHeadBytes * 2};
};

}  // namespace

void read_jobs(RunState& state, BoundedQueue<SourceEntry>& in, BoundedQueue<PictureJob>& out) {
  JobReader reader{state};
  IndexProgress& progress = state.environment().progress;
  while (auto entry = in.pop(state.stop())) {
    const SourceEntry copy = *entry;
    Result<std::optional<PictureJob>> job = [&]() -> Result<std::optional<PictureJob>> {
      try {
        return reader.read(*std::move(entry));
      } catch (const std::exception& error) {
        return fail(ErrorCode::kInternal, error.what());
      }
    }();
    if (!job && job.error().code == ErrorCode::kCancelled) {
      return;
    }
    progress.bytes_passed += copy.encoded_size.count();
    ++progress.read;
    if (!job) {
      state.finish(reader.failed(copy, job.error()), copy.name());
    } else if (*job) {
      out.push(*std::move(*job), state.stop());
      continue;  // a worker counts it
    }
    ++progress.processed;
  }
}

}  // namespace albumen
