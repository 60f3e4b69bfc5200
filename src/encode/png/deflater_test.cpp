// SPDX-License-Identifier: Apache-2.0
// Streams of bytes of many kinds, against zlib.
#include "encode/png/deflater.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <random>
#include <span>
#include <vector>

#include "encode/byte_sink.h"
#include "encode/testing/plain_png.h"
#include "govern/budget.h"
#include "govern/byte_buffer.h"

namespace albumen {
namespace {

using Stream = std::vector<std::uint8_t>;

/// The zlib stream inside the IDAT chunks that come out.
Stream deflated(const Stream& bytes, DeflateSearch search, std::size_t pixel_bytes,
                std::mt19937& random) {
  const Bytes size{Deflater::memory_bytes(search)};
  Budget budget{size};
  Reservation job = budget.reserve(MemoryTag::kOther, size, {}).value();
  ByteBuffer memory = ByteBuffer::allocate(job, MemoryTag::kOther, size.count()).value();
  std::ranges::fill(memory.bytes(), std::byte{0xA5});
  MemorySink sink;
  PngChunkWriter chunks{sink};
  Deflater deflater{search, pixel_bytes, memory.bytes(), chunks};
  for (std::span<const std::uint8_t> rest{bytes}; !rest.empty();) {
    const std::size_t count = std::min<std::size_t>(rest.size(), 1 + (random() % 90000));
    EXPECT_TRUE(deflater.write(rest.first(count)).has_value());
    rest = rest.subspan(count);
  }
  EXPECT_TRUE(deflater.finish().has_value());
  Stream stream;
  const auto out = sink.bytes();
  for (std::size_t at = 0; at + 12 <= out.size();) {
    const std::size_t length = testing::big_endian_at(out, at);
    const auto* const data = reinterpret_cast<const std::uint8_t*>(out.data()) + at + 8;
    stream.insert(stream.end(), data, data + length);
    at += 12 + length;
  }
  return stream;
}

std::size_t expect_round_trip(const Stream& bytes, std::mt19937& random) {
  std::size_t least = bytes.size() * 2 + 100;
  for (const DeflateSearch search : {DeflateSearch::kRuns, DeflateSearch::kMatches}) {
    for (const std::size_t pixel_bytes : {1U, 2U, 3U, 4U}) {
      const Stream stream = deflated(bytes, search, pixel_bytes, random);
      EXPECT_TRUE(testing::inflated(stream, bytes.size()) == bytes);
      least = std::min(least, stream.size());
    }
  }
  return least;
}

TEST(DeflaterTest, EmptyAndShortStreamsAreWhole) {
  std::mt19937 random{1};
  Stream bytes;
  for (int length = 0; length < 40; ++length) {
    expect_round_trip(bytes, random);
    bytes.push_back(static_cast<std::uint8_t>(length % 5));
  }
}

TEST(DeflaterTest, NoiseIsStored) {
  std::mt19937 random{2};
  Stream bytes(200'000);
  std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
  EXPECT_LT(expect_round_trip(bytes, random), bytes.size() + 60);
}

TEST(DeflaterTest, RunsOfEveryLengthAndStrideAreFound) {
  std::mt19937 random{3};
  Stream bytes;
  while (bytes.size() < 300'000) {
    const std::size_t period = 1 + (random() % 4);
    const std::size_t length = period * (1 + (random() % 300));
    for (std::size_t i = 0; i < length; ++i) {
      bytes.push_back(i < period ? static_cast<std::uint8_t>(random())
                                 : bytes[bytes.size() - period]);
    }
  }
  EXPECT_LT(expect_round_trip(bytes, random), bytes.size() / 8);
}

TEST(DeflaterTest, RepetitionsAcrossBlocksAndTheWholeWindowAreFound) {
  std::mt19937 random{4};
  for (const std::size_t period : {300U, 5000U, 32768U, 32769U}) {
    Stream bytes(period);
    std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
    while (bytes.size() < 400'000) {
      bytes.push_back(bytes[bytes.size() - period]);
    }
    const std::size_t size = expect_round_trip(bytes, random);
    if (period <= 32768) {
      EXPECT_LT(size, period + 80'000);
    }
  }
}

TEST(DeflaterTest, SkewedAndMixedStreamsAreWhole) {
  std::mt19937 random{5};
  Stream bytes;
  for (int round = 0; round < 40; ++round) {
    const unsigned bits = random() % 16;
    const std::size_t length = random() % 30'000;
    for (std::size_t i = 0; i < length; ++i) {
      const auto value = static_cast<unsigned>(random());
      bytes.push_back(static_cast<std::uint8_t>((value & 0xFFU) >> ((value >> 8U) % (bits + 1))));
    }
  }
  expect_round_trip(bytes, random);
}

}  // namespace
}  // namespace albumen
