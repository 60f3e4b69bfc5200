// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stage_clock.h"

#include <algorithm>
#include <cmath>

namespace albumen {
namespace {

clockid_t cpu_clock_of(Stage stage) {
  return stage == Stage::kGroup ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_THREAD_CPUTIME_ID;
}

std::chrono::nanoseconds time_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
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

void StageFigures::add(const StageItem& item) {
  count.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(item.bytes.count(), std::memory_order_relaxed);
  wall_ns.fetch_add(item.wall.count(), std::memory_order_relaxed);
  cpu_ns.fetch_add(item.cpu.count(), std::memory_order_relaxed);
  raise_to(peak_reserved, item.peak_reserved.count());
  durations.add(item.wall);
}

StageTimer::StageTimer(StageClock& clock, Stage stage, Bytes bytes)
    : figures_(clock.figures(stage)),
      cpu_clock_(cpu_clock_of(stage)),
      bytes_(bytes),
      wall_start_(std::chrono::steady_clock::now()),
      cpu_start_(time_of(cpu_clock_)) {
  if (clock.budget() != nullptr) {
    memory_.emplace(*clock.budget());
  }
}

StageTimer::~StageTimer() {
  figures_.add({.wall = std::chrono::steady_clock::now() - wall_start_,
                .cpu = time_of(cpu_clock_) - cpu_start_,
                .bytes = bytes_,
                .peak_reserved = memory_ ? memory_->peak() : Bytes{}});
}

}  // namespace albumen
