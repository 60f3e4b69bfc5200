// SPDX-License-Identifier: Apache-2.0
#include "pipeline/run_meter.h"

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <numeric>
#include <string>
#include <sys/resource.h>

#include "govern/machine_memory.h"
#include "infer/inference_threads.h"

namespace albumen {
namespace {

using namespace std::chrono_literals;

constexpr auto kSampleEvery = 500ms;

double process_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// First line of /proc/stat: user nice system idle iowait irq softirq steal, in ticks.
void read_machine(RunMeter::Reading& reading) {
  std::ifstream file{"/proc/stat"};
  std::string word;
  std::array<double, 8> ticks{};
  if (!(file >> word) || word != "cpu") {
    return;
  }
  for (double& tick : ticks) {
    if (!(file >> tick)) {
      return;
    }
  }
  constexpr std::size_t kIdle = 3;
  constexpr std::size_t kIoWait = 4;
  const double all = std::accumulate(ticks.begin(), ticks.end(), 0.0);
  reading.machine_ticks = all;
  reading.machine_busy_ticks = all - ticks[kIdle] - ticks[kIoWait];
}

RunMeter::Reading read_counters() {
  RunMeter::Reading reading{.at = std::chrono::steady_clock::now(),
                            .process_seconds = process_seconds(),
                            .machine_busy_ticks = {},
                            .machine_ticks = {}};
  read_machine(reading);
  return reading;
}

double process_share(const RunMeter::Reading& from, const RunMeter::Reading& to) {
  const std::chrono::duration<double> elapsed = to.at - from.at;
  const auto processors = static_cast<double>(std::max(1U, std::thread::hardware_concurrency()));
  if (elapsed.count() <= 0) {
    return 0;
  }
  return 100.0 * (to.process_seconds - from.process_seconds) / (elapsed.count() * processors);
}

std::optional<double> machine_share(const RunMeter::Reading& from, const RunMeter::Reading& to) {
  if (!from.machine_ticks || !to.machine_ticks || *to.machine_ticks <= *from.machine_ticks) {
    return std::nullopt;
  }
  return 100.0 * (*to.machine_busy_ticks - *from.machine_busy_ticks) /
         (*to.machine_ticks - *from.machine_ticks);
}

std::int64_t microseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

StageRow stage_row(Stage stage, const StageFigures& figures) {
  StageRow row;
  row.stage = name_of(stage);
  row.count = static_cast<std::int64_t>(figures.count.load());
  row.bytes = static_cast<std::int64_t>(figures.bytes.load());
  row.cpu_us = figures.cpu_ns.load() / 1000;
  row.p50_us = microseconds(figures.durations.quantile(0.50));
  row.p95_us = microseconds(figures.durations.quantile(0.95));
  row.peak_bytes = static_cast<std::int64_t>(figures.peak_reserved.load());
  return row;
}

}  // namespace

RunMeter::RunMeter()
    : started_(std::chrono::steady_clock::now()),
      first_(read_counters()),
      first_inference_(inference_cpu_time()),
      last_(first_) {
  sampler_ = std::jthread{[this](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock{mutex};
    while (!wake.wait_for(lock, stop, kSampleEvery, [&stop] { return stop.stop_requested(); })) {
      sample();
    }
  }};
}

RunMeter::~RunMeter() = default;

void RunMeter::sample() {
  const Reading now = read_counters();
  const MutexLock lock{mutex_};
  process_peak_ = std::max(process_peak_, process_share(last_, now));
  if (const auto share = machine_share(last_, now)) {
    machine_peak_ = std::max(machine_peak_.value_or(0), *share);
  }
  last_ = now;
}

// Less than nothing where threads ended that were there at first.
std::chrono::nanoseconds RunMeter::inference_time() const {
  return std::max(0ns, inference_cpu_time() - first_inference_);
}

void RunMeter::count_inference() { counted_inference_ = inference_time(); }

RunFigures RunMeter::finish(const StageClock& clock, const Budget& budget) const {
  const Reading now = read_counters();
  RunFigures figures;
  figures.wall_seconds = std::chrono::duration<double>(now.at - started_).count();
  figures.cpu_seconds = now.process_seconds - first_.process_seconds;
  {
    const MutexLock lock{mutex_};
    const double average = process_share(first_, now);
    figures.process = {.average = average, .peak = std::max(process_peak_, average)};
    figures.machine = {.average = machine_share(first_, now), .peak = machine_peak_};
  }
  if (const auto memory = process_memory()) {
    figures.peak_resident = memory->peak_resident;
  }
  figures.budget = budget.limit();
  figures.peak_reserved = budget.peak();
  for (std::size_t index = 0; index < kStageCount; ++index) {
    const auto stage = static_cast<Stage>(index);
    figures.stages.push_back(stage_row(stage, clock.figures(stage)));
    if (stage == Stage::kAnalyze) {
      figures.stages.back().cpu_us +=
          microseconds(counted_inference_ ? *counted_inference_ : inference_time());
    }
  }
  return figures;
}

}  // namespace albumen
