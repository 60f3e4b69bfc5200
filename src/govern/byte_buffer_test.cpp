// SPDX-License-Identifier: Apache-2.0
#include "govern/byte_buffer.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <utility>

#include "core/error.h"
#include "core/units.h"
#include "govern/budget.h"

namespace albumen {
namespace {

TEST(ByteBufferTest, CarriesItsShareOfTheReservation) {
  Budget budget{kMiB * 4};
  auto job = budget.reserve(MemoryTag::kOther, kMiB * 2, {}).value();
  {
    auto buffer = ByteBuffer::allocate(job, MemoryTag::kPixels, std::size_t{1} << 20U).value();
    std::memset(buffer.data(), 7, buffer.size());
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % kBufferAlignment, 0U);
    EXPECT_EQ(job.size(), kMiB);
    EXPECT_EQ(budget.used(), kMiB * 2);
  }
  EXPECT_EQ(budget.used(), kMiB);
}

TEST(ByteBufferTest, AWrongPredictionIsAnInternalErrorNotMoreMemory) {
  Budget budget{kMiB * 4};
  auto job = budget.reserve(MemoryTag::kOther, kKiB, {}).value();
  EXPECT_EQ(ByteBuffer::allocate(job, MemoryTag::kPixels, 1025).error().code, ErrorCode::kInternal);
}

TEST(ByteBufferTest, ReleaseHandsTheBytesBackToTheJob) {
  Budget budget{kMiB};
  auto job = budget.reserve(MemoryTag::kOther, kKiB, {}).value();
  auto buffer = ByteBuffer::allocate(job, MemoryTag::kEncoded, 1000).value();
  EXPECT_EQ(job.size(), Bytes{24});
  buffer.release_to(job);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(job.size(), kKiB);
}

TEST(ByteBufferTest, ZerosAreZerosAlsoWhereMemoryIsUsedAgain) {
  for (const std::size_t size : {std::size_t{100}, kMapFrom, std::size_t{9} * 1024 * 1024 + 5}) {
    Budget budget{kMiB * 16};
    auto job = budget.reserve(MemoryTag::kOther, Bytes{size}, {}).value();
    for (int round = 0; round < 2; ++round) {
      auto buffer = ByteBuffer::allocate(job, MemoryTag::kPixels, size, Contents::kZeros).value();
      EXPECT_TRUE(
          std::ranges::all_of(buffer.bytes(), [](std::byte byte) { return byte == std::byte{0}; }));
      std::memset(buffer.data(), 7, buffer.size());
      buffer.release_to(job);
    }
  }
}

TEST(ByteBufferTest, MemoryOfABufferServesTheNextOfItsSize) {
  Budget budget{kMiB * 64};
  auto job = budget.reserve(MemoryTag::kOther, kMiB * 8, {}).value();
  auto first = ByteBuffer::allocate(job, MemoryTag::kPixels, kMapFrom * 4).value();
  const auto* data = first.data();
  first.release_to(job);
  const auto second = ByteBuffer::allocate(job, MemoryTag::kPixels, kMapFrom * 4).value();
  EXPECT_EQ(second.data(), data);
}

TEST(ByteBufferTest, MovesWithoutCopying) {
  Budget budget{kMiB};
  auto job = budget.reserve(MemoryTag::kOther, kKiB, {}).value();
  auto first = ByteBuffer::allocate(job, MemoryTag::kEncoded, 100).value();
  const auto* data = first.data();
  ByteBuffer second;
  second = std::move(first);
  EXPECT_EQ(second.data(), data);
  EXPECT_EQ(second.size(), 100U);
}

}  // namespace
}  // namespace albumen
