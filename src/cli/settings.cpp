// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.h"

#include <cctype>
#include <cstdlib>
#include <fmt/core.h>
#include <sys/stat.h>

#include <toml++/toml.h>

#include "files/file.h"
#include "files/path_text.h"

namespace albumen {
namespace {

constexpr Bytes kLargestConfig = kMiB;

std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) {
    return text->get();
  }
  if (const auto* number = node.as_integer()) {
    return fmt::format("{}", number->get());
  }
  if (const auto* number = node.as_floating_point()) {
    return fmt::format("{}", number->get());
  }
  if (const auto* flag = node.as_boolean()) {
    return flag->get() ? "true" : "false";
  }
  return std::nullopt;
}

std::unexpected<Error> refuse(const std::string& path, const std::string& key,
                              const toml::node& node) {
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{}:{}: '{}' must be text, a number, true or false, or a list of these",
                          path_to_text(path), node.source().begin.line, key));
}

Result<std::vector<std::string>> values_of(const std::string& path, const std::string& key,
                                           const toml::node& node) {
  const auto* list = node.as_array();
  if (list == nullptr) {
    const auto text = scalar_text(node);
    return text ? Result<std::vector<std::string>>{{*text}} : refuse(path, key, node);
  }
  std::vector<std::string> values;
  for (const auto& element : *list) {
    const auto text = scalar_text(element);
    if (!text) {
      return refuse(path, key, element);
    }
    values.push_back(*text);
  }
  return values;
}

Result<void> flatten(const std::string& path, const std::string& prefix, const toml::table& table,
                     ConfigValues& out) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string{name.str()};
    const auto* section = node.as_table();
    if (section != nullptr && prefix.empty()) {
      TRY(flatten(path, key + ".", *section, out));
    } else {
      out[key] = TRY(values_of(path, key, node));
    }
  }
  return {};
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
}

Result<ConfigValues> read_config(const std::string& path) {
  const std::string text = TRY(read_small_file(path, kLargestConfig));
  ConfigValues values;
  try {
    const toml::table table = toml::parse(text, path_to_text(path));
    TRY(flatten(path, "", table, values));
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}:{}:{}: {}", path_to_text(path), error.source().begin.line,
                            error.source().begin.column, error.description()));
  }
  return values;
}

std::optional<std::string> default_config_path(const Environment& environment) {
  std::string folder = environment("XDG_CONFIG_HOME").value_or("");
  if (folder.empty()) {
    const auto home = environment("HOME");
    if (!home || home->empty()) {
      return std::nullopt;
    }
    folder = *home + "/.config";
  }
  std::string path = folder + "/albumen/config.toml";
  struct stat status{};

  return ::stat(path.c_str(), &status) == 0 ? std::optional{std::move(path)} : std::nullopt;
}

std::string environment_name(std::string_view key) {
  std::string name = "ALBUMEN_";
  for (const char letter : key) {
    const bool plain = std::isalnum(static_cast<unsigned char>(letter)) != 0;
    name.push_back(plain ? static_cast<char>(std::toupper(static_cast<unsigned char>(letter)))
                         : '_');
  }
  return name;
}

}  // namespace albumen
