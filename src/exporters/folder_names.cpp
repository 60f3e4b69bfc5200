// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/folder_names.h"

#include <cstddef>
#include <fmt/core.h>
#include <string_view>
#include <utility>

#include "core/ascii_case.h"
#include "exporters/people_folders.h"
#include "files/file_names.h"
#include "files/path_text.h"

namespace albumen {
namespace {

constexpr std::size_t kLongestFolderName = 200;
constexpr std::size_t kLongestIdInName = 40;

// What is left of `text` when nothing in it can mean anything to a file system; may be nothing.
std::string safe_name(std::string_view text) {
  std::string name;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    const bool unsafe = byte < 0x20 || byte == 0x7F ||
                        std::string_view{"/\\:*?\"<>|"}.find(character) != std::string_view::npos;
    name.push_back(unsafe ? '_' : character);
  }
  name = cut_to(std::move(name), kLongestFolderName);
  while (!is_utf8(name)) {
    name.pop_back();
  }
  while (name.starts_with('.') || name.starts_with(' ')) {
    name.erase(0, 1);
  }
  while (name.ends_with('.') || name.ends_with(' ')) {
    name.pop_back();
  }
  return name;
}

}  // namespace

std::string folder_name(const PersonRow& person, bool unique) {
  const std::string name = safe_name(person.name);
  // An id is safe already, unless somebody else wrote the library.
  const std::string id = safe_name(person.id);
  if (name.empty()) {
    return id.empty() ? "person" : id;
  }
  return unique ? name : fmt::format("{} {}", name, cut_to(id, kLongestIdInName));
}

std::map<std::string, std::string> folder_names(const std::vector<PersonRow>& people) {
  std::map<std::string, unsigned> count;
  for (const PersonRow& person : people) {
    ++count[lower_case(folder_name(person, true))];
  }
  FileNames taken;
  std::map<std::string, std::string> names;
  for (const bool unique : {true, false}) {
    for (const PersonRow& person : people) {
      if ((count[lower_case(folder_name(person, true))] == 1) == unique) {
        names.emplace(person.id, taken.take(folder_name(person, unique)));
      }
    }
  }
  return names;
}

}  // namespace albumen
