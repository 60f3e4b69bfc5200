// SPDX-License-Identifier: Apache-2.0
// What memory this process may use and does use: cgroup v2 and v1, /proc, read once per call.
// Tested by machine_memory_test.cpp against a simulated file tree.
#pragma once

#include <optional>
#include <string>

#include "core/result.h"
#include "core/units.h"

namespace albumen {

/// Smallest budget that every plan can live with.
inline constexpr Bytes kSmallestBudget = kMiB * 32;

/// The most this process may use: the tightest cgroup limit above it, at most the machine's RAM.
/// `root` stands before /proc and /sys, for tests. Nothing when it cannot be read.
std::optional<Bytes> usable_memory(const std::string& root = "");

/// The default of --memory-budget: a quarter of what may be used, at least the smaller of 256 MiB
/// and half of it, never below kSmallestBudget.
Bytes default_budget(std::optional<Bytes> usable);

/// "512MiB", "2G", "1073741824": binary units up to T, with or without "iB". InvalidArgument
/// otherwise.
Result<Bytes> parse_size(const std::string& text);

/// The same for a budget. InvalidArgument also below kSmallestBudget.
Result<Bytes> parse_budget(const std::string& text);

/// Resident memory of this process now and its high-water mark.
struct ProcessMemory {
  Bytes resident;
  Bytes anonymous;
  Bytes peak_resident;
};

std::optional<ProcessMemory> process_memory(const std::string& root = "");

/// What this process's cgroup, or the one of those above it that is nearest to its limit, uses of
/// that limit: 0..1. Pages of files that nobody needs just now do not count. Nothing without limit.
std::optional<double> cgroup_memory_share(const std::string& root = "");

/// What all processes together use of the machine's RAM: 0..1.
std::optional<double> host_memory_share(const std::string& root = "");

}  // namespace albumen
