// SPDX-License-Identifier: Apache-2.0
#include "infer/batcher.h"

#include <algorithm>
#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>
#include <thread>

#include "core/mutex.h"
#include "infer/runtime.h"
#include "infer/testing/model_files.h"

namespace albumen {
namespace {

using ::testing::AnyOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

// Long enough that a test which waits for it never ends.
constexpr std::chrono::hours kForEver{1};

constexpr std::size_t kSampleBytes = std::size_t{4} * 2 * 3;

NetworkOptions loaded_at(std::vector<std::size_t> batches) {
  return {.input = {.size = {.width = 4, .height = 2}}, .batches = std::move(batches)};
}

// Pixels of this value make the run fail, or throw.
constexpr std::uint8_t kFails = 254;
constexpr std::uint8_t kThrows = 255;

// How many samples each run of a FakeNetwork had.
class RunLog {
 public:
  void add(std::size_t samples) {
    const MutexLock lock(mutex_);
    runs_.push_back(samples);
  }

  [[nodiscard]] std::vector<std::size_t> runs() const {
    const MutexLock lock(mutex_);
    return runs_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<std::size_t> runs_ GUARDED_BY(mutex_);
};

// Two outputs: the first pixel, and the sum of all with its negative.
class FakeContext final : public InferenceContext {
 public:
  explicit FakeContext(RunLog& log) : log_(log) {}

  Result<void> run(std::span<const std::uint8_t> pixels, std::size_t count) override {
    EXPECT_EQ(pixels.size(), count * kSampleBytes);
    log_.add(count);
    first_.clear();
    sums_.clear();
    for (std::size_t index = 0; index < count; ++index) {
      const auto sample = pixels.subspan(index * kSampleBytes, kSampleBytes);
      if (sample[0] == kThrows) {
        throw std::runtime_error("thrown by a test");
      }
      if (sample[0] == kFails) {
        return fail(ErrorCode::kModelFailed, "failed as a test asked");
      }
      first_.push_back(static_cast<float>(sample[0]));
      sums_.push_back(std::accumulate(sample.begin(), sample.end(), 0.0F));
      sums_.push_back(-sums_.back());
    }
    return {};
  }

  [[nodiscard]] std::span<const float> output(std::size_t index) const override {
    return index == 0 ? first_ : sums_;
  }

 private:
  RunLog& log_;
  std::vector<float> first_;
  std::vector<float> sums_;
};

class FakeNetwork final : public Network {
 public:
  explicit FakeNetwork(RunLog& log) : log_(log) {}

  [[nodiscard]] std::span<const OutputInfo> outputs() const override { return outputs_; }

  [[nodiscard]] Precision precision() const override { return Precision::kF32; }

  [[nodiscard]] Result<std::unique_ptr<InferenceContext>> make_context() const override {
    return std::make_unique<FakeContext>(log_);
  }

