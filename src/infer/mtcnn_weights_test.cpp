// SPDX-License-Identifier: Apache-2.0
#include "infer/mtcnn_weights.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lz4frame.h>
#include <numeric>
#include <random>

#include "infer/testing/model_files.h"

namespace albumen {
namespace {

using ::testing::HasSubstr;

using Bytestring = std::vector<std::byte>;

const std::vector<std::size_t> kProposalCounts = {270, 10, 10,  1440, 16, 16, 4608,
                                                  32,  32, 128, 4,    64, 2};

void append(Bytestring& bytes, std::string_view text) {
  for (const char c : text) {
    bytes.push_back(static_cast<std::byte>(c));
  }
}

// What joblib writes, as far as the reader looks: some pickle, the mark, the array.
Bytestring dump_of(const std::vector<std::size_t>& counts) {
  Bytestring dump;
  float next = 0;
  for (const std::size_t count : counts) {
    append(dump, "pickled words about the array b");
    const std::size_t padding = 16 - (dump.size() + 1) % 16;
    dump.push_back(static_cast<std::byte>(padding));
    dump.insert(dump.end(), padding, std::byte{0xFF});
    for (std::size_t index = 0; index < count; ++index) {
      const float value = next++;
      const std::size_t at = dump.size();
      dump.resize(at + sizeof value);
      std::memcpy(dump.data() + at, &value, sizeof value);
    }
  }
  append(dump, "e.");
  return dump;
}

Bytestring lz4(const Bytestring& content) {
  Bytestring frame(LZ4F_compressFrameBound(content.size(), nullptr));
  frame.resize(
      LZ4F_compressFrame(frame.data(), frame.size(), content.data(), content.size(), nullptr));
  return frame;
}

TEST(MtcnnWeightsTest, ReadsArraysInOrder) {
  const auto arrays = read_mtcnn_weights(lz4(dump_of(kProposalCounts)), MtcnnNet::kProposal);
  ASSERT_TRUE(arrays.has_value()) << to_string(arrays.error());
  ASSERT_EQ(arrays->size(), kProposalCounts.size());
  float next = 0;
  for (std::size_t index = 0; index < arrays->size(); ++index) {
    const WeightArray& array = (*arrays)[index];
    EXPECT_EQ(array.values.size(), kProposalCounts[index]);
    EXPECT_EQ(array.values.front(), next);
    next += static_cast<float>(array.values.size());
  }
}

TEST(MtcnnWeightsTest, ReadsThePackagesFiles) {
  using Case = std::tuple<const char*, MtcnnNet, std::size_t>;
  for (const auto& [name, net, parameters] :
       {Case{"pnet.lz4", MtcnnNet::kProposal, 6632}, Case{"rnet.lz4", MtcnnNet::kRefine, 100178},
        Case{"onet.lz4", MtcnnNet::kOutput, 389040}}) {
    const auto file = testing::read_fetched(testing::package_of("mtcnn") + "/" + name);
    ASSERT_TRUE(file.has_value()) << to_string(file.error());
    const auto arrays = read_mtcnn_weights(*file, net);
    ASSERT_TRUE(arrays.has_value()) << to_string(arrays.error());
    const std::size_t total =
        std::transform_reduce(arrays->begin(), arrays->end(), std::size_t{0}, std::plus<>(),
                              [](const WeightArray& array) { return array.values.size(); });
    EXPECT_EQ(total, parameters);
  }
}

TEST(MtcnnWeightsTest, RefusesTruncationAtEveryPlace) {
  const Bytestring dump = dump_of(kProposalCounts);
  for (std::size_t size = 0; size < dump.size(); size += size < 2000 ? 1 : 97) {
    const auto arrays = read_mtcnn_dump(std::span(dump).first(size), MtcnnNet::kProposal);
    ASSERT_FALSE(arrays.has_value()) << size;
  }
  const Bytestring frame = lz4(dump);
  for (std::size_t size = 0; size < frame.size(); size += 61) {
    ASSERT_FALSE(read_mtcnn_weights(std::span(frame).first(size), MtcnnNet::kProposal).has_value());
  }
}

TEST(MtcnnWeightsTest, RefusesBytesAfterTheEnd) {
  Bytestring dump = dump_of(kProposalCounts);
  dump.push_back(std::byte{0});
  EXPECT_EQ(read_mtcnn_dump(dump, MtcnnNet::kProposal).error().code, ErrorCode::kCorrupt);
  Bytestring frame = lz4(dump_of(kProposalCounts));
  frame.push_back(std::byte{0});
  EXPECT_THAT(read_mtcnn_weights(frame, MtcnnNet::kProposal).error().message,
              HasSubstr("bytes follow"));
}

TEST(MtcnnWeightsTest, RefusesAnotherNetsFile) {
  EXPECT_FALSE(read_mtcnn_dump(dump_of(kProposalCounts), MtcnnNet::kRefine).has_value());
}

TEST(MtcnnWeightsTest, RefusesValuesThatAreNotFinite) {
  Bytestring dump = dump_of(kProposalCounts);
  const float bad = std::numeric_limits<float>::infinity();
  std::memcpy(dump.data() + dump.size() - 2 - sizeof bad, &bad, sizeof bad);
  EXPECT_EQ(read_mtcnn_dump(dump, MtcnnNet::kProposal).error().code, ErrorCode::kCorrupt);
}

TEST(MtcnnWeightsTest, RefusesABomb) {
  const Bytestring zeros(kMtcnnFileLimit.count() * 8);
  const auto arrays = read_mtcnn_weights(lz4(zeros), MtcnnNet::kProposal);
  EXPECT_EQ(arrays.error().code, ErrorCode::kTooLarge);
}

TEST(MtcnnWeightsTest, SurvivesRandomDamage) {
  const Bytestring frame = lz4(dump_of(kProposalCounts));
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Bytestring damaged = frame;
    damaged[random() % damaged.size()] ^= static_cast<std::byte>(1U << random() % 8);
    (void)read_mtcnn_weights(damaged, MtcnnNet::kProposal);  // any answer but a crash
  }
}

}  // namespace
}  // namespace albumen
