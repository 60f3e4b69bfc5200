// SPDX-License-Identifier: Apache-2.0
// The dataset job after an earlier run: finished, stopped, killed, with other sources.

#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <span>
#include <stop_token>

#include "dataset/journal.h"
#include "files/sha256.h"
#include "pipeline/internal/dataset_history.h"
#include "pipeline/testing/dataset_run_fixture.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

using DatasetAgainTest = testing::DatasetRunFixture;
using testing::text_of;

TEST_F(DatasetAgainTest, RunningItAgainDoesNothing) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a dog");
  write("b.png", png(2));
  run();
  const auto first = files();
  const std::string before = manifest();
  const auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").status, MemberStatus::kUnchanged);
  EXPECT_EQ(rows.at("b.png").status, MemberStatus::kUnchanged);
  EXPECT_EQ(files(), first);
  std::string expected = before;
  for (std::size_t at = 0; (at = expected.find("written", at)) != expected.npos;) {
    expected.replace(at, 7, "unchanged");
  }
  EXPECT_EQ(manifest(), expected);
}

// Of a phone and its backup, two rows had one output, which each run made again, once with the
// words of the one and once with those of the other.
TEST_F(DatasetAgainTest, HashedNamesOfOnePictureInTwoSourcesDiffer) {
  const std::string picture = jpeg(1);
  for (const std::string source : {"phone", "backup"}) {
    folder_.write(source + "/2023/x.jpg", picture);
    folder_.write(source + "/2023/x.txt", source + " words");
  }
  request_.sources = {folder_ / "phone", folder_ / "backup"};
  request_.renaming = Renaming::kHash;
  run();
  const auto set = files();
  const std::string on_phone = rows_.at(folder_ / "phone/2023/x.jpg").output;
  const std::string in_backup = rows_.at(folder_ / "backup/2023/x.jpg").output;
  EXPECT_NE(on_phone, in_backup);
  EXPECT_EQ(set.size(), 4U);
  EXPECT_EQ(set.at(on_phone), set.at(in_backup));
  for (const auto& [name, row] : run()) {
    if (name.ends_with(".jpg")) {
      EXPECT_EQ(row.status, MemberStatus::kUnchanged) << name;
    }
  }
  EXPECT_EQ(files(), set);
}

TEST_F(DatasetAgainTest, ADryRunOverASetSaysWhatIsDoneAlready) {
  write("a.jpg", jpeg(1));
  run();
  write("b.jpg", jpeg(2));
  write("c.jpg", jpeg(3));
  folder_.write("out/c.png", "precious");
  const auto before = files();
  const std::string rows = manifest();
  const auto planned = dry_run();
  EXPECT_EQ(planned.at("a.jpg").status, MemberStatus::kUnchanged);
  EXPECT_EQ(planned.at("b.jpg").status, MemberStatus::kPlanned);
  EXPECT_THAT(planned.at("c.jpg").reason, HasSubstr("--overwrite"));
  EXPECT_EQ(files(), before);
  EXPECT_EQ(manifest(), rows);
}

