// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_caption.h"

#include <fmt/core.h>
#include <unistd.h>
#include <utility>

#include "dataset/captions.h"
#include "files/file.h"
#include "files/path_text.h"
#include "pipeline/internal/dataset_member.h"
#include "pipeline/internal/dataset_paths.h"

namespace albumen {

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
  if (caption.empty() || job_.request.overwrite ||
      job_.history.wrote_caption(path_to_text(stem), extension())) {
    return {};
  }
  const std::string name = file_name(stem);
  const auto words = read_small_file(path_in_set(job_, name), Bytes{caption.size()});
  return words && *words == caption ? Result<void>{} : albumen::check_free(job_, name);
}

Result<bool> MemberCaption::settle(const CaptionPlace& place, ManifestRow& row,
                                   JournalEntry& entry) {
  const FoundCaption former = before(place);
  tell_caption(row, former);  // until the other one stands there
  entry.caption_extension = extension();
  const FoundCaption caption = TRY(wanted());
  const bool differs = caption.text != former.text || !stands(place, caption.text, entry);
  if (differs) {
    TRY(check_free(place.stem, caption.text));
    TRY(replace(place.stem, caption.text));
  }
  tell_caption(row, caption);
  return differs;
}

std::string MemberCaption::file_name(const std::string& stem) const {
  return fmt::format("{}{}", stem, job_.request.caption_extension);
}

std::string MemberCaption::extension() const {
  return path_to_text(job_.request.caption_extension);
}

// What an earlier run wrote into the same file.
FoundCaption MemberCaption::before(const CaptionPlace& place) const {
  if (place.known == nullptr) {
    return {};
  }
  const JournalEntry& entry = place.known->entry;
  const bool is_same = entry.caption_extension == extension() &&
                       without_extension(entry.row.output) == path_to_text(place.stem);
  return is_same ? FoundCaption{.text = entry.row.caption, .source = entry.row.caption_source}
                 : FoundCaption{};
}

bool MemberCaption::stands(const CaptionPlace& place, const std::string& caption,
                           const JournalEntry& entry) const {
  return caption.empty() ||
         regular_file_size(path_in_set(job_, file_name(place.stem))) == caption.size() ||
         job_.archive.find(entry) != nullptr;
}

Result<void> MemberCaption::replace(const std::string& stem, const std::string& caption) const {
  const std::string name = file_name(stem);
  TRY(check_in_set(job_.request.directory, name));
  const std::string path = path_in_set(job_, name);
  if (caption.empty()) {
    ::unlink(path.c_str());
    return {};
  }
  TRY(make_directories(std::string{folder_of(path)}));  // its picture may be in the archive
  // As with the picture: killed behind this line, the next run knows the file.
  TRY(job_.state->claim(path_to_text(name)));
  auto file = TRY(AtomicFile::create_in(growing_folder(job_.request.directory), path));
  TRY(file.write(caption));
  return file.commit_unsynced();
}

}  // namespace albumen
