// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/skips.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <string_view>

#include "cli/internal/standard_output.h"
#include "cli/internal/summary_text.h"
#include "pipeline/dataset_run.h"
#include "sources/source.h"

namespace albumen {
namespace {

constexpr std::array kBlameless{kOwnFolderReason, kExportReason,  kSheetReason,
                                kExcludedReason,  kCaptionReason, kJpegThereReason};

}  // namespace

std::uint64_t skips_under_strict(const CountByReason& skipped) {
  std::uint64_t total = 0;
  for (const auto& [reason, count] : skipped) {
    total += std::ranges::find(kBlameless, reason) != kBlameless.end() ? 0 : count;
  }
  return total;
}

std::string no_picture_text(const CountByReason& skipped) {
  return skipped.empty() ? "no picture was found: there is no file in what was named"
                         : fmt::format("no picture was found; skipped: {}", reasons_text(skipped));
}

ExitCode nothing_usable(std::uint64_t failed, const CountByReason& skipped) {
  if (failed == 0) {
    put_notice(no_picture_text(skipped));
  }
  return ExitCode::kNothingUsable;
}

}  // namespace albumen
