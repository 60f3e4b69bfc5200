// SPDX-License-Identifier: Apache-2.0
// What summaries and lists share: where time and memory went, in words and JSON; times as text.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/run_meter.h"

namespace albumen {

/// From wall_seconds to stages, as docs/formats/json.md lists them.
nlohmann::ordered_json figures_json(const RunFigures& figures);

/// Lines "time", "CPU", "memory" and "stages" to stdout. No rate where it is 0.
void print_figures(const RunFigures& figures, double images_per_second);

/// "1 person", "1,204 people".
std::string counted(std::uint64_t count, std::string_view one, std::string_view several);

/// Tentative people, in words: "seen once or twice" where a person needs 3 faces. Nothing: nobody
/// knows how many are needed.
std::string seldom_seen(std::optional<std::uint64_t> least_faces);

/// "3 Truncated, 1 Io".
std::string reasons_text(const std::map<std::string, std::uint64_t>& counts);

/// "2026-07-01 14:05:09", in the time zone of this process.
std::string local_time(std::int64_t unix_ms);

/// To two decimals: more would only look exact.
double rounded(double value);

}  // namespace albumen
