// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_caption.h"

#include <cerrno>
#include <fmt/core.h>
#include <span>
#include <unistd.h>
#include <utility>

#include "dataset/captions.h"
#include "files/file.h"
#include "files/path_text.h"
#include "files/sha256.h"
#include "pipeline/internal/dataset_member.h"
#include "pipeline/internal/dataset_paths.h"

namespace albumen {
namespace {

// More than any caption has: kCaptionFileLimit and what the command line puts around it.
constexpr Bytes kMostWords = kMiB * 2;

// Whether there was one.
Result<bool> unlink_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0) {
    return true;
  }
  if (errno == ENOENT) {
    return false;
  }
  return system_failure(errno, "remove", path);
}

}  // namespace

bool caption_file_holds(const std::string& path, const std::string& words) {
  if (regular_file_size(path) != words.size()) {
    return false;
  }
  const auto found = read_small_file(path, Bytes{words.size()});
  return found && *found == words;
}

void tell_caption(ManifestRow& row, const FoundCaption& caption) {
  row.caption = caption.text;
  row.caption_source = caption.text.empty() ? std::string{} : caption.source;
}

MemberCaption::MemberCaption(const DatasetJob& job, const DatasetMember& member, StopToken stop)
    : job_(job), member_(member), stop_(std::move(stop)) {}

Result<FoundCaption> MemberCaption::wanted() {
  if (!wanted_) {
    FoundCaption found = TRY(find_caption(job_, member_, stop_));
    found.text = compose_caption(found.text, job_.request.captions);
    wanted_ = std::move(found);
  }
  return *wanted_;
}

Result<void> MemberCaption::check_free(const std::string& stem, const std::string& caption) const {
  if (caption.empty() || job_.request.overwrite) {
    return {};
  }
  const std::string name = file_name(stem);
  const std::string stem_text = path_to_text(stem);
  if (caption_file_holds(path_in_set(job_, name), caption) || holds_own_words(stem, extension())) {
    return {};
  }
  if (job_.history.wrote_caption(stem_text, extension()) && is_in_set(job_, name)) {
    return refuse_changed(name);
  }
  return albumen::check_free(job_, name);
}

Result<bool> MemberCaption::settle(const CaptionPlace& place, ManifestRow& row,
                                   JournalEntry& entry) {
  const JournalEntry* const own = own_before(place);
  FoundCaption former;
  if (own != nullptr) {
    former = {.text = own->row.caption, .source = own->row.caption_source};
  }
  tell_caption(row, former);  // until the other one stands there
  entry.caption_extension = own == nullptr ? extension() : own->caption_extension;
  // Whatever becomes of its own, the words of another picture must not stay beside this one.
  bool has_changed = TRY(remove_others(place.stem, own));
  const FoundCaption caption = TRY(wanted());
  const bool is_there = caption.text.empty() || is_archived(caption.text, own) ||
                        caption_file_holds(path_in_set(job_, file_name(place.stem)), caption.text);
  if (!is_there) {
    TRY(check_free(place.stem, caption.text));
    TRY(write(place.stem, caption.text));
    has_changed = true;
  }
  const bool is_own_removed = TRY(remove_own(place.stem, own, caption.text));
  tell_caption(row, caption);
  entry.caption_extension = extension();
  return has_changed || is_own_removed || caption.text != former.text;
}

std::string MemberCaption::file_name(const std::string& stem) const {
  return fmt::format("{}{}", stem, job_.request.caption_extension);
}

std::string MemberCaption::extension() const {
  return path_to_text(job_.request.caption_extension);
}

// What an earlier run said of the same picture in the same place; null: nothing.
const JournalEntry* MemberCaption::own_before(const CaptionPlace& place) const {
  const bool is_here = place.known != nullptr &&
                       without_extension(place.known->entry.row.output) == path_to_text(place.stem);
  return is_here ? &place.known->entry : nullptr;
}

// Whether the archive of an earlier run has it, beside the same picture.
bool MemberCaption::is_archived(const std::string& caption, const JournalEntry* own) const {
  return own != nullptr && own->row.caption == caption && own->caption_extension == extension() &&
         job_.archive.find(*own) != nullptr;
}

