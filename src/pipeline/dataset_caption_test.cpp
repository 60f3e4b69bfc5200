// SPDX-License-Identifier: Apache-2.0
// Caption files beside the pictures of a set, when the pictures change places.
#include <filesystem>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <span>
#include <string_view>
#include <utility>

#include "dataset/journal.h"
#include "files/sha256.h"
#include "pipeline/testing/dataset_run_fixture.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class DatasetCaptionTest : public testing::DatasetRunFixture {
 protected:
  // As the journal of a set that was made elsewhere.
  void write_journal(const std::string& lines) const {
    folder_.write("out/.albumen-dataset/journal.jsonl", lines);
  }

  // As a run that is about to write that into out/a.txt.
  static std::string claim_of(std::string_view words) {
    return to_claim_line({.output = "a.txt", .sha256 = sha256(std::as_bytes(std::span{words}))});
  }
};

// The caption of the picture that had been the first stayed beside the one that then was.
TEST_F(DatasetCaptionTest, WhereAPictureWithoutWordsMovesUpNoOthersStayBesideIt) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a cat");
  write("b.jpg", jpeg(2));
  request_.renaming = Renaming::kSequence;
  run();
  EXPECT_EQ(files().at("000001.txt"), "a cat");
  fs::remove(folder_ / "in/a.jpg");
  fs::remove(folder_ / "in/a.txt");
  const auto rows = run();
  EXPECT_EQ(rows.at("b.jpg").output, "000001.png");
  EXPECT_EQ(rows.at("b.jpg").caption, "");
  EXPECT_THAT(files(), AllOf(Contains(Key("000001.png")), Not(Contains(Key("000001.txt")))));
}

TEST_F(DatasetCaptionTest, ANewFirstPictureDoesNotInheritWords) {
  write("b.jpg", jpeg(1));
  write("b.txt", "a cat");
  write("c.jpg", jpeg(2));
  request_.renaming = Renaming::kSequence;
  run();
  write("a.jpg", jpeg(3));
  run();
  EXPECT_THAT(files(), UnorderedElementsAre(Key("000001.png"), Key("000002.png"),
                                            Pair("000002.txt", "a cat"), Key("000003.png")));
}

TEST_F(DatasetCaptionTest, APictureOfAnotherSourceInTheSamePlaceDoesNotInheritWords) {
  write("x.jpg", jpeg(1));
  write("x.txt", "a cat");
  run();
  folder_.write("other/x.jpg", jpeg(2));
  request_.sources = {folder_ / "other"};
  run();
  EXPECT_THAT(files(), UnorderedElementsAre(Key("x.png")));
}

// A picture whose caption could not be read was failed and yet in the set, without a caption.
TEST_F(DatasetCaptionTest, APictureWhoseCaptionCannotBeReadIsNotMade) {
  write("x.jpg", jpeg(1));
  write("x.txt", "\xFF\xFE");
  for (const auto& row : {dry_run().at("x.jpg"), run().at("x.jpg")}) {
    EXPECT_EQ(row.code, "Corrupt");
    EXPECT_EQ(row.output, "");
  }
  EXPECT_THAT(files(), IsEmpty());
}

// Nor does it take the place of one that stands there, whose words would then be beside it.
TEST_F(DatasetCaptionTest, APictureWhoseCaptionCannotBeReadTakesNoPlace) {
  write("x.jpg", jpeg(1));
  write("x.txt", "a cat");
  run();
  const auto before = files();
  folder_.write("other/x.jpg", jpeg(2));
  folder_.write("other/x.txt", "\xFF\xFE");
  request_.sources = {folder_ / "other"};
  run();
  EXPECT_EQ(files(), before);
}

TEST_F(DatasetCaptionTest, WordsThatSomebodyWroteStay) {
  write("x.jpg", jpeg(1));
  write("x.txt", "a cat");
  run();
  folder_.write("out/x.txt", "my cat");
  folder_.write("other/x.jpg", jpeg(2));
  request_.sources = {folder_ / "other"};
  run();
  EXPECT_EQ(files().at("x.txt"), "my cat");
}