 private:
  RunLog& log_;
  std::vector<OutputInfo> outputs_ = {{.name = "first", .shape = {1, 1}, .values = 1},
                                      {.name = "sums", .shape = {1, 2}, .values = 2}};
};

std::unique_ptr<Network> batching(RunLog& log, BatcherOptions options) {
  const NetworkOptions loaded = loaded_at({options.batch});
  auto network =
      make_batching_network(std::make_unique<FakeNetwork>(log), loaded, std::move(options));
  EXPECT_TRUE(network.has_value()) << to_string(network.error());
  return std::move(network).value();
}

// Samples whose pixels all have the values given.
std::vector<std::uint8_t> samples_of(std::span<const std::uint8_t> values) {
  std::vector<std::uint8_t> pixels;
  for (const std::uint8_t value : values) {
    pixels.insert(pixels.end(), kSampleBytes, value);
  }
  return pixels;
}

// What one context gives for samples of these values: the first output, or the error.
Result<std::vector<float>> answer(InferenceContext& context, std::vector<std::uint8_t> values) {
  const auto pixels = samples_of(values);
  TRY(context.run(pixels, values.size()));
  const auto sums = context.output(1);
  EXPECT_EQ(sums.size(), 2 * values.size());
  for (std::size_t index = 0; index < values.size(); ++index) {
    const float sum = static_cast<float>(values[index]) * kSampleBytes;
    EXPECT_EQ(sums[2 * index], sum);
    EXPECT_EQ(sums[2 * index + 1], -sum);
  }
  return std::vector<float>{context.output(0).begin(), context.output(0).end()};
}

// One thread and one context for each element of `work`; what each of them got.
std::vector<Result<std::vector<float>>> all_at_once(
    const Network& network, const std::vector<std::vector<std::uint8_t>>& work) {
  std::vector<Result<std::vector<float>>> answers(work.size());
  std::vector<std::jthread> threads;
  for (std::size_t index = 0; index < work.size(); ++index) {
    threads.emplace_back([&network, &work, &answers, index] {
      answers[index] = answer(**network.make_context(), work[index]);
    });
  }
  threads.clear();
  return answers;
}

TEST(BatcherTest, SharesNothingWithABatchOfOne) {
  RunLog log;
  auto network = std::make_unique<FakeNetwork>(log);
  const Network* const plain = network.get();
  EXPECT_EQ(make_batching_network(std::move(network), loaded_at({1}), {})->get(), plain);
}

TEST(BatcherTest, RefusesANetOfOtherBatchSizes) {
  RunLog log;
  const auto refused =
      make_batching_network(std::make_unique<FakeNetwork>(log), loaded_at({1, 4}), {.batch = 4});
  EXPECT_EQ(refused.error().code, ErrorCode::kInternal);
}

TEST(BatcherTest, AFullRunServesFourWorkersAtOnce) {
  RunLog log;
  const auto network = batching(log, {.batch = 4, .wait = kForEver});
  const auto answers = all_at_once(*network, {{1}, {2}, {3}, {4}});
  for (std::size_t index = 0; index < answers.size(); ++index) {
    EXPECT_THAT(answers[index].value(), ElementsAre(static_cast<float>(index + 1)));
  }
  EXPECT_THAT(log.runs(), ElementsAre(4));
}

TEST(BatcherTest, OneWorkersManySamplesTakeSeveralRuns) {
  RunLog log;
  const auto network =
      batching(log, {.batch = 4, .wait = kForEver, .workers_busy = [] { return 1U; }});
  const auto answers = all_at_once(*network, {{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}});
  EXPECT_THAT(answers[0].value(), ElementsAre(9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
  EXPECT_THAT(log.runs(), ElementsAre(4, 4, 2));
}

TEST(BatcherTest, NothingWaitsWhileAdmissionIsBlocked) {
  RunLog log;
  const auto network =
      batching(log, {.batch = 4, .wait = kForEver, .admission_blocked = [] { return true; }});
  EXPECT_THAT(answer(**network->make_context(), {5, 6}).value(), ElementsAre(5, 6));
  EXPECT_THAT(log.runs(), ElementsAre(2));
}

TEST(BatcherTest, WhoWaitsRunsWhenAdmissionBecomesBlocked) {
  RunLog log;
  std::atomic<int> looks = 0;
  std::atomic<bool> blocked = false;
  const auto network = batching(log, {.batch = 4, .wait = kForEver, .admission_blocked = [&] {
                                        ++looks;
                                        return blocked.load();
                                      }});
  std::jthread worker(
      [&network] { EXPECT_THAT(answer(**network->make_context(), {5}).value(), ElementsAre(5)); });
  while (looks == 0) {
    std::this_thread::yield();
  }
  EXPECT_THAT(log.runs(), SizeIs(0));
  blocked = true;
  worker.join();
  EXPECT_THAT(log.runs(), ElementsAre(1));
}

// One that had come in, and not brought its samples yet, counted as waiting: the first ran alone
// then, and the others waited for it.
TEST(BatcherTest, NobodyWaitsForWorkersThatWaitThemselves) {
  for (int round = 0; round < 200; ++round) {
    RunLog log;
    const auto network =
        batching(log, {.batch = 8, .wait = kForEver, .workers_busy = [] { return 3U; }});
    for (const auto& got : all_at_once(*network, {{1}, {2, 2}, {3}})) {
      EXPECT_TRUE(got.has_value());
    }
    ASSERT_THAT(log.runs(), ElementsAre(4));
  }
}

TEST(BatcherTest, NobodyWaitsForWorkersThatBecameIdle) {
  RunLog log;
  std::atomic<unsigned> busy = 2;
  std::atomic<int> looks = 0;
  const auto network = batching(log, {.batch = 8, .wait = kForEver, .workers_busy = [&] {
                                        ++looks;
                                        return busy.load();
                                      }});
  std::jthread worker(
      [&network] { EXPECT_THAT(answer(**network->make_context(), {5}).value(), ElementsAre(5)); });
  while (looks == 0) {
    std::this_thread::yield();
  }
  EXPECT_THAT(log.runs(), SizeIs(0));
  busy = 1;
}

TEST(BatcherTest, AfterTheWaitItRunsWithWhatIsThere) {
  RunLog log;
  for (const auto wait : {std::chrono::milliseconds(0), std::chrono::milliseconds(5)}) {
    const auto network = batching(log, {.batch = 4, .wait = wait});
    EXPECT_THAT(answer(**network->make_context(), {7}).value(), ElementsAre(7));
  }
  EXPECT_THAT(log.runs(), ElementsAre(1, 1));
}

TEST(BatcherTest, AFailureReachesEverySampleOfItsRunAndNoOther) {
  for (const std::uint8_t bad : {kFails, kThrows}) {
    RunLog log;
    const auto network = batching(log, {.batch = 3, .wait = kForEver});
    for (const auto& got : all_at_once(*network, {{1}, {bad}, {3}})) {
      ASSERT_FALSE(got.has_value());
      EXPECT_EQ(got.error().code, ErrorCode::kModelFailed);
      EXPECT_THAT(got.error().message,
                  AnyOf("failed as a test asked", "inference failed: thrown by a test"));
    }
    for (const auto& got : all_at_once(*network, {{1}, {2}, {3}})) {
      EXPECT_TRUE(got.has_value()) << to_string(got.error());
    }
    EXPECT_THAT(log.runs(), ElementsAre(3, 3));
  }
}

TEST(BatcherTest, AWrongSizeSpoilsNobodysRun) {
  RunLog log;
  const auto network = batching(log, {.batch = 2, .wait = kForEver});
  std::jthread worker(
      [&network] { EXPECT_THAT(answer(**network->make_context(), {4}).value(), ElementsAre(4)); });
  const auto context = std::move(network->make_context()).value();
  const std::vector<std::uint8_t> wrong(kSampleBytes - 1);
  EXPECT_EQ(context->run(wrong, 1).error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(context->run({}, 0).has_value());
  EXPECT_THAT(answer(*context, {6}).value(), ElementsAre(6));
}

// Eight workers, any number of samples, reasons that come and go.
TEST(BatcherTest, EverybodyGetsTheirOwnUnderLoad) {
  RunLog log;
  std::atomic<unsigned> calls = 0;
  std::atomic<std::size_t> given = 0;
  const auto network = batching(log, {.batch = 5,
                                      .wait = std::chrono::microseconds(300),
                                      .admission_blocked = [&] { return ++calls % 7 == 0; },
                                      .workers_busy = [] { return 8U; }});
  {
    std::vector<std::jthread> threads;
    for (unsigned worker = 0; worker < 8; ++worker) {
      threads.emplace_back([&network, &given, worker] {
        std::mt19937 random(worker);
        const auto context = std::move(network->make_context()).value();
        for (int round = 0; round < 100; ++round) {
          std::vector<std::uint8_t> values(1 + random() % 9);
          std::ranges::generate(values,
                                [&random] { return static_cast<std::uint8_t>(random() % 250); });
          const std::vector<float> expected(values.begin(), values.end());
          given += values.size();
          EXPECT_EQ(answer(*context, values).value(), expected);
        }
      });
    }
  }
  const auto runs = log.runs();
  EXPECT_EQ(std::accumulate(runs.begin(), runs.end(), std::size_t{0}), given);
  EXPECT_THAT(runs, Each(::testing::AllOf(::testing::Ge(1U), ::testing::Le(5U))));
}

class BatcherNetTest : public ::testing::TestWithParam<Precision> {};

// The promise that results do not depend on load, on the net that it is made for.
TEST_P(BatcherNetTest, TheSamePixelsGiveTheSameNumbersWhateverStandsBesideThem) {
  constexpr std::size_t kBatch = 4;
  const auto model = testing::installed_model("dlib-resnet29");
  ASSERT_TRUE(model.has_value()) << to_string(model.error());
  const auto runtime = make_openvino_runtime({.workers = 2, .precision = GetParam()});
  ASSERT_TRUE(runtime.has_value()) << to_string(runtime.error());
  const NetworkOptions options{.input = model->card.input, .batches = {kBatch}};
  auto loaded =
      (*runtime)->load(model->network_path("dlib_face_recognition_resnet_model_v1"), options);
  ASSERT_TRUE(loaded.has_value()) << to_string(loaded.error());
  const auto network = make_batching_network(*std::move(loaded), options,
                                             {.batch = kBatch, .workers_busy = [] { return 1U; }});
  ASSERT_TRUE(network.has_value()) << to_string(network.error());
  const auto context = std::move((*network)->make_context()).value();
  const std::size_t one = options.input.size.pixels().bytes(3).count();
  std::mt19937 random(3);
  std::vector<std::uint8_t> chips(kBatch * one);
  std::ranges::generate(chips, [&random] { return static_cast<std::uint8_t>(random()); });
  const auto vector_of = [&](std::size_t chip, std::size_t before, std::size_t after) {
    std::vector<std::uint8_t> pixels;
    for (std::size_t index = chip - before; index <= chip + after; ++index) {
      pixels.insert(pixels.end(), chips.begin() + static_cast<std::ptrdiff_t>(index * one),
                    chips.begin() + static_cast<std::ptrdiff_t>((index + 1) * one));
    }
    EXPECT_TRUE(context->run(pixels, before + 1 + after).has_value());
    const auto vector = context->output(0).subspan(before * 128, 128);
    return std::vector<float>(vector.begin(), vector.end());
  };
  for (std::size_t chip = 0; chip < kBatch; ++chip) {
    const std::vector<float> alone = vector_of(chip, 0, 0);
    for (std::size_t before = 0; before <= chip; ++before) {
      for (std::size_t after = 0; after < kBatch - chip; ++after) {
        EXPECT_EQ(vector_of(chip, before, after), alone) << chip << ": " << before << ", " << after;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, BatcherNetTest,
                         ::testing::Values(Precision::kF32, Precision::kBf16),
                         [](const auto& precision) {
                           return std::string(name_of(precision.param));
                         });

}  // namespace
}  // namespace albumen
