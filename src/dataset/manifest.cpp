// SPDX-License-Identifier: Apache-2.0
#include "dataset/manifest.h"

#include <array>
#include <fmt/core.h>
#include <limits>
#include <nlohmann/json.hpp>

#include "dataset/internal/manifest_json.h"
#include "files/sha256.h"

namespace albumen {
namespace {

// Reading takes the sorted kind: keeping keys in order costs a search of all for each.
using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr std::array<std::string_view, 5> kStatusNames{"written", "unchanged", "skipped", "failed",
                                                       "planned"};

constexpr std::string_view kDamageWords = "damaged, kept with the ";

OrderedJson text_or_null(const std::string& text) {
  return text.empty() ? OrderedJson() : OrderedJson(text);
}

// Reads the fields of one row; the first that does not fit is remembered.
class RowReader {
 public:
  explicit RowReader(const Json& json) : json_(json) {}

  std::string text(const char* key) {
    const auto found = json_.find(key);
    if (found != json_.end() && found->is_null()) {
      return {};
    }
    if (found == json_.end() || !found->is_string()) {
      refuse(key);
      return {};
    }
    return found->get<std::string>();
  }

  std::uint32_t number(const char* key) {
    const auto found = json_.find(key);
    if (found != json_.end() && found->is_null()) {
      return 0;
    }
    if (found == json_.end() || !found->is_number_unsigned() ||
        found->get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()) {
      refuse(key);
      return 0;
    }
    return found->get<std::uint32_t>();
  }

  MemberStatus status(const char* key) {
    const std::string name = text(key);
    for (std::size_t index = 0; index < kStatusNames.size(); ++index) {
      if (kStatusNames.at(index) == name) {
        return static_cast<MemberStatus>(index);
      }
    }
    refuse(key);
    return MemberStatus::kFailed;
  }

  std::optional<Sha256Digest> digest(const char* key) {
    const std::string hex = text(key);
    if (hex.empty()) {
      return std::nullopt;
    }
    const auto digest = parse_sha256(hex);
    if (!digest) {
      refuse(key);
      return std::nullopt;
    }
    return *digest;
  }

  [[nodiscard]] const std::string& refused() const { return refused_; }

 private:
  void refuse(const char* key) {
    if (refused_.empty()) {
      refused_ = key;
    }
  }

  const Json& json_;  // outlives the reader
  std::string refused_;
};

}  // namespace

std::string_view name_of(MemberStatus status) {
  return kStatusNames.at(static_cast<std::size_t>(status));
}

std::string damage_note(float complete) {
  // Cut, not rounded: 100 only where nothing lacks.
  return fmt::format("{}{} % that are there", kDamageWords, static_cast<int>(complete * 100.0F));
}

bool tells_damage(const ManifestRow& row) { return row.note.contains(kDamageWords); }

std::string to_json_line(const ManifestRow& row) {
  const bool has_size = row.size.width > 0;
  const OrderedJson json{
      {"source", row.source},
      {"status", name_of(row.status)},
      {"code", text_or_null(row.code)},
      {"reason", text_or_null(row.reason)},
      {"output", text_or_null(row.output)},
      {"format", text_or_null(row.format)},
      {"width", has_size ? OrderedJson(row.size.width) : OrderedJson()},
      {"height", has_size ? OrderedJson(row.size.height) : OrderedJson()},
      {"caption", text_or_null(row.caption)},
      {"caption_source", text_or_null(row.caption_source)},
      {"repeats", row.repeats},
      {"concept", text_or_null(row.concept_name)},
      {"level", text_or_null(row.level)},
      {"sha256", row.sha256 ? OrderedJson(to_string(*row.sha256)) : OrderedJson()},
      {"note", text_or_null(row.note)}};
  // Nothing throws, whatever a message quotes.
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

Result<ManifestRow> parse_manifest_row(std::string_view line) {
  return manifest_row_of(Json::parse(line, nullptr, /*allow_exceptions=*/false));
}

Result<ManifestRow> manifest_row_of(const Json& json) {
  if (!json.is_object()) {
    return fail(ErrorCode::kCorrupt, "a row of the manifest is no JSON object");
  }
  RowReader reader{json};
  ManifestRow row;
  row.source = reader.text("source");
  row.status = reader.status("status");
  row.code = reader.text("code");
  row.reason = reader.text("reason");
  row.output = reader.text("output");
  row.format = reader.text("format");
  row.size = {.width = reader.number("width"), .height = reader.number("height")};
  row.caption = reader.text("caption");
  row.caption_source = reader.text("caption_source");
  row.repeats = reader.number("repeats");
  row.concept_name = reader.text("concept");
  row.level = reader.text("level");
  row.sha256 = reader.digest("sha256");
  row.note = json.contains("note") ? reader.text("note") : std::string{};  // journals from before
  if ((row.size.width == 0) != (row.size.height == 0)) {
    return fail(ErrorCode::kCorrupt, "a row of the manifest has one side of a picture");
  }
  if (!reader.refused().empty()) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("\"{}\" of a row of the manifest does not fit", reader.refused()));
  }
  return row;
}

}  // namespace albumen
