// SPDX-License-Identifier: Apache-2.0
// ZIP archives, honest and hostile, through the same doors that users have: SourceLister and
// SourceReader. Each hostile case tells its story in one line.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "files/testing/temporary_directory.h"
#include "sources/source_lister.h"
#include "sources/source_reader.h"
#include "sources/testing/collect_events.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// One archive on disk, listed; and its members, read through a small budget.
class ZipArchiveTest : public ::testing::Test {
 protected:
  CollectedEvents list(const std::string& archive, SourceOptions options = {}) {
    // A new file each time: some file systems write one that is replaced to the disk at once.
    std::filesystem::remove(folder_ / "a.zip");
    return collect_events({folder_.write("a.zip", archive)}, std::move(options));
  }

  Result<std::string> read(const SourceEntry& entry) {
    auto job = TRY(budget_.reserve(MemoryTag::kOther, entry.reading_bytes(), {}));
    auto image = TRY(reader_.read(entry, job));
    EXPECT_EQ(job.size() + Bytes{image.bytes.size()}, entry.reading_bytes());
    return std::string(reinterpret_cast<const char*>(image.bytes.data()), image.bytes.size());
  }

  // Lists an archive of one member, which must be the only event, and reads it.
  Result<std::string> read_only_member(const std::string& archive) {
    const auto events = list(archive);
    EXPECT_THAT(events.entries, SizeIs(1));
    EXPECT_THAT(events.problems, IsEmpty());
    return read(events.entries.at(0));
  }

  // Lists an archive that must give one problem with this code, and returns its words.
  std::string only_problem(const CollectedEvents& events, ErrorCode code) {
    EXPECT_THAT(events.problems, SizeIs(1));
    if (events.problems.empty()) {
      return {};
    }
    EXPECT_EQ(events.problems[0].error.code, code) << events.problems[0].error.message;
    return events.problems[0].error.message;
  }

  void expect_unreadable(const std::string& archive, ErrorCode code, const std::string& words) {
    const auto bytes = read_only_member(archive);
    ASSERT_FALSE(bytes.has_value());
    EXPECT_EQ(bytes.error().code, code) << bytes.error().message;
    EXPECT_THAT(bytes.error().message, HasSubstr(words));
    EXPECT_EQ(budget_.used(), Bytes{});
  }

  TemporaryDirectory folder_;
  Budget budget_{kMiB * 64};
  SourceReader reader_;
};

std::string archive_of(const ZipMemberSpec& spec) {
  ZipWriter writer;
  writer.add(spec);
  return writer.finish();
}

// Text that deflates, but not so well that it looks like a bomb.
std::string ordinary_text(std::size_t words) {
  std::mt19937 random{7};
  std::string text;
  for (std::size_t index = 0; index < words; ++index) {
    text += std::to_string(random() % 1000) + ' ';
  }
  return text;
}

// One block of literals in the fixed codes of RFC 1951, 3.2.6, as writers make that know no others.
// zlib's Z_FIXED stores what these would make longer.
std::string in_fixed_codes(const std::string& content) {
  std::string out;
  unsigned pending = 0;
  unsigned count = 0;
  const auto put_bit = [&](unsigned bit) {
    pending |= bit << count;
    if (++count == 8) {
      out.push_back(static_cast<char>(pending));
      pending = count = 0;
    }
  };
  const auto put_code = [&](unsigned code, unsigned length) {
    while (length > 0) {
      put_bit((code >> --length) & 1U);
    }
  };
  put_code(0b110, 3);  // the last block; its kind
  for (const char letter : content) {
    const unsigned byte = static_cast<unsigned char>(letter);
    byte < 144 ? put_code(0b00110000U + byte, 8) : put_code(0b110010000U + byte - 144, 9);
  }
  put_code(0, 7);  // the end of the block
  put_code(0, 7);  // of the last byte, too
  return out;
}

ZipMemberSpec fixed_code_member(const std::string& content) {
  return {.name = "a.jpg",
          .content = in_fixed_codes(content),
          .method = 8,
          .claimed_crc =
              static_cast<std::uint32_t>(libdeflate_crc32(0, content.data(), content.size())),
          .claimed_size = content.size()};
}

