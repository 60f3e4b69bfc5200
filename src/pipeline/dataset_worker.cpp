// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_worker.h"

#include <algorithm>
#include <exception>
#include <fmt/core.h>
#include <utility>

#include "decode/identity.h"
#include "files/file.h"
#include "files/path_text.h"
#include "pipeline/internal/dataset_caption.h"
#include "pipeline/internal/dataset_member.h"
#include "pipeline/internal/dataset_note.h"
#include "pipeline/internal/dataset_output.h"
#include "pipeline/internal/dataset_quality.h"
#include "pipeline/internal/job_reader.h"

namespace albumen {
namespace {

// Counts a member as read, once: when its bytes are in memory, or when it did without.
class ReadCount {
 public:
  ReadCount(DatasetProgress& progress, Bytes size) : progress_(progress), size_(size) {}

  ~ReadCount() { settle(); }

  ReadCount(const ReadCount&) = delete;
  ReadCount& operator=(const ReadCount&) = delete;

  void settle() {
    if (!std::exchange(is_settled_, true)) {
      progress_.bytes_passed += size_.count();
      ++progress_.read;
    }
  }

 private:
  DatasetProgress& progress_;  // outlives the count
  Bytes size_;
  bool is_settled_ = false;
};

class MemberWorker {
 public:
  MemberWorker(const DatasetJob& job, const DatasetMember& member, const StopToken& stop)
      : job_(job),
        member_(member),
        stop_(stop),
        read_count_(job.environment.progress, member.entry.encoded_size),
        known_(job.history.known(member.entry.name())),
        caption_(job, member, stop),
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
      set_row_failed(made.error());
    }
    if (entry_) {
      entry_->row = row_;
      if (is_news_) {
        TRY(job_.state->append(*entry_));
      }
    }
    return FinishedMember{.row = std::move(row_), .entry = std::move(entry_)};
  }

  // What `work` would do, as far as the head of the picture tells.
  Result<FinishedMember> plan() {
    auto planned = plan_picture();
    if (!planned && planned.error().code == ErrorCode::kCancelled) {
      return std::unexpected(std::move(planned).error());
    }
    if (!planned) {
      set_row_failed(planned.error());
    }
    return FinishedMember{.row = std::move(row_), .entry = {}};
  }

 private:
  // Where the picture stands and only its caption failed, the next run tries that again.
  void set_row_failed(const Error& error) {
    if (!entry_) {
      row_ = job_.listing.rows[member_.row];
    }
    set_failed(row_, error);
  }

  const DatasetRequest& request() const { return job_.request; }

  const DatasetEnvironment& environment() const { return job_.environment; }

  Result<void> make() {
    TRY(check_stop(stop_));
    if (is_unread_unchanged()) {
      keep_known();
      return write_caption();
    }
    TRY(check_stop(stop_));  // which may be why it was not found unchanged
    const auto chosen = TRY(look());
    if (!chosen) {
      return {};
    }
    // Some formats keep their turn behind the pixels, where the head does not reach: then all that
    // follows from it is planned anew, and the file is read once more.
    if (const auto whole = TRY(reserve_and_make(*chosen))) {
      const ChosenOutput anew = TRY(choose_output(job_, member_.entry, *whole));
      if (TRY(reserve_and_make(anew))) {
        return fail(ErrorCode::kIo, "the file changed while it was read");
      }
    }
    return entry_ ? write_caption() : Result<void>{};
  }

  Result<std::optional<ImageInfo>> reserve_and_make(const ChosenOutput& chosen) {
    auto memory = TRY(environment().budget.reserve(MemoryTag::kOther, chosen.plan.peak, stop_));
    return read_and_make(chosen, memory);
  }

  Result<void> plan_picture() {
    TRY(check_stop(stop_));
    if (is_unread_unchanged()) {
      keep_known();
      return plan_caption(&entry_->picture);
    }
    TRY(check_stop(stop_));  // as in make
    const auto chosen = TRY(look());
    if (!chosen) {
      return {};
    }
    const OutputPlan& plan = chosen->plan;
    const bool is_placed = request().renaming != Renaming::kHash;  // else when the file was read
    const PictureId any{};
    if (is_placed) {
      const std::string output = relative_output(any, plan.format);
      TRY(check_free(job_, output));
      TRY(check_unchanged(job_, output, stop_));
      row_.output = path_to_text(output);
    }
    row_.status = MemberStatus::kPlanned;
    row_.level = chosen->level;
    row_.note = note_on(plan.info, plan.may_copy);
    row_.format = name_of(plan.format);
    row_.size = plan.size;
    return plan_caption(is_placed ? &any : nullptr);
  }

  // How the picture is to be made, by its head; nothing where it is none, which is in the row then.
  Result<std::optional<ChosenOutput>> look() {
    auto memory = TRY(head_budget_.reserve(MemoryTag::kEncoded, kHeadBytes, stop_));
    const auto info = TRY(look_at_member(job_, member_.entry, memory, row_, stop_));
    if (!info) {
      return std::optional<ChosenOutput>{};
    }
    return std::optional{TRY(choose_output(job_, member_.entry, *info))};
  }

  // `picture`: null where that decides the place and is not known.
  Result<void> plan_caption(const PictureId* picture) {
    if (picture != nullptr) {
      JournalEntry entry = entry_.value_or(JournalEntry{});
      TRY(caption_.settle({.stem = stem_path(*picture), .known = known_}, row_, entry));
      return {};
    }
    const FoundCaption caption = TRY(caption_.wanted());
    environment().progress.captions_written += caption.text.empty() ? 0 : 1;
    tell_caption(row_, caption);
    return {};
  }