TEST_F(DatasetAgainTest, OnlyWhatChangedOrIsMissingIsMadeAgain) {
  write("a.jpg", jpeg(1));
  write("b.jpg", jpeg(2));
  write("c.jpg", jpeg(3));
  run();
  const auto first = files();
  write("a.jpg", jpeg(4));
  fs::remove(request_.directory + "/b.png");
  fs::last_write_time(folder_ / "in/c.jpg", fs::file_time_type::clock::now());
  const auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(rows.at("b.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(rows.at("c.jpg").status, MemberStatus::kUnchanged);  // touched: the same picture
  EXPECT_EQ(files().at("b.png"), first.at("b.png"));
  request_.settings.frame.target = {.width = 32, .height = 32};
  for (const auto& [name, row] : run()) {
    EXPECT_EQ(row.status, MemberStatus::kWritten) << name;
  }
}

TEST_F(DatasetAgainTest, ACaptionThatChangedIsWrittenWithoutThePicture) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a dog");
  run();
  write("a.txt", "a cat");
  auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").status, MemberStatus::kUnchanged);
  EXPECT_EQ(rows.at("a.jpg").caption, "a cat");
  EXPECT_EQ(files().at("a.txt"), "a cat");
  fs::remove(folder_ / "in/a.txt");
  rows = run();
  EXPECT_EQ(rows.at("a.jpg").caption, "");
  EXPECT_THAT(files(), Not(Contains(Key("a.txt"))));
}

TEST_F(DatasetAgainTest, StoppedAnywhereAndRunAgainItIsTheSetOfOneRun) {
  for (std::uint32_t picture = 0; picture < 12; ++picture) {
    write(std::to_string(picture) + ".jpg", jpeg(picture));
    write(std::to_string(picture) + ".txt", "caption " + std::to_string(picture));
  }
  const std::string once = folder_ / "once";
  request_.directory = once;
  run();
  const auto whole = files();
  const std::string rows = manifest();
  request_.directory = folder_ / "out";
  // Each run is stopped when a few more pictures stand there.
  for (std::size_t stopped = 0; stopped < 4; ++stopped) {
    std::stop_source stop;
    DatasetProgress progress;
    StageClock clock;
    std::atomic<int> news = 0;
    const auto report =
        run_dataset(request_,
                    {.reader = reader_,
                     .budget = budget_,
                     .clock = clock,
                     .progress = progress,
                     .listener =
                         [&](const ManifestRow& row) {
                           if (row.status == MemberStatus::kWritten && ++news == 3) {
                             stop.request_stop();
                           }
                         }},
                    stop.get_token());
    ASSERT_TRUE(report.has_value()) << to_string(report.error());
    EXPECT_THAT(report->skipped, UnorderedElementsAre(Pair("caption", 12)));
  }
  run();
  EXPECT_EQ(files(), whole);
  std::string last = manifest();
  for (std::size_t at = 0; (at = last.find("unchanged", at)) != last.npos;) {
    last.replace(at, 9, "written");
  }
  EXPECT_EQ(last, rows);
}

TEST_F(DatasetAgainTest, WhatAnEarlierRunLeftIsNamedUntilItIsPruned) {
  write("a.jpg", jpeg(1));
  write("b.jpg", jpeg(2));
  write("b.txt", "a dog");
  run();
  EXPECT_THAT(report_.stale, IsEmpty());
  fs::remove(folder_ / "in/b.jpg");
  for (int times = 0; times < 2; ++times) {
    run();
    EXPECT_THAT(report_.stale, ElementsAre("b.png"));
    EXPECT_THAT(files(), Contains(Key("b.png")));
  }
  request_.prune = true;
  run();
  EXPECT_THAT(report_.pruned, ElementsAre("b.png"));
  EXPECT_THAT(files(), ElementsAre(Key("a.png")));
  run();
  EXPECT_THAT(report_.pruned, IsEmpty());
}

TEST_F(DatasetAgainTest, APictureThatComesBackFindsItsOutput) {
  write("a.jpg", jpeg(1));
  write("b.jpg", jpeg(2));
  run();
  fs::rename(folder_ / "in/b.jpg", folder_ / "b.jpg");
  run();
  fs::rename(folder_ / "b.jpg", folder_ / "in/b.jpg");
  EXPECT_EQ(run().at("b.jpg").status, MemberStatus::kUnchanged);
  // One that could not be read meanwhile, too.
  write("b.jpg", "");
  EXPECT_EQ(run().at("b.jpg").status, MemberStatus::kFailed);
  EXPECT_THAT(report_.stale, IsEmpty());
  write("b.jpg", jpeg(3));
  EXPECT_EQ(run().at("b.jpg").status, MemberStatus::kWritten);
}

TEST_F(DatasetAgainTest, ARunThatFindsNothingPrunesNothing) {
  write("a.jpg", jpeg(1));
  run();
  fs::remove(folder_ / "in/a.jpg");
  request_.prune = true;
  run();
  EXPECT_THAT(report_.stale, ElementsAre("a.png"));
  EXPECT_THAT(files(), Contains(Key("a.png")));
}

// A mistyped name replaced the manifest of a good set by one row, and made folders for new ones.
TEST_F(DatasetAgainTest, WhereNoSourceIsThereTheSetStaysAsItIs) {
  write("a.jpg", jpeg(1));
  run();
  const std::string before = manifest();
  request_.sources = {folder_ / "mistyped"};
  request_.prune = true;
  run();
  EXPECT_TRUE(report_.no_source);
  EXPECT_THAT(report_.failed, ElementsAre(Pair("NotFound", 1)));
  EXPECT_EQ(manifest(), before);
  EXPECT_THAT(files(), Contains(Key("a.png")));
  request_.directory = folder_ / "new";
  run();
  EXPECT_FALSE(fs::exists(request_.directory));
}

TEST_F(DatasetAgainTest, WhatStandsThereAlreadyIsNotReplacedUnasked) {
  write("a.jpg", jpeg(1));
  folder_.write("out/a.png", "precious");
  EXPECT_THAT(run().at("a.jpg").reason, HasSubstr("--overwrite"));
  EXPECT_EQ(files().at("a.png"), "precious");
  request_.overwrite = true;
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kWritten);
}

