// SPDX-License-Identifier: Apache-2.0
#include "files/file_names.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "files/path_text.h"

namespace albumen {
namespace {

TEST(FileNamesTest, EqualNamesGetNumbersThatNobodyHas) {
  FileNames names;
  EXPECT_EQ(names.take("x.jpg"), "x.jpg");
  EXPECT_EQ(names.take("x-2.jpg"), "x-2.jpg");
  EXPECT_EQ(names.take("x.jpg"), "x-3.jpg");
  EXPECT_EQ(names.take("x-2.jpg"), "x-2-2.jpg");
  EXPECT_EQ(names.take("x.jpg"), "x-4.jpg");
  EXPECT_EQ(names.take("none"), "none");
  EXPECT_EQ(names.take("none"), "none-2");
  EXPECT_EQ(names.take(".jpg"), ".jpg");
  EXPECT_EQ(names.take("a.b.jpg"), "a.b.jpg");
  EXPECT_EQ(names.take("a.b.jpg"), "a.b-2.jpg");
}

TEST(FileNamesTest, CaseAloneTellsNoFilesApart) {
  FileNames names;
  EXPECT_EQ(names.take("IMG.jpg"), "IMG.jpg");
  EXPECT_EQ(names.take("img.JPG"), "img-2.JPG");
}

TEST(FileNamesTest, NamesFitAnyFileSystemAndKeepTheirExtension) {
  FileNames names;
  const std::string longest = std::string(251, 'l') + ".jpg";
  EXPECT_EQ(names.take(longest), longest);
  EXPECT_EQ(names.take(longest), std::string(249, 'l') + "-2.jpg");
  EXPECT_EQ(names.take(std::string(4000, 'm') + ".jpeg"), std::string(250, 'm') + ".jpeg");
  EXPECT_EQ(names.take("." + std::string(4000, 'n')).size(), kLongestFileName);
  std::string wide;
  for (int letter = 0; letter < 200; ++letter) {
    wide += "\xE2\x82\xAC";
  }
  const std::string cut = names.take(wide + ".jpg");
  EXPECT_TRUE(is_utf8(cut));
  EXPECT_LE(cut.size(), kLongestFileName);
  EXPECT_GT(cut.size(), kLongestFileName - 4);
}

// The least number that makes the name new, found by trying them all.
class SlowFileNames {
 public:
  std::string take(const std::string& name) {
    const std::size_t dot = std::min(name.rfind('.'), name.size());
    const std::string extension = name.substr(dot);
    for (int number = 1;; ++number) {
      const std::string suffix = number == 1 ? extension : fmt::format("-{}{}", number, extension);
      const std::string candidate = name.substr(0, std::min(dot, 255 - suffix.size())) + suffix;
      std::string key = candidate;
      std::ranges::transform(key, key.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
      });
      if (taken_.insert(key).second) {
        return candidate;
      }
    }
  }

 private:
  std::set<std::string> taken_;
};

TEST(FileNamesTest, TheyAreThoseOfTryingEveryNumber) {
  const std::string longest(250, 'l');
  const std::vector<std::string> names{"x.jpg",
                                       "X.JPG",
                                       "x-2.jpg",
                                       "x-10.jpg",
                                       "x",
                                       longest + ".jpg",
                                       longest + "behind.jpg",
                                       longest + "BEHIND.jpg",
                                       longest.substr(1) + "x.jpg",
                                       longest.substr(2) + "-2.jpg"};
  FileNames fast;
  SlowFileNames slow;
  std::mt19937 random{1};
  for (int question = 0; question < 600; ++question) {
    const std::string& name = names[random() % names.size()];
    ASSERT_EQ(fast.take(name), slow.take(name)) << question;
  }
}

// Each of these tried all numbers from the first on: an archive of 100,000 such names took hours.
TEST(FileNamesTest, NamesThatOnlyTheirCaseOrTheirCutOffEndTellApartAreCounted) {
  constexpr std::uint32_t kNames = 1U << 14;
  FileNames names;
  std::string last;
  for (std::uint32_t bits = 0; bits < kNames; ++bits) {
    std::string name = "abcdefghijklmn";
    for (std::size_t letter = 0; letter < name.size(); ++letter) {
      const bool is_upper = ((bits >> letter) & 1U) != 0;
      name[letter] = static_cast<char>(is_upper ? name[letter] - 'a' + 'A' : name[letter]);
    }
    last = names.take(name);
    names.take(fmt::format("{}{}.jpg", std::string(251, 'l'), bits));
  }
  EXPECT_EQ(last, fmt::format("ABCDEFGHIJKLMN-{}", kNames));
  EXPECT_EQ(names.take(std::string(300, 'l') + ".jpg"),
            fmt::format("{}-{}.jpg", std::string(245, 'l'), kNames + 1));
}

TEST(FileNamesTest, BytesThatAreNoTextAreCutAsBytes) {
  EXPECT_EQ(cut_to("caf\xE9 noir", 4), "caf\xE9");
  EXPECT_EQ(cut_to("caf\xC3\xA9", 4), "caf");
  EXPECT_EQ(cut_to("short", 10), "short");
}

}  // namespace
}  // namespace albumen
