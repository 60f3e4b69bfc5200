// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_checks.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/core.h>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/ascii_case.h"
#include "files/file_names.h"
#include "files/path_text.h"
#include "files/real_path.h"
#include "pipeline/internal/dataset_history.h"
#include "prepare/buckets.h"

namespace albumen {
namespace {

// A set that lies in its own source would be read by the next run.
Result<void> check_apart(const std::string& directory, const std::vector<std::string>& sources) {
  const std::string target = TRY(real_path(directory));
  for (const std::string& source : sources) {
    // What lies nowhere that can be found out is not read either. Sources are made absolute first:
    // so they are when they are listed.
    const auto folder = real_path(TRY_CONTEXT(absolute_path(source), "source"));
    if (folder && (lies_in(target, *folder) || lies_in(*folder, target))) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}: the set and its source {} must lie apart",
                              path_to_text(directory), path_to_text(source)));
    }
  }
  return {};
}

// Folders that albumen empties: a set that comes from anywhere may have links to others instead.
Result<void> check_no_links(const DatasetRequest& request) {
  std::vector<std::string> emptied{fmt::format("{}/{}", request.directory, kStateFolder)};
  if (!request.archive.empty()) {
    emptied.push_back(request.directory);
  }
  for (const std::string& folder : emptied) {
    std::error_code ignored;
    if (std::filesystem::is_symlink(folder, ignored)) {
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("{}: is a link; albumen empties that folder, and wants one of its own",
                      path_to_text(folder)));
    }
  }
  return {};
}

// What is wrong with the place is said before the first picture, not when it is renamed there.
Result<void> check_places(const DatasetRequest& request) {
  TRY(check_no_links(request));
  std::error_code ignored;
  if (!request.archive.empty() && std::filesystem::is_directory(request.archive, ignored)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: is a folder; an archive is asked for by a name that ends in .zip",
                            path_to_text(request.archive)));
  }
  if (std::filesystem::exists(request.directory, ignored) &&
      !std::filesystem::is_directory(request.directory, ignored)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: is no folder; a set goes into a folder, or into a file whose name "
                            "ends in .zip",
                            path_to_text(request.directory)));
  }
  return {};
}

// A manifest without a journal beside it is no set's.
Result<void> check_manifest_free(const DatasetRequest& request) {
  const std::string manifest = manifest_path(request.directory);
  std::error_code ignored;
  if (!request.overwrite && std::filesystem::exists(manifest, ignored) &&
      !std::filesystem::exists(journal_path(request.directory), ignored)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: is there already, and albumen did not write it; --overwrite "
                            "replaces it",
                            path_to_text(manifest)));
  }
  return {};
}

// With that of a picture, captions would take the places of pictures; Windows has two slashes.
bool is_of_captions(const std::string& extension) {
  constexpr std::array<std::string_view, 4> kPictures{".png", ".jpg", ".jpeg", ".webp"};
  const std::string name = lower_case(extension);
  return name.size() >= 2 && name.size() <= kLongestExtension && name.front() == '.' &&
         name.find_first_of("/\\") == name.npos &&
         std::ranges::none_of(kPictures, [&](auto picture) { return name.ends_with(picture); });
}

// A caption is one line of UTF-8, whatever is put around it.
Result<void> check_words(std::string_view flag, const std::string& words) {
  if (!is_utf8(words) || words.find_first_of("\n\r") != words.npos) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} '{}': captions are one line of UTF-8", flag, path_to_text(words)));
  }
  return {};
}

Result<void> check_captions(const DatasetRequest& request) {
  if (!is_of_captions(request.caption_extension)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is no extension of captions; write one like .txt",
                            path_to_text(request.caption_extension)));
  }
  TRY(check_words("--trigger-word", request.captions.trigger_word));
  TRY(check_words("--caption-prefix", request.captions.prefix));
  return check_words("--caption-suffix", request.captions.suffix);
}

Result<void> check_buckets(const PictureSettings& settings) {
  if (settings.bucket_step == 0) {
    return {};
  }
  if (settings.frame.fit != Fit::kCover) {
    return fail(ErrorCode::kInvalidArgument,
                "pictures that fill buckets cannot keep their size, fit inside it or be padded");
  }
  auto buckets = make_buckets(bucket_spec_of(settings));
  return buckets ? Result<void>{}
                 : std::unexpected(std::move(buckets).error().with_context("--bucket-step"));
}

}  // namespace

Result<void> check_dataset_request(const DatasetRequest& request) {
  if (request.directory.empty()) {
    return fail(ErrorCode::kInvalidArgument, "--out names no folder");
  }
  TRY(check_captions(request));
  if (request.settings.quality < 1 || request.settings.quality > 100) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("a quality of {}; it goes from 1 to 100", request.settings.quality));
  }
  TRY(check_buckets(request.settings));
  const Fit fit = request.settings.frame.fit;
  if (request.degrade && fit != Fit::kInside && fit != Fit::kOriginal) {
    return fail(ErrorCode::kInvalidArgument,
                "pictures of one size or of buckets cannot be smaller where memory is short: "
                "--degrade goes with --fit inside and --size original");
  }
  if (!request.archive.empty()) {
    TRY(check_apart(request.archive, request.sources));
  }
  TRY(check_apart(request.directory, request.sources));
  TRY(check_places(request));
  return check_manifest_free(request);
}

}  // namespace albumen
