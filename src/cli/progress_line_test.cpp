// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/progress_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace albumen {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::size_t kWide = 200;
constexpr std::size_t kUsual = 79;

ProgressNumbers in_the_middle() {
  return {.stage = RunStage::kProcessing,
          .listing = {.done = 1204, .total = 1204, .per_second = 5123},
          .listing_finished = true,
          .reading = {.done = 830, .total = 1204, .per_second = 41},
          .processing = {.done = 804, .total = 1204, .per_second = 33.25},
          .failed = 2,
          .bytes_done = kMiB * 120,
          .bytes_total = kMiB * 240,
          .written = kMiB * 33,
          .memory_level = "normal",
          .faces = 7};
}

ProgressNumbers while_listing() {
  return {.stage = RunStage::kListing,
          .listing = {.done = 12'400, .total = 12'400, .per_second = 5123},
          .reading = {.done = 310, .total = 8000, .per_second = 40},
          .processing = {.done = 290, .total = 8000, .per_second = 0.5}};
}

TEST(ProgressLineTest, SaysOfEveryStageHowFarAndHowFast) {
  const Budget budget{kMiB * 512};
  EXPECT_EQ(progress_text(in_the_middle(), budget, kWide),
            "listed 1,204  read 830/1,204 41.0/s  done 804/1,204 33.2/s  ETA 13 s  failed 2  "
            "memory 0 B/512 MiB normal  120 MiB/240 MiB  33.0 MiB written  faces 7");
}

TEST(ProgressLineTest, FitsAnUsualTerminalWithWhatMattersMost) {
  const Budget budget{kMiB * 512};
  const std::string line = progress_text(in_the_middle(), budget, kUsual);
  EXPECT_LE(line.size(), kUsual);
  EXPECT_EQ(line, "read 830/1,204 41.0/s  done 804/1,204 33.2/s  ETA 13 s  failed 2  memory 0 %");
}

TEST(ProgressLineTest, ShortMemoryIsSaidWhereRoomIsShortToo) {
  const Budget budget{kMiB * 512};
  ProgressNumbers numbers = in_the_middle();
  numbers.memory_level = "warning";
  EXPECT_THAT(progress_text(numbers, budget, kUsual), HasSubstr("memory 0 % warning"));
}

TEST(ProgressLineTest, WhatIsLeftIsSaidAsRoughlyAsItIsKnown) {
  const Budget budget{kMiB};
  ProgressNumbers numbers = in_the_middle();
  numbers.processing = {.done = 0, .total = 83, .per_second = 1};
  EXPECT_THAT(progress_text(numbers, budget, kUsual), HasSubstr("ETA 1 min 20 s"));
  numbers.processing = {.done = 0, .total = 7300, .per_second = 1};
  EXPECT_THAT(progress_text(numbers, budget, kUsual), HasSubstr("ETA 2 h 1 min"));
}

// It was cut in the middle of a word.
TEST(ProgressLineTest, ANarrowTerminalGetsLessButWholeWords) {
  const Budget budget{kMiB * 512};
  EXPECT_EQ(progress_text(in_the_middle(), budget, 41),
            "done 804/1,204 33.2/s  ETA 13 s  failed 2");
  EXPECT_EQ(progress_text(in_the_middle(), budget, 20), "done 804/1,204");
  ProgressNumbers numbers = in_the_middle();
  numbers.packing = {.done = 100, .total = 300, .per_second = 50};
  numbers.faces_to_group = 1790;
  for (const RunStage stage :
       {RunStage::kListing, RunStage::kProcessing, RunStage::kPacking, RunStage::kGrouping}) {
    numbers.stage = stage;
    for (std::size_t columns = 0; columns < kWide; ++columns) {
      EXPECT_LE(progress_text(numbers, budget, columns).size(), columns);
    }
  }
}

TEST(ProgressLineTest, PromisesNoEndBeforeEverythingIsListed) {
  const Budget budget{kMiB};
  EXPECT_EQ(progress_text(while_listing(), budget, kWide),
            "listed 12,400 5,123/s  read 310/8,000+ 40.0/s  done 290/8,000+ 0.50/s  memory "
            "0 B/1.00 MiB");
}

