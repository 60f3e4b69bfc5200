// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/export_manifest.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <string>

#include "files/sha256.h"
#include "library/testing/library_test_support.h"
#include "sources/source.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

const std::string kBegin =
    "Written by albumen people export. albumen index leaves this folder out as long as this file "
    "is "
    "here.\nversion\t1\nlibrary\t/l.db\nperson\tp-1\nfolder\tAda\n";

class ExportManifestTest : public ::testing::Test {
 protected:
  std::optional<ExportManifest> read(const std::string& text) {
    folder_.write("Ada/" + std::string{kExportMark}, text);
    return read_manifest(folder_ / "Ada");
  }

  TemporaryDirectory folder_;
  const Sha256Digest digest_ = sha256({});
};

TEST_F(ExportManifestTest, WhatWasWrittenIsReadAgainWhateverItsBytes) {
  const ExportManifest manifest{
      .library = "/home/caf\xE9\n/library.db",
      .person = "p-1",
      .folder = "A/da",
      .files = {{.kind = ExportedKind::kCopy,
                 .name = "tab\there%.jpg",
                 .source = "/p/a.zip",
                 .digest = digest_},
                {.kind = ExportedKind::kHardLink, .name = "h.jpg", .source = "/p/h.jpg"},
                {.kind = ExportedKind::kSymlink, .name = "..s.jpg", .source = "/p/s.jpg"},
                {.kind = ExportedKind::kSheet, .name = "sheet.png", .digest = digest_}}};
  fs::create_directory(folder_ / "Ada");
  must(write_manifest(folder_ / "Ada", manifest));
  EXPECT_EQ(read_manifest(folder_ / "Ada"), manifest);
  EXPECT_EQ(read(kBegin)->files.size(), 0U);
}

// The folder may come from anywhere: a name that leads out of it must never be removed.
TEST_F(ExportManifestTest, AManifestThatNoAlbumenWroteIsNone) {
  const std::string digest = to_string(digest_);
  for (const std::string line :
       {"symlink\t\t../up.jpg\t/p/x", "symlink\t\t/etc/passwd\t/p/x", "symlink\t\t..\t/p/x",
        "symlink\t\t.\t/p/x", "symlink\t\t\t/p/x", "symlink\t\ta/b\t/p/x", "symlink\t\ta%2fb\t/p/x",
        "symlink\t\ta%00b\t/p/x", "symlink\t\t.albumen-export\t/p/x", "symlink\t\tx.jpg\trelative",
        "symlink\t\tx.jpg\t", "symlink\t\tx.jpg", "other\t\tx.jpg\t/p", "copy\t\tx.jpg\t/p/x",
        "copy\tbeef\tx.jpg\t/p/x", "symlink\t\tbad%zz\t/p/x", "", "copy"}) {
    EXPECT_FALSE(read(kBegin + line + "\n").has_value()) << line;
  }
  EXPECT_FALSE(read(kBegin + "symlink\t" + digest + "\tx.jpg\t/p/x\n").has_value());
  EXPECT_FALSE(read(kBegin + "sheet\t" + digest + "\tx.png\t/p/x\n").has_value());
  EXPECT_FALSE(read(kBegin + "symlink\t\t" + std::string(256, 'x') + "\t/p/x\n").has_value());
  EXPECT_TRUE(read(kBegin + "symlink\t\tx.jpg\t/p/x\n").has_value());
  EXPECT_FALSE(read("").has_value());
  EXPECT_FALSE(read(kBegin.substr(0, kBegin.find("person"))).has_value());
}

TEST_F(ExportManifestTest, LinksAreNoManifests) {
  ASSERT_TRUE(read(kBegin).has_value());
  fs::create_directory_symlink(folder_ / "Ada", folder_ / "link");
  EXPECT_FALSE(read_manifest(folder_ / "link").has_value());
  fs::create_directory(folder_ / "Bob");
  fs::create_symlink(folder_ / "Ada/.albumen-export", folder_ / "Bob/.albumen-export");
  EXPECT_FALSE(read_manifest(folder_ / "Bob").has_value());
  EXPECT_FALSE(read_manifest(folder_ / "missing").has_value());
}

}  // namespace
}  // namespace albumen
