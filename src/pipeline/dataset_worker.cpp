// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_worker.h"

#include <algorithm>
#include <exception>
#include <fmt/core.h>
#include <sys/stat.h>
#include <utility>

#include "dataset/captions.h"
#include "decode/decoder.h"
#include "decode/identity.h"
#include "files/path_text.h"
#include "pipeline/internal/dataset_output.h"
#include "pipeline/internal/job_reader.h"

namespace albumen {
namespace {

void set_failed(ManifestRow& row, const Error& error) {
  row.status = MemberStatus::kFailed;
  row.code = describe(error.code).name;
  row.reason = error.message;
}

// Of a regular file; nothing where there is none.
std::optional<std::uint64_t> size_of_file(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(status.st_size);
}

class MemberWorker {
 public:
  MemberWorker(const DatasetJob& job, const DatasetMember& member, const StopToken& stop)
      : job_(job),
        member_(member),
        stop_(stop),
        known_(job.state.known(member.entry.name())),
        row_(job.listing.rows[member.row]) {
    const Concept found = concept_of(member.place.folder);
    row_.repeats = found.repeats;
    row_.concept_name = found.name;
  }

  Result<FinishedMember> work() {
    auto made = make();
    if (!made) {
      if (made.error().code == ErrorCode::kCancelled) {
        return std::unexpected(std::move(made).error());
      }
      // Where the picture stands and only its caption failed, the next run tries that again.
      if (!entry_) {
        row_ = job_.listing.rows[member_.row];
      }
      set_failed(row_, made.error());
    }
    if (entry_) {
      entry_->row = row_;
      if (is_news_) {
        TRY(job_.state.append(*entry_));
      }
    }
    return FinishedMember{.row = std::move(row_), .entry = std::move(entry_)};
  }

 private:
  const DatasetRequest& request() const { return job_.request; }

  const DatasetEnvironment& environment() const { return job_.environment; }

  Result<void> make() {
    TRY(check_stop(stop_));
    if (is_unread_unchanged()) {
      keep_known();
      return write_caption();
    }
    auto head_memory = TRY(head_budget_.reserve(MemoryTag::kEncoded, kHeadBytes, stop_));
    const auto info = TRY(look_at_head(head_memory));
    if (!info) {
      return {};
    }
    auto plan = TRY(plan_output({.entry = member_.entry,
                                 .info = *info,
                                 .settings = request().settings,
                                 .buckets = job_.buckets,
                                 .limit = job_.limit,
                                 .longtail = environment().longtail}));
    auto memory = TRY(environment().budget.reserve(MemoryTag::kOther, plan.peak, stop_));
    TRY(read_and_make(std::move(plan), memory));
    return entry_ ? write_caption() : Result<void>{};
  }

  // Same file, same settings, same place, and the output stands there.
  bool is_unread_unchanged() {
    return known_ != nullptr && known_->entry.stamp == member_.entry.stamp &&
           is_same_output(known_->entry.picture);
  }

  bool is_same_output(const PictureId& picture) {
    const JournalEntry& entry = known_->entry;
    const auto format = format_named(entry.row.format);
    return entry.settings == job_.settings && entry.picture == picture && format &&
           entry.row.output == path_to_text(relative_output(picture, *format)) && is_intact(entry);
  }

  [[nodiscard]] bool is_intact(const JournalEntry& entry) const {
    const auto path = path_from_text(entry.row.output);
    if (!path || size_of_file(in_set(*path)) != entry.bytes) {
      return false;
    }
    if (known_->is_synced) {
      return true;
    }
    const auto digest = sha256_of_file(in_set(*path));
    return digest && entry.row.sha256 == *digest;
  }

  void keep_known() {
    entry_ = known_->entry;
    entry_->stamp = member_.entry.stamp;
    is_news_ = entry_->stamp != known_->entry.stamp;
    row_ = known_->entry.row;
    row_.status = MemberStatus::kUnchanged;
    row_.code.clear();
    row_.reason.clear();
  }

