// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/zip_format.h"

#include <gtest/gtest.h>

#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span{text});
}

TEST(ZipFormatTest, FindsTheEndRecordBehindEveryLengthOfComment) {
  for (const std::size_t length : {0U, 1U, 21U, 22U, 500U, 65535U}) {
    const std::string archive = ZipWriter{}.finish({.comment = std::string(length, 'c')});
    EXPECT_EQ(find_end_record(bytes_of(archive)), 0U) << length;
  }
}

TEST(ZipFormatTest, AnEndRecordThatDoesNotEndWithTheFileIsNone) {
  const std::string archive = ZipWriter{}.finish();
  EXPECT_EQ(find_end_record(bytes_of(archive + "x")), std::nullopt);
  EXPECT_EQ(find_end_record(bytes_of(archive.substr(0, 21))), std::nullopt);
  EXPECT_EQ(find_end_record({}), std::nullopt);
}

TEST(ZipFormatTest, OfTwoEndRecordsTheLastCounts) {
  // Story: the comment of an archive is an archive.
  const std::string inner = ZipWriter{}.finish();
  const std::string outer = ZipWriter{}.finish({.comment = inner});
  EXPECT_EQ(find_end_record(bytes_of(outer)), kEndRecordBytes);
}

TEST(ZipFormatTest, ReadsWhatTheWriterWrote) {
  ZipWriter writer;
  writer.add({.name = "a", .content = "hello", .zip64 = true});
  const std::string archive = writer.finish();
  const auto end = bytes_of(archive).last(kEndRecordBytes);
  const auto extent = parse_end_record(end).value();
  EXPECT_EQ(extent.members, 1U);
  const auto directory = bytes_of(archive).subspan(extent.offset, extent.size_bytes);
  ASSERT_EQ(central_record_size(directory).value(), extent.size_bytes);
  const ZipRecord record = parse_central_record(directory);
  EXPECT_EQ(record.name, "a");
  EXPECT_EQ(record.size_bytes, 5U);
  EXPECT_EQ(record.stored_bytes, 5U);
  EXPECT_EQ(record.header_offset, 0U);
  EXPECT_EQ(record.unix_mode, 0100644);
  EXPECT_FALSE(record.lacks_zip64_field);
}

TEST(ZipFormatTest, AZip64FieldCutShortIsNoticed) {
  ZipWriter writer;
  writer.add({.name = "a", .content = "hello", .zip64 = true});
  std::string archive = writer.finish();
  const auto extent = parse_end_record(bytes_of(archive).last(kEndRecordBytes)).value();
  constexpr std::size_t kFieldSizeAt = kCentralRecordBytes + 1 + 2;
  archive[extent.offset + kFieldSizeAt] = 8;  // was 24: only the first value is there
  EXPECT_TRUE(parse_central_record(bytes_of(archive).subspan(extent.offset, extent.size_bytes))
                  .lacks_zip64_field);
}

}  // namespace
}  // namespace albumen
