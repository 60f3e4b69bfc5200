// SPDX-License-Identifier: Apache-2.0
#include "govern/machine_memory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <fmt/core.h>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/ascii_case.h"
#include "core/error.h"
#include "core/result.h"
#include "core/units.h"

namespace albumen {
namespace {

std::optional<std::string> read_text(const std::string& path) {
  // Streams, not files/: kernel files report size zero.
  std::ifstream file{path};
  if (!file) {
    return std::nullopt;
  }
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::optional<std::uint64_t> leading_number(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) {
    text.remove_prefix(1);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end == text.data()) {
    return std::nullopt;
  }
  return value;
}

// "MemTotal:   16318480 kB" -> bytes.
std::optional<Bytes> field_in_kib(const std::string& text, std::string_view name) {
  const auto start = text.find(name);
  if (start == std::string::npos) {
    return std::nullopt;
  }
  const auto number = leading_number(std::string_view{text}.substr(start + name.size()));
  if (!number) {
    return std::nullopt;
  }
  return kKiB * *number;
}

// The path of this process's cgroup for `controller` (v2: the empty one) from /proc/self/cgroup.
std::optional<std::string> cgroup_path(const std::string& table, std::string_view controller) {
  std::istringstream lines{table};
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) {
      continue;
    }
    const auto names = std::string_view{line}.substr(first + 1, second - first - 1);
    if (names == controller) {
      return line.substr(second + 1);
    }
  }
  return std::nullopt;
}

// Where one of the two versions of cgroups keeps what is asked of it.
struct CgroupFiles {
  std::string_view controller;  // in /proc/self/cgroup
  std::string_view mount;
  std::string_view limit;
  std::string_view used;
  std::array<std::string_view, 3> reclaimable;  // lines of memory.stat: the kernel drops it at need
};

constexpr std::array<CgroupFiles, 2> kCgroupVersions{
    {{.controller = "",
      .mount = "/sys/fs/cgroup",
      .limit = "memory.max",
      .used = "memory.current",
      .reclaimable = {"inactive_file ", "active_file ", "slab_reclaimable "}},
     {.controller = "memory",
      .mount = "/sys/fs/cgroup/memory",
      .limit = "memory.limit_in_bytes",
      .used = "memory.usage_in_bytes",
      .reclaimable = {"total_inactive_file ", "total_active_file ", "total_slab_reclaimable "}}}};

std::optional<Bytes> bytes_in(const std::string& path) {
  const auto text = read_text(path);
  const auto number = text ? leading_number(*text) : std::nullopt;
  return number ? std::optional{Bytes{*number}} : std::nullopt;
}

// Calls `visit(files, folder, limit)` for each cgroup above this process that has a limit.
template <class Visit>
void for_each_limit(const std::string& root, const Visit& visit) {
  const auto table = read_text(root + "/proc/self/cgroup");
  for (const CgroupFiles& files : kCgroupVersions) {
    auto path = table ? cgroup_path(*table, files.controller) : std::nullopt;
    while (path) {
      const std::string folder = fmt::format("{}{}{}", root, files.mount, *path);
      if (const auto limit = bytes_in(fmt::format("{}/{}", folder, files.limit))) {
        visit(files, folder, *limit);
      }
      const auto slash = path->find_last_of('/');
      if (path->empty() || slash == std::string::npos) {
        break;
      }
      path->resize(slash);
    }
  }
}

// Of a line of memory.stat; 0 where there is none.
Bytes stat_bytes(std::string_view text, std::string_view name) {
  std::size_t line = 0;
  while (line != std::string_view::npos && line < text.size()) {
    if (text.substr(line).starts_with(name)) {
      return Bytes{leading_number(text.substr(line + name.size())).value_or(0)};
    }
    const std::size_t end = text.find('\n', line);
    line = end == std::string_view::npos ? end : end + 1;
  }
  return {};
}