// Killed between a picture and its line in the journal, a run left a picture that the next one took
// for somebody else's, and failed on.
TEST_F(DatasetAgainTest, APictureThatAKilledRunHadJustWrittenIsMadeAgain) {
  write("a.jpg", jpeg(1));
  write("b.jpg", jpeg(2));
  const auto whole = run();
  fs::remove(request_.directory + "/manifest.jsonl");
  std::ofstream{request_.directory + "/.albumen-dataset/journal.jsonl"}
      << to_claim_line({.output = "a.png"}) << '\n';
  const auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(rows.at("a.jpg").sha256, whole.at("a.jpg").sha256);
  EXPECT_EQ(rows.at("b.jpg").code, "InvalidArgument") << "of nobody that the journal knows";
}

TEST_F(DatasetAgainTest, AnOutputSpoiltByAPowerCutIsMadeAgain) {
  write("a.jpg", jpeg(1));
  run();
  const auto whole = files();
  // As if the run had been killed before its end, and the disk had lost the bytes.
  const std::string journal = request_.directory + "/.albumen-dataset/journal.jsonl";
  std::string lines = read_small_file(journal, kMiB).value();
  lines.erase(lines.find("{\"synced\""));
  std::ofstream{journal} << lines << "{\"torn";
  std::ofstream{request_.directory + "/a.png"} << std::string(whole.at("a.png").size(), '\0');
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(files(), whole);
}

// A retouched picture of the set was made anew without a word.
TEST_F(DatasetAgainTest, APictureThatSomebodyChangedSinceIsNotReplacedUnasked) {
  write("a.jpg", jpeg(1));
  write("b.jpg", jpeg(2));
  run();
  const auto whole = files();
  for (const std::string& edit :
       {std::string{"retouched"}, std::string(whole.at("a.png").size(), 'x')}) {
    folder_.write("out/a.png", edit);
    request_.settings.png_effort = PngEffort::kSmall;
    for (int times = 0; times < 2; ++times) {
      EXPECT_THAT(dry_run().at("a.jpg").reason, HasSubstr("a.png: was changed since"));
      EXPECT_THAT(run().at("a.jpg").reason, HasSubstr("--overwrite replaces it"));
      EXPECT_EQ(files().at("a.png"), edit);
    }
    // Who undoes the edit has a set without failures again.
    folder_.write("out/a.png", whole.at("a.png"));
    request_.settings.png_effort = PngEffort::kBalanced;
    run();
    EXPECT_EQ(files(), whole);
  }
  folder_.write("out/a.png", "retouched");
  request_.overwrite = true;
  run();
  EXPECT_EQ(files(), whole);
}

// Killed before its line in the journal, it is no picture that somebody changed.
TEST_F(DatasetAgainTest, APictureThatAKilledRunHadJustReplacedIsMadeAgain) {
  write("a.jpg", jpeg(1));
  run();
  const auto whole = files();
  const std::string journal = request_.directory + "/.albumen-dataset/journal.jsonl";
  std::ofstream{journal, std::ios::app} << kJournalReplacingLine << '\n'
                                        << to_claim_line({.output = "a.png"}) << '\n';
  folder_.write("out/a.png", "of other settings");
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(files(), whole);
}

// A run that was stopped after it had replaced one picture took away what protects the others.
TEST_F(DatasetAgainTest, WhatSomebodyChangedSurvivesTheRunAfterOneThatWasStopped) {
  write("a.jpg", jpeg(1));
  write("b.jpg", jpeg(2));
  run();
  const auto whole = files();
  const std::string journal = request_.directory + "/.albumen-dataset/journal.jsonl";
  std::ofstream{journal, std::ios::app} << kJournalReplacingLine << '\n'
                                        << to_claim_line({.output = "a.png"}) << '\n';
  folder_.write("out/b.png", "retouched");
  request_.settings.png_effort = PngEffort::kSmall;
  EXPECT_THAT(dry_run().at("b.jpg").reason, HasSubstr("was changed since"));
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kWritten);
  for (int times = 0; times < 2; ++times) {
    EXPECT_THAT(run().at("b.jpg").reason, HasSubstr("b.png: was changed since"));
    EXPECT_EQ(files().at("b.png"), "retouched");
  }
  folder_.write("out/b.png", whole.at("b.png"));
  request_.settings.png_effort = PngEffort::kBalanced;
  run();
  EXPECT_EQ(files(), whole);
}

