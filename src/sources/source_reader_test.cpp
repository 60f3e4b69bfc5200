// SPDX-License-Identifier: Apache-2.0
#include "sources/source_reader.h"

#include <array>
#include <atomic>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stop_token>
#include <thread>
#include <unistd.h>
#include <vector>

#include "files/testing/temporary_directory.h"
#include "sources/internal/whole_file.h"
#include "sources/testing/collect_events.h"
#include "sources/testing/tar_writer.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

using ::testing::HasSubstr;

class SourceReaderTest : public ::testing::Test {
 protected:
  SourceEntry entry_of(const std::string& path) { return collect_events({path}).entries.at(0); }

  Result<EncodedImage> read(const SourceEntry& entry) {
    auto job = TRY(budget_.reserve(MemoryTag::kOther, entry.reading_bytes(), {}));
    return reader_.read(entry, job);
  }

  void expect_failure(const Result<EncodedImage>& image, ErrorCode code, const char* words) {
    ASSERT_FALSE(image.has_value());
    EXPECT_EQ(image.error().code, code);
    EXPECT_THAT(image.error().message, HasSubstr(words));
    EXPECT_EQ(budget_.used(), Bytes{});
  }

  TemporaryDirectory folder_;
  Budget budget_{kMiB * 8};
  SourceReader reader_;
};

std::string text_of(const EncodedImage& image) {
  return {reinterpret_cast<const char*>(image.bytes.data()), image.bytes.size()};
}

