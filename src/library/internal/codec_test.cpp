// SPDX-License-Identifier: Apache-2.0
#include "library/internal/codec.h"

#include <gtest/gtest.h>
#include <limits>
#include <random>

#include "files/path_text.h"

namespace albumen::store {
namespace {

TEST(CodecTest, HashesComeBackAndReadAsHexadecimal) {
  std::mt19937_64 random{1};
  std::array<std::uint64_t, kTurnCount> hashes{};
  for (auto& hash : hashes) {
    hash = random();
  }
  hashes.at(0) = 0x0123456789ABCDEFU;
  const HashBlob blob = encode_hashes(hashes);
  EXPECT_EQ(decode_hashes(blob), hashes);
  EXPECT_EQ(to_hex({reinterpret_cast<const char*>(blob.data()), 8}), "0123456789abcdef");
  EXPECT_EQ(decode_hashes({}), (std::array<std::uint64_t, kTurnCount>{}));
}

TEST(CodecTest, LandmarksComeBack) {
  Landmarks landmarks{};
  for (std::size_t index = 0; index < landmarks.size(); ++index) {
    landmarks.at(index) = {static_cast<float>(index) + 0.1F, -1e-30F};
  }
  EXPECT_EQ(decode_landmarks(encode_landmarks(landmarks)), landmarks);
  landmarks.at(4).y = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(decode_landmarks(encode_landmarks(landmarks)));
  EXPECT_FALSE(decode_landmarks(BlobView{encode_landmarks(landmarks)}.first(39)));
}

TEST(CodecTest, VectorsComeBackAsHalves) {
  const std::vector<float> vector{0.5F, -0.25F, 0.1F};
  std::vector<std::byte> blob(99);
  encode_vector(vector, blob);
  EXPECT_EQ(blob.size(), 6);
  EXPECT_EQ(blob.at(1), std::byte{0x38});  // 0.5 is 0x3800
  std::vector<Half> halves(99);
  ASSERT_TRUE(decode_vector(blob, halves));
  ASSERT_EQ(halves.size(), 3);
  EXPECT_EQ(from_half(halves.at(0)), 0.5F);
  EXPECT_NEAR(from_half(halves.at(2)), 0.1F, 1e-4);
}

TEST(CodecTest, BadVectorsAreRefused) {
  std::vector<Half> halves;
  const std::vector<std::byte> bytes(6);
  EXPECT_FALSE(decode_vector({}, halves));
  EXPECT_FALSE(decode_vector(BlobView{bytes}.first(5), halves));
  const std::array infinite{std::byte{0x00}, std::byte{0xFC}};
  EXPECT_FALSE(decode_vector(infinite, halves));
}

TEST(CodecTest, EveryContentTypeHasItsOwnName) {
  for (std::uint8_t value = 0; value <= static_cast<std::uint8_t>(ContentType::kVideo); ++value) {
    const auto type = static_cast<ContentType>(value);
    EXPECT_EQ(parse_content_type(albumen::name_of(type)), type);
  }
  EXPECT_FALSE(parse_content_type("nonsense"));
}

TEST(CodecTest, RetryPoliciesHaveNames) {
  for (const RetryPolicy retry : {RetryPolicy::kWhenInputChanges, RetryPolicy::kNextRun}) {
    EXPECT_EQ(parse_retry(name_of(retry)), retry);
  }
  EXPECT_FALSE(parse_retry(""));
}

}  // namespace
}  // namespace albumen::store