// An hour of a person's work was gone: whatever stood in a caption of albumen's was replaced,
// unless it was as long as the words before.
TEST_F(DatasetCaptionTest, WhatSomebodyChangedSinceIsNotReplacedUnasked) {
  write("x.jpg", jpeg(1));
  write("x.txt", "a cat");
  run();
  for (const std::string edit : {"a cat, edited by hand", "a rat", ""}) {
    folder_.write("out/x.txt", edit);
    for (const std::string word : {"", "zwx"}) {
      request_.captions.trigger_word = word;
      EXPECT_THAT(dry_run().at("x.jpg").reason, HasSubstr("was changed since")) << edit;
      const auto row = run().at("x.jpg");
      EXPECT_EQ(row.code, "InvalidArgument") << edit;
      EXPECT_THAT(row.reason, HasSubstr("x.txt: was changed since albumen wrote it; --overwrite"));
      EXPECT_EQ(files().at("x.txt"), edit);
    }
  }
  request_.overwrite = true;
  EXPECT_EQ(run().at("x.jpg").status, MemberStatus::kUnchanged);
  EXPECT_EQ(files().at("x.txt"), "zwx, a cat");
}

// Who takes the edit over into the sources, or undoes it, has a set without failures again.
TEST_F(DatasetCaptionTest, AnEditThatIsTakenOverOrUndoneIsAlbumensAgain) {
  write("x.jpg", jpeg(1));
  write("x.txt", "a cat");
  run();
  folder_.write("out/x.txt", "my cat");
  EXPECT_EQ(run().at("x.jpg").status, MemberStatus::kFailed);
  folder_.write("out/x.txt", "a cat");
  EXPECT_EQ(run().at("x.jpg").status, MemberStatus::kUnchanged);
  folder_.write("out/x.txt", "my cat");
  write("x.txt", "my cat");
  EXPECT_EQ(run().at("x.jpg").status, MemberStatus::kUnchanged);
  request_.captions.trigger_word = "zwx";
  run();
  EXPECT_EQ(files().at("x.txt"), "zwx, my cat");
}

TEST_F(DatasetCaptionTest, AnEditStaysWhereThePictureHasNoWordsNow) {
  write("x.jpg", jpeg(1));
  write("x.txt", "a cat");
  run();
  folder_.write("out/x.txt", "my cat");
  request_.captions.existing = ExistingCaptions::kReplace;
  run();
  EXPECT_EQ(files().at("x.txt"), "my cat");
}

// Between the words and the line that says so, the next run must not take them for somebody's.
TEST_F(DatasetCaptionTest, WordsThatAKilledRunPutInPlaceOfOthersAreItsOwn) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a dog");
  run();
  const std::string journal = request_.directory + "/.albumen-dataset/journal.jsonl";
  const std::string lines = read_small_file(journal, kMiB).value();
  folder_.write("out/a.txt", "zwx, a dog");
  write_journal(fmt::format("{}{}\n", lines, claim_of("zwx, a dog")));
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kUnchanged);
  EXPECT_EQ(files().at("a.txt"), "a dog");
}

// Files of the former extension stayed, and trainers that are told of none take any.
TEST_F(DatasetCaptionTest, UnderAnotherExtensionTheFormerFilesGo) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a cat");
  write("b.jpg", jpeg(2));
  write("b.txt", "a dog");
  run();
  folder_.write("out/b.txt", "my dog");
  request_.caption_extension = ".caption";
  const auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").status, MemberStatus::kUnchanged);
  EXPECT_THAT(files(), UnorderedElementsAre(Key("a.png"), Pair("a.caption", "a cat"), Key("b.png"),
                                            Pair("b.caption", "a dog"), Pair("b.txt", "my dog")));
}

TEST_F(DatasetCaptionTest, AFormerFileThatIsTheCaptionOfAnotherPictureNowStays) {
  write("x.jpg", jpeg(1));
  write("x.txt", "a cat");
  request_.caption_extension = ".old.txt";
  run();
  ASSERT_THAT(files(), Contains(Pair("x.old.txt", "a cat")));
  write("x.old.jpg", jpeg(2));
  write("x.old.txt", "a cat");
  request_.caption_extension = ".txt";
  run();
  EXPECT_THAT(files(),
              AllOf(Contains(Pair("x.old.txt", "a cat")), Contains(Pair("x.txt", "a cat"))));
}

