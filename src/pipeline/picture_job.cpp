// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/picture_job.h"

#include <algorithm>
#include <fmt/core.h>
#include <optional>
#include <utility>

namespace albumen {
namespace {

PixelShape shape_of_plan(const ImageInfo& info, const DecodePlan& plan) {
  return {.stored_original = info.stored_size,
          .stored_size = plan.decoded_size,
          .layout = plan.layout,
          .orientation = info.orientation};
}

Bytes bytes_after_decode(const JobPlan& job, const AnalyzerSet& analyzers, AnalyzerMask wanted) {
  const PixelShape shape = shape_of_plan(job.info, job.decode);
  const Size decoded = oriented(job.decode.decoded_size, job.info.orientation);
  // Views at their peak and an analyzer at its peak never meet, but their sum is the simple bound.
  return job.decode.output_bytes + view_peak_bytes(shape, job.views) +
         analyzers.working_bytes(wanted, decoded, job.info.size());
}

// The whole job around the largest decode that `affordable` allows.
struct JobPlanner {
  const SourceEntry& entry;
  const ImageInfo& info;
  const AnalyzerSet& analyzers;
  AnalyzerMask wanted;
  const DecodeOptions& options;

  [[nodiscard]] Result<JobPlan> plan_within(Bytes affordable) const {
    JobPlan job{.info = info,
                .decode = {},
                .views = analyzers.views(wanted),
                .peak = {},
                .after_decode = {}};
    job.decode = TRY(plan(info, job.views, affordable, options));
    job.after_decode = bytes_after_decode(job, analyzers, wanted);
    job.peak = std::max(
        {entry.reading_bytes(), entry.encoded_size + job.decode.peak_bytes, job.after_decode});
    return job;
  }
};

std::unexpected<Error> needs_more_than(Bytes limit, Bytes need) {
  return fail(ErrorCode::kBudgetExceeded,
              fmt::format("needs {}, the memory budget is {}", to_string(need), to_string(limit)));
}

}  // namespace

Result<JobPlan> plan_job(const SourceEntry& entry, const ImageInfo& info,
                         const AnalyzerSet& analyzers, AnalyzerMask wanted, Bytes limit,
                         const DecodeOptions& options) {
  if (entry.reading_bytes() > limit) {
    return fail(ErrorCode::kBudgetExceeded,
                fmt::format("reading the file needs {} of a memory budget of {}",
                            to_string(entry.reading_bytes()), to_string(limit)));
  }
  const JobPlanner planner{
      .entry = entry, .info = info, .analyzers = analyzers, .wanted = wanted, .options = options};
  JobPlan job = TRY_CONTEXT(planner.plan_within(limit - entry.encoded_size),
                            fmt::format("of the memory budget of {} the file itself takes {}",
                                        to_string(limit), to_string(entry.encoded_size)));
  if (job.peak <= limit) {
    return job;
  }
  // What views and analyzers need shrinks with the decode, though not by as much: the largest
  // decode that leaves them enough is searched between none at all and this one.
  Bytes need = job.peak;
  Bytes too_much = job.decode.peak_bytes;
  Bytes not_too_much;
  std::optional<JobPlan> best;
  while (not_too_much + Bytes{1} < too_much) {
    const Bytes middle = not_too_much + (too_much - not_too_much) / 2;
    auto candidate = planner.plan_within(middle);
    if (candidate && candidate->peak > limit) {
      too_much = candidate->decode.peak_bytes;
      need = candidate->peak;
      continue;
    }
    not_too_much = middle;
    if (candidate) {
      best = *std::move(candidate);
    }
  }
  return best ? Result<JobPlan>{*std::move(best)} : needs_more_than(limit, need);
}

}  // namespace albumen
