// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stage_clock.h"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace albumen {
namespace {

std::chrono::nanoseconds thread_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

void raise_to(std::atomic<std::uint64_t>& most, std::uint64_t value) {
  std::uint64_t now = most.load(std::memory_order_relaxed);
  while (value > now && !most.compare_exchange_weak(now, value, std::memory_order_relaxed)) {
  }
}

}  // namespace

std::string_view name_of(Stage stage) {
  constexpr std::array<std::string_view, kStageCount> kNames{
      "list", "read", "hash", "decode", "prepare", "analyze", "encode", "write", "group"};
  return kNames.at(static_cast<std::size_t>(stage));
}

void DurationHistogram::add(std::chrono::nanoseconds duration) {
  const double microseconds = std::max(1.0, static_cast<double>(duration.count()) / 1e3);
  const auto bucket =
      static_cast<std::size_t>(std::log2(microseconds) * static_cast<double>(kBucketsPerOctave));
  counts_[std::min(bucket, kBuckets - 1)].fetch_add(1, std::memory_order_relaxed);
}

std::chrono::nanoseconds DurationHistogram::quantile(double quantile) const {
  std::uint64_t total = 0;
  for (const auto& count : counts_) {
    total += count.load(std::memory_order_relaxed);
  }
  if (total == 0) {
    return {};
  }
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(total))));
  std::uint64_t below = 0;
  std::size_t bucket = 0;
  for (; bucket < kBuckets; ++bucket) {
    below += counts_[bucket].load(std::memory_order_relaxed);
    if (below >= wanted) {
      break;
    }
  }
  const double upper_edge_us =
      std::exp2(static_cast<double>(bucket + 1) / static_cast<double>(kBucketsPerOctave));
  return std::chrono::nanoseconds{static_cast<std::int64_t>(upper_edge_us * 1e3)};
}

StageTimer::StageTimer(StageClock& clock, Stage stage, Bytes bytes)
    : figures_(clock.figures(stage)),
      wall_start_(std::chrono::steady_clock::now()),
      cpu_start_(thread_cpu_time()) {
  figures_.bytes.fetch_add(bytes.count(), std::memory_order_relaxed);
  if (clock.budget() != nullptr) {
    memory_.emplace(*clock.budget());
  }
}

StageTimer::~StageTimer() {
  const std::chrono::nanoseconds wall = std::chrono::steady_clock::now() - wall_start_;
  figures_.count.fetch_add(1, std::memory_order_relaxed);
  figures_.wall_ns.fetch_add(wall.count(), std::memory_order_relaxed);
  figures_.cpu_ns.fetch_add((thread_cpu_time() - cpu_start_).count(), std::memory_order_relaxed);
  figures_.durations.add(wall);
  if (memory_) {
    raise_to(figures_.peak_reserved, memory_->peak().count());
  }
}

}  // namespace albumen
