// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/tar_format.h"

#include <gtest/gtest.h>

#include "sources/testing/tar_writer.h"

namespace albumen {
namespace {

using namespace std::string_view_literals;

Result<TarHeader> parse(const TarMemberSpec& spec) {
  TarWriter writer;
  writer.add(spec);
  const std::string block = writer.unfinished().substr(0, kTarBlockBytes);
  return parse_tar_header(std::as_bytes(std::span{block}));
}

TEST(TarFormatTest, SizesAreOctalOrBase256) {
  EXPECT_EQ(parse({.name = "a", .claimed_size = 0777}).value().size_bytes, 0777U);
  const std::uint64_t large = std::uint64_t{1} << 40U;
  EXPECT_EQ(parse({.name = "a", .base_256 = true, .claimed_size = large}).value().size_bytes,
            large);
  EXPECT_EQ(parse({.name = "a", .size_field = "   17       "}).value().size_bytes, 15U);
  EXPECT_EQ(parse({.name = "a", .size_field = std::string(12, '\0')}).value().size_bytes, 0U);
  EXPECT_EQ(parse({.name = "a", .size_field = "777777777777"}).value().size_bytes,
            (std::uint64_t{1} << 36U) - 1);
}

TEST(TarFormatTest, SizesThatAreNoNumberAreCorrupt) {
  for (const auto field :
       {"00000000008"sv, "-1"sv, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv,
        "\x80\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv,
        "\x80\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv}) {
    const auto header = parse({.name = "a", .size_field = std::string{field}});
    ASSERT_FALSE(header.has_value());
    EXPECT_EQ(header.error().code, ErrorCode::kCorrupt);
  }
}

TEST(TarFormatTest, ChecksumsMayBeSumsOfSignedBytes) {
  EXPECT_TRUE(parse({.name = "\xE9t\xE9", .signed_checksum = true}).has_value());
  EXPECT_TRUE(parse({.name = "\xE9t\xE9"}).has_value());
  EXPECT_EQ(parse({.name = "a", .claimed_checksum = 7}).error().code, ErrorCode::kCorrupt);
}

TEST(TarFormatTest, APrefixCountsOnlyUnderTheMarkOfPosix) {
  EXPECT_EQ(parse({.name = "b.jpg", .prefix = "a/long"}).value().name, "a/long/b.jpg");
  EXPECT_EQ(parse({.name = "b.jpg", .dialect = TarDialect::kGnu, .prefix = "time"}).value().name,
            "b.jpg");
  EXPECT_EQ(parse({.name = std::string(100, 'n')}).value().name, std::string(100, 'n'));
}

TEST(TarFormatTest, PaxRecordsOfAMemberAreRead) {
  PaxFields fields;
  const std::string records = TarWriter::pax_record("mtime", "1.5") +
                              TarWriter::pax_record("path", "a=b\nc.jpg") +
                              TarWriter::pax_record("size", "9000000000");
  ASSERT_TRUE(parse_pax_records(records, fields).has_value());
  EXPECT_EQ(fields.path, "a=b\nc.jpg");
  EXPECT_EQ(fields.size_bytes, 9'000'000'000U);
  ASSERT_TRUE(parse_pax_records(TarWriter::pax_record("path", ""), fields).has_value());
  EXPECT_EQ(fields.path, std::nullopt) << "an empty value takes a record back";
  ASSERT_TRUE(
      parse_pax_records(TarWriter::pax_record("GNU.sparse.major", "1"), fields).has_value());
  EXPECT_TRUE(fields.sparse);
}

TEST(TarFormatTest, PaxRecordsThatLieAreCorrupt) {
  for (const char* records :
       {"9999 path=a\n", "5 path=a\n", "0 \n", "2 \n", "path=a\n", "10 path=ab", "9 patha\n",
        " 5 a=\n", "-1 path=a\n", "18446744073709551628 path=a\n", "11 path=abc\n", "10 size=x\n\n",
        "11 size=-1\n\n", "29 size=99999999999999999999\n"}) {
    PaxFields fields;
    const auto parsed = parse_pax_records(records, fields);
    ASSERT_FALSE(parsed.has_value()) << records;
    EXPECT_EQ(parsed.error().code, ErrorCode::kCorrupt) << records;
  }
}

}  // namespace
}  // namespace albumen
