// SPDX-License-Identifier: Apache-2.0
#include "files/sha256.h"

#include <cstddef>
#include <gtest/gtest.h>
#include <span>
#include <string>
#include <string_view>

#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text});
}

TEST(Sha256Test, GivesTheStandardsExamples) {
  // FIPS 180-4 examples: one block, and the empty message.
  EXPECT_EQ(to_string(sha256(bytes_of("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_string(sha256({})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256Test, AFileHashesLikeItsBytesAcrossBlocks) {
  const TemporaryDirectory folder;
  const std::string content((std::size_t{1} << 20U) + 17, 'x');
  const std::string path = folder.write("a", content);
  EXPECT_EQ(sha256_of_file(path).value(), sha256(bytes_of(content)));
}

// A run that was stopped while it hashed a video of many GiB went on to its end.
TEST(Sha256Test, StopEndsIt) {
  std::stop_source stop;
  const TemporaryDirectory folder;
  const std::string content((std::size_t{1} << 20U) + 17, 'x');
  const std::string path = folder.write("a", content);
  EXPECT_EQ(sha256(bytes_of(content), stop.get_token()).value(), sha256(bytes_of(content)));
  EXPECT_EQ(sha256_of_file(path, stop.get_token()).value(), sha256(bytes_of(content)));
  stop.request_stop();
  EXPECT_EQ(sha256(bytes_of(content), stop.get_token()).error().code, ErrorCode::kCancelled);
  EXPECT_EQ(sha256_of_file(path, stop.get_token()).error().code, ErrorCode::kCancelled);
}

TEST(Sha256Test, ParsesWhatItPrints) {
  const auto digest = sha256(bytes_of("abc"));
  EXPECT_EQ(parse_sha256(to_string(digest)).value(), digest);
  EXPECT_FALSE(parse_sha256("abc").has_value());
  EXPECT_FALSE(parse_sha256(std::string(64, 'g')).has_value());
  EXPECT_FALSE(parse_sha256(std::string(66, 'a')).has_value());
}

}  // namespace
}  // namespace albumen