Result<void> MemberCaption::write(const std::string& stem, const std::string& caption) const {
  const std::string name = file_name(stem);
  TRY(check_in_set(job_.request.directory, name));
  if (is_dry()) {
    ++job_.environment.progress.captions_written;
    return {};
  }
  const std::string path = path_in_set(job_, name);
  TRY(make_directories(std::string{folder_of(path)}));  // its picture may be in the archive
  // As with the picture: killed behind this line, the next run knows the file.
  TRY(job_.state->claim(
      {.output = path_to_text(name), .sha256 = sha256(std::as_bytes(std::span{caption}))}));
  auto file = TRY(AtomicFile::create_in(growing_folder(job_.request.directory), path));
  TRY(file.write(caption));
  TRY(file.commit_unsynced());
  ++job_.environment.progress.captions_written;
  return {};
}

// Whether there was one; in a dry run whether there is.
Result<bool> MemberCaption::remove_file(const std::string& path) const {
  const bool is_removed = is_dry() ? regular_file_size(path).has_value() : TRY(unlink_file(path));
  job_.environment.progress.captions_removed += is_removed ? 1 : 0;
  return is_removed;
}

// Captions of pictures that stood here before, in another order or from other sources.
Result<bool> MemberCaption::remove_others(const std::string& stem, const JournalEntry* own) const {
  bool is_any_removed = false;
  for (const JournalEntry* const former : job_.history.captioned(path_to_text(stem))) {
    const bool is_owns = own != nullptr && former->row.caption == own->row.caption &&
                         former->caption_extension == own->caption_extension;
    if (!is_owns) {
      const bool is_removed = TRY(remove(stem, *former));
      is_any_removed = is_any_removed || is_removed;
    }
  }
  return is_any_removed;
}

// Its former caption, where the picture has none now, or one under another extension.
Result<bool> MemberCaption::remove_own(const std::string& stem, const JournalEntry* own,
                                       const std::string& caption) const {
  bool is_removed = false;
  if (own != nullptr && !own->row.caption.empty() &&
      (caption.empty() || own->caption_extension != extension())) {
    is_removed = TRY(remove(stem, *own));
  }
  const bool is_unsaid_removed = TRY(remove_unsaid(stem, caption));
  return is_removed || is_unsaid_removed;
}

// What a run was writing when it was killed, where the picture has no words now, or under another
// extension.
Result<bool> MemberCaption::remove_unsaid(const std::string& stem,
                                          const std::string& caption) const {
  bool is_any_removed = false;
  for (const std::string& extension : job_.history.unsaid_extensions(path_to_text(stem))) {
    const auto bytes = path_from_text(extension);
    if (!bytes || (!caption.empty() && extension == this->extension())) {
      continue;
    }
    const std::string name = fmt::format("{}{}", stem, *bytes);
    if (!may_be_anothers(name, *bytes) && holds_own_words(stem, extension)) {
      TRY(check_in_set(job_.request.directory, name));
      const bool is_removed = TRY(remove_file(path_in_set(job_, name)));
      is_any_removed = is_any_removed || is_removed;
    }
  }
  return is_any_removed;
}

// Whether a run wrote what stands in the caption file with `extension`, as text, now.
bool MemberCaption::holds_own_words(const std::string& stem, const std::string& extension) const {
  const auto bytes = path_from_text(extension);
  if (!bytes) {
    return false;
  }
  const std::string name = fmt::format("{}{}", stem, *bytes);
  const auto words = read_small_file(path_in_set(job_, name), kMostWords);
  return words && job_.history.wrote_words(path_to_text(stem), extension, *words);
}

// The caption "x.old.txt" of "x" may be that of "x.old" by now.
bool MemberCaption::may_be_anothers(const std::string& name, std::string_view extension) const {
  return extension != job_.request.caption_extension &&
         name.ends_with(job_.request.caption_extension);
}

// Only where the file still holds what the journal says: what somebody wrote into it stays.
Result<bool> MemberCaption::remove(const std::string& stem, const JournalEntry& former) const {
  const std::string extension = TRY(path_from_text(former.caption_extension));
  const std::string name = fmt::format("{}{}", stem, extension);
  const std::string path = path_in_set(job_, name);
  if (may_be_anothers(name, extension) || !caption_file_holds(path, former.row.caption)) {
    return false;
  }
  TRY(check_in_set(job_.request.directory, name));
  return remove_file(path);
}

}  // namespace albumen
