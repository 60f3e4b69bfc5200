// SPDX-License-Identifier: Apache-2.0
#include "files/face_id.h"

#include <gtest/gtest.h>
#include <string>

#include "files/sha256.h"

namespace albumen {
namespace {

FaceKey some_face(std::uint32_t index) { return {.picture = sha256({}), .index = index}; }

TEST(FaceIdTest, WhatIsWrittenIsUnderstood) {
  for (const std::uint32_t index : {0U, 12U, 4'294'967'295U}) {
    const FaceKey face = some_face(index);
    EXPECT_EQ(to_string(face), to_string(face.picture) + "#" + std::to_string(index));
    EXPECT_EQ(short_face_id(face), "e3b0c442#" + std::to_string(index));
    for (const std::string& text : {to_string(face), short_face_id(face)}) {
      const auto read = parse_face_id(text);
      ASSERT_TRUE(read.has_value()) << text;
      EXPECT_TRUE(read->fits(face)) << text;
      EXPECT_FALSE(read->fits(some_face(index - 1))) << text;
      EXPECT_FALSE(read->fits({.picture = {}, .index = index})) << text;
    }
  }
}

TEST(FaceIdTest, AnyNumberOfFirstDigitsOfEitherCaseWillDo) {
  EXPECT_TRUE(parse_face_id("e#3")->fits(some_face(3)));
  EXPECT_TRUE(parse_face_id("E3B0C#3")->fits(some_face(3)));
  EXPECT_FALSE(parse_face_id("3b#3")->fits(some_face(3)));
}

TEST(FaceIdTest, AnythingElseIsRefused) {
  const std::string digits(64, 'a');
  for (const std::string& bad :
       {std::string{}, std::string{"#"}, std::string{"#0"}, std::string{"12ab"},
        std::string{"12ab#"}, std::string{"12ab#x"}, std::string{"12ab#1x"}, std::string{"12ab#-1"},
        std::string{"12ab# 1"}, std::string{"12ab##1"}, std::string{"12ab#4294967296"},
        std::string{"12gb#1"}, std::string{"12ab/1"}, digits + "a#1", digits}) {
    const auto read = parse_face_id(bad);
    ASSERT_FALSE(read.has_value()) << bad;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace albumen
