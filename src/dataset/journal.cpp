// SPDX-License-Identifier: Apache-2.0
#include "dataset/journal.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "dataset/internal/json_shape.h"
#include "dataset/internal/manifest_json.h"
#include "files/path_text.h"
#include "files/real_path.h"
#include "files/sha256.h"

namespace albumen {
namespace {

using Json = nlohmann::json;

std::unexpected<Error> corrupt(std::string_view what) {
  return fail(ErrorCode::kCorrupt, fmt::format("a line of the journal {}", what));
}

// Null, which is no object, for what no run wrote: values take many times the memory of their text.
// A line has two levels and 23 values, and room for what later builds add.
Json parse(std::string_view line) {
  constexpr std::size_t kDeepest = 4;
  constexpr std::uint64_t kMostValues = 256;
  if (Bytes{line.size()} > kLongestJournalLine) {
    return nullptr;
  }
  const JsonShape shape = shape_of_json(line);
  if (shape.depth > kDeepest || shape.values > kMostValues) {
    return nullptr;
  }
  return Json::parse(line, nullptr, /*allow_exceptions=*/false);
}

template <class Number>
Result<Number> number_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  const bool fits =
      found != object.end() &&
      (std::is_signed_v<Number> ? found->is_number_integer() : found->is_number_unsigned());
  if (!fits) {
    return corrupt(fmt::format("has no \"{}\"", key));
  }
  return found->template get<Number>();
}

Result<Sha256Digest> digest_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) {
    return corrupt(fmt::format("has no \"{}\"", key));
  }
  const auto digest = parse_sha256(found->get_ref<const std::string&>());
  if (!digest) {
    return corrupt(fmt::format("has no digest in \"{}\"", key));
  }
  return *digest;
}

Result<std::string> text_at(const Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (found == json.end() || !found->is_string()) {
    return corrupt(fmt::format("has no text in \"{}\"", key));
  }
  return found->get<std::string>();
}

// A set, or its archive, may come from anywhere, with its journal: what that names lies in the set.
bool lies_in_set(const std::string& output) {
  const auto name = path_from_text(output);
  return name && stays_below(*name);
}

bool is_extension(const std::string& text) {
  const auto extension = path_from_text(text);
  return extension && extension->starts_with('.') && !extension->contains('/');
}

// Nothing for the usual one.
std::string caption_extension_field(const std::string& extension) {
  return extension == kUsualCaptionExtension
             ? std::string{}
             : fmt::format(R"("caption_extension":{},)", Json(extension).dump());
}

}  // namespace

std::string to_journal_line(const JournalEntry& entry) {
  return fmt::format(
      R"({{"size":{},"mtime_ns":{},"ctime_ns":{},"inode":{},"picture":"{}","settings":"{}",)"
      R"("bytes":{},{}"row":{}}})",
      entry.stamp.size_bytes, entry.stamp.mtime_ns, entry.stamp.ctime_ns, entry.stamp.inode,
      to_string(entry.picture), to_string(entry.settings), entry.bytes,
      caption_extension_field(entry.caption_extension), to_json_line(entry.row));
}

Result<JournalEntry> parse_journal_line(std::string_view line) {
  const Json json = parse(line);
  if (!json.is_object()) {
    return corrupt("is no JSON object");
  }
  const auto row = json.find("row");
  if (row == json.end()) {
    return corrupt("has no \"row\"");
  }
  JournalEntry entry;
  entry.row = TRY(manifest_row_of(*row));
  if (!lies_in_set(entry.row.output)) {
    return corrupt("names a file that does not lie in its set");
  }
  entry.stamp.size_bytes = TRY(number_at<std::uint64_t>(json, "size"));
  entry.stamp.mtime_ns = TRY(number_at<std::int64_t>(json, "mtime_ns"));
  entry.stamp.ctime_ns = TRY(number_at<std::int64_t>(json, "ctime_ns"));
  entry.stamp.inode = TRY(number_at<std::uint64_t>(json, "inode"));
  entry.picture = TRY(digest_at(json, "picture"));
  entry.settings = TRY(digest_at(json, "settings"));
  entry.bytes = TRY(number_at<std::uint64_t>(json, "bytes"));
  if (json.contains("caption_extension")) {
    entry.caption_extension = TRY(text_at(json, "caption_extension"));
    if (!is_extension(entry.caption_extension)) {
      return corrupt("has no extension in \"caption_extension\"");
    }
  }
  return entry;
}

std::string to_claim_line(const JournalClaim& claim) {
  Json json{{"making", claim.output}};
  if (claim.sha256) {
    json["sha256"] = to_string(*claim.sha256);
  }
  return json.dump();
}

Result<JournalClaim> parse_claim_line(std::string_view line) {
  const Json json = parse(line);
  JournalClaim claim{.output = TRY(text_at(json, "making")), .sha256 = {}};
  if (json.contains("sha256")) {
    claim.sha256 = TRY(digest_at(json, "sha256"));
  }
  return claim;
}

std::string to_withdrawal_line(const std::string& output) {
  return Json{{"unmade", output}}.dump();
}

Result<std::string> parse_withdrawal_line(std::string_view line) {
  return text_at(parse(line), "unmade");
}

}  // namespace albumen