// A claim outlived the failure of what it was made for, in a run that was stopped then: what
// somebody made of that file afterwards was taken for the run's.
TEST_F(DatasetAgainTest, WhatARunFailedToReplaceIsNotTakenForItsWork) {
  const auto cut = [](std::string bytes) { return bytes.substr(0, bytes.size() / 2); };
  write("a.jpg", jpeg(1));
  write("new.jpg", cut(jpeg(2)));
  run();
  fs::remove(request_.directory + "/manifest.jsonl");
  folder_.write("out/manifest.jsonl/in-the-way", "so that the run has no end");
  write("a.jpg", cut(jpeg(3)));
  DatasetProgress progress;
  EXPECT_FALSE(attempt(budget_, progress).has_value());
  EXPECT_EQ(progress.failed, 2U);
  fs::remove_all(request_.directory + "/manifest.jsonl");
  write("a.jpg", jpeg(1));
  write("new.jpg", jpeg(2));
  folder_.write("out/a.png", "retouched");
  folder_.write("out/new.png", "mine");
  const auto rows = run();
  EXPECT_THAT(rows.at("a.jpg").reason, HasSubstr("a.png: was changed since"));
  EXPECT_THAT(rows.at("new.jpg").reason, HasSubstr("albumen did not write it"));
  EXPECT_EQ(files().at("a.png"), "retouched");
  EXPECT_EQ(files().at("new.png"), "mine");
}

TEST_F(DatasetAgainTest, ALinkThatSomebodyPutInPlaceOfAPictureIsNotReplacedUnasked) {
  write("a.jpg", jpeg(1));
  run();
  const std::string retouched = folder_.write("retouched.png", "precious");
  fs::remove(request_.directory + "/a.png");
  fs::create_symlink(retouched, request_.directory + "/a.png");
  EXPECT_THAT(run().at("a.jpg").reason, HasSubstr("a.png: was changed since"));
  EXPECT_TRUE(fs::is_symlink(request_.directory + "/a.png"));
}

TEST_F(DatasetAgainTest, ACaptionThatStandsThereAlreadyIsNotReplacedUnasked) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a dog");
  folder_.write("out/a.txt", "precious");
  EXPECT_THAT(dry_run().at("a.jpg").reason, HasSubstr("a.txt"));
  EXPECT_THAT(run().at("a.jpg").reason, HasSubstr("--overwrite"));
  EXPECT_THAT(files(), ElementsAre(Pair("a.txt", "precious")));
  request_.overwrite = true;
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kWritten);
  request_.overwrite = false;
  write("a.txt", "a cat");
  EXPECT_EQ(run().at("a.jpg").caption, "a cat");
  EXPECT_EQ(files().at("a.txt"), "a cat");
}

// Where the picture stands and a caption cannot take the place of somebody's file, the next run
// must not take that for the one that was written.
TEST_F(DatasetAgainTest, ACaptionThatWasRefusedIsNotTakenForItsOwn) {
  write("a.jpg", jpeg(1));
  run();
  folder_.write("out/a.txt", "precious");
  write("a.txt", "a dog");
  for (int times = 0; times < 3; ++times) {
    EXPECT_EQ(run().at("a.jpg").code, "InvalidArgument");
    EXPECT_EQ(files().at("a.txt"), "precious");
  }
  fs::remove(folder_ / "in/a.txt");
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kUnchanged);
  EXPECT_EQ(files().at("a.txt"), "precious");
}

TEST_F(DatasetAgainTest, ACaptionThatAKilledRunHadJustWrittenIsItsOwn) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a dog");
  folder_.write("out/a.txt", "zwx, a dog");
  const std::string words = "zwx, a dog";
  folder_.write("out/.albumen-dataset/journal.jsonl",
                fmt::format("{}\n{}\n", to_claim_line({.output = "a.png"}),
                            to_claim_line({.output = "a.txt",
                                           .sha256 = sha256(std::as_bytes(std::span{words}))})));
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(files().at("a.txt"), "a dog");
}

}  // namespace
}  // namespace albumen