  // What the first bytes say; nothing where it is no picture, which is in the row then.
  Result<std::optional<ImageInfo>> look_at_head(Reservation& memory) {
    const EncodedImage head =
        TRY(environment().reader.read_head(member_.entry, kHeadBytes, memory));
    const ContentType type = sniff(head.bytes.bytes());
    if (type == ContentType::kEmpty) {
      return fail(ErrorCode::kTruncated, "the file is empty");
    }
    if (!is_picture(type)) {
      row_.status = MemberStatus::kSkipped;
      row_.reason = type == ContentType::kUnknown ? "no picture"
                                                  : fmt::format("no picture: {}", name_of(type));
      return std::optional<ImageInfo>{};
    }
    const bool needs_whole = probes_whole_files(type, probe_options());
    auto info = needs_whole ? probe_whole(type) : probe(head);
    const bool is_whole = needs_whole || Bytes{head.bytes.size()} >= member_.entry.encoded_size;
    if (!info && !is_whole && info.error().code == ErrorCode::kTruncated) {
      info = probe_whole(type);
    }
    ImageInfo found = TRY(std::move(info));
    found.encoded_bytes = member_.entry.encoded_size;
    return std::optional{found};
  }

  [[nodiscard]] DecodeOptions probe_options() const { return {.longtail = environment().longtail}; }

  Result<ImageInfo> probe_whole(ContentType type) {
    const Bytes need = member_.entry.reading_bytes() +
                       extra_probe_bytes(type, member_.entry.encoded_size, probe_options());
    if (need > job_.limit) {
      return fail(ErrorCode::kBudgetExceeded, fmt::format("needs {}, the memory budget is {}",
                                                          to_string(need), to_string(job_.limit)));
    }
    auto memory = TRY(environment().budget.reserve(MemoryTag::kEncoded, need, stop_));
    return probe(TRY(environment().reader.read(member_.entry, memory)), probe_options());
  }

