// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/skips.h"

#include <gtest/gtest.h>

#include "pipeline/dataset_run.h"
#include "sources/source.h"

namespace albumen {
namespace {

// A library made by `init` failed every strict run over its folder.
TEST(SkipsTest, StrictForgivesWhatIsNobodysFault) {
  EXPECT_EQ(skips_under_strict({}), 0U);
  EXPECT_EQ(skips_under_strict({{std::string{kOwnFolderReason}, 1},
                                {std::string{kExportReason}, 2},
                                {std::string{kSheetReason}, 3},
                                {std::string{kExcludedReason}, 4},
                                {std::string{kCaptionReason}, 5},
                                {std::string{kJpegThereReason}, 6}}),
            0U);
  EXPECT_EQ(skips_under_strict({{"caption", 5}, {"hidden", 1}, {"no picture: ZIP", 2}}), 3U);
}

// Exit code 3 came without a word.
TEST(SkipsTest, ARunThatFoundNothingSaysWhatItMet) {
  EXPECT_EQ(no_picture_text({}), "no picture was found: there is no file in what was named");
  EXPECT_EQ(no_picture_text({{"excluded", 1200}, {"hidden", 1}}),
            "no picture was found; skipped: 1,200 excluded, 1 hidden");
}

}  // namespace
}  // namespace albumen
