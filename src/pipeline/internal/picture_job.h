// SPDX-License-Identifier: Apache-2.0
// One picture on its way: what it will cost, reserved at once, and its bytes.
// Tested by picture_job_test.cpp.
#pragma once

#include <vector>

#include "core/result.h"
#include "decode/decoder.h"
#include "govern/budget.h"
#include "govern/images.h"
#include "library/known_files.h"
#include "pipeline/analyzer_set.h"
#include "sources/source.h"

namespace albumen {

/// How a picture will be worked, and the memory of each phase.
struct JobPlan {
  ImageInfo info;
  DecodePlan decode;
  std::vector<ViewSpec> views;
  /// The whole job at its fullest: what is reserved, once.
  Bytes peak;
  /// From when the pixels are there and the encoded bytes gone.
  Bytes after_decode;
};

/// Plans the work of `wanted` on a picture with header `info`: the same plan, and so the same
/// findings, whatever `limit` is. Errors: those of decode's `plan`, BudgetExceeded, naming need and
/// limit, where its peak exceeds `limit`.
Result<JobPlan> plan_job(const SourceEntry& entry, const ImageInfo& info,
                         const AnalyzerSet& analyzers, AnalyzerMask wanted, Bytes limit,
                         const DecodeOptions& options);

/// A picture that was read. Moves from the reader to a worker.
struct PictureJob {
  SourceEntry entry;
  AnalyzerMask wanted = 0;
  JobPlan plan;
  /// What is left of the job's reservation beside `encoded`.
  Reservation memory;
  EncodedImage encoded;
};

}  // namespace albumen
