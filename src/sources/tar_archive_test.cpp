// SPDX-License-Identifier: Apache-2.0
// Tar archives, honest and hostile, through the same doors that users have: SourceLister and
// SourceReader. Each hostile case tells its story in one line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "files/testing/temporary_directory.h"
#include "sources/source_lister.h"
#include "sources/source_reader.h"
#include "sources/testing/collect_events.h"
#include "sources/testing/tar_writer.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// One archive on disk, listed; and its members, read through a small budget.
class TarArchiveTest : public ::testing::Test {
 protected:
  CollectedEvents list(const std::string& archive, SourceOptions options = {}) {
    // A new file each time: some file systems write one that is replaced to the disk at once.
    std::filesystem::remove(folder_ / "a.tar");
    return collect_events({folder_.write("a.tar", archive)}, std::move(options));
  }

  Result<std::string> read(const SourceEntry& entry) {
    auto job = TRY(budget_.reserve(MemoryTag::kOther, entry.reading_bytes(), {}));
    auto image = TRY(reader_.read(entry, job));
    EXPECT_EQ(job.size() + Bytes{image.bytes.size()}, entry.reading_bytes());
    return std::string(reinterpret_cast<const char*>(image.bytes.data()), image.bytes.size());
  }

  // Of a listing that must give one problem with this code, the words.
  static std::string only_problem(const CollectedEvents& events, ErrorCode code) {
    EXPECT_THAT(events.problems, SizeIs(1));
    if (events.problems.empty()) {
      return {};
    }
    EXPECT_EQ(events.problems[0].error.code, code) << events.problems[0].error.message;
    return events.problems[0].error.message;
  }

  static std::vector<std::string> reasons(const CollectedEvents& events) {
    std::vector<std::string> result;
    for (const SourceSkip& skip : events.skips) {
      result.push_back(skip.reason);
    }
    return result;
  }

  TemporaryDirectory folder_;
  Budget budget_{kMiB * 64};
  SourceReader reader_;
};

std::string archive_of(const TarMemberSpec& spec) {
  TarWriter writer;
  writer.add(spec);
  return writer.finish();
}

TEST_F(TarArchiveTest, ReadsMembersOfEveryDialectInTheirOrder) {
  const std::string blocks(1500, 'b');
  for (const auto dialect : {TarDialect::kV7, TarDialect::kUstar, TarDialect::kGnu}) {
    TarWriter writer;
    writer.add({.name = "z/", .type = '5', .dialect = dialect});
    writer.add({.name = "z/one.jpg", .content = blocks, .dialect = dialect});
    writer.add({.name = "a.jpg", .content = std::string(512, 'a'), .dialect = dialect});
    writer.add({.name = "c.jpg", .content = "c", .dialect = dialect, .base_256 = true});
    const auto events = list(writer.finish(18));
    ASSERT_THAT(events.names(), ElementsAre("z/one.jpg", "a.jpg", "c.jpg"));
    EXPECT_THAT(events.problems, IsEmpty());
    EXPECT_THAT(events.skips, IsEmpty());
    EXPECT_EQ(read(events.entries[0]).value(), blocks);
    EXPECT_EQ(read(events.entries[1]).value(), std::string(512, 'a'));
    EXPECT_EQ(read(events.entries[2]).value(), "c");
    EXPECT_EQ(events.entries[2].location.index, 3U);
    EXPECT_EQ(events.entries[0].name(), folder_ / "a.tar" + "!z/one.jpg");
  }
}