TEST(ProgressLineTest, SaysNoEndWhereNothingWasDoneOrNothingIsLeft) {
  const Budget budget{kMiB};
  ProgressNumbers numbers = in_the_middle();
  numbers.processing = {.done = 0, .total = 3, .per_second = 0};
  EXPECT_THAT(progress_text(numbers, budget, kWide),
              AllOf(HasSubstr("done 0/3  "), Not(HasSubstr("ETA"))));
  numbers.processing = {.done = 3, .total = 3, .per_second = 2};
  EXPECT_THAT(progress_text(numbers, budget, kWide), Not(HasSubstr("ETA")));
}

// Nothing was said while people were made of faces, for a minute in a large library.
TEST(ProgressLineTest, SaysWhenPeopleAreMadeOfFaces) {
  const Budget budget{kMiB};
  ProgressNumbers numbers = in_the_middle();
  numbers.stage = RunStage::kGrouping;
  numbers.grouping_seconds = 3;
  EXPECT_THAT(progress_text(numbers, budget, kUsual), HasSubstr("grouping faces 3.0 s"));
  numbers.faces_to_group = 1790;
  EXPECT_THAT(progress_text(numbers, budget, kUsual), HasSubstr("grouping 1,790 faces 3.0 s"));
  EXPECT_THAT(progress_text(numbers, budget, 30), StartsWith("grouping 1,790 faces"));
}

TEST(ProgressLineTest, SaysHowFarTheArchiveIs) {
  const Budget budget{kMiB};
  ProgressNumbers numbers = in_the_middle();
  numbers.stage = RunStage::kPacking;
  numbers.packing = {.done = 100, .total = 300, .per_second = 50};
  EXPECT_THAT(progress_text(numbers, budget, kUsual),
              AllOf(HasSubstr("packed 100/300 50.0/s"), HasSubstr("ETA 4 s")));
}

TEST(ProgressLineTest, TellsProgramsTheSameNumbers) {
  const Budget budget{kMiB};
  EXPECT_EQ(progress_event(in_the_middle(), budget),
            R"({"progress":{"stage":"processing","listing_finished":true,"stages":{)"
            R"("listing":{"done":1204,"total":1204,"per_second":5123.0},)"
            R"("reading":{"done":830,"total":1204,"per_second":41.0},)"
            R"("processing":{"done":804,"total":1204,"per_second":33.25}},)"
            R"("failed":2,"seconds_left":12.0,"bytes_done":125829120,"bytes_total":251658240,)"
            R"("bytes_written":34603008,"faces":7,"memory_used":0,"memory_budget":1048576,)"
            R"("memory_level":"normal"}})");
}

TEST(ProgressLineTest, WhatIsNotKnownIsNull) {
  const Budget budget{kMiB};
  const auto event = nlohmann::json::parse(progress_event(while_listing(), budget)).at("progress");
  EXPECT_EQ(event.at("stage"), "listing");
  EXPECT_TRUE(event.at("stages").at("listing").at("total").is_null());
  for (const char* const name : {"seconds_left", "bytes_written", "faces", "memory_level"}) {
    EXPECT_TRUE(event.at(name).is_null()) << name;
  }
}

// Events of packing did not say how far it was.
TEST(ProgressLineTest, EventsOfPackingAndGroupingHaveNumbersOfTheirOwn) {
  const Budget budget{kMiB};
  ProgressNumbers numbers = in_the_middle();
  numbers.stage = RunStage::kPacking;
  numbers.packing = {.done = 100, .total = 300, .per_second = 50};
  const auto packing = nlohmann::json::parse(progress_event(numbers, budget)).at("progress");
  EXPECT_EQ(packing.at("stages").at("packing").at("done"), 100);
  EXPECT_EQ(packing.at("seconds_left"), 4.0);
  numbers.stage = RunStage::kGrouping;
  numbers.faces_to_group = 1790;
  const auto grouping = nlohmann::json::parse(progress_event(numbers, budget)).at("progress");
  EXPECT_EQ(grouping.at("stages").at("grouping").at("faces"), 1790);
  EXPECT_TRUE(grouping.at("seconds_left").is_null());
}

}  // namespace
}  // namespace albumen
