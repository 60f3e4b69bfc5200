// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/container_kind.h"

#include <gtest/gtest.h>

#include "sources/testing/tar_writer.h"

namespace albumen {
namespace {

using namespace std::string_view_literals;

ContainerKind kind_of(std::string_view text) {
  return container_kind(std::as_bytes(std::span{text}));
}

TEST(ContainerKindTest, KnowsArchivesByTheirBytes) {
  EXPECT_EQ(kind_of("PK\3\4..."), ContainerKind::kZip);
  for (const auto dialect : {TarDialect::kV7, TarDialect::kUstar, TarDialect::kGnu}) {
    TarWriter writer;
    writer.add({.name = "a.jpg", .content = "x", .dialect = dialect});
    EXPECT_EQ(kind_of(writer.unfinished()), ContainerKind::kTar);
    EXPECT_EQ(kind_of(std::string_view{writer.unfinished()}.substr(0, 511)), ContainerKind::kNone);
  }
}

TEST(ContainerKindTest, ATarIsOneWhateverItsFirstMemberIsCalled) {
  // Story: the name of the first member is the first thing in the file.
  for (const char* name : {"GIF89a", "BZh9", "\xFF\xD8\xFF", "\x1F\x8B\x08"}) {
    TarWriter writer;
    writer.add({.name = name, .content = "x", .dialect = TarDialect::kV7});
    EXPECT_EQ(kind_of(writer.unfinished()), ContainerKind::kTar) << name;
  }
}

TEST(ContainerKindTest, NamesWhatUnpacksCompressedOnes) {
  EXPECT_EQ(unpacker_of(kind_of("\x1F\x8B\x08\0"sv)), "gzip");
  EXPECT_EQ(unpacker_of(kind_of("BZh91AY")), "bzip2");
  EXPECT_EQ(unpacker_of(kind_of("\xFD\x37zXZ\0"sv)), "xz");
  EXPECT_EQ(unpacker_of(kind_of("\x28\xB5\x2F\xFD")), "zstd");
  EXPECT_EQ(unpacker_of(ContainerKind::kTar), "");
}

TEST(ContainerKindTest, PicturesAndZerosAreNone) {
  EXPECT_EQ(kind_of(""), ContainerKind::kNone);
  EXPECT_EQ(kind_of("\xFF\xD8\xFF\xE0"), ContainerKind::kNone);
  EXPECT_EQ(kind_of(std::string(1024, '\0')), ContainerKind::kNone);
}

}  // namespace
}  // namespace albumen
