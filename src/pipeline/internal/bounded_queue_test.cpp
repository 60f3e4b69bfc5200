// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/bounded_queue.h"

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <thread>

namespace albumen {
namespace {

TEST(BoundedQueueTest, HandsEverythingOutInOrderThenEnds) {
  BoundedQueue<std::unique_ptr<int>> queue{2};
  std::jthread producer{[&queue] {
    for (int number = 0; number < 100; ++number) {
      EXPECT_TRUE(queue.push(std::make_unique<int>(number), {}));
    }
    queue.close();
  }};
  for (int number = 0; number < 100; ++number) {
    EXPECT_EQ(**queue.pop({}), number);
  }
  EXPECT_FALSE(queue.pop({}).has_value());
}

TEST(BoundedQueueTest, AStopWakesBothSides) {
  BoundedQueue<int> full{1};
  BoundedQueue<int> empty{1};
  ASSERT_TRUE(full.push(1, {}));
  std::stop_source stop;
  std::jthread producer{[&] { EXPECT_FALSE(full.push(2, stop.get_token())); }};
  std::jthread consumer{[&] { EXPECT_FALSE(empty.pop(stop.get_token()).has_value()); }};
  stop.request_stop();
}

TEST(BoundedQueueTest, ClosingRefusesNewItemsAndWakesWaiters) {
  BoundedQueue<int> queue{1};
  ASSERT_TRUE(queue.push(1, {}));
  std::jthread producer{[&] { EXPECT_FALSE(queue.push(2, {})); }};
  std::this_thread::yield();
  queue.close();
  EXPECT_EQ(queue.pop({}), 1);
  EXPECT_EQ(queue.pop({}), std::nullopt);
}

}  // namespace
}  // namespace albumen
