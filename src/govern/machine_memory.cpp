// SPDX-License-Identifier: Apache-2.0
#include "govern/machine_memory.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

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

// The smallest limit in `file_name` of the cgroup at `path` and of all its ancestors.
std::optional<Bytes> tightest_limit(const std::string& mount, std::string path,
                                    const char* file_name) {
  std::optional<Bytes> tightest;
  while (true) {
    const auto text = read_text(mount + path + "/" + file_name);
    if (const auto limit = text ? leading_number(*text) : std::nullopt) {
      tightest = std::min(tightest.value_or(Bytes::max()), Bytes{*limit});
    }
    const auto slash = path.find_last_of('/');
    if (path.empty() || slash == std::string::npos) {
      return tightest;
    }
    path.resize(slash);
  }
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
  if (const auto table = read_text(root + "/proc/self/cgroup")) {
    if (const auto path = cgroup_path(*table, "")) {
      narrow(tightest_limit(root + "/sys/fs/cgroup", *path, "memory.max"));
    }
    if (const auto path = cgroup_path(*table, "memory")) {
      narrow(tightest_limit(root + "/sys/fs/cgroup/memory", *path, "memory.limit_in_bytes"));
    }
  }
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
  std::string unit{rest, end};
  std::ranges::transform(unit, unit.begin(),
                         [](unsigned char letter) { return std::tolower(letter); });
  const std::string_view name{unit};
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

}  // namespace albumen