TEST_F(TarArchiveTest, LongNamesComeInHeadersOfTheirOwn) {
  const std::string folder(180, 'f');
  const std::string gnu = folder + "/" + folder + ".jpg";
  const std::string pax = folder + "/\xC3\xA9t\xC3\xA9.jpg";
  TarWriter writer;
  writer.add_long_name("/some/target", 'K');
  writer.add_long_name(gnu);
  writer.add({.name = gnu, .content = "gnu", .dialect = TarDialect::kGnu});
  writer.add_pax(TarWriter::pax_record("path", pax) + TarWriter::pax_record("size", "3"));
  writer.add({.name = "shortened", .content = "pax", .claimed_size = 0});
  writer.add({.name = "plain.jpg", .content = "plain"});
  const auto events = list(writer.finish());
  ASSERT_THAT(events.names(), ElementsAre(gnu, pax, "plain.jpg"));
  EXPECT_EQ(read(events.entries[0]).value(), "gnu");
  EXPECT_EQ(read(events.entries[1]).value(), "pax");
  EXPECT_EQ(read(events.entries[2]).value(), "plain");
}

TEST_F(TarArchiveTest, AGlobalHeaderCountsUntilAMemberSaysOtherwise) {
  TarWriter writer;
  writer.add_pax(TarWriter::pax_record("comment", "a commit") + TarWriter::pax_record("size", "2"),
                 'g');
  writer.add({.name = "a.jpg", .content = "ab", .claimed_size = 0});
  writer.add_pax(TarWriter::pax_record("size", "3"));
  writer.add({.name = "b.jpg", .content = "abc", .claimed_size = 0});
  const auto events = list(writer.finish());
  ASSERT_THAT(events.names(), ElementsAre("a.jpg", "b.jpg"));
  EXPECT_EQ(read(events.entries[0]).value(), "ab");
  EXPECT_EQ(read(events.entries[1]).value(), "abc");
}

TEST_F(TarArchiveTest, AGlobalNameIsLimited) {
  // Story: a name of a megabyte, written once, that a million members share.
  TarWriter writer;
  writer.add_pax(TarWriter::pax_record("path", std::string(5000, 'n')), 'g');
  writer.add({.name = "a.jpg", .content = "x"});
  EXPECT_THAT(only_problem(list(writer.finish()), ErrorCode::kTooLarge), HasSubstr("5000 bytes"));
}

TEST_F(TarArchiveTest, ANameOfManyFoldersThatAreThisOneTakesNoTime) {
  // Story: half a million "./", taken off one by one, moved the rest of the name each time.
  std::string name;
  while (name.size() < 900'000) {
    name += "./";
  }
  TarWriter writer;
  writer.add_pax(TarWriter::pax_record("path", name + "a.jpg"));
  writer.add({.name = "x", .content = "x"});
  EXPECT_THAT(list(writer.finish()).names(), ElementsAre("a.jpg"));
}

TEST_F(TarArchiveTest, NamesBelowTheFolderItselfAreAsWithoutIt) {
  // Story: "tar -C folder ." calls everything "./x", which must not count as hidden.
  TarWriter writer;
  writer.add({.name = "./", .type = '5'});
  writer.add({.name = "./a.jpg", .content = "x"});
  writer.add({.name = "./.hidden/b.jpg", .content = "x"});
  writer.add({.name = ".//etc/passwd", .content = "x"});
  const auto events = list(writer.finish());
  EXPECT_THAT(events.names(), ElementsAre("a.jpg"));
  EXPECT_THAT(reasons(events), ElementsAre("hidden"));
  EXPECT_THAT(only_problem(events, ErrorCode::kCorrupt), HasSubstr("absolute"));
}

TEST_F(TarArchiveTest, NamesThatAreNotUtf8SurviveAsBytes) {
  const std::string name = "f\xEAte \xFF.jpg";
  const auto events = list(archive_of({.name = name, .content = "x"}));
  ASSERT_THAT(events.names(), ElementsAre(name));
  EXPECT_EQ(read(events.entries[0]).value(), "x");
}

TEST_F(TarArchiveTest, IsKnownByItsContentWhateverItIsCalled) {
  const std::string archive = archive_of({.name = "a.jpg", .content = "x"});
  EXPECT_THAT(collect_events({folder_.write("shard", archive)}).names(), ElementsAre("a.jpg"));
  EXPECT_THAT(collect_events({folder_.write("b.tar", "no tar")}).names(),
              ElementsAre(folder_ / "b.tar"));
}

