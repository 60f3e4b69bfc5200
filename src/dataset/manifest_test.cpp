// SPDX-License-Identifier: Apache-2.0
#include "dataset/manifest.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "files/sha256.h"

namespace albumen {
namespace {

using ::testing::HasSubstr;

ManifestRow written_row() {
  return {.source = "/photos/a \"b\".jpg",
          .status = MemberStatus::kWritten,
          .output = "10_zwx/a.png",
          .format = "png",
          .size = {.width = 1024, .height = 768},
          .caption = "zwx, caf\xC3\xA9\tterrace",
          .caption_source = "a.txt",
          .repeats = 10,
          .concept_name = "zwx",
          .sha256 = sha256({}),
          .note = "embedded JPEG of 64x48"};
}

TEST(ManifestTest, ANoteOnDamageIsFoundAmongOthers) {
  ManifestRow row = written_row();
  EXPECT_FALSE(tells_damage(row));
  row.note += fmt::format("; {}", damage_note(0.999F));
  EXPECT_THAT(row.note, HasSubstr("the 99 % that are there"));
  EXPECT_TRUE(tells_damage(row));
}

TEST(ManifestTest, ARowIsOneLineOfAllFieldsInOneOrder) {
  EXPECT_EQ(to_json_line(written_row()),
            "{\"source\":\"/photos/a \\\"b\\\".jpg\",\"status\":\"written\",\"code\":null,"
            "\"reason\":null,\"output\":\"10_zwx/a.png\",\"format\":\"png\",\"width\":1024,"
            "\"height\":768,\"caption\":\"zwx, caf\xC3\xA9\\tterrace\",\"caption_source\":"
            "\"a.txt\",\"repeats\":10,\"concept\":\"zwx\",\"level\":null,\"sha256\":\"" +
                to_string(sha256({})) + "\",\"note\":\"embedded JPEG of 64x48\"}");
  const ManifestRow failed{.source = "x",
                           .status = MemberStatus::kFailed,
                           .code = "Truncated",
                           .reason = "the file is empty"};
  EXPECT_THAT(to_json_line(failed), HasSubstr("\"width\":null"));
}

TEST(ManifestTest, ARowReadAgainIsTheSame) {
  const ManifestRow failed{.source = "x", .status = MemberStatus::kFailed, .code = "Io"};
  for (const ManifestRow& row : {written_row(), failed, ManifestRow{.source = "s"}}) {
    const auto read = parse_manifest_row(to_json_line(row));
    ASSERT_TRUE(read.has_value()) << to_string(read.error());
    EXPECT_EQ(*read, row);
  }
}

// Manifests and journals of earlier builds have none.
TEST(ManifestTest, ARowWithoutANoteIsReadAsOneWithAnEmptyNote) {
  std::string line = to_json_line(written_row());
  line.resize(line.find(",\"note\""));
  const auto read = parse_manifest_row(line + "}");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->note, "");
}

TEST(ManifestTest, WhatWasNeverWrittenIsRefusedByItsField) {
  const std::string good = to_json_line(written_row());
  for (const auto& [part, other] : {std::pair{"\"width\":1024", "\"width\":-1"},
                                    std::pair{"\"width\":1024", "\"width\":99999999999"},
                                    std::pair{"\"width\":1024", "\"width\":null"},
                                    std::pair{"\"status\":\"written\"", "\"status\":\"lost\""},
                                    std::pair{"\"format\":\"png\"", "\"format\":[]"},
                                    std::pair{"\"sha256\":\"", "\"sha256\":\"zz"}}) {
    std::string bad = good;
    bad.replace(bad.find(part), std::string_view{part}.size(), other);
    EXPECT_EQ(parse_manifest_row(bad).error().code, ErrorCode::kCorrupt) << bad;
  }
  for (const char* line : {"", "{", "[]", "3", "{}"}) {
    EXPECT_EQ(parse_manifest_row(line).error().code, ErrorCode::kCorrupt) << line;
  }
}

}  // namespace
}  // namespace albumen
