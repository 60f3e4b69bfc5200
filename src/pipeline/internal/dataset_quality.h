// SPDX-License-Identifier: Apache-2.0
// How good one picture of a set is to be: as asked, or as the memory left allows where that was
// permitted. Tested by dataset_degrade_test.cpp.
#pragma once

#include <string>

#include "core/result.h"
#include "dataset/picture_settings.h"
#include "decode/decoder.h"
#include "pipeline/internal/dataset_output.h"
#include "pipeline/internal/dataset_worker.h"
#include "sources/source.h"

namespace albumen {

struct ChosenOutput {
  OutputPlan plan;
  PictureSettings settings;  ///< what `plan` was made from
  std::string level;         ///< of quality, as the ladder names it; empty: as was asked
};

/// As asked; where the request permits less (DatasetRequest::degrade), by the ladder's step for the
/// pressure of now, or the first below it that fits where what was asked is too large for the
/// budget. Errors: those of plan_output for what was asked.
Result<ChosenOutput> choose_output(const DatasetJob& job, const SourceEntry& entry,
                                   const ImageInfo& info);

}  // namespace albumen