// Words as long as those that had stood there were taken for them.
TEST_F(DatasetCaptionTest, APictureThatComesBackHasItsOwnWordsAgain) {
  write("x.jpg", jpeg(1));
  write("x.txt", "a cat");
  run();
  folder_.write("other/x.jpg", jpeg(2));
  folder_.write("other/x.txt", "a dog");
  const auto sources = std::exchange(request_.sources, {folder_ / "other"});
  request_.settings.format = OutputFormat::kJpeg;
  run();
  EXPECT_EQ(files().at("x.txt"), "a dog");
  request_.sources = sources;
  request_.settings.format = OutputFormat::kPng;
  EXPECT_EQ(run().at("x.jpg").status, MemberStatus::kUnchanged);
  EXPECT_EQ(files().at("x.txt"), "a cat");
}

TEST_F(DatasetCaptionTest, WhatAKilledRunWasWritingGoesWhereThePictureHasNoWords) {
  write("a.jpg", jpeg(1));
  folder_.write("out/a.txt", "a dog");
  write_journal(fmt::format("{}\n{}\n", to_claim_line({.output = "a.png"}), claim_of("a dog")));
  run();
  EXPECT_THAT(files(), UnorderedElementsAre(Key("a.png")));
}

// It stayed, and was somebody else's to every later run.
TEST_F(DatasetCaptionTest, WhatAKilledRunWroteUnderAnotherExtensionGoes) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a dog");
  folder_.write("out/a.txt", "a dog");
  write_journal(fmt::format("{}\n{}\n", to_claim_line({.output = "a.png"}), claim_of("a dog")));
  request_.caption_extension = ".caption";
  run();
  EXPECT_THAT(files(), UnorderedElementsAre(Key("a.png"), Pair("a.caption", "a dog")));
}

// It went whatever had been written into it since.
TEST_F(DatasetCaptionTest, WhatSomebodyWroteBehindAKilledRunStays) {
  write("a.jpg", jpeg(1));
  folder_.write("out/a.txt", "my dog");
  write_journal(fmt::format("{}\n{}\n", to_claim_line({.output = "a.png"}), claim_of("a dog")));
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(files().at("a.txt"), "my dog");
}

// All captions of a set were written, renamed or removed, and the summary said that nothing was.
TEST_F(DatasetCaptionTest, WhatIsWrittenAndRemovedIsCountedAlsoInADryRun) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a cat");
  write("b.jpg", jpeg(2));
  const auto expect = [this](std::uint64_t written, std::uint64_t removed) {
    dry_run();
    EXPECT_EQ(std::pair(captions_written_, captions_removed_), std::pair(written, removed));
    run();
    EXPECT_EQ(std::pair(captions_written_, captions_removed_), std::pair(written, removed));
  };
  expect(1, 0);
  expect(0, 0);
  request_.captions.existing = ExistingCaptions::kFill;
  request_.captions.trigger_word = "zwx";
  expect(2, 0);
  request_.caption_extension = ".caption";
  expect(2, 2);
  request_.captions = {.existing = ExistingCaptions::kReplace};
  expect(0, 2);
}

// A set may come from anywhere, with its journal.
TEST_F(DatasetCaptionTest, AJournalCannotPointOutOfTheSet) {
  write("a.jpg", jpeg(1));
  folder_.write("precious.txt", "a cat");
  folder_.write("out/a.x/y", "");
  JournalEntry entry;
  entry.row = {.source = "/elsewhere/a.jpg", .status = MemberStatus::kWritten, .output = "a.png"};
  entry.row.caption = "a cat";
  entry.row.sha256 = sha256({});
  entry.caption_extension = ".x/../../precious.txt";
  write_journal(fmt::format("{}\n", to_journal_line(entry)));
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kWritten);
  EXPECT_TRUE(fs::exists(folder_ / "precious.txt"));
}

}  // namespace
}  // namespace albumen
