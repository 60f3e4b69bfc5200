// SPDX-License-Identifier: Apache-2.0
#include "dataset/internal/json_shape.h"

#include <gtest/gtest.h>
#include <string>

namespace albumen {
namespace {

TEST(JsonShapeTest, CountsWhatStandsOutsideOfStrings) {
  const JsonShape shape = shape_of_json(R"({"a[{,": ["b\"]", 1, {}], "c\\": null})");
  EXPECT_EQ(shape.depth, 3U);
  EXPECT_EQ(shape.containers, 3U);
  EXPECT_EQ(shape.strings, 3U);
  EXPECT_EQ(shape.values, 7U) << "at least the 6 that there are";
}

TEST(JsonShapeTest, WhatIsNoJsonHasAShapeToo) {
  EXPECT_EQ(shape_of_json("").depth, 0U);
  EXPECT_EQ(shape_of_json("]]]][").depth, 1U);
  EXPECT_EQ(shape_of_json("\"[[[").depth, 0U);
  EXPECT_EQ(shape_of_json("\"\\").strings, 1U);
}

TEST(JsonShapeTest, ManyEmptyValuesTakeMoreThanTheirText) {
  std::string text = "[{}";
  for (int more = 1; more < 1000; ++more) {
    text += ",{}";
  }
  text += ']';
  EXPECT_GT(json_memory(shape_of_json(text)), Bytes{text.size() * 30});
  const std::string one_string = '"' + std::string(3000, 'x') + '"';
  EXPECT_LT(json_memory(shape_of_json(one_string)), Bytes{one_string.size() * 2});
}

}  // namespace
}  // namespace albumen
