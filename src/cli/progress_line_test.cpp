// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/progress_line.h"

#include <gtest/gtest.h>

namespace albumen {
namespace {

TEST(ProgressLineTest, SaysHowFarHowFastHowLongAndWhatItTakes) {
  const Budget budget{kMiB * 512};
  EXPECT_EQ(progress_text({.listed = 1204,
                           .listing_finished = true,
                           .finished = 804,
                           .worked = 800,
                           .failed = 2,
                           .seconds = 4,
                           .read = kMiB * 120,
                           .written = kMiB * 33,
                           .memory_level = "normal",
                           .more = "faces 7"},
                          budget),
            "804/1,204  200.0/s  ETA 2.0 s  failed 2  memory 0 B/512 MiB normal  120 MiB read  "
            "33.0 MiB written  faces 7");
}

TEST(ProgressLineTest, TellsProgramsTheSameNumbers) {
  const Budget budget{kMiB};
  EXPECT_EQ(progress_event({.stage = "working",
                            .listed = 12,
                            .listing_finished = true,
                            .finished = 4,
                            .worked = 4,
                            .failed = 1,
                            .seconds = 2,
                            .read = kMiB,
                            .written = kKiB,
                            .memory_level = "warning"},
                           budget),
            R"({"progress":{"stage":"working","listed":12,"listing_finished":true,"finished":4,)"
            R"("failed":1,"images_per_second":2.0,"seconds_left":4.0,"bytes_read":1048576,)"
            R"("bytes_written":1024,"memory_used":0,"memory_budget":1048576,)"
            R"("memory_level":"warning"}})");
  EXPECT_EQ(progress_event({.stage = "listing", .listed = 3}, budget),
            R"({"progress":{"stage":"listing","listed":3,"listing_finished":false,"finished":0,)"
            R"("failed":0,"images_per_second":0.0,"seconds_left":null,"bytes_read":0,)"
            R"("bytes_written":null,"memory_used":0,"memory_budget":1048576,)"
            R"("memory_level":null}})");
}

TEST(ProgressLineTest, PromisesNoEndBeforeEverythingIsListed) {
  const Budget budget{kMiB};
  EXPECT_EQ(progress_text({.listed = 10, .finished = 4, .worked = 4, .seconds = 2}, budget),
            "4/10+  2.0/s  memory 0 B/1.00 MiB  0 B read");
}

TEST(ProgressLineTest, SaysNoEndWhereNothingWasDoneOrNothingIsLeft) {
  const Budget budget{kMiB};
  const ProgressNumbers nothing_done{.listed = 10, .listing_finished = true};
  EXPECT_EQ(progress_text(nothing_done, budget), "0/10  0.0/s  memory 0 B/1.00 MiB  0 B read");
  const ProgressNumbers all_done{
      .listed = 3, .listing_finished = true, .finished = 3, .worked = 3, .seconds = 1};
  EXPECT_EQ(progress_text(all_done, budget), "3/3  3.0/s  memory 0 B/1.00 MiB  0 B read");
}

}  // namespace
}  // namespace albumen
