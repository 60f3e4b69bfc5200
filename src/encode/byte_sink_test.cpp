// SPDX-License-Identifier: Apache-2.0
#include "encode/byte_sink.h"

#include <cstddef>
#include <gtest/gtest.h>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/units.h"
#include "files/file.h"
#include "files/sha256.h"
#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text});
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(ByteSinkTest, MemoryKeepsThePiecesInOrderUpToItsLimit) {
  MemorySink sink{Bytes{7}};
  ASSERT_TRUE(sink.write(bytes_of("abc")).has_value());
  ASSERT_TRUE(sink.write({}).has_value());
  ASSERT_TRUE(sink.write(bytes_of("defg")).has_value());
  const auto refused = sink.write(bytes_of("h"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kBudgetExceeded);
  EXPECT_EQ(text_of(sink.bytes()), "abcdefg");
  EXPECT_EQ(text_of(sink.take()), "abcdefg");
  EXPECT_TRUE(sink.bytes().empty());
}

TEST(ByteSinkTest, AFileAppearsWhenItsOwnerCommits) {
  const TemporaryDirectory folder;
  const std::string path = folder / "out";
  AtomicFile file = AtomicFile::create(path).value();
  FileSink sink{file};
  ASSERT_TRUE(sink.write(bytes_of("ab")).has_value());
  ASSERT_TRUE(sink.write(bytes_of("c")).has_value());
  ASSERT_TRUE(file.commit().has_value());
  EXPECT_EQ(read_small_file(path, kKiB).value(), "abc");
}

TEST(ByteSinkTest, HashesWhatItPassesOn) {
  MemorySink memory;
  HashingSink sink{memory};
  ASSERT_TRUE(sink.write(bytes_of("ab")).has_value());
  ASSERT_TRUE(sink.write(bytes_of("c")).has_value());
  EXPECT_EQ(sink.size(), Bytes{3});
  EXPECT_EQ(text_of(memory.bytes()), "abc");
  // FIPS 180-4's own example.
  EXPECT_EQ(to_string(sink.finish()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ByteSinkTest, DoesNotHashWhatTheNextSinkRefused) {
  MemorySink memory{Bytes{1}};
  HashingSink sink{memory};
  ASSERT_FALSE(sink.write(bytes_of("ab")).has_value());
  EXPECT_EQ(sink.size(), Bytes{});
  EXPECT_EQ(sink.finish(), sha256({}));
}

}  // namespace
}  // namespace albumen