TEST_F(SourceReaderTest, ReadsAFileIntoMemoryThatItsJobPaid) {
  const std::string content(300'000, 'p');
  const auto entry = entry_of(folder_.write("a.jpg", content));
  const auto image = read(entry).value();
  EXPECT_EQ(text_of(image), content);
  EXPECT_EQ(image.name, folder_ / "a.jpg");
  EXPECT_EQ(image.stamp, entry.stamp);
  EXPECT_EQ(budget_.used(MemoryTag::kEncoded), Bytes{300'000});
  EXPECT_EQ(budget_.used(), Bytes{300'000});
}

TEST_F(SourceReaderTest, AnEmptyFileIsTruncated) {
  const auto entry = entry_of(folder_.write("a.jpg", ""));
  EXPECT_EQ(reader_.content_type(entry).value(), ContentType::kEmpty);
  expect_failure(read(entry), ErrorCode::kTruncated, "is empty");
}

TEST_F(SourceReaderTest, KnowsAVideoWithoutMemoryForIt) {
  const std::string path = folder_.write("a.mov", "....ftypqt  ");
  std::filesystem::resize_file(path, std::uint64_t{1} << 36U);
  EXPECT_EQ(reader_.content_type(entry_of(path)).value(), ContentType::kVideo);
}

TEST_F(SourceReaderTest, AFileGoneSinceListingIsNotFound) {
  const auto entry = entry_of(folder_.write("a.jpg", "x"));
  std::filesystem::remove(folder_ / "a.jpg");
  expect_failure(read(entry), ErrorCode::kNotFound, "a.jpg");
  EXPECT_EQ(reader_.content_type(entry).error().code, ErrorCode::kNotFound);
}

TEST_F(SourceReaderTest, AFileThatBecameAFifoIsRefusedWithoutWaiting) {
  const auto entry = entry_of(folder_.write("a.jpg", "x"));
  std::filesystem::remove(folder_ / "a.jpg");
  ASSERT_EQ(::mkfifo((folder_ / "a.jpg").c_str(), 0600), 0);
  expect_failure(read(entry), ErrorCode::kUnsupported, "FIFO");
}

TEST_F(SourceReaderTest, AFileReplacedSinceListingIsNotRead) {
  const auto entry = entry_of(folder_.write("a.jpg", "old"));
  folder_.write("new", "newer and longer");
  std::filesystem::rename(folder_ / "new", folder_ / "a.jpg");
  expect_failure(read(entry), ErrorCode::kIo, "changed after it was listed");
}

TEST_F(SourceReaderTest, AFileThatShrinksWhileItIsReadIsSaidToHaveChanged) {
  // Story: a camera import is cut off between our look at the size and our reading.
  const std::string path = folder_.write("a.jpg", "0123456789");
  const auto file = open_for_reading(path).value();
  const FileStamp before = stamp_of(file, path).value();
  std::filesystem::resize_file(path, 4);
  auto job = budget_.reserve(MemoryTag::kOther, Bytes{10}, {}).value();
  const auto bytes = read_whole_file(file, before, path, job, {});
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().code, ErrorCode::kIo);
  EXPECT_THAT(bytes.error().message, HasSubstr("changed while it was read"));
}

TEST_F(SourceReaderTest, AFileThatGrowsWhileItIsReadIsSaidToHaveChanged) {
  const std::string path = folder_.write("a.jpg", "0123456789");
  const auto file = open_for_reading(path).value();
  const FileStamp before = stamp_of(file, path).value();
  folder_.write("a.jpg", "0123456789 and more");
  auto job = budget_.reserve(MemoryTag::kOther, Bytes{10}, {}).value();
  EXPECT_EQ(read_whole_file(file, before, path, job, {}).error().code, ErrorCode::kIo);
}

// One read of a file of gigabytes went on for seconds after Ctrl-C.
TEST_F(SourceReaderTest, AStopEndsAReadOfAFileAndOfMembers) {
  std::stop_source stop;
  const std::string content(100'000, 'p');
  ZipWriter zip;
  TarWriter tar;
  zip.add({.name = "a.jpg", .content = content});
  tar.add({.name = "a.jpg", .content = content});
  const std::array entries{entry_of(folder_.write("a.jpg", content)),
                           entry_of(folder_.write("a.zip", zip.finish())),
                           entry_of(folder_.write("a.tar", tar.finish()))};
  for (const SourceEntry& entry : entries) {
    auto job = budget_.reserve(MemoryTag::kOther, entry.reading_bytes(), {}).value();
    EXPECT_TRUE(reader_.read(entry, job, stop.get_token()).has_value());
  }
  stop.request_stop();
  for (const SourceEntry& entry : entries) {
    auto job = budget_.reserve(MemoryTag::kOther, entry.reading_bytes(), {}).value();
    const auto image = reader_.read(entry, job, stop.get_token());
    ASSERT_FALSE(image.has_value()) << entry.name();
    EXPECT_EQ(image.error().code, ErrorCode::kCancelled) << entry.name();
  }
}

TEST_F(SourceReaderTest, TheNthReadFailsAsATestAsked) {
  const auto entry = entry_of(folder_.write("a.jpg", "x"));
  reader_.fail_nth_for_testing(2);
  EXPECT_TRUE(read(entry).has_value());
  expect_failure(read(entry), ErrorCode::kIo, "as a test asked");
  EXPECT_TRUE(read(entry).has_value());
}

// The first read of most files could not be made to fail.
TEST_F(SourceReaderTest, AHeadIsAReadThatCanFail) {
  const auto entry = entry_of(folder_.write("a.jpg", "x"));
  const auto read_head = [&] {
    auto job = budget_.reserve(MemoryTag::kOther, kKiB, {}).value();
    return reader_.read_head(entry, kKiB, job);
  };
  reader_.fail_nth_for_testing(2);
  EXPECT_TRUE(read_head().has_value());
  expect_failure(read_head(), ErrorCode::kIo, "as a test asked");
  EXPECT_TRUE(read_head().has_value());
}

TEST_F(SourceReaderTest, ManyThreadsReadManyArchivesAtOnce) {
  // More archives than the reader keeps open, so that they are closed and opened meanwhile.
  constexpr int kArchives = 7;
  constexpr int kMembers = 40;
  std::vector<std::string> paths;
  for (int archive = 0; archive < kArchives; ++archive) {
    ZipWriter writer;
    for (int member = 0; member < kMembers; ++member) {
      const std::string name = std::to_string(archive) + "-" + std::to_string(member);
      writer.add({.name = name, .content = "content of " + name, .deflate = member % 2 == 0});
    }
    paths.push_back(folder_.write(std::to_string(archive) + ".zip", writer.finish()));
  }
  const auto entries = collect_events(paths).entries;
  ASSERT_EQ(entries.size(), std::size_t{kArchives * kMembers});
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (std::size_t index = 0; index < entries.size(); ++index) {
          const SourceEntry& entry = entries[(index * 13 + thread * 71) % entries.size()];
          const auto image = read(entry);
          wrong += !image.has_value() || text_of(*image) != "content of " + entry.member;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(budget_.used(), Bytes{});
}

}  // namespace
}  // namespace albumen
