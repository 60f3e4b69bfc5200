// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.h"

#include <gtest/gtest.h>

#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

TEST(SettingsTest, SectionsBecomeCommandKeysAndListsSeveralValues) {
  const TemporaryDirectory folder;
  const auto path =
      folder.write("c.toml", "threads = 2\njson = true\n[index]\nexclude = ['*.tmp', 'raw/*']\n");
  const auto values = read_config(path).value();
  EXPECT_EQ(values.at("threads"), std::vector<std::string>{"2"});
  EXPECT_EQ(values.at("json"), std::vector<std::string>{"true"});
  EXPECT_EQ(values.at("index.exclude"), (std::vector<std::string>{"*.tmp", "raw/*"}));
}

TEST(SettingsTest, AWrongFileNamesItsLine) {
  const TemporaryDirectory folder;
  const auto syntax = read_config(folder.write("a.toml", "threads = 2\nbroken = = 1\n"));
  ASSERT_FALSE(syntax.has_value());
  EXPECT_NE(syntax.error().message.find("a.toml:2:"), std::string::npos) << syntax.error().message;
  const auto value = read_config(folder.write("b.toml", "\nday = 2026-01-01\n"));
  ASSERT_FALSE(value.has_value());
  EXPECT_NE(value.error().message.find("b.toml:2:"), std::string::npos) << value.error().message;
}

TEST(SettingsTest, EnvironmentNamesAreUpperCaseWithUnderscores) {
  EXPECT_EQ(environment_name("memory-budget"), "ALBUMEN_MEMORY_BUDGET");
  EXPECT_EQ(environment_name("index.exclude"), "ALBUMEN_INDEX_EXCLUDE");
}

TEST(SettingsTest, TheDefaultConfigIsOnlyOneThatExists) {
  const TemporaryDirectory folder;
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    return name == "XDG_CONFIG_HOME" ? std::optional{folder.path()} : std::nullopt;
  };
  EXPECT_EQ(default_config_path(environment), std::nullopt);
  folder.write("albumen/config.toml", "");
  EXPECT_EQ(default_config_path(environment), folder / "albumen/config.toml");
}

}  // namespace
}  // namespace albumen
