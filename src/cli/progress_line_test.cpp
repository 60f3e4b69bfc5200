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
                           .more = "33.0 MiB written"},
                          budget),
            "804/1,204  200.0/s  ETA 2.0 s  failed 2  memory 0 B/512 MiB  120 MiB read  "
            "33.0 MiB written");
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