TEST_F(TarArchiveTest, InAFolderArchivesAreLeftOutWithAReason) {
  folder_.write("in/a.tar", archive_of({.name = "a.jpg", .content = "x"}));
  folder_.write("in/b.tar.gz", "\x1F\x8B\x08 and so on");
  folder_.write("in/c.tar", "only called so");
  const auto events = collect_events({folder_ / "in"});
  EXPECT_THAT(events.names(), ElementsAre(folder_ / "in/c.tar"));
  EXPECT_THAT(reasons(events), ElementsAre("archive: name it as a source to read it",
                                           "compressed archive: unpack it to read it"));
}

TEST_F(TarArchiveTest, ACompressedOneIsAProblemThatSaysWhatUnpacksIt) {
  const auto events = collect_events({folder_.write("a.tgz", "\x1F\x8B\x08 and so on"),
                                      folder_.write("notes.gz", "\x1F\x8B\x08 and so on")});
  EXPECT_THAT(events.names(), ElementsAre(folder_ / "notes.gz")) << "nobody said it is an archive";
  EXPECT_THAT(only_problem(events, ErrorCode::kUnsupported), HasSubstr("gzip -d"));
}

TEST_F(TarArchiveTest, SkipsMetadataExcludedAndNestedArchives) {
  ZipWriter zip;
  zip.add({.name = "b.jpg", .content = "x"});
  TarWriter writer;
  writer.add({.name = "._a.jpg", .content = "x"});
  writer.add({.name = "raw/a.cr2", .content = "x"});
  writer.add({.name = "inner.zip", .content = zip.finish()});
  writer.add({.name = "inner.tar", .content = archive_of({.name = "c.jpg", .content = "x"})});
  writer.add({.name = "only called.tar", .content = "a picture, say"});
  const std::string tar = writer.finish();
  EXPECT_THAT(list(tar, {.excludes = {"raw"}}).names(), ElementsAre("only called.tar"));
  EXPECT_THAT(reasons(list(tar, {.excludes = {"raw"}})),
              ElementsAre("macOS metadata", "excluded", "archive inside an archive",
                          "archive inside an archive"));
  ZipWriter outer;
  outer.add({.name = "inner.tar", .content = tar, .deflate = true});
  EXPECT_THAT(reasons(collect_events({folder_.write("outer.zip", outer.finish())})),
              ElementsAre("archive inside an archive"));
}

TEST_F(TarArchiveTest, LinksAndDevicesAreSkippedByName) {
  // Story: a link to /etc/shadow, to be read instead of a picture.
  TarWriter writer;
  writer.add({.name = "hard.jpg", .type = '1'});
  writer.add({.name = "soft.jpg", .type = '2', .claimed_size = 5000});
  writer.add({.name = "null", .type = '3'});
  writer.add({.name = "fifo", .type = '6'});
  writer.add({.name = "label", .type = 'V'});
  writer.add({.name = "a.jpg", .content = "x"});
  const auto events = list(writer.finish());
  EXPECT_THAT(events.names(), ElementsAre("a.jpg"));
  EXPECT_THAT(reasons(events),
              ElementsAre("hard link inside an archive", "symbolic link inside an archive",
                          "device or FIFO inside an archive", "device or FIFO inside an archive",
                          "neither a file nor a folder inside an archive"));
  EXPECT_THAT(events.problems, IsEmpty());
}