  Result<void> read_and_make(OutputPlan plan, Reservation& memory) {
    EncodedImage image = TRY(read(memory));
    const ImageInfo info = TRY(probe(image, probe_options()));
    if (info.stored_size != plan.info.stored_size || info.type != plan.info.type) {
      return fail(ErrorCode::kIo, "the file changed while it was read");
    }
    plan.info = info;
    const PictureIdentity identity = TRY(identify(image, info.orientation));
    if (known_ != nullptr && is_same_output(identity.picture)) {
      keep_known();
      return {};
    }
    const std::string output = relative_output(identity.picture, plan.format);
    const std::string path = in_set(output);
    if (!request().overwrite && !job_.state.wrote(path_to_text(output)) && size_of_file(path)) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}: is there already, and albumen did not write it; --overwrite "
                              "replaces it",
                              path_to_text(output)));
    }
    TRY(make_directories(in_set(member_.place.folder)));
    const WrittenOutput written = TRY(write_output({.path = path,
                                                    .settings = request().settings,
                                                    .colours = job_.colours,
                                                    .clock = environment().clock,
                                                    .longtail = environment().longtail},
                                                   plan, image, memory));
    environment().progress.bytes_written += written.bytes;
    row_.status = MemberStatus::kWritten;
    row_.output = path_to_text(output);
    row_.format = name_of(plan.format);
    row_.size = written.size;
    row_.sha256 = written.sha256;
    entry_ = JournalEntry{.row = {},
                          .stamp = member_.entry.stamp,
                          .picture = identity.picture,
                          .settings = job_.settings,
                          .bytes = written.bytes};
    is_news_ = true;
    return {};
  }

  Result<EncodedImage> read(Reservation& memory) {
    const StageTimer timer{environment().clock, Stage::kRead, member_.entry.encoded_size};
    auto image = environment().reader.read(member_.entry, memory);
    environment().progress.bytes_read += member_.entry.encoded_size.count();
    return image;
  }

  // The caption file follows the caption: written where it differs, gone where there is none.
  Result<void> write_caption() {
    const FoundCaption found = TRY(find_caption());
    const std::string caption = compose_caption(found.text, request().captions);
    const std::string before = known_ == nullptr ? std::string{} : known_->entry.row.caption;
    row_.caption = caption;
    row_.caption_source = caption.empty() ? std::string{} : found.source;
    const std::string path = caption_path();
    const bool is_there = size_of_file(path) == caption.size();
    if (caption == before && (is_there || caption.empty())) {
      return {};
    }
    is_news_ = true;
    if (caption.empty()) {
      ::unlink(path.c_str());
      return {};
    }
    auto file = TRY(AtomicFile::create(path));
    TRY(file.write(caption));
    return file.commit_unsynced();
  }

  Result<FoundCaption> find_caption() {
    if (!member_.text_file) {
      const FoundCaption* const found = job_.listing.table_caption(member_);
      return found == nullptr ? FoundCaption{} : *found;
    }
    const SourceEntry& file = job_.listing.caption_files[*member_.text_file];
    if (file.encoded_size > kCaptionFileLimit) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("{}: a caption of {}, the limit is {}", file.name(),
                              to_string(file.encoded_size), to_string(kCaptionFileLimit)));
    }
    if (file.encoded_size == Bytes{}) {
      return FoundCaption{};
    }
    Budget budget{file.reading_bytes()};  // beside the run's: the picture's is held meanwhile
    auto memory = TRY(budget.reserve(MemoryTag::kEncoded, budget.limit(), stop_));
    const EncodedImage bytes = TRY(environment().reader.read(file, memory));
    FoundCaption found{.text = {}, .source = file.name()};
    found.text = TRY_CONTEXT(read_caption_text(bytes.bytes.bytes()), file.name());
    return found;
  }

  [[nodiscard]] std::string stem_path(const PictureId& picture) const {
    const std::string stem = request().renaming == Renaming::kHash
                                 ? hash_stem(picture, member_.relative)
                                 : member_.place.stem;
    return member_.place.folder.empty() ? stem : fmt::format("{}/{}", member_.place.folder, stem);
  }

  [[nodiscard]] std::string relative_output(const PictureId& picture, OutputFormat format) const {
    return fmt::format("{}{}", stem_path(picture), extension_of(format));
  }

  [[nodiscard]] std::string caption_path() const {
    return in_set(fmt::format("{}{}", stem_path(entry_->picture), request().caption_extension));
  }

  [[nodiscard]] std::string in_set(const std::string& relative) const {
    return fmt::format("{}/{}", request().directory, relative);
  }

  const DatasetJob& job_;  // outlives the worker
  const DatasetMember& member_;
  StopToken stop_;
  const KnownOutput* known_;
  ManifestRow row_;
  std::optional<JournalEntry> entry_;
  bool is_news_ = false;  // the journal does not say so yet
  // Beside the run's budget, part of the fixed overhead: it is held while the run's is waited for.
  Budget head_budget_{kHeadBytes};
};

}  // namespace

Result<FinishedMember> make_member(const DatasetJob& job, const DatasetMember& member,
                                   const StopToken& stop) {
  try {
    return MemberWorker{job, member, stop}.work();
  } catch (const std::bad_alloc&) {
    FinishedMember failed{.row = job.listing.rows[member.row], .entry = {}};
    set_failed(failed.row,
               {.code = ErrorCode::kBudgetExceeded, .message = "the system has no memory left"});
    return failed;
  } catch (const std::exception& error) {
    FinishedMember failed{.row = job.listing.rows[member.row], .entry = {}};
    set_failed(failed.row, {.code = ErrorCode::kInternal, .message = error.what()});
    return failed;
  }
}

}  // namespace albumen
