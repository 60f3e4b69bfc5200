// SPDX-License-Identifier: Apache-2.0
#include "core/error.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace albumen {
namespace {

using enum ErrorCode;
using enum RetryPolicy;

// In the order of the enumeration, so that a code indexes its row.
constexpr std::array<ErrorCodeInfo, kErrorCodeCount> kTable{{
    {kInvalidArgument, "InvalidArgument", 2, 400, "ValueError", kWhenInputChanges},
    {kNotFound, "NotFound", 3, 404, "FileNotFoundError", kNextRun},
    {kUnsupported, "Unsupported", 3, 415, "albumen.UnsupportedError", kWhenInputChanges},
    {kTruncated, "Truncated", 3, 422, "albumen.TruncatedError", kWhenInputChanges},
    {kCorrupt, "Corrupt", 3, 422, "albumen.CorruptError", kWhenInputChanges},
    {kTooLarge, "TooLarge", 3, 413, "albumen.TooLargeError", kWhenInputChanges},
    {kBudgetExceeded, "BudgetExceeded", 4, 507, "MemoryError", kNextRun},
    {kCancelled, "Cancelled", 130, 499, "albumen.CancelledError", kNextRun},
    {kDeadlineExceeded, "DeadlineExceeded", 4, 504, "TimeoutError", kNextRun},
    {kIo, "Io", 4, 500, "OSError", kNextRun},
    {kModelFailed, "ModelFailed", 5, 502, "albumen.ModelError", kNextRun},
    {kStoreFailed, "StoreFailed", 4, 500, "albumen.StoreError", kNextRun},
    {kUnavailable, "Unavailable", 5, 503, "albumen.UnavailableError", kNextRun},
    {kInternal, "Internal", 4, 500, "albumen.InternalError", kNextRun},
}};

consteval bool rows_follow_the_enumeration() {
  for (std::size_t index = 0; index < kTable.size(); ++index) {
    if (static_cast<std::size_t>(kTable[index].code) != index) {
      return false;
    }
  }
  return true;
}

static_assert(rows_follow_the_enumeration());

}  // namespace

const ErrorCodeInfo& describe(ErrorCode code) { return kTable.at(static_cast<std::size_t>(code)); }

std::optional<ErrorCode> parse_error_code(std::string_view name) {
  const auto* row = std::ranges::find(kTable, name, &ErrorCodeInfo::name);
  if (row == kTable.end()) {
    return std::nullopt;
  }
  return row->code;
}

Error Error::with_context(std::string_view context) && {
  message.insert(0, ": ").insert(0, context);
  return std::move(*this);
}

std::string to_string(const Error& error) {
  std::string text{describe(error.code).name};
  text.append(": ").append(error.message);
  return text;
}

}  // namespace albumen
