// SPDX-License-Identifier: Apache-2.0
#include "govern/pressure_probe.h"

#include <utility>

#include "govern/machine_memory.h"

namespace albumen {
namespace {

Bytes with_overhead(Bytes budget, const std::string& root) {
  const auto memory = process_memory(root);
  return memory ? budget + memory->anonymous : Bytes{};
}

}  // namespace

MachineProbe::MachineProbe(Bytes budget, std::string root)
    : root_(std::move(root)), allowed_(with_overhead(budget, root_)) {}

PressureReading MachineProbe::read() {
  PressureReading reading;
  const auto memory = process_memory(root_);
  if (memory && allowed_ > Bytes{}) {
    reading.process =
        static_cast<double>(memory->anonymous.count()) / static_cast<double>(allowed_.count());
  }
  reading.cgroup = cgroup_memory_share(root_);
  reading.host = host_memory_share(root_);
  return reading;
}

PressureGauge::PressureGauge(PressureProbe* probe, PressurePolicy policy, Clock clock)
    : probe_(probe), clock_(std::move(clock)), monitor_(policy) {}

PressureLevel PressureGauge::level() {
  const auto now = clock_();
  const MutexLock lock{mutex_};
  if (probe_ != nullptr && (!read_at_ || now - *read_at_ >= kReadEvery)) {
    read_at_ = now;
    monitor_.update(probe_->read(), now);
  }
  return monitor_.level();
}

}  // namespace albumen
