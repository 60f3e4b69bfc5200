// SPDX-License-Identifier: Apache-2.0
#include "infer/dlib_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "infer/internal/dlib_reader.h"
#include "infer/testing/model_files.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Bytestring = std::vector<std::byte>;

Bytestring bytes_of(std::initializer_list<int> values) {
  Bytestring bytes;
  for (const int value : values) {
    bytes.push_back(static_cast<std::byte>(value));
  }
  return bytes;
}

TEST(DlibReaderTest, ReadsIntegersOfEachLengthAndSign) {
  const Bytestring bytes = bytes_of({0x01, 0x05, 0x82, 0x00, 0x01, 0x01, 0x00});
  DlibReader reader(bytes);
  EXPECT_EQ(reader.integer().value(), 5);
  EXPECT_EQ(reader.integer().value(), -256);
  EXPECT_EQ(reader.integer().value(), 0);
  EXPECT_TRUE(reader.expect_end().has_value());
}

TEST(DlibReaderTest, RefusesImpossibleIntegers) {
  for (const Bytestring& bytes :
       {bytes_of({0x00}), bytes_of({0x09, 1, 2, 3, 4, 5, 6, 7, 8, 9}), bytes_of({0x11, 1}),
        bytes_of({0x08, 0, 0, 0, 0, 0, 0, 0, 0x80}), bytes_of({0x02, 1}), bytes_of({})}) {
    DlibReader reader(bytes);
    EXPECT_FALSE(reader.integer().has_value());
  }
}

TEST(DlibReaderTest, ReadsNumbersAsMantissaAndExponent) {
  const Bytestring bytes = bytes_of({0x01, 0x03, 0x81, 0x02, 0x01, 0x01, 0x02, 0x00, 0x7D});
  DlibReader reader(bytes);
  EXPECT_EQ(reader.number().value(), 0.75F);
  EXPECT_EQ(reader.number().error().code, ErrorCode::kCorrupt);
}

TEST(DlibReaderTest, RefusesTensorsOfAnotherShape) {
  // Version 2, sizes 1 1 1 1, one f32.
  const Bytestring one = bytes_of({1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0x80, 0x3F});
  EXPECT_THAT(DlibReader(one).tensor({1, 1, 1, 1}).value(), ElementsAre(1.0F));
  EXPECT_EQ(DlibReader(one).tensor({1, 1, 1, 2}).error().code, ErrorCode::kCorrupt);
  const auto half = std::span(one).first(one.size() - 1);
  EXPECT_EQ(DlibReader(half).tensor({1, 1, 1, 1}).error().code, ErrorCode::kTruncated);
}

class DlibWeightsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto file = testing::read_fetched(testing::package_of("dlib-resnet29") +
                                      "/dlib_face_recognition_resnet_model_v1.dat");
    ASSERT_TRUE(file.has_value()) << to_string(file.error());
    file_ = std::move(*file);
  }

  Bytestring file_;
};

TEST_F(DlibWeightsTest, ReadsTheWholeNet) {
  const auto net = read_dlib_net(file_);
  ASSERT_TRUE(net.has_value()) << to_string(net.error());
  EXPECT_EQ(net->blocks.size(), 14U);
  EXPECT_EQ(net->stem.filters.size(), 32U * 3 * 7 * 7);
  EXPECT_EQ(net->last.size(), 256U * 128);
  EXPECT_THAT(net->mean, ElementsAre(122.782F, 117.001F, 104.298F));
}

TEST_F(DlibWeightsTest, RefusesTruncation) {
  for (std::size_t size = 0; size < file_.size(); size += size < 500 ? 1 : 1'000'003) {
    EXPECT_FALSE(read_dlib_net(std::span(file_).first(size)).has_value()) << size;
  }
  const auto without_last = read_dlib_net(std::span(file_).first(file_.size() - 1));
  EXPECT_EQ(without_last.error().code, ErrorCode::kTruncated);
}

TEST_F(DlibWeightsTest, RefusesBytesAfterTheEnd) {
  file_.push_back(std::byte{0});
  EXPECT_THAT(read_dlib_net(file_).error().message, HasSubstr("follow the last layer"));
}

TEST_F(DlibWeightsTest, RefusesAnotherArchitecture) {
  file_[4] = std::byte{'x'};  // inside "loss_metric_2"
  EXPECT_EQ(read_dlib_net(file_).error().code, ErrorCode::kCorrupt);
}

TEST_F(DlibWeightsTest, RefusesADamagedHead) {
  // Versions, names and sizes of the first layers: any change of a byte there must be seen, except
  // in the training's two numbers (bytes 17..28).
  for (std::size_t position = 0; position < 300; ++position) {
    if (position >= 17 && position <= 28) {
      continue;
    }
    Bytestring damaged(file_.begin(), file_.begin() + 100'000);
    damaged[position] ^= std::byte{0x04};
    EXPECT_EQ(read_dlib_net(damaged).error().code, ErrorCode::kCorrupt) << position;
  }
}

}  // namespace
}  // namespace albumen
