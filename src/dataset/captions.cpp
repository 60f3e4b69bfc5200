// SPDX-License-Identifier: Apache-2.0
#include "dataset/captions.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "dataset/internal/json_shape.h"
#include "files/path_text.h"

namespace albumen {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 5> kPictureKeys{"file_name", "image_path", "image", "path",
                                                       "file"};
constexpr std::array<std::string_view, 3> kTextKeys{"caption", "text", "prompt"};
// Tables of captions are two levels deep; tools add some details of their own.
constexpr std::size_t kDeepest = 16;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

bool is_space(char character) {
  return character == ' ' || character == '\t' || character == '\n' || character == '\r' ||
         character == '\f' || character == '\v' || character == '\0';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

// One line: trainers take the first line of a file for all of it.
std::string one_line(std::string_view text) {
  std::string line;
  bool in_break = false;
  for (const char character : trimmed(text)) {
    if (character == '\n' || character == '\r') {
      in_break = true;
      continue;
    }
    if (in_break) {
      while (line.ends_with(' ')) {
        line.pop_back();
      }
      line.push_back(' ');
      in_break = false;
    }
    if (!(character == ' ' && line.ends_with(' '))) {
      line.push_back(character);
    }
  }
  return line;
}

// Null for what is no JSON or nests too deep: a hostile file must not cost the stack. The depth is
// looked at before, because a parser that calls back at each value looks through the container
// around it each time.
std::optional<Json> parse(std::string_view text) {
  if (shape_of_json(text).depth > kDeepest) {
    return std::nullopt;
  }
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return std::nullopt;
  }
  return json;
}

std::optional<std::string> text_at(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) {
    return std::nullopt;
  }
  return one_line(found->get_ref<const std::string&>());
}

// "a, b" of a string or of a list of strings.
std::string tags_of(const Json& object) {
  const auto found = object.find("tags");
  if (found == object.end()) {
    return {};
  }
  if (found->is_string()) {
    return one_line(found->get_ref<const std::string&>());
  }
  std::string tags;
  if (found->is_array()) {
    for (const Json& tag : *found) {
      if (tag.is_string()) {
        tags += tags.empty() ? "" : ", ";
        tags += one_line(tag.get_ref<const std::string&>());
      }
    }
  }
  return tags;
}

std::string words_of(const Json& value) {
  if (value.is_string()) {
    return one_line(value.get_ref<const std::string&>());
  }
  if (!value.is_object()) {
    return {};
  }
  std::string words;
  for (const std::string_view key : kTextKeys) {
    if (auto text = text_at(value, key); text && !text->empty()) {
      words = *std::move(text);
      break;
    }
  }
  const std::string tags = tags_of(value);
  if (!words.empty() && !tags.empty()) {
    words += ", ";
  }
  return words + tags;
}

// The row of an object that names its picture.
std::optional<CaptionRow> row_of(const Json& object) {
  if (!object.is_object()) {
    return std::nullopt;
  }
  for (const std::string_view key : kPictureKeys) {
    const auto picture = text_at(object, key);
    if (picture && !picture->empty()) {
      return CaptionRow{.picture = *picture, .text = words_of(object)};
    }
  }
  return std::nullopt;
}

void add(std::vector<CaptionRow>& rows, std::optional<CaptionRow> row) {
  if (row && !row->picture.empty() && !row->text.empty()) {
    rows.push_back(*std::move(row));
  }
}

Result<std::string_view> text_within(std::span<const std::byte> file, Bytes limit) {
  if (Bytes{file.size()} > limit) {
    return fail(ErrorCode::kTooLarge, fmt::format("captions of {}, the limit is {}",
                                                  to_string(Bytes{file.size()}), to_string(limit)));
  }
  const std::string_view text = without_mark(as_text(file));
  if (!is_utf8(text)) {
    return fail(ErrorCode::kCorrupt, "the captions are not UTF-8");
  }
  return text;
}