TEST_F(TarArchiveTest, SparseFilesAreRefusedAndTheRestGoesOn) {
  TarWriter writer;
  writer.add({.name = "old.jpg",
              .content = "map and data",
              .type = 'S',
              .dialect = TarDialect::kGnu,
              .sparse_map_goes_on = true});
  writer.add_pax(TarWriter::pax_record("GNU.sparse.major", "1"));
  writer.add({.name = "new.jpg", .content = "map and data"});
  writer.add({.name = "a.jpg", .content = "x"});
  const auto events = list(writer.finish());
  EXPECT_THAT(events.names(), ElementsAre("a.jpg"));
  ASSERT_THAT(events.problems, SizeIs(2));
  EXPECT_EQ(events.problems[0].member, "old.jpg");
  EXPECT_EQ(events.problems[1].error.code, ErrorCode::kUnsupported);
  EXPECT_THAT(events.problems[1].error.message, HasSubstr("sparse"));
}

TEST_F(TarArchiveTest, KnowsTheContentTypeFromTheFirstBytes) {
  TarWriter writer;
  writer.add({.name = "a", .content = "\xFF\xD8\xFF\xE0" + std::string(1000, 'x')});
  writer.add({.name = "b", .content = "GIF89a"});
  writer.add({.name = "c"});
  const auto events = list(writer.finish());
  ASSERT_THAT(events.entries, SizeIs(3));
  EXPECT_EQ(reader_.content_type(events.entries[0]).value(), ContentType::kJpeg);
  EXPECT_EQ(reader_.content_type(events.entries[1]).value(), ContentType::kGif);
  EXPECT_EQ(reader_.content_type(events.entries[2]).value(), ContentType::kEmpty);
  EXPECT_EQ(read(events.entries[2]).error().code, ErrorCode::kTruncated);
}

// Hostile names.

TEST_F(TarArchiveTest, NamesThatLeaveTheArchiveAreProblemsAndTheRestGoesOn) {
  // Story: an archive that would write over ~/.ssh when extracted.
  TarWriter writer;
  for (const char* name :
       {"../../.ssh/authorized_keys", "/etc/passwd", "a/../../b.jpg", "..", ""}) {
    writer.add({.name = name, .content = "x"});
  }
  writer.add_pax(TarWriter::pax_record("path", std::string_view{"a\0.jpg", 6}));
  writer.add({.name = "zero", .content = "x"});
  writer.add_long_name(std::string(5000, 'n'));
  writer.add({.name = "long", .content = "x"});
  writer.add({.name = "good.jpg", .content = "x"});
  const auto events = list(writer.finish());
  EXPECT_THAT(events.names(), ElementsAre("good.jpg"));
  ASSERT_THAT(events.problems, SizeIs(7));
  EXPECT_EQ(events.problems[0].member, "../../.ssh/authorized_keys");
  EXPECT_EQ(events.problems[6].error.code, ErrorCode::kTooLarge);
}

