// SPDX-License-Identifier: Apache-2.0
#include "govern/pressure_probe.h"

#include <chrono>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <optional>

#include "core/units.h"
#include "files/testing/temporary_directory.h"
#include "govern/machine_memory.h"

namespace albumen {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void write_process(const TemporaryDirectory& root, int anonymous_kb) {
  root.write("proc/self/status",
             fmt::format("VmRSS: 2000 kB\nRssAnon: {} kB\nVmHWM: 2000 kB\n", anonymous_kb));
}

TEST(MachineProbeTest, SaysWhatTheProcessTakesOfItsBudgetAndWhatItStartedWith) {
  const TemporaryDirectory root;
  write_process(root, 1024);
  MachineProbe probe{kMiB * 3, root.path()};
  write_process(root, 3072);
  EXPECT_DOUBLE_EQ(probe.read().process.value(), 0.75);
  EXPECT_EQ(probe.read().cgroup, std::nullopt);
  EXPECT_EQ(probe.read().host, std::nullopt);
}

TEST(MachineProbeTest, TakesTheFullestCgroupAndLeavesOutWhatTheKernelDropsAtNeed) {
  const TemporaryDirectory root;
  root.write("proc/self/cgroup", "0::/user/app\n");
  root.write("sys/fs/cgroup/user/app/memory.max", "1000\n");
  root.write("sys/fs/cgroup/user/app/memory.current", "900\n");
  root.write("sys/fs/cgroup/user/app/memory.stat",
             "anon 100\ninactive_file 300\nactive_file 250\nslab_reclaimable 50\n");
  EXPECT_DOUBLE_EQ(cgroup_memory_share(root.path()).value(), 0.3);
  root.write("sys/fs/cgroup/user/memory.max", "2000\n");
  root.write("sys/fs/cgroup/user/memory.current", "1700\n");
  EXPECT_DOUBLE_EQ(cgroup_memory_share(root.path()).value(), 0.85);
}

TEST(MachineProbeTest, ReadsOldCgroupsToo) {
  const TemporaryDirectory root;
  root.write("proc/self/cgroup", "3:cpu:/a\n4:memory:/b\n");
  root.write("sys/fs/cgroup/memory/b/memory.limit_in_bytes", "1000\n");
  root.write("sys/fs/cgroup/memory/b/memory.usage_in_bytes", "700\n");
  root.write("sys/fs/cgroup/memory/b/memory.stat", "inactive_file 5\ntotal_inactive_file 200\n");
  EXPECT_DOUBLE_EQ(cgroup_memory_share(root.path()).value(), 0.5);
}

TEST(MachineProbeTest, TheHostUsesWhatIsNotAvailable) {
  const TemporaryDirectory root;
  root.write("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\n");
  EXPECT_DOUBLE_EQ(host_memory_share(root.path()).value(), 0.6);
}

TEST(MachineProbeTest, ThisMachineCanBeRead) {
  MachineProbe probe{kGiB};
  const PressureReading reading = probe.read();
  ASSERT_TRUE(reading.process.has_value());
  EXPECT_GT(*reading.process, 0);
  ASSERT_TRUE(reading.host.has_value());
  EXPECT_GT(*reading.host, 0);
  EXPECT_LT(*reading.host, 1);
}

class CountingProbe : public PressureProbe {
 public:
  PressureReading read() override {
    ++reads;
    return {.process = share, .cgroup = {}, .host = {}, .gpu = {}};
  }

  int reads = 0;
  double share = 0.5;
};

TEST(PressureGaugeTest, ReadsTheProbeOnlyNowAndThen) {
  CountingProbe probe;
  steady_clock::time_point now{};
  PressureGauge gauge{&probe, {}, [&now] { return now; }};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(gauge.level(), PressureLevel::kNormal);
  }
  EXPECT_EQ(probe.reads, 1);
  probe.share = 0.95;
  now += PressureGauge::kReadEvery;
  EXPECT_EQ(gauge.level(), PressureLevel::kCritical);
  EXPECT_EQ(probe.reads, 2);
}

TEST(PressureGaugeTest, WithoutAProbeNothingIsKnown) {
  PressureGauge gauge{nullptr};
  EXPECT_EQ(gauge.level(), PressureLevel::kUnknown);
}

}  // namespace
}  // namespace albumen