TEST_F(ZipArchiveTest, ReadsStoredAndDeflatedMembersInTheOrderOfTheDirectory) {
  const std::string text = ordinary_text(20'000);
  ZipWriter writer;
  writer.add({.name = "z/stored.jpg", .content = "stored bytes"});
  writer.add({.name = "z/", .unix_mode = 040755});
  writer.add({.name = "a.jpg", .content = text, .deflate = true});
  writer.add({.name = "later.jpg", .content = text, .deflate = true, .data_descriptor = true});
  writer.add({.name = "wide.jpg", .content = text, .deflate = true, .zip64 = true});
  for (const bool zip64 : {false, true}) {
    const auto events = list(writer.finish({.comment = "made by a test", .zip64 = zip64}));
    ASSERT_THAT(events.names(), ElementsAre("z/stored.jpg", "a.jpg", "later.jpg", "wide.jpg"));
    EXPECT_THAT(events.problems, IsEmpty());
    EXPECT_THAT(events.skips, IsEmpty());
    EXPECT_EQ(read(events.entries[0]).value(), "stored bytes");
    EXPECT_EQ(read(events.entries[1]).value(), text);
    EXPECT_EQ(read(events.entries[2]).value(), text);
    EXPECT_EQ(read(events.entries[3]).value(), text);
    EXPECT_EQ(events.entries[3].location.index, 4U);
    EXPECT_EQ(events.entries[0].name(), folder_ / "a.zip" + "!z/stored.jpg");
  }
}

// Noise in fixed codes is a sixteenth longer than it is; so little of it was read that its head
// came short and the member was called damaged.
TEST_F(ZipArchiveTest, TheHeadOfAMemberThatGrewByDeflatingIsWhole) {
  std::mt19937 random{3};
  std::string noise(300'000, '\0');
  std::ranges::generate(noise, [&] { return static_cast<char>(random()); });
  const auto events = list(archive_of(fixed_code_member(noise)));
  ASSERT_THAT(events.entries, SizeIs(1));
  auto job = budget_.reserve(MemoryTag::kOther, kMiB, {}).value();
  const auto head = reader_.read_head(events.entries[0], Bytes{200'000}, job);
  ASSERT_TRUE(head.has_value()) << head.error().message;
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(head->bytes.data()), head->bytes.size()),
            std::string_view{noise}.substr(0, 200'000));
}

TEST_F(ZipArchiveTest, AStoredMemberIsReadInPiecesAndChecked) {
  const std::string content = ordinary_text(200'000);
  ZipWriter writer;
  writer.add({.name = "a.png", .content = content});
  writer.add({.name = "deflated.png", .content = content, .deflate = true});
  writer.add({.name = "wrong.png", .content = content, .claimed_crc = 1});
  const auto entries = list(writer.finish()).entries;
  ASSERT_THAT(entries, SizeIs(3));
  std::string taken;
  std::size_t pieces = 0;
  const auto keep = [&](std::span<const std::byte> bytes) -> Result<void> {
    taken.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    ++pieces;
    return {};
  };
  EXPECT_TRUE(reader_.read_in_pieces(entries[0], keep).has_value());
  EXPECT_TRUE(taken == content);
  EXPECT_GT(pieces, 1U);
  EXPECT_EQ(reader_.read_in_pieces(entries[1], keep).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(reader_.read_in_pieces(entries[2], keep).error().code, ErrorCode::kCorrupt);
  const auto refuse = [](std::span<const std::byte> /*bytes*/) -> Result<void> {
    return fail(ErrorCode::kCancelled, "enough");
  };
  EXPECT_EQ(reader_.read_in_pieces(entries[0], refuse).error().code, ErrorCode::kCancelled);
}

TEST_F(ZipArchiveTest, AnEmptyArchiveHasNoMembersAndNoProblem) {
  const auto events = list(ZipWriter{}.finish());
  EXPECT_THAT(events.entries, IsEmpty());
  EXPECT_THAT(events.problems, IsEmpty());
}

TEST_F(ZipArchiveTest, NamesThatAreNotUtf8SurviveAsBytes) {
  const std::string name = "f\xEAte \xFF.jpg";
  const auto events = list(archive_of({.name = name, .content = "x"}));
  ASSERT_THAT(events.names(), ElementsAre(name));
  EXPECT_THAT(events.entries[0].name(), HasSubstr("!f%eate %ff.jpg"));
  EXPECT_EQ(read(events.entries[0]).value(), "x");
}

TEST_F(ZipArchiveTest, SkipsMetadataHiddenExcludedAndNestedArchives) {
  const std::string inner = archive_of({.name = "b.jpg", .content = "x"});
  ZipWriter writer;
  writer.add({.name = "__MACOSX/._a.jpg", .content = "x"});
  writer.add({.name = ".hidden/a.jpg", .content = "x"});
  writer.add({.name = "a/Thumbs.db", .content = "x"});
  writer.add({.name = "raw/a.cr2", .content = "x"});
  writer.add({.name = "inner.zip", .content = inner, .deflate = true});
  writer.add({.name = "only called.zip", .content = "a picture, say"});
  const auto events = list(writer.finish(), {.excludes = {"raw"}});
  EXPECT_THAT(events.names(), ElementsAre("only called.zip"));
  std::vector<std::string> reasons;
  for (const auto& skip : events.skips) {
    reasons.push_back(skip.reason);
  }
  EXPECT_THAT(reasons, ElementsAre("macOS metadata", "hidden", "Windows metadata", "excluded",
                                   "archive inside an archive"));
}

TEST_F(ZipArchiveTest, KnowsTheContentTypeFromTheFirstBytes) {
  const std::string jpeg = "\xFF\xD8\xFF\xE0" + ordinary_text(5'000);
  ZipWriter writer;
  writer.add({.name = "a", .content = jpeg});
  writer.add({.name = "b", .content = jpeg, .deflate = true});
  writer.add({.name = "c", .content = "GIF89a"});
  writer.add({.name = "d"});
  const auto events = list(writer.finish());
  ASSERT_THAT(events.entries, SizeIs(4));
  EXPECT_EQ(reader_.content_type(events.entries[0]).value(), ContentType::kJpeg);
  EXPECT_EQ(reader_.content_type(events.entries[1]).value(), ContentType::kJpeg);
  EXPECT_EQ(reader_.content_type(events.entries[2]).value(), ContentType::kGif);
  EXPECT_EQ(reader_.content_type(events.entries[3]).value(), ContentType::kEmpty);
}

// Hostile names.

TEST_F(ZipArchiveTest, NamesThatLeaveTheArchiveAreProblemsAndTheRestGoesOn) {
  // Story: "zip slip", an archive that would write over ~/.ssh when extracted.
  ZipWriter writer;
  for (const char* name : {"../../.ssh/authorized_keys", "/etc/passwd", "C:\\boot.ini",
                           "a/../../b.jpg", "..\\b.jpg"}) {
    writer.add({.name = name, .content = "x"});
  }
  writer.add({.name = std::string{"a\0.jpg", 6}, .content = "x"});
  writer.add({.name = "", .content = "x"});
  writer.add({.name = std::string(5000, 'n'), .content = "x"});
  writer.add({.name = "good.jpg", .content = "x"});
  const auto events = list(writer.finish());
  EXPECT_THAT(events.names(), ElementsAre("good.jpg"));
  EXPECT_THAT(events.problems, SizeIs(8));
  EXPECT_EQ(events.problems.at(0).member, "../../.ssh/authorized_keys");
  EXPECT_EQ(events.problems.at(7).member.size(), 4096U) << "of a longer name, its beginning";
}

TEST_F(ZipArchiveTest, OfTwoMembersWithOneNameTheFirstIsKept) {
  // Story: one program shows the first picture, another the second.
  ZipWriter writer;
  writer.add({.name = "a.jpg", .content = "first"});
  writer.add({.name = "b.jpg", .content = "other"});
  writer.add({.name = "a.jpg", .content = "second"});
  writer.add({.name = "a.jpg", .content = "third"});
  const auto events = list(writer.finish());
  ASSERT_THAT(events.names(), ElementsAre("a.jpg", "b.jpg"));
  EXPECT_EQ(read(events.entries[0]).value(), "first");
  ASSERT_THAT(events.problems, SizeIs(2));
  EXPECT_EQ(events.problems[0].error.code, ErrorCode::kCorrupt);
}

// Members that are not plain pictures.

TEST_F(ZipArchiveTest, SymbolicLinksInsideAreRefused) {
  // Story: a link to /etc/shadow, to be read instead of a picture.
  const auto events =
      list(archive_of({.name = "a.jpg", .content = "/etc/shadow", .unix_mode = 0120777}));
  EXPECT_THAT(only_problem(events, ErrorCode::kUnsupported), HasSubstr("symbolic link"));
}

TEST_F(ZipArchiveTest, DevicesInsideAreRefused) {
  const auto events = list(archive_of({.name = "a.jpg", .content = "x", .unix_mode = 0020666}));
  EXPECT_THAT(only_problem(events, ErrorCode::kUnsupported), HasSubstr("device"));
}

TEST_F(ZipArchiveTest, EncryptedMembersAreRefused) {
  const auto events = list(archive_of({.name = "a.jpg", .content = "x", .flags = 1}));
  EXPECT_THAT(only_problem(events, ErrorCode::kUnsupported), HasSubstr("encrypted"));
}

TEST_F(ZipArchiveTest, OtherMethodsAreUnsupportedByNumber) {
  const auto events = list(archive_of({.name = "a.jpg", .content = "x", .method = 14}));
  EXPECT_THAT(only_problem(events, ErrorCode::kUnsupported), HasSubstr("method 14"));
}

TEST_F(ZipArchiveTest, AnEmptyMemberIsTruncated) {
  expect_unreadable(archive_of({.name = "a.jpg"}), ErrorCode::kTruncated, "is empty");
}

// Bombs.

TEST_F(ZipArchiveTest, AMemberAboveTheRatioIsRefusedUnlessItIsSmall) {
  // Story: 10 MiB of zeros in 10 KiB.
  const std::string zeros(std::size_t{10} << 20U, '\0');
  const auto bomb = archive_of({.name = "a.jpg", .content = zeros, .deflate = true});
  EXPECT_THAT(only_problem(list(bomb), ErrorCode::kTooLarge), HasSubstr("limit of 200 times"));
  EXPECT_THAT(list(bomb, {.archive_limits = {.max_ratio = 2000}}).entries, SizeIs(1));
  EXPECT_THAT(list(bomb, {.archive_limits = {.ratio_floor = kMiB * 10}}).entries, SizeIs(1));
}

TEST_F(ZipArchiveTest, AMemberAboveTheSizeLimitIsRefused) {
  // Story: a member that claims 3 GiB.
  const auto events = list(archive_of(
      {.name = "a.jpg", .content = "x", .deflate = true, .claimed_size = std::uint64_t{3} << 30U}));
  EXPECT_THAT(only_problem(events, ErrorCode::kTooLarge), HasSubstr("3.00 GiB"));
}

TEST_F(ZipArchiveTest, AMemberThatIsLongerDeflatedThanDeflatingMakesItIsRefused) {
  // Story: a caption of 100 bytes was read with gigabytes of deflated data, in every thread.
  const std::string data(std::size_t{100} << 10U, '\xFF');
  const auto long_one =
      archive_of({.name = "a.txt", .content = data, .method = 8, .claimed_size = 100});
  EXPECT_THAT(only_problem(list(long_one), ErrorCode::kCorrupt), HasSubstr("no more than 100 B"));
  const auto honest = archive_of({.name = "a.txt", .content = data, .method = 8});
  EXPECT_THAT(list(honest).entries, SizeIs(1)) << "broken, but of a length that it may have";
}

TEST_F(ZipArchiveTest, AMemberMayGrowByAnEighthInFixedCodes) {
  // Story: such members of more than half a megabyte were refused for being longer than 1 % more.
  const std::string longest(std::size_t{2} << 20U, '\xFF');
  const auto events = list(archive_of(fixed_code_member(longest)));
  ASSERT_THAT(events.problems, IsEmpty());
  EXPECT_EQ(read(events.entries.at(0)).value(), longest);
}

TEST_F(ZipArchiveTest, AnArchiveAboveTheTotalIsRefusedWhole) {
  ZipWriter writer;
  writer.add({.name = "a", .content = "12345"});
  writer.add({.name = "b", .content = "12345"});
  const ArchiveLimits nine{.max_total = Bytes{9}};
  const ArchiveLimits ten{.max_total = Bytes{10}};
  const auto events = list(writer.finish(), {.archive_limits = nine});
  EXPECT_THAT(events.entries, IsEmpty());
  EXPECT_THAT(only_problem(events, ErrorCode::kTooLarge), HasSubstr("the limit is 9 B"));
  EXPECT_THAT(list(writer.finish(), {.archive_limits = ten}).entries, SizeIs(2));
}

TEST_F(ZipArchiveTest, AnArchiveOfTooManyMembersIsRefusedWhole) {
  ZipWriter writer;
  writer.add({.name = "a", .content = "x"});
  writer.add({.name = "b", .content = "x"});
  EXPECT_THAT(only_problem(list(writer.finish(), {.archive_limits = {.max_members = 1}}),
                           ErrorCode::kTooLarge),
              HasSubstr("2 members, the limit is 1"));
}

TEST_F(ZipArchiveTest, ManyMembersOnTheSameBytesAreAnOverlapBomb) {
  // Story: a thousand names for one deflated kernel.
  const std::string text = ordinary_text(1000);
  ZipWriter writer;
  const auto offset = writer.add({.name = "0", .content = text, .deflate = true});
  for (int index = 1; index < 1000; ++index) {
    writer.add_record_only({.name = std::to_string(index), .content = text, .deflate = true},
                           offset);
  }
  const auto events = list(writer.finish());
  EXPECT_THAT(events.entries, IsEmpty());
  ASSERT_THAT(events.problems, SizeIs(1000));
  EXPECT_THAT(events.problems[0].error.message, HasSubstr("overlaps"));
}

TEST_F(ZipArchiveTest, AMemberThatContainsAnotherIsAnOverlapBomb) {
  // Story: each member's data quotes the next member's header, so one kernel inflates many times.
  const std::string inner = archive_of({.name = "inner.jpg", .content = "kernel"});
  const std::string quoted = inner.substr(0, inner.find("PK\1\2"));
  ZipWriter writer;
  const auto offset = writer.add({.name = "outer.jpg", .content = quoted});
  const std::uint64_t header_and_name = 30 + 9;
  writer.add_record_only({.name = "inner.jpg", .content = "kernel"}, offset + header_and_name);
  const auto events = list(writer.finish());
  EXPECT_THAT(events.names(), ElementsAre("inner.jpg")) << "the one inside overlaps nothing";
  EXPECT_THAT(only_problem(events, ErrorCode::kCorrupt), HasSubstr("overlaps"));
}

TEST_F(ZipArchiveTest, AnExtraFieldThatPushesDataIntoTheNextMemberIsCaughtWhenRead) {
  // Story: the overlap hides in the local header, which the listing does not see.
  ZipWriter writer;
  const auto offset = writer.add({.name = "a.jpg", .content = "0123456789"});
  writer.add({.name = "b.jpg", .content = "x"});
  std::string archive = writer.finish();
  archive[offset + 28] = 4;  // length of the extra field
  const auto events = list(archive);
  ASSERT_THAT(events.entries, SizeIs(2));
  const auto bytes = read(events.entries[0]);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_THAT(bytes.error().message, HasSubstr("overlaps what follows"));
}

// Lies about sizes, checksums, places.

TEST_F(ZipArchiveTest, AMemberThatInflatesToMoreThanItClaimsIsCorrupt) {
  expect_unreadable(
      archive_of(
          {.name = "a.jpg", .content = ordinary_text(1000), .deflate = true, .claimed_size = 100}),
      ErrorCode::kCorrupt, "more than the 100 bytes it claims");
}

TEST_F(ZipArchiveTest, AMemberThatInflatesToLessThanItClaimsIsCorrupt) {
  expect_unreadable(
      archive_of({.name = "a.jpg", .content = "short", .deflate = true, .claimed_size = 100}),
      ErrorCode::kCorrupt, "inflates to 5 bytes");
}

TEST_F(ZipArchiveTest, AStoredMemberOfTwoSizesIsCorrupt) {
  const auto events = list(archive_of({.name = "a.jpg", .content = "x", .claimed_size = 100}));
  EXPECT_THAT(only_problem(events, ErrorCode::kCorrupt), HasSubstr("stored"));
}

TEST_F(ZipArchiveTest, AStoredSizeBeyondTheArchiveIsAnOverlap) {
  const auto events = list(
      archive_of({.name = "a.jpg", .content = "x", .claimed_size = 5000, .claimed_stored = 5000}));
  EXPECT_THAT(only_problem(events, ErrorCode::kCorrupt), HasSubstr("overlaps"));
}

TEST_F(ZipArchiveTest, AWrongChecksumIsCorrupt) {
  for (const bool deflate : {false, true}) {
    expect_unreadable(
        archive_of({.name = "a.jpg", .content = "bytes", .deflate = deflate, .claimed_crc = 1}),
        ErrorCode::kCorrupt, "checksum");
  }
}

TEST_F(ZipArchiveTest, BrokenDeflatedDataIsCorrupt) {
  expect_unreadable(archive_of({.name = "a.jpg", .content = "\xFF\xFF\xFF", .method = 8}),
                    ErrorCode::kCorrupt, "deflated data is broken");
}

TEST_F(ZipArchiveTest, ALocalHeaderWithAnotherNameIsCorrupt) {
  // Story: the directory shows a picture, the local header a program.
  expect_unreadable(archive_of({.name = "a.jpg", .content = "x", .local_name = "a.exe"}),
                    ErrorCode::kCorrupt, "another name");
}

TEST_F(ZipArchiveTest, ALocalHeaderWithAnotherSizeIsCorrupt) {
  expect_unreadable(archive_of({.name = "a.jpg", .content = "x", .local_size = 7}),
                    ErrorCode::kCorrupt, "contradicts");
}

TEST_F(ZipArchiveTest, AHeaderOutsideTheArchiveIsCorrupt) {
  for (const std::uint64_t offset : {std::uint64_t{36}, std::uint64_t{4'000'000'000}}) {
    const auto events =
        list(archive_of({.name = "a.jpg", .content = "x", .claimed_offset = offset}));
    EXPECT_THAT(only_problem(events, ErrorCode::kCorrupt), HasSubstr("outside"));
  }
}

TEST_F(ZipArchiveTest, AHeaderPlaceWithoutASignatureIsCorrupt) {
  std::string archive = archive_of({.name = "a.jpg", .content = "x"});
  archive[2] = 7;
  const auto events = list("PK\3\4" + archive);
  EXPECT_THAT(events.problems, SizeIs(1)) << "every place is off by four";
}

// Broken directories: the archive as a whole is a problem.

TEST_F(ZipArchiveTest, AFalseCountOfMembersIsCorrupt) {
  ZipWriter writer;
  writer.add({.name = "a.jpg", .content = "x"});
  writer.add({.name = "b.jpg", .content = "x"});
  only_problem(list(writer.finish({.claimed_members = 1})), ErrorCode::kCorrupt);
  only_problem(list(writer.finish({.claimed_members = 3})), ErrorCode::kCorrupt);
  EXPECT_THAT(only_problem(list(writer.finish({.claimed_members = 65535})), ErrorCode::kCorrupt),
              HasSubstr("claims 65535 members"));
}

TEST_F(ZipArchiveTest, ADirectoryOutsideTheFileIsCorrupt) {
  ZipWriter writer;
  writer.add({.name = "a.jpg", .content = "x"});
  EXPECT_THAT(only_problem(list(writer.finish({.claimed_directory_offset = 0xFFFFFF00})),
                           ErrorCode::kCorrupt),
              HasSubstr("outside"));
  EXPECT_THAT(
      only_problem(list(writer.finish({.claimed_directory_size = 90'000})), ErrorCode::kCorrupt),
      HasSubstr("outside"));
}

TEST_F(ZipArchiveTest, ADirectoryThatEndsInsideARecordIsCorrupt) {
  ZipWriter writer;
  writer.add({.name = "a.jpg", .content = "x"});
  EXPECT_THAT(
      only_problem(list(writer.finish({.claimed_directory_size = 50})), ErrorCode::kCorrupt),
      HasSubstr("ends inside a record"));
}

TEST_F(ZipArchiveTest, OnePartOfASplitArchiveIsUnsupported) {
  EXPECT_THAT(only_problem(list(ZipWriter{}.finish({.disk = 2})), ErrorCode::kUnsupported),
              HasSubstr("split"));
}

TEST_F(ZipArchiveTest, AppendedBytesMakeItUnreadableWithAReason) {
  EXPECT_THAT(
      only_problem(list(archive_of({.name = "a", .content = "x"}) + "junk"), ErrorCode::kTruncated),
      HasSubstr("end record"));
}

TEST_F(ZipArchiveTest, TruncatedAtEveryByteItIsOneProblemAndNothingElse) {
  ZipWriter writer;
  writer.add({.name = "a.jpg", .content = ordinary_text(10)});
  writer.add({.name = "b.jpg", .content = ordinary_text(50), .deflate = true, .zip64 = true});
  const std::string whole = writer.finish({.comment = "end", .zip64 = true});
  for (std::size_t length = 4; length < whole.size(); ++length) {
    const auto events = list(whole.substr(0, length));
    ASSERT_THAT(events.entries, IsEmpty()) << length;
    ASSERT_THAT(events.problems, SizeIs(1)) << length;
    ASSERT_EQ(events.problems[0].error.code, ErrorCode::kTruncated) << length;
  }
  EXPECT_THAT(list(whole).entries, SizeIs(2));
}

TEST_F(ZipArchiveTest, FlippedBytesGiveTheTruthOrAnError) {
  const std::string text = ordinary_text(60);
  ZipWriter writer;
  writer.add({.name = "a.jpg", .content = text});
  writer.add({.name = "b.jpg", .content = text, .deflate = true, .data_descriptor = true});
  writer.add({.name = "c.jpg", .content = text, .deflate = true, .zip64 = true});
  const std::string whole = writer.finish({.zip64 = true});
  std::mt19937 random{20260101};
  std::size_t read_well = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string flipped = whole;
    for (unsigned flip = 0; flip <= random() % 3; ++flip) {
      flipped[random() % flipped.size()] = static_cast<char>(random());
    }
    for (const SourceEntry& entry : list(flipped).entries) {
      if (!entry.is_member() || entry.reading_bytes() > budget_.limit()) {
        continue;
      }
      const auto bytes = read(entry);
      if (bytes.has_value()) {
        ASSERT_EQ(*bytes, text) << "round " << round;
        ++read_well;
      }
    }
    ASSERT_EQ(budget_.used(), Bytes{});
  }
  EXPECT_GT(read_well, 1000U) << "the test must not pass because nothing can be read";
}

TEST_F(ZipArchiveTest, AnArchiveReplacedAfterListingIsNotReadWithTheOldPlaces) {
  const auto events = list(archive_of({.name = "a.jpg", .content = "old"}));
  ASSERT_EQ(read(events.entries.at(0)).value(), "old");
  folder_.write("new.zip", archive_of({.name = "a.jpg", .content = "newer"}));
  std::filesystem::rename(folder_ / "new.zip", folder_ / "a.zip");
  SourceReader fresh;
  auto job = budget_.reserve(MemoryTag::kOther, kKiB, {}).value();
  const auto image = fresh.read(events.entries[0], job);
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(image.error().code, ErrorCode::kIo);
  EXPECT_THAT(image.error().message, HasSubstr("changed after it was listed"));
  const auto again = collect_events({folder_ / "a.zip"});
  EXPECT_EQ(read(again.entries.at(0)).value(), "newer")
      << "the reader that has the old one open notices";
}

TEST_F(ZipArchiveTest, AnArchiveRewrittenInPlaceWhileOpenIsNotTrusted) {
  const auto events = list(archive_of({.name = "a.jpg", .content = "old"}));
  ASSERT_TRUE(read(events.entries.at(0)).has_value());
  folder_.write("a.zip", archive_of({.name = "a.jpg", .content = "other bytes"}));
  const auto bytes = read(events.entries[0]);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().code, ErrorCode::kIo);
  EXPECT_THAT(bytes.error().message, HasSubstr("changed while it was read"));
}

TEST_F(ZipArchiveTest, AReservationThatIsTooSmallIsOurBugNotAnOverrun) {
  const auto events = list(archive_of({.name = "a.jpg", .content = ordinary_text(100)}));
  auto job = budget_.reserve(MemoryTag::kOther, Bytes{10}, {}).value();
  EXPECT_EQ(reader_.read(events.entries.at(0), job).error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace albumen