TEST_F(TarArchiveTest, OfANameOfAnyLengthTheBeginningLeavesTheListing) {
  // Story: a pax header with a name of 100,000 bytes, which no index run could load again.
  TarWriter writer;
  writer.add_pax(TarWriter::pax_record("path", std::string(100'000, 'n')));
  writer.add({.name = "long", .content = "x"});
  writer.add({.name = "good.jpg", .content = "x"});
  const auto events = list(writer.finish());
  EXPECT_THAT(events.names(), ElementsAre("good.jpg"));
  const std::string words = only_problem(events, ErrorCode::kTooLarge);
  ASSERT_THAT(events.problems, SizeIs(1));
  EXPECT_THAT(events.problems[0].member, ::testing::MatchesRegex("n+\\.\\.\\."));
  EXPECT_EQ(events.problems[0].member.size(), 4096U);
  EXPECT_THAT(words, HasSubstr("has 100000 bytes"));
  EXPECT_LT(words.size(), 5000U);
}

TEST_F(TarArchiveTest, OfTwoMembersWithOneNameTheFirstIsKept) {
  // Story: one program shows the first picture, another the second.
  TarWriter writer;
  writer.add({.name = "a.jpg", .content = "first"});
  writer.add({.name = "./a.jpg", .content = "second"});
  const auto events = list(writer.finish());
  ASSERT_THAT(events.names(), ElementsAre("a.jpg"));
  EXPECT_EQ(read(events.entries[0]).value(), "first");
  EXPECT_THAT(only_problem(events, ErrorCode::kCorrupt), HasSubstr("same name"));
}

// Limits.

TEST_F(TarArchiveTest, WhatIsBeyondALimitIsRefused) {
  TarWriter writer;
  writer.add({.name = "a", .content = "12345"});
  writer.add({.name = "b", .content = "1234"});
  const std::string archive = writer.finish();
  EXPECT_THAT(list(archive, {.archive_limits = {.max_members = 2, .max_total = Bytes{9}}}).entries,
              SizeIs(2));
  const auto members = list(archive, {.archive_limits = {.max_members = 1}});
  EXPECT_THAT(only_problem(members, ErrorCode::kTooLarge), HasSubstr("limit of 1"));
  EXPECT_THAT(members.entries, IsEmpty());
  const auto total = list(archive, {.archive_limits = {.max_total = Bytes{8}}});
  EXPECT_THAT(only_problem(total, ErrorCode::kTooLarge), HasSubstr("limit is 8 B"));
  EXPECT_THAT(total.entries, IsEmpty());
  const auto member = list(archive, {.archive_limits = {.max_member = Bytes{4}}});
  EXPECT_THAT(only_problem(member, ErrorCode::kTooLarge), HasSubstr("limit is 4 B"));
  EXPECT_THAT(member.names(), ElementsAre("b"));
}

TEST_F(TarArchiveTest, HeadersAboutOneMemberAreLimitedTogether) {
  // Story: pax headers without end, or one that claims gigabytes of memory.
  TarWriter many;
  for (int index = 0; index < 40; ++index) {
    many.add_pax(TarWriter::pax_record("comment", std::string(40'000, 'c')));
  }
  many.add({.name = "a.jpg", .content = "x"});
  EXPECT_THAT(only_problem(list(many.finish()), ErrorCode::kTooLarge), HasSubstr("1.00 MiB"));
  const auto claims = archive_of({.name = "x", .type = 'x', .claimed_size = 1ULL << 32U});
  EXPECT_THAT(only_problem(list(claims), ErrorCode::kTooLarge), HasSubstr("4.00 GiB"));
}

// Broken archives: what comes before stands, what follows cannot be found.

TEST_F(TarArchiveTest, AWrongChecksumEndsTheListing) {
  TarWriter writer;
  writer.add({.name = "a.jpg", .content = "x"});
  writer.add({.name = "b.jpg", .content = "x", .claimed_checksum = 1});
  writer.add({.name = "c.jpg", .content = "x"});
  const auto events = list(writer.finish());
  EXPECT_THAT(events.names(), ElementsAre("a.jpg"));
  EXPECT_THAT(only_problem(events, ErrorCode::kCorrupt), HasSubstr("checksum"));
}

TEST_F(TarArchiveTest, ABrokenPaxHeaderEndsTheListing) {
  TarWriter writer;
  writer.add_pax("9999 path=a\n");
  writer.add({.name = "a.jpg", .content = "x"});
  EXPECT_THAT(only_problem(list(writer.finish()), ErrorCode::kCorrupt), HasSubstr("wrong length"));
}

TEST_F(TarArchiveTest, ASizeBeyondTheFileIsTruncatedAndEndsTheListing) {
  TarWriter writer;
  writer.add({.name = "a.jpg", .content = "x"});
  writer.add({.name = "b.jpg", .content = "x", .base_256 = true, .claimed_size = 1ULL << 62U});
  writer.add({.name = "c.jpg", .content = "x"});
  const auto events = list(writer.finish());
  EXPECT_THAT(events.names(), ElementsAre("a.jpg"));
  ASSERT_THAT(events.problems, SizeIs(2)) << "of the member, and of what may have followed it";
  EXPECT_EQ(events.problems[0].member, "b.jpg");
  EXPECT_EQ(events.problems[0].error.code, ErrorCode::kTruncated);
  EXPECT_EQ(events.problems[1].member, "");
  EXPECT_EQ(events.problems[1].error.code, ErrorCode::kTruncated);
}

TEST_F(TarArchiveTest, TruncatedAnywhereItIsAProblemBehindTheMembersThatAreWhole) {
  TarWriter writer;
  writer.add({.name = "a.jpg", .content = "x"});
  writer.add_long_name(std::string(600, 'n'));
  writer.add({.name = "b.jpg", .content = std::string(700, 'b')});
  const std::string whole = writer.finish();
  for (std::size_t length = 512; length < writer.unfinished().size() + 512; length += 37) {
    const auto events = list(whole.substr(0, length));
    ASSERT_FALSE(events.problems.empty()) << length;
    ASSERT_EQ(events.problems.back().member, "") << length;
    for (const SourceProblem& problem : events.problems) {
      ASSERT_EQ(problem.error.code, ErrorCode::kTruncated) << length;
    }
    for (const SourceEntry& entry : events.entries) {
      ASSERT_TRUE(read(entry).has_value()) << length;
    }
  }
  EXPECT_THAT(list(writer.finish(1)).problems, IsEmpty()) << "one zero block is an end, too";
}

TEST_F(TarArchiveTest, AnArchiveThatWasAppendedIsNotLostWithoutAWord) {
  TarWriter writer;
  writer.add({.name = "a.jpg", .content = "x"});
  const auto events = list(writer.finish(20) + archive_of({.name = "b.jpg", .content = "x"}));
  EXPECT_THAT(events.names(), ElementsAre("a.jpg"));
  EXPECT_THAT(only_problem(events, ErrorCode::kCorrupt), HasSubstr("appended"));
}

TEST_F(TarArchiveTest, FlippedHeadersGiveTheTruthOrAnError) {
  const std::string text(600, 't');
  TarWriter writer;
  writer.add({.name = "a.jpg", .content = text});
  writer.add_pax(TarWriter::pax_record("path", std::string(120, 'p')));
  writer.add({.name = "b.jpg", .content = text});
  writer.add_long_name(std::string(130, 'l'));
  writer.add({.name = "c.jpg", .content = text, .dialect = TarDialect::kGnu});
  const std::string whole = writer.finish();
  std::mt19937 random{20260101};
  std::size_t read_well = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string flipped = whole;
    const std::size_t place = random() % flipped.size();
    flipped[place] = static_cast<char>(random());
    for (const SourceEntry& entry : list(flipped).entries) {
      if (entry.is_member() && entry.reading_bytes() <= budget_.limit()) {
        const auto bytes = read(entry);
        ASSERT_TRUE(bytes.has_value() && bytes->size() == text.size()) << "round " << round;
        ++read_well;
      }
    }
    ASSERT_EQ(budget_.used(), Bytes{});
  }
  EXPECT_GT(read_well, 1000U) << "the test must not pass because nothing can be read";
}

// What was read is what was listed.

TEST_F(TarArchiveTest, HeadersThatChangedBehindTheStampAreNoticed) {
  const std::string archive = archive_of({.name = "a.jpg", .content = "old"});
  auto events = list(archive);
  ASSERT_EQ(read(events.entries.at(0)).value(), "old");
  events.entries[0].location.crc32 ^= 1U;
  const auto bytes = read(events.entries[0]);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(bytes.error().message, HasSubstr("those that were listed"));
}

TEST_F(TarArchiveTest, AnArchiveRewrittenInPlaceWhileOpenIsNotTrusted) {
  const auto events = list(archive_of({.name = "a.jpg", .content = "old"}));
  ASSERT_TRUE(read(events.entries.at(0)).has_value());
  folder_.write("a.tar", archive_of({.name = "a.jpg", .content = std::string(600, 'o')}));
  const auto bytes = read(events.entries[0]);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().code, ErrorCode::kIo);
  EXPECT_THAT(bytes.error().message, HasSubstr("changed while it was read"));
}

}  // namespace
}  // namespace albumen
