// SPDX-License-Identifier: Apache-2.0
#include "govern/machine_memory.h"

#include <gtest/gtest.h>
#include <optional>

#include "core/error.h"
#include "core/units.h"
#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

TEST(MachineMemoryTest, TheTightestCgroupAboveTheProcessCounts) {
  const TemporaryDirectory root;
  root.write("proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\n");
  root.write("proc/self/cgroup", "0::/user/app\n");
  root.write("sys/fs/cgroup/user/app/memory.max", "max\n");
  root.write("sys/fs/cgroup/user/memory.max", "1073741824\n");
  EXPECT_EQ(usable_memory(root.path()), kGiB);
}

TEST(MachineMemoryTest, OldCgroupsCountToo) {
  const TemporaryDirectory root;
  root.write("proc/meminfo", "MemTotal:       16777216 kB\n");
  root.write("proc/self/cgroup", "3:cpu:/a\n4:memory:/b\n");
  root.write("sys/fs/cgroup/memory/b/memory.limit_in_bytes", "536870912\n");
  EXPECT_EQ(usable_memory(root.path()), kMiB * 512);
}

TEST(MachineMemoryTest, AnUnreadableMachineIsUnknown) {
  const TemporaryDirectory root;
  EXPECT_EQ(usable_memory(root.path()), std::nullopt);
  EXPECT_EQ(process_memory(root.path()), std::nullopt);
}

TEST(MachineMemoryTest, TheDefaultBudgetIsAQuarterWithAFloor) {
  EXPECT_EQ(default_budget(kGiB * 16), kGiB * 4);
  EXPECT_EQ(default_budget(kMiB * 600), kMiB * 256);
  EXPECT_EQ(default_budget(kMiB * 256), kMiB * 128);
  EXPECT_EQ(default_budget(kMiB * 16), kSmallestBudget);
}

TEST(MachineMemoryTest, BudgetsAreWrittenTheUsualWays) {
  EXPECT_EQ(parse_budget("512MiB").value(), kMiB * 512);
  EXPECT_EQ(parse_budget("1.5g").value(), kMiB * 1536);
  EXPECT_EQ(parse_budget("67108864").value(), kMiB * 64);
  for (const auto* wrong : {"", "MiB", "12 apples", "-5G", "nan", "1e300G", "31MiB", "0x20M"}) {
    EXPECT_EQ(parse_budget(wrong).error().code, ErrorCode::kInvalidArgument) << wrong;
  }
}

TEST(MachineMemoryTest, SizesHaveNoSmallestAndReachTebibytes) {
  EXPECT_EQ(parse_size("0").value(), Bytes{});
  EXPECT_EQ(parse_size("1K").value(), kKiB);
  EXPECT_EQ(parse_size("4TiB").value(), kGiB * 4096);
  EXPECT_EQ(parse_size("1e12T").error().code, ErrorCode::kInvalidArgument);
}

TEST(MachineMemoryTest, ThisProcessHasAPeakAtLeastAsLargeAsNow) {
  const auto memory = process_memory();
  ASSERT_TRUE(memory.has_value());
  EXPECT_GE(memory->peak_resident, memory->anonymous);
  EXPECT_GT(memory->resident, Bytes{});
}

}  // namespace
}  // namespace albumen
