// SPDX-License-Identifier: Apache-2.0
#include "infer/inference_threads.h"

#include <array>
#include <condition_variable>
#include <ctime>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <string>
#include <thread>
#include <vector>

#include "infer/runtime.h"
#include "infer/testing/model_files.h"
#include "infer/testing/small_nets.h"

namespace albumen {
namespace {

using namespace std::chrono_literals;

// Busy until the thread's clock says so, not for a time that a loaded machine may not give it.
void spend(std::chrono::nanoseconds cpu_time) {
  timespec now{};
  do {
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  } while (std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec} < cpu_time);
}

// A thread that spends 20 ms and then lives on until it is told to end.
class BusyThread {
 public:
  BusyThread()
      : thread_([this](const std::stop_token& stop) {
          spend(20ms);
          std::unique_lock lock{mutex_};
          is_done_ = true;
          changed_.notify_all();
          changed_.wait(lock, stop, [] { return false; });
        }) {}

  void wait_until_done() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return is_done_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool is_done_ = false;
  std::jthread thread_;  // last: uses all of the above
};

std::string name_of_this_thread() {
  std::array<char, 16> name{};
  ::pthread_getname_np(::pthread_self(), name.data(), name.size());
  return name.data();
}

// The kernel brings a thread's figure up to date at its ticks, 1 to 10 ms apart.
constexpr auto kTick = 10ms;

TEST(InferenceThreadsTest, CountsThreadsStartedInItsScopeAndNoOthers) {
  const std::string before = name_of_this_thread();
  const auto at_first = inference_cpu_time();
  BusyThread ours;
  ours.wait_until_done();
  EXPECT_EQ(inference_cpu_time(), at_first);
  {
    const InferenceThreadScope scope;
    EXPECT_NE(name_of_this_thread(), before);
  }
  EXPECT_EQ(name_of_this_thread(), before);
  EXPECT_EQ(inference_cpu_time(), at_first);  // this thread itself is none of them
  auto theirs = [] {
    const InferenceThreadScope scope;
    return std::make_unique<BusyThread>();
  }();
  theirs->wait_until_done();
  EXPECT_GE(inference_cpu_time() - at_first, 20ms - kTick);
}

TEST(InferenceThreadsTest, SeesWhatANetCosts) {
  constexpr std::size_t kSide = 8;
  const testing::TemporaryFolder folder;
  testing::write_mean_net(folder.file("mean.xml"), kSide);
  // A single worker would run the net on its own thread.
  const auto runtime = make_openvino_runtime({.workers = 2, .precision = Precision::kF32});
  ASSERT_TRUE(runtime.has_value()) << to_string(runtime.error());
  const ModelInput input{.size = {.width = kSide, .height = kSide}};
  const auto network = (*runtime)->load(folder.file("mean.xml"), {.input = input});
  ASSERT_TRUE(network.has_value()) << to_string(network.error());
  const auto context = (*network)->make_context();
  const std::vector<std::uint8_t> pixels(kSide * kSide * 3);
  const auto before = inference_cpu_time();
  for (int run = 0; run < 100'000 && inference_cpu_time() - before < kTick; ++run) {
    ASSERT_TRUE((*context)->run(pixels, 1).has_value());
  }
  EXPECT_GE(inference_cpu_time() - before, kTick);
}

}  // namespace
}  // namespace albumen