std::optional<double> share_of(const CgroupFiles& files, const std::string& folder, Bytes limit) {
  const auto used = bytes_in(fmt::format("{}/{}", folder, files.used));
  if (!used || limit == Bytes{}) {
    return std::nullopt;
  }
  Bytes held = *used;
  if (const auto text = read_text(fmt::format("{}/memory.stat", folder))) {
    for (const std::string_view name : files.reclaimable) {
      held -= std::min(stat_bytes(*text, name), held);
    }
  }
  return static_cast<double>(held.count()) / static_cast<double>(limit.count());
}

}  // namespace

std::optional<Bytes> usable_memory(const std::string& root) {
  std::optional<Bytes> usable;
  const auto narrow = [&usable](std::optional<Bytes> limit) {
    if (limit) {
      usable = std::min(usable.value_or(Bytes::max()), *limit);
    }
  };
  if (const auto text = read_text(root + "/proc/meminfo")) {
    narrow(field_in_kib(*text, "MemTotal:"));
  }
  for_each_limit(root, [&](const CgroupFiles& /*files*/, const std::string& /*folder*/,
                           Bytes limit) { narrow(limit); });
  return usable;
}

Bytes default_budget(std::optional<Bytes> usable) {
  // When nothing can be read, what an 8 GiB machine would get.
  const Bytes total = usable.value_or(kGiB * 8);
  const Bytes at_least = std::min(kMiB * 256, total / 2);
  return std::max({total / 4, at_least, kSmallestBudget});
}

Result<Bytes> parse_size(const std::string& text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string name = lower_case(std::string{rest, end});
  Bytes scale{1};
  if (name == "k" || name == "kb" || name == "kib") {
    scale = kKiB;
  } else if (name == "m" || name == "mb" || name == "mib") {
    scale = kMiB;
  } else if (name == "g" || name == "gb" || name == "gib") {
    scale = kGiB;
  } else if (name == "t" || name == "tb" || name == "tib") {
    scale = kGiB * 1024;
  } else if (!name.empty()) {
    number = -1;
  }
  constexpr double kLargestNumber = 1e12;
  constexpr double kLargestSize = 9e18;  // fits 63 bits
  const double size = number * static_cast<double>(scale.count());
  if (error != std::errc{} || !(number >= 0) || number > kLargestNumber || size > kLargestSize) {
    return fail(ErrorCode::kInvalidArgument,
                "'" + text + "' is no size; write for example 512MiB or 2GiB");
  }
  return Bytes{static_cast<std::uint64_t>(size)};
}

Result<Bytes> parse_budget(const std::string& text) {
  const Bytes budget = TRY(parse_size(text));
  if (budget < kSmallestBudget) {
    return fail(ErrorCode::kInvalidArgument, "a memory budget of " + to_string(budget) +
                                                 " is below the smallest that works, " +
                                                 to_string(kSmallestBudget));
  }
  return budget;
}

std::optional<ProcessMemory> process_memory(const std::string& root) {
  const auto text = read_text(root + "/proc/self/status");
  if (!text) {
    return std::nullopt;
  }
  const auto resident = field_in_kib(*text, "VmRSS:");
  const auto anonymous = field_in_kib(*text, "RssAnon:");
  const auto peak = field_in_kib(*text, "VmHWM:");
  if (!resident || !anonymous || !peak) {
    return std::nullopt;
  }
  return ProcessMemory{.resident = *resident, .anonymous = *anonymous, .peak_resident = *peak};
}

std::optional<double> cgroup_memory_share(const std::string& root) {
  std::optional<double> worst;
  for_each_limit(root, [&](const CgroupFiles& files, const std::string& folder, Bytes limit) {
    if (const auto share = share_of(files, folder, limit)) {
      worst = std::max(worst.value_or(0), *share);
    }
  });
  return worst;
}

std::optional<double> host_memory_share(const std::string& root) {
  const auto text = read_text(root + "/proc/meminfo");
  const auto total = text ? field_in_kib(*text, "MemTotal:") : std::nullopt;
  const auto available = text ? field_in_kib(*text, "MemAvailable:") : std::nullopt;
  if (!total || !available || *total == Bytes{}) {
    return std::nullopt;
  }
  return 1 - (static_cast<double>(std::min(*available, *total).count()) /
              static_cast<double>(total->count()));
}

}  // namespace albumen
