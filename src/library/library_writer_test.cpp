// SPDX-License-Identifier: Apache-2.0
#include "library/library_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <thread>

#include "library/testing/library_test_support.h"

namespace albumen {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(LibraryWriterTest, CommitsWithoutBeingAskedTo) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  must(must(library->writer())->submit(made_up_result(1)));
  // Ends when the group has come of age; the test's own time limit is the only clock here.
  while (rows_of(*library).empty()) {
    std::this_thread::yield();
  }
}

TEST(LibraryWriterTest, ManyThreadsSubmitMoreThanTheQueueHolds) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  auto* writer = must(library->writer());
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kEach = 250;
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::uint64_t index = 0; index < kEach; ++index) {
        // 40 faces of 512 numbers are 80 KiB: a hundred results fill the queue.
        must(writer->submit(made_up_result(thread * kEach + index, 40, 512)));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  must(writer->flush());
  EXPECT_EQ(must(library->counts()).files, kThreads * kEach);
  EXPECT_EQ(must(library->counts()).faces, kThreads * kEach * 40);
}

TEST(LibraryWriterTest, DestroyingCommitsWhatIsQueued) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  {
    const auto library = open_for_test(path);
    must(must(library->writer())->submit(made_up_result(1)));
  }
  EXPECT_EQ(rows_of(*must(Library::open(path, {}))).size(), 1);
}

TEST(LibraryWriterTest, ANumberThatIsNotFiniteCostsOneFinding) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  auto bad = made_up_result(1);
  std::get<Quality>(bad.findings.at(1).second).sharpness = std::numeric_limits<float>::quiet_NaN();
  std::get<Faces>(bad.findings.at(2).second).faces.at(1).vector.at(3) =
      std::numeric_limits<float>::infinity();
  bad.file.metadata.gps = GpsPosition{std::numeric_limits<double>::quiet_NaN(), 5, std::nullopt};
  bad.picture->complete = std::numeric_limits<float>::quiet_NaN();
  auto* writer = must(library->writer());
  must(writer->submit(bad));
  must(writer->submit(made_up_result(2)));
  must(writer->flush());
  const auto rows = rows_of(*library);
  ASSERT_EQ(rows.size(), 2);
  EXPECT_TRUE(rows.at(0).hashes);
  EXPECT_FALSE(rows.at(0).quality);
  EXPECT_FALSE(rows.at(0).faces);
  EXPECT_FALSE(rows.at(0).file.metadata.gps);
  ASSERT_EQ(rows.at(0).failures.size(), 2);
  EXPECT_EQ(rows.at(0).failures.at(0).analyzer, kFacesId);
  EXPECT_EQ(rows.at(0).failures.at(0).code, ErrorCode::kInternal);
  EXPECT_TRUE(rows.at(1).quality);
}

TEST(LibraryWriterTest, AFullDiskLosesNothingThatWasCommitted) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  std::uint64_t acknowledged = 0;
  {
    OpenOptions options = for_writing();
    options.page_limit_for_testing = 300;
    const auto library = open_for_test(path, options);
    auto* writer = must(library->writer());
    for (;; ++acknowledged) {
      Result<void> result = writer->submit(made_up_result(acknowledged));
      if (result) {
        result = writer->flush();
      }
      if (!result) {
        EXPECT_EQ(code_of(result), ErrorCode::kStoreFailed);
        EXPECT_THAT(message_of(result), HasSubstr("disk is full"));
        break;
      }
    }
    // The error stays, and readers go on.
    EXPECT_EQ(code_of(writer->submit(made_up_result(1))), ErrorCode::kStoreFailed);
    EXPECT_EQ(code_of(writer->flush()), ErrorCode::kStoreFailed);
    EXPECT_EQ(code_of(writer->begin_run({})), ErrorCode::kStoreFailed);
    EXPECT_EQ(rows_of(*library).size(), acknowledged);
  }
  EXPECT_GT(acknowledged, 10);
  // With room again, the run goes on where it stopped.
  const auto library = open_for_test(path);
  EXPECT_EQ(rows_of(*library).size(), acknowledged);
  EXPECT_THAT(must(library->integrity_check({})), IsEmpty());
  must(must(library->writer())->submit(made_up_result(acknowledged)));
  must(must(library->writer())->flush());
  EXPECT_EQ(rows_of(*library).size(), acknowledged + 1);
}

