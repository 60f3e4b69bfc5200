// SPDX-License-Identifier: Apache-2.0
// Archives as sources/ reads them, which was written apart from the writer.
#include "archive/archive_writer.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "files/testing/temporary_directory.h"
#include "sources/source_lister.h"
#include "sources/source_reader.h"
#include "sources/testing/collect_events.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct NamedText {
  std::string name;
  std::string content;
};

std::string archive_of(const std::vector<NamedText>& members, Zip64Thresholds zip64 = {}) {
  MemorySink sink;
  ArchiveWriter writer{sink, zip64};
  for (const NamedText& member : members) {
    EXPECT_TRUE(writer.add(member.name, bytes_of(member.content)).has_value());
  }
  EXPECT_TRUE(writer.finish().has_value());
  return text_of(sink.bytes());
}

// Lists an archive and reads members of it.
class ReadBack {
 public:
  explicit ReadBack(const std::string& archive)
      : events_(collect_events({folder_.write("a.zip", archive)})) {}

  [[nodiscard]] const CollectedEvents& events() const { return events_; }

  std::string read(std::size_t index) {
    const SourceEntry& entry = events_.entries.at(index);
    Budget budget{entry.reading_bytes()};
    auto job = budget.reserve(MemoryTag::kEncoded, budget.limit(), {}).value();
    const auto image = reader_.read(entry, job);
    EXPECT_TRUE(image.has_value()) << to_string(image.error());
    return image ? text_of(image->bytes.bytes()) : std::string{};
  }

 private:
  TemporaryDirectory folder_;
  CollectedEvents events_;
  SourceReader reader_;
};

const std::vector<NamedText> kThree{{.name = "10_zwx/a.png", .content = std::string(70'000, 'p')},
                                    {.name = "10_zwx/a.txt", .content = "a dog"},
                                    {.name = "manifest.jsonl", .content = "{}\n"}};

void expect_three(ReadBack& back) {
  EXPECT_THAT(back.events().problems, IsEmpty());
  ASSERT_THAT(back.events().names(), ElementsAre("10_zwx/a.png", "10_zwx/a.txt", "manifest.jsonl"));
  for (std::size_t index = 0; index < kThree.size(); ++index) {
    EXPECT_EQ(back.read(index), kThree[index].content);
  }
}

TEST(ArchiveWriterTest, WhatWasWrittenIsReadInItsOrder) {
  ReadBack back{archive_of(kThree)};
  expect_three(back);
}

TEST(ArchiveWriterTest, LargeNumbersGoIntoZip64FieldsAndOnlyThose) {
  const std::string plain = archive_of(kThree);
  constexpr std::string_view kZip64End = "PK\x06\x06";
  EXPECT_THAT(plain, Not(HasSubstr(kZip64End)));
  // Which numbers count as large: sizes and offsets, offsets alone, the count alone.
  for (const Zip64Thresholds zip64 :
       {Zip64Thresholds{.bytes = 0}, Zip64Thresholds{.bytes = 1000},
        Zip64Thresholds{.bytes = 70'001}, Zip64Thresholds{.members = 3}}) {
    const std::string archive = archive_of(kThree, zip64);
    EXPECT_THAT(archive, HasSubstr(kZip64End));
    ReadBack back{archive};
    expect_three(back);
  }
}

TEST(ArchiveWriterTest, MoreMembersThanThePlainCountHolds) {
  constexpr std::size_t kMembers = 65'536;
  std::vector<NamedText> members;
  members.reserve(kMembers);
  for (std::size_t index = 0; index < kMembers; ++index) {
    members.push_back({.name = fmt::format("{:05}.txt", index), .content = std::to_string(index)});
  }
  ReadBack back{archive_of(members)};
  EXPECT_THAT(back.events().problems, IsEmpty());
  ASSERT_THAT(back.events().entries, SizeIs(kMembers));
  EXPECT_EQ(back.events().entries.back().member, "65535.txt");
  EXPECT_EQ(back.read(0), "0");
  EXPECT_EQ(back.read(kMembers - 1), "65535");
}

TEST(ArchiveWriterTest, ANameSaysWhetherItIsUtf8AndKeepsItsBytes) {
  // The flags stand 6 bytes into the first header, the name behind its 30 bytes.
  constexpr std::size_t kHighFlags = 7;
  constexpr std::size_t kName = 30;
  constexpr char kUtf8Bit = 1 << 3;
  for (const auto& [name, flags] : std::map<std::string, char>{
           {"a.png", kUtf8Bit}, {"caf\xC3\xA9.png", kUtf8Bit}, {"caf\xE9.png", 0}}) {
    const std::string archive = archive_of({{.name = name, .content = "x"}});
    EXPECT_EQ(archive.at(kHighFlags), flags) << name;
    EXPECT_EQ(archive.substr(kName, name.size()), name);
    ReadBack back{archive};
    EXPECT_THAT(back.events().names(), ElementsAre(name));
  }
}

TEST(ArchiveWriterTest, NothingButTheMembersIsInTheBytes) {
  // 1980-01-01 00:00, as APPNOTE 4.4.6 packs it.
  constexpr std::size_t kTime = 10;
  const std::string archive = archive_of(kThree);
  EXPECT_EQ(archive.substr(kTime, 4), (std::string{"\x00\x00\x21\x00", 4}));
  EXPECT_EQ(archive, archive_of(kThree));
}

TEST(ArchiveWriterTest, AnEmptyMemberAndAnEmptyArchiveAreWhole) {
  ReadBack one{archive_of({{.name = "empty.txt", .content = ""}})};
  EXPECT_THAT(one.events().names(), ElementsAre("empty.txt"));
  ReadBack none{archive_of({})};
  EXPECT_THAT(none.events().problems, IsEmpty());
  EXPECT_THAT(none.events().entries, IsEmpty());
}

TEST(ArchiveWriterTest, AMemberThatIsNotWhatWasAnnouncedIsAnError) {
  const std::string content = "content";
  const std::uint32_t crc32 = crc32_onward(0, bytes_of(content));
  const auto written = [&](const ArchiveMember& member) -> Result<void> {
    MemorySink sink;
    ArchiveWriter writer{sink};
    TRY(writer.begin(member));
    TRY(writer.write(bytes_of(content).first(3)));
    TRY(writer.write(bytes_of(content).subspan(3)));
    return writer.finish();
  };
  EXPECT_TRUE(written({.name = "a", .size = content.size(), .crc32 = crc32}).has_value());
  for (const ArchiveMember& lie :
       {ArchiveMember{.name = "a", .size = content.size() + 1, .crc32 = crc32},
        ArchiveMember{.name = "a", .size = content.size() - 1, .crc32 = crc32},
        ArchiveMember{.name = "a", .size = content.size(), .crc32 = crc32 + 1}}) {
    const auto refused = written(lie);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kIo);
  }
}

TEST(ArchiveWriterTest, ANameThatNoArchiveHoldsIsRefused) {
  for (const std::string& name : {std::string{}, std::string(65'536, 'n')}) {
    MemorySink sink;
    ArchiveWriter writer{sink};
    const auto refused = writer.add(name, {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(ArchiveWriterTest, AFullDiskIsTheErrorOfTheSink) {
  MemorySink sink{Bytes{100}};
  ArchiveWriter writer{sink};
  EXPECT_FALSE(writer.add("a", bytes_of(std::string(200, 'x'))).has_value());
}

}  // namespace
}  // namespace albumen
