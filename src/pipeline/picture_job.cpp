// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/picture_job.h"

#include <algorithm>
#include <fmt/core.h>

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

}  // namespace

Result<JobPlan> plan_job(const SourceEntry& entry, const ImageInfo& info,
                         const AnalyzerSet& analyzers, AnalyzerMask wanted, Bytes limit,
                         const DecodeOptions& options) {
  JobPlan job{
      .info = info, .decode = {}, .views = analyzers.views(wanted), .peak = {}, .after_decode = {}};
  // Whatever there is of memory: a smaller decode would give other findings, which would be kept
  // under the same analyzer's name for ever.
  job.decode = TRY(plan(info, job.views, Bytes::max(), options));
  job.after_decode = bytes_after_decode(job, analyzers, wanted);
  job.peak = std::max(
      {entry.reading_bytes(), entry.encoded_size + job.decode.peak_bytes, job.after_decode});
  if (job.peak > limit) {
    return fail(ErrorCode::kBudgetExceeded, fmt::format("needs {}, the memory budget is {}",
                                                        to_string(job.peak), to_string(limit)));
  }
  return job;
}

}  // namespace albumen