TEST(LibraryWriterTest, AFullDiskWakesThoseWhoWaitForRoom) {
  const TemporaryDirectory folder;
  OpenOptions options = for_writing();
  options.page_limit_for_testing = 300;
  const auto library = open_for_test(folder / "library.db", options);
  auto* writer = must(library->writer());
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&, thread] {
      std::uint64_t seed = thread;
      while (writer->submit(made_up_result(seed, 40, 512))) {
        seed += 3;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(code_of(writer->flush()), ErrorCode::kStoreFailed);
}

TEST(LibraryWriterTest, ATransactionThatFailsIsUndoneWhole) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  {
    const auto library = open_for_test(path);
    auto* writer = must(library->writer());
    writer->fail_nth_for_testing(2);
    begin_test_run(*library);
    must(writer->submit(made_up_result(1)));
    EXPECT_EQ(code_of(writer->flush()), ErrorCode::kStoreFailed);
    EXPECT_EQ(code_of(writer->submit(made_up_result(2))), ErrorCode::kStoreFailed);
  }
  const auto library = open_for_test(path);
  EXPECT_THAT(rows_of(*library), IsEmpty());
  EXPECT_THAT(must(library->integrity_check({})), IsEmpty());
  // One that a caller waits for fails alone; what comes after it is written.
  auto* writer = must(library->writer());
  writer->fail_nth_for_testing(1);
  EXPECT_EQ(code_of(writer->append_edit({.kind = "name"})), ErrorCode::kStoreFailed);
  EXPECT_THAT(must(library->edits()), IsEmpty());
  EXPECT_EQ(must(writer->append_edit({.kind = "name"})), 1);
}

TEST(LibraryWriterTest, TellsWhatEveryTransactionTook) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  auto* writer = must(library->writer());
  std::vector<CommitCost> costs;
  writer->on_commit([&](const CommitCost& cost) { costs.push_back(cost); });
  begin_test_run(*library);
  ASSERT_EQ(costs.size(), 1);
  EXPECT_EQ(costs.at(0).results, 0);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    must(writer->submit(made_up_result(seed)));
    must(writer->flush());
    ASSERT_EQ(costs.size(), 1 + seed);
    EXPECT_EQ(costs.back().results, 1);
    EXPECT_GT(costs.back().bytes, 2 * 128 * sizeof(float)) << "two faces with their vectors";
    EXPECT_GT(costs.back().wall.count(), 0);
    EXPECT_GT(costs.back().cpu.count(), 0);
  }
  must(writer->flush());
  EXPECT_EQ(costs.size(), 4) << "nothing was there to be committed";
}

TEST(LibraryWriterTest, TellsOfNoTransactionThatFailedNorToWhomHasLeft) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  auto* writer = must(library->writer());
  int told = 0;
  writer->on_commit([&](const CommitCost&) { ++told; });
  writer->fail_nth_for_testing(1);
  EXPECT_EQ(code_of(writer->append_edit({.kind = "name"})), ErrorCode::kStoreFailed);
  EXPECT_EQ(told, 0);
  must(writer->append_edit({.kind = "name"}));
  EXPECT_EQ(told, 1);
  writer->on_commit({});
  must(writer->append_edit({.kind = "name"}));
  EXPECT_EQ(told, 1);
}

TEST(LibraryWriterTest, FullDurabilityIsSet) {
  const TemporaryDirectory folder;
  OpenOptions options = for_writing();
  options.durability = Durability::kPowerCut;
  const auto library = open_for_test(folder / "library.db", options);
  must(must(library->writer())->submit(made_up_result(1)));
  must(must(library->writer())->flush());
  EXPECT_EQ(rows_of(*library).size(), 1);
}

TEST(LibraryWriterTest, ResubmittingReplacesAndNeverDoubles) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  auto* writer = must(library->writer());
  for (int repeat = 0; repeat < 3; ++repeat) {
    must(writer->submit(made_up_result(1, 3)));
    must(writer->flush());
  }
  EXPECT_EQ(must(library->counts()).faces, 3);
  EXPECT_EQ(must(library->counts()).pictures, 1);
  // The same path with another picture: the old one stays, without a file, until it is pruned.
  auto other = made_up_result(2, 1);
  other.file.path = made_up_result(1).file.path;
  must(writer->submit(other));
  must(writer->flush());
  EXPECT_EQ(must(library->counts()).pictures, 2);
  EXPECT_EQ(must(library->counts()).faces, 1);
  EXPECT_EQ(must(writer->prune()).pictures, 1);
}

}  // namespace
}  // namespace albumen
