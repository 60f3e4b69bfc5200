// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_member.h"

#include <filesystem>
#include <fmt/core.h>
#include <system_error>
#include <utility>

#include "dataset/captions.h"
#include "files/file.h"
#include "files/path_text.h"
#include "files/sha256.h"
#include "pipeline/internal/dataset_paths.h"
#include "pipeline/internal/job_reader.h"

namespace albumen {
namespace {

Result<ImageInfo> probe_whole(const DatasetJob& job, const SourceEntry& entry, ContentType type,
                              const StopToken& stop) {
  const DecodeOptions all{.longtail = job.environment.longtail};
  return probe_with(type, all, [&](const DecodeOptions& options) -> Result<ImageInfo> {
    const Bytes need = entry.reading_bytes() + extra_probe_bytes(type, entry.encoded_size, options);
    if (need > job.limit) {
      return fail(ErrorCode::kBudgetExceeded, fmt::format("needs {}, the memory budget is {}",
                                                          to_string(need), to_string(job.limit)));
    }
    auto memory = TRY(job.environment.budget.reserve(MemoryTag::kEncoded, need, stop));
    return probe(TRY(job.environment.reader.read(entry, memory, stop)), options);
  });
}

}  // namespace

std::string path_in_set(const DatasetJob& job, const std::string& name) {
  return fmt::format("{}/{}", job.request.directory, name);
}

bool is_in_set(const DatasetJob& job, const std::string& name) {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(path_in_set(job, name), ignored));
}

Result<void> check_free(const DatasetJob& job, const std::string& name) {
  TRY(check_in_set(job.request.directory, name));
  if (!job.request.overwrite && !job.history.wrote(path_to_text(name)) && is_in_set(job, name)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: is there already, and albumen did not write it; --overwrite "
                            "replaces it",
                            path_to_text(name)));
  }
  return {};
}

std::unexpected<Error> refuse_changed(const std::string& name) {
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{}: was changed since albumen wrote it; --overwrite replaces it",
                          path_to_text(name)));
}

Result<void> check_unchanged(const DatasetJob& job, const std::string& name,
                             const StopToken& stop) {
  const auto known = job.history.outputs().find(path_to_text(name));
  if (job.request.overwrite || known == job.history.outputs().end() || !is_in_set(job, name)) {
    return {};
  }
  const std::string path = path_in_set(job, name);
  const auto size = regular_file_size(path);
  const JournalEntry& entry = known->second.entry;
  if (size == entry.bytes && entry.row.sha256 == TRY(sha256_of_file(path, stop))) {
    return {};
  }
  const bool is_a_runs = !known->second.is_synced && (job.history.left_unsaid(path_to_text(name)) ||
                                                      (size && is_spoilt_file(path)));
  return is_a_runs ? Result<void>{} : refuse_changed(name);
}

void set_failed(ManifestRow& row, const Error& error) {
  row.status = MemberStatus::kFailed;
  row.code = describe(error.code).name;
  row.reason = error.message;
}

std::string no_picture_reason(ContentType type) {
  return type == ContentType::kUnknown ? "no picture"
                                       : fmt::format("no picture: {}", name_of(type));
}

Result<std::optional<ImageInfo>> look_at_member(const DatasetJob& job, const SourceEntry& entry,
                                                Reservation& memory, ManifestRow& row,
                                                const StopToken& stop) {
  const EncodedImage head = TRY(job.environment.reader.read_head(entry, kHeadBytes, memory));
  const ContentType type = content_type_of(head);
  if (type == ContentType::kEmpty) {
    return fail(ErrorCode::kTruncated, "the file is empty");
  }
  if (!is_picture(type)) {
    row.status = MemberStatus::kSkipped;
    row.reason = no_picture_reason(type);
    return std::optional<ImageInfo>{};
  }
  const bool needs_whole = probes_whole_files(type, {.longtail = job.environment.longtail});
  auto info = needs_whole ? probe_whole(job, entry, type, stop) : probe(head);
  const bool is_whole = needs_whole || Bytes{head.bytes.size()} >= entry.encoded_size;
  if (!info && !is_whole && info.error().code == ErrorCode::kTruncated) {
    info = probe_whole(job, entry, type, stop);
  }
  ImageInfo found = TRY(std::move(info));
  found.encoded_bytes = entry.encoded_size;
  return std::optional{found};
}

Result<FoundCaption> find_caption(const DatasetJob& job, const DatasetMember& member,
                                  const StopToken& stop) {
  const auto too_long = [](const std::string& source, Bytes size) {
    return fail(ErrorCode::kTooLarge, fmt::format("{}: a caption of {}, the limit is {}", source,
                                                  to_string(size), to_string(kCaptionFileLimit)));
  };
  if (!member.text_file) {
    const FoundCaption* const found = job.listing.table_caption(member);
    if (found == nullptr) {
      return FoundCaption{};
    }
    if (Bytes{found->text.size()} > kCaptionFileLimit) {
      return too_long(found->source, Bytes{found->text.size()});
    }
    return *found;
  }
  const SourceEntry& file = job.listing.caption_files[*member.text_file];
  if (file.encoded_size > kCaptionFileLimit) {
    return too_long(file.name(), file.encoded_size);
  }
  if (file.encoded_size == Bytes{}) {
    return FoundCaption{};
  }
  // Beside the run's: the picture's is held meanwhile. Not much more than kCaptionFileLimit, since
  // no member of an archive is listed that is longer deflated than deflating makes it.
  Budget budget{file.reading_bytes()};
  auto memory = TRY(budget.reserve(MemoryTag::kEncoded, budget.limit(), stop));
  const EncodedImage bytes = TRY(job.environment.reader.read(file, memory, stop));
  FoundCaption found{.text = {}, .source = file.name()};
  found.text = TRY_CONTEXT(read_caption_text(bytes.bytes.bytes()), file.name());
  return found;
}

}  // namespace albumen