  // Same file, same settings, same place, and the output stands there, as good as was asked.
  bool is_unread_unchanged() {
    return known_ != nullptr && known_->entry.stamp == member_.entry.stamp &&
           is_same_output(known_->entry.picture);
  }

  bool is_same_output(const PictureId& picture) {
    const JournalEntry& entry = known_->entry;
    const auto format = format_named(entry.row.format);
    return entry.row.level.empty() && entry.settings == job_.settings && entry.picture == picture &&
           format && entry.row.output == path_to_text(relative_output(picture, *format)) &&
           is_intact(entry);
  }

  [[nodiscard]] bool is_intact(const JournalEntry& entry) const {
    if (job_.archive.find(entry) != nullptr) {
      return true;
    }
    const auto path = path_from_text(entry.row.output);
    if (!path || regular_file_size(in_set(*path)) != entry.bytes) {
      return false;
    }
    if (known_->is_synced) {
      return true;
    }
    const auto digest = sha256_of_file(in_set(*path), stop_);
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

  [[nodiscard]] DecodeOptions probe_options() const { return {.longtail = environment().longtail}; }

  // Makes nothing where the whole file says something else than the plan was made from, which is
  // then what it returns.
  Result<std::optional<ImageInfo>> read_and_make(ChosenOutput chosen, Reservation& memory) {
    OutputPlan& plan = chosen.plan;
    EncodedImage image = TRY(read(memory));
    const ImageInfo info = TRY(probe(image, probe_options()));
    if (info.stored_size != plan.info.stored_size || info.type != plan.info.type) {
      return fail(ErrorCode::kIo, "the file changed while it was read");
    }
    if (info != plan.info) {
      return std::optional{info};
    }
    const PictureIdentity identity = TRY(identify(image, info.orientation, stop_));
    // What goes along into the output is no part of a picture's identity.
    if (known_ != nullptr && !request().settings.keep_metadata &&
        is_same_output(identity.picture)) {
      keep_known();
      return std::optional<ImageInfo>{};
    }
    const std::string output = relative_output(identity.picture, plan.format);
    TRY(check_free(job_, output));
    TRY(check_unchanged(job_, output, stop_));
    const FoundCaption caption = TRY(caption_.wanted());
    TRY(caption_.check_free(stem_path(identity.picture), caption.text));
    TRY(make_directories(in_set(member_.place.folder)));
    const WrittenOutput written = TRY(claim_and_write(output, chosen, image, memory));
    environment().progress.bytes_written += written.bytes;
    row_.status = MemberStatus::kWritten;
    row_.level = chosen.level;
    row_.output = path_to_text(output);
    row_.format = name_of(plan.format);
    row_.size = written.size;
    row_.sha256 = written.sha256;
    row_.note = note_on(info, written);
    entry_ = JournalEntry{.row = {},
                          .stamp = member_.entry.stamp,
                          .picture = identity.picture,
                          .settings = job_.settings,
                          .bytes = written.bytes};
    is_news_ = true;
    return std::optional<ImageInfo>{};
  }

  Result<WrittenOutput> claim_and_write(const std::string& output, ChosenOutput& chosen,
                                        EncodedImage& image, Reservation& memory) {
    const std::string name = path_to_text(output);
    // A run that is killed behind this line leaves a file that the next one knows.
    TRY(job_.state->claim({.output = name, .sha256 = {}}));
    // Where that fails, on a full disk, it is as if the run had been killed here.
    const auto withdraw = [&] { static_cast<void>(job_.state->withdraw(name)); };
    try {
      auto written = write_output({.path = in_set(output),
                                   .growing = growing_folder(request().directory),
                                   .settings = chosen.settings,
                                   .colours = job_.colours,
                                   .clock = environment().clock,
                                   .longtail = environment().longtail,
                                   .stop = stop_},
                                  chosen.plan, image, memory);
      if (!written) {
        withdraw();
      }
      return written;
    } catch (...) {
      withdraw();
      throw;
    }
  }

  Result<EncodedImage> read(Reservation& memory) {
    const StageTimer timer{environment().clock, Stage::kRead, member_.entry.encoded_size};
    auto image = environment().reader.read(member_.entry, memory, stop_);
    environment().progress.bytes_read += member_.entry.encoded_size.count();
    read_count_.settle();
    return image;
  }

  Result<void> write_caption() {
    const bool is_written =
        TRY(caption_.settle({.stem = stem_path(entry_->picture), .known = known_}, row_, *entry_));
    is_news_ = is_news_ || is_written;
    return {};
  }

  [[nodiscard]] std::string stem_path(const PictureId& picture) const {
    const std::string stem = request().renaming == Renaming::kHash
                                 ? hash_stem(picture, member_.relative, member_.place.namesakes)
                                 : member_.place.stem;
    return member_.place.folder.empty() ? stem : fmt::format("{}/{}", member_.place.folder, stem);
  }

  [[nodiscard]] std::string relative_output(const PictureId& picture, OutputFormat format) const {
    return fmt::format("{}{}", stem_path(picture), extension_of(format));
  }

  [[nodiscard]] std::string in_set(const std::string& relative) const {
    return fmt::format("{}/{}", request().directory, relative);
  }

  const DatasetJob& job_;  // outlives the worker
  const DatasetMember& member_;
  StopToken stop_;
  ReadCount read_count_;
  const KnownOutput* known_;
  MemberCaption caption_;
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
    MemberWorker worker{job, member, stop};
    return job.state == nullptr ? worker.plan() : worker.work();
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
