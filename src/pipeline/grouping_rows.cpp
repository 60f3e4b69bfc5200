// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/grouping_rows.h"

#include <fmt/core.h>
#include <string_view>

namespace albumen {
namespace {

constexpr std::string_view kLinkage = "linkage";
constexpr std::string_view kDbscan = "dbscan";

}  // namespace

GroupingRow grouping_to_row(const PeopleOptions& options) {
  return {.method = std::string{options.method == GroupingMethod::kDbscan ? kDbscan : kLinkage},
          .same_distance = options.same_distance,
          .eps = options.eps,
          .min_samples = static_cast<std::int64_t>(options.min_samples),
          .least_faces = options.least_faces};
}

Result<PeopleOptions> options_from_row(const GroupingRow& row) {
  if (row.method != kLinkage && row.method != kDbscan) {
    return fail(ErrorCode::kStoreFailed,
                fmt::format("grouping.method: '{}' is no method", row.method));
  }
  PeopleOptions options;
  options.method =
      row.method == kDbscan ? GroupingMethod::kDbscan : GroupingMethod::kAverageLinkage;
  options.same_distance = row.same_distance;
  options.eps = row.eps;
  options.min_samples = static_cast<std::size_t>(row.min_samples);
  options.least_faces = static_cast<std::uint32_t>(row.least_faces);
  return options;
}

Result<PeopleOptions> last_people_options(const Library& library) {
  const auto row = TRY(library.grouping());
  if (!row) {
    return PeopleOptions{};
  }
  return options_from_row(*row);
}

}  // namespace albumen
