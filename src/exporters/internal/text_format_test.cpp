// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/text_format.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace albumen::exporting {
namespace {

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string csv(std::string_view text) {
  std::string out;
  append_csv_field(out, text);
  return out;
}

std::string fixed(double value, int decimals) {
  std::string out;
  append_fixed(out, value, decimals);
  return out;
}

TEST(TextFormatTest, JsonStringsAreReadBack) {
  for (const std::string& text :
       {std::string{}, std::string{"plain"}, std::string{"a\"b\\c/d"}, std::string{"\0\x1F\n\t", 4},
        std::string{"Zo\xC3\xAB \xF0\x9F\x98\x80"}}) {
    EXPECT_EQ(nlohmann::json::parse(json(text)).get<std::string>(), text);
    EXPECT_EQ(json(text).find('\n'), std::string::npos);
  }
  EXPECT_EQ(json("a\xFF"), "\"a\xEF\xBF\xBD\"");
}

TEST(TextFormatTest, CsvFieldsAreQuotedWhereNeeded) {
  EXPECT_EQ(csv("plain text"), "plain text");
  EXPECT_EQ(csv(""), "");
  EXPECT_EQ(csv("a,b"), "\"a,b\"");
  EXPECT_EQ(csv("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv("a\r\nb"), "\"a\r\nb\"");
}

TEST(TextFormatTest, NumbersHaveTheirDecimalsAndNoNegativeZero) {
  EXPECT_EQ(fixed(1.25, 1), "1.2");
  EXPECT_EQ(fixed(-0.04, 1), "0.0");
  EXPECT_EQ(fixed(-0.0, 2), "0.00");
  EXPECT_EQ(fixed(-0.06, 1), "-0.1");
  EXPECT_EQ(fixed(123456.789, 0), "123457");
}

TEST(TextFormatTest, OnlyTheWholeIsOne) {
  const auto share = [](double value) {
    std::string out;
    append_share(out, value);
    return out;
  };
  EXPECT_EQ(share(1), "1.0000");
  EXPECT_EQ(share(0.99999), "0.9999");
  EXPECT_EQ(share(0.54321), "0.5432");
  EXPECT_EQ(share(0), "0.0000");
}

TEST(TextFormatTest, HashesAreHexadecimal) { EXPECT_EQ(hash_text(0xABCU), "0000000000000abc"); }

}  // namespace
}  // namespace albumen::exporting
