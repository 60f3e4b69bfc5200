// SPDX-License-Identifier: Apache-2.0
#include "sources/archive_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stop_token>

#include "files/testing/temporary_directory.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;

class ArchiveListingTest : public ::testing::Test {
 protected:
  Result<std::vector<std::string>> names(const std::string& path, const StopToken& stop = {}) {
    std::vector<std::string> found;
    TRY(list_archive(
        path, {}, [&](const SourceEntry& entry) { found.push_back(entry.member); }, stop));
    return found;
  }

  TemporaryDirectory folder_;
};

TEST_F(ArchiveListingTest, HiddenMembersAreMembers) {
  ZipWriter writer;
  writer.add({.name = "a.png", .content = "x"});
  writer.add({.name = ".state/journal.jsonl", .content = "y"});
  writer.add({.name = "__MACOSX/._b.jpg", .content = "z"});
  const auto found = names(folder_.write("a.zip", writer.finish()));
  ASSERT_TRUE(found.has_value()) << to_string(found.error());
  EXPECT_THAT(*found, ElementsAre("a.png", ".state/journal.jsonl", "__MACOSX/._b.jpg"));
}

TEST_F(ArchiveListingTest, AnArchiveThatIsNotSoundIsAnError) {
  ZipWriter writer;
  writer.add({.name = "../a.png", .content = "x"});
  EXPECT_EQ(names(folder_.write("out.zip", writer.finish())).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(names(folder_.write("text.zip", "no archive")).error().code, ErrorCode::kTruncated);
  EXPECT_EQ(names(folder_ / "gone.zip").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(names(folder_.path()).error().code, ErrorCode::kUnsupported);
}

TEST_F(ArchiveListingTest, AStopIsNotTheEndOfTheArchive) {
  ZipWriter writer;
  writer.add({.name = "a.png", .content = "x"});
  const std::string path = folder_.write("a.zip", writer.finish());
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(names(path, stop.get_token()).error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace albumen
