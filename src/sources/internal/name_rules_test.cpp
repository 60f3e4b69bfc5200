// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/name_rules.h"

#include <gtest/gtest.h>

#include "files/path_text.h"

namespace albumen {
namespace {

using namespace std::string_view_literals;

NameRules rules(std::vector<std::string> excludes) {
  return NameRules::create(std::move(excludes)).value();
}

TEST(NameRulesTest, LeavesOutWhatOtherSystemsLeaveBehind) {
  EXPECT_EQ(metadata_reason(".DS_Store"), "macOS metadata");
  EXPECT_EQ(metadata_reason("__MACOSX"), "macOS metadata");
  EXPECT_EQ(metadata_reason("._IMG_1.JPG"), "macOS metadata");
  EXPECT_EQ(metadata_reason("THUMBS.DB"), "Windows metadata");
  EXPECT_EQ(metadata_reason("desktop.ini"), "Windows metadata");
  EXPECT_EQ(metadata_reason("@eaDir"), "Synology metadata");
  EXPECT_EQ(metadata_reason(".albumen"), "albumen's own folder");
  EXPECT_EQ(metadata_reason(".x"), "hidden");
}

TEST(NameRulesTest, LeavesInOrdinaryNames) {
  for (const auto name :
       {"a.jpg"sv, "_a"sv, "a.db"sv, "MACOSX"sv, "\xFF\xFE.jpg"sv, "Thumbs.db.jpg"sv}) {
    EXPECT_EQ(metadata_reason(name), std::nullopt) << name;
  }
}

TEST(NameRulesTest, GlobsMatchTheRelativePathOrTheLastName) {
  EXPECT_TRUE(rules({"*.tmp"}).excluded("a/b/c.tmp"));
  EXPECT_TRUE(rules({"a/*.jpg"}).excluded("a/b/c.jpg")) << "* matches / too";
  EXPECT_TRUE(rules({"cache/"}).excluded("x/cache"));
  EXPECT_FALSE(rules({"b/*"}).excluded("a/b/c.jpg"));
  EXPECT_FALSE(rules({}).excluded("a"));
}

TEST(NameRulesTest, AMemberIsLeftOutWithItsFolder) {
  EXPECT_EQ(rules({"cache"}).member_skip_reason("a/cache/b.jpg"), "excluded");
  EXPECT_EQ(rules({"cache"}).member_skip_reason("a/cached/b.jpg"), std::nullopt);
  EXPECT_EQ(rules({}).member_skip_reason("__MACOSX/a/._b.jpg"), "macOS metadata");
  EXPECT_EQ(rules({}).member_skip_reason("a/.git/b.jpg"), "hidden");
  EXPECT_EQ(rules({}).member_skip_reason("./a/./b.jpg"), std::nullopt);
}

TEST(NameRulesTest, AnEmptyGlobIsAMistakeOfTheUser) {
  EXPECT_EQ(NameRules::create({""}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(NameRules::create({"/"}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(NameRules::create({std::string{"a\0b"sv}}).error().code, ErrorCode::kInvalidArgument);
}

TEST(NameRulesTest, MemberNamesThatEscapeAreRefused) {
  for (const auto name :
       {""sv, "/a.jpg"sv, "\\a.jpg"sv, "\\\\host\\a.jpg"sv, "C:\\a.jpg"sv, "c:a.jpg"sv,
        "../a.jpg"sv, "a/../../b.jpg"sv, "a\\..\\b.jpg"sv, "a/.."sv, ".."sv, "a\0.jpg"sv}) {
    const auto checked = check_member_name(name);
    ASSERT_FALSE(checked.has_value()) << name;
    EXPECT_EQ(checked.error().code, ErrorCode::kCorrupt) << name;
  }
  EXPECT_EQ(check_member_name(std::string(4097, 'a')).error().code, ErrorCode::kTooLarge);
}

// A name of a mebibyte went whole into the rows and words of every job that met it.
TEST(NameRulesTest, OfALongNameTheBeginningIsKeptAsText) {
  const std::string longest(kMaxMemberName, 'a');
  EXPECT_EQ(shortened_name(longest), longest);
  const std::string cut = shortened_name(longest + "b");
  EXPECT_EQ(cut, longest.substr(3) + "...");
  std::string wide = "x";
  while (wide.size() <= kMaxMemberName) {
    wide += "\xC3\xA9";
  }
  EXPECT_TRUE(is_utf8(shortened_name(wide)));
  EXPECT_LE(shortened_name(wide).size(), kMaxMemberName);
  EXPECT_EQ(shortened_name(std::string(5000, '\xE9')).size(), kMaxMemberName);
}

TEST(NameRulesTest, OrdinaryMemberNamesPass) {
  for (const auto name :
       {"a"sv, "a/b.jpg"sv, "a..b"sv, "..."sv, "1:2.jpg"sv, "a//b"sv, "\xE9t\xE9.jpg"sv}) {
    EXPECT_TRUE(check_member_name(name).has_value()) << name;
  }
}

TEST(NameRulesTest, KnowsTheNamesOfArchives) {
  EXPECT_TRUE(named_like_archive("a.ZIP"));
  EXPECT_TRUE(named_like_archive("a/b.cbz"));
  EXPECT_TRUE(named_like_archive("shard-000.tar"));
  EXPECT_TRUE(named_like_archive("a.Tar.GZ"));
  EXPECT_FALSE(named_like_archive("notes.gz"));
  EXPECT_FALSE(named_like_archive("zip"));
  EXPECT_FALSE(named_like_archive("a.zip.jpg"));
}

}  // namespace
}  // namespace albumen
