// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/job_worker.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

#include "core/completeness.h"
#include "decode/decoder.h"
#include "decode/identity.h"
#include "decode/metadata.h"
#include "prepare/view.h"

namespace albumen {
namespace {

FileMetadata file_metadata(Metadata metadata) {
  FileMetadata fields;
  fields.taken_at = metadata.taken_at.value_or("");
  fields.camera_make = std::move(metadata.camera_make);
  fields.camera_model = std::move(metadata.camera_model);
  if (metadata.gps) {
    fields.gps = GpsPosition{.latitude = metadata.gps->latitude,
                             .longitude = metadata.gps->longitude,
                             .altitude = metadata.gps->altitude_m};
  }
  return fields;
}

class PictureWorker {
 public:
  PictureWorker(RunState& state, PictureJob& job) : state_(state), job_(job) {
    result_.file = file_record(job.entry);
    result_.file.content_type = job.plan.info.type;
    result_.run = state.request().run;
  }

  /// The row of the picture, or `Cancelled`: then there is none.
  Result<PictureResult> work() {
    auto done = work_stages();
    if (!done) {
      if (done.error().code == ErrorCode::kCancelled) {
        return std::unexpected(std::move(done).error());
      }
      result_.picture.reset();
      result_.findings.clear();
      result_.failures = {failure_of(done.error())};
    }
    return std::move(result_);
  }

 private:
  const IndexEnvironment& environment() const { return state_.environment(); }

  // Out of processor time, of which no busy machine takes any away: the same bytes take it again.
  [[nodiscard]] Failure failure_of(const Error& error) const {
    Failure failure = failure_from(stage_, error);
    if (error.code == ErrorCode::kDeadlineExceeded && is_decoded_in_process(job_.plan.info)) {
      failure.retry = RetryPolicy::kWhenInputChanges;
    }
    return failure;
  }

  Result<void> work_stages() {
    stage_ = "read";
    const AnalyzerMask wanted = TRY(identify_picture());
    if (wanted == 0) {
      ++environment().progress.copies;
      return {};
    }
    stage_ = "decode";
    const DecodedImage decoded = TRY(decode_picture());
    stage_ = "prepare";
    const std::vector<ViewSpec> specs = environment().analyzers.views(wanted);
    const std::vector<View> views = TRY(make_all_views(decoded, specs));
    result_.picture->complete = decoded.complete;
    stage_ = "analyze";
    return analyze(wanted, decoded, views);
  }

  // Fills in who the picture is; returns the analyzers that it still needs: a copy or a moved file
  // needs none.
  Result<AnalyzerMask> identify_picture() {
    const StageTimer timer{environment().clock, Stage::kHash, Bytes{job_.encoded.bytes.size()}};
    // Read again from all the bytes: what the head told was enough for the memory, but some formats
    // keep their orientation behind the pixels.
    const ImageInfo info = TRY(probe(job_.encoded, state_.request().decode));
    ALBUMEN_ENSURE(info.stored_size == job_.plan.info.stored_size);
    job_.plan.info = info;
    result_.file.metadata = file_metadata(TRY(read_metadata(job_.encoded)));
    const PictureIdentity identity = TRY(identify(job_.encoded, info.orientation, state_.stop()));
    result_.file.sha256 = identity.file;
    result_.picture = PictureRecord{.id = identity.picture,
                                    .format = info.type,
                                    .size = info.size(),
                                    .stored_size = info.stored_size,
                                    .orientation = info.orientation};
    if (state_.request().rehash == Rehash::kAll) {
      return job_.wanted;
    }
    const KnownPicture known =
        TRY(environment().library.known_picture(identity.picture, environment().analyzers.ids()));
    const float least = state_.request().decode.keep_truncated_percent;
    if (known.complete < 1 && !keeps_damaged(known.complete, least)) {
      return job_.wanted;  // what is known of it was accepted by a run that asked for less
    }
    result_.picture->complete = known.complete;
    return static_cast<AnalyzerMask>(job_.wanted & ~known.done);
  }

  Result<DecodedImage> decode_picture() {
    const StageTimer timer{environment().clock, Stage::kDecode, Bytes{job_.encoded.bytes.size()}};
    DecodeOptions options = state_.request().decode;
    options.stop = state_.stop();
    auto decoded =
        TRY(decode(job_.encoded, job_.plan.info, job_.plan.decode, options, job_.memory));
    job_.encoded.bytes.release_to(job_.memory);
    job_.memory.shrink_to(job_.plan.after_decode - Bytes{decoded.buffer.size()});
    return decoded;
  }

  Result<std::vector<View>> make_all_views(const DecodedImage& decoded,
                                           const std::vector<ViewSpec>& specs) {
    const StageTimer timer{environment().clock, Stage::kPrepare, Bytes{decoded.buffer.size()}};
    return make_views(decoded, specs, job_.memory);
  }

  Result<void> analyze(AnalyzerMask wanted, const DecodedImage& decoded,
                       const std::vector<View>& views) {
    const StageTimer timer{environment().clock, Stage::kAnalyze};
    const AnalyzerSet& analyzers = environment().analyzers;
    for (auto& [index, finding] :
         analyzers.analyze(wanted, decoded, views, job_.memory, state_.stop())) {
      const AnalyzerId& id = analyzers.ids().at(index);
      if (finding) {
        result_.findings.emplace_back(id, *std::move(finding));
      } else if (finding.error().code == ErrorCode::kCancelled) {
        return std::unexpected(std::move(finding).error());
      } else {
        Failure failure = failure_from(id.name, finding.error());
        failure.analyzer = id;
        result_.failures.push_back(std::move(failure));
      }
    }
    return {};
  }

  RunState& state_;  // outlive the worker
  PictureJob& job_;
  PictureResult result_;
  std::string stage_;
};

Result<PictureResult> work_one(RunState& state, PictureJob& job) {
  try {
    return PictureWorker{state, job}.work();
  } catch (const std::bad_alloc&) {
    const Error error{.code = ErrorCode::kBudgetExceeded,
                      .message = "the system has no memory left"};
    return state.failed_result(file_record(job.entry), "analyze", error);
  } catch (const std::exception& error) {
    const Error internal{.code = ErrorCode::kInternal, .message = error.what()};
    return state.failed_result(file_record(job.entry), "analyze", internal);
  }
}

// Counts a picture as in work.
class InWork {
 public:
  explicit InWork(std::atomic<std::uint64_t>& count) : count_(count) { ++count_; }

  ~InWork() { --count_; }

  InWork(const InWork&) = delete;
  InWork& operator=(const InWork&) = delete;

 private:
  std::atomic<std::uint64_t>& count_;
};

}  // namespace

void work_jobs(RunState& state, BoundedQueue<PictureJob>& in) {
  while (auto job = in.pop(state.stop())) {
    const InWork in_work{state.environment().progress.in_work};
    auto result = work_one(state, *job);
    const std::string name = job->entry.name();
    // Memory goes back before the row waits in line.
    job.reset();
    if (result) {
      state.finish(*std::move(result), name);
      ++state.environment().progress.processed;
    }
  }
}

}  // namespace albumen