// Of rows with names and words out of a text of so many bytes: both may grow to twice their length.
Bytes rows_memory(std::uint64_t rows, std::uint64_t text_bytes) {
  return Bytes{rows * sizeof(CaptionRow) + text_bytes * 2};
}

bool has_tag(std::string_view caption, std::string_view tag) {
  while (true) {
    const std::size_t comma = caption.find(',');
    if (trimmed(caption.substr(0, comma)) == tag) {
      return true;
    }
    if (comma == caption.npos) {
      return false;
    }
    caption.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<std::string> read_caption_text(std::span<const std::byte> file) {
  return one_line(TRY(text_within(file, kCaptionFileLimit)));
}

Result<std::vector<CaptionRow>> read_caption_json(std::span<const std::byte> file,
                                                  std::string_view own_name) {
  const std::string_view text = TRY(text_within(file, kCaptionTableLimit));
  const auto json = parse(text);
  if (!json) {
    return fail(ErrorCode::kCorrupt, "the captions are no JSON, or nest too deep");
  }
  std::vector<CaptionRow> rows;
  rows.reserve(json->size());
  if (json->is_array()) {
    for (const Json& object : *json) {
      add(rows, row_of(object));
    }
    return rows;
  }
  if (!json->is_object()) {
    return rows;
  }
  // About one picture, even one without words (null), unless it is a table that has a picture
  // called "caption".
  const bool is_about_one = std::ranges::any_of(kTextKeys, [&json](std::string_view key) {
    const auto found = json->find(key);
    return found != json->end() && (found->is_string() || found->is_null());
  });
  if (is_about_one || json->contains("tags")) {
    add(rows, CaptionRow{.picture = std::string{own_name}, .text = words_of(*json)});
    return rows;
  }
  for (const auto& [picture, value] : json->items()) {
    add(rows, CaptionRow{.picture = picture, .text = words_of(value)});
  }
  return rows;
}

Result<std::vector<CaptionRow>> read_caption_json_lines(std::span<const std::byte> file) {
  std::string_view rest = TRY(text_within(file, kCaptionTableLimit));
  std::vector<CaptionRow> rows;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = trimmed(rest.substr(0, end));
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    if (line.empty()) {
      continue;
    }
    const auto json = parse(line);
    if (!json) {
      return fail(ErrorCode::kCorrupt, fmt::format("line {} of the captions is no JSON", number));
    }
    add(rows, row_of(*json));
  }
  return rows;
}

Bytes caption_json_memory(std::span<const std::byte> file) {
  const JsonShape shape = shape_of_json(as_text(file));
  return json_memory(shape) + rows_memory(shape.values, file.size());
}

Bytes caption_json_lines_memory(std::span<const std::byte> file) {
  constexpr std::uint64_t kGrowth = 3;  // a vector and the one of twice its size that replaces it
  Bytes largest;
  std::uint64_t lines = 0;
  for (std::string_view rest = as_text(file); !rest.empty(); ++lines) {
    const std::size_t length = std::min(rest.find('\n'), rest.size() - 1) + 1;
    largest = std::max(largest, json_memory(shape_of_json(rest.substr(0, length))));
    rest.remove_prefix(length);
  }
  return largest + rows_memory(lines * kGrowth, file.size());
}

std::string compose_caption(std::string_view found, const CaptionRule& rule) {
  const std::string kept =
      rule.existing == ExistingCaptions::kReplace ? std::string{} : one_line(found);
  if (kept.empty() && rule.existing == ExistingCaptions::kKeep) {
    return {};
  }
  std::string caption = rule.prefix;
  caption += kept;
  caption += rule.suffix;
  caption = one_line(caption);
  if (rule.trigger_word.empty() || has_tag(caption, rule.trigger_word)) {
    return caption;
  }
  return caption.empty() ? rule.trigger_word : fmt::format("{}, {}", rule.trigger_word, caption);
}

}  // namespace albumen
