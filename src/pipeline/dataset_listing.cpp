// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_listing.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "core/ascii_case.h"
#include "core/content_type.h"
#include "dataset/captions.h"
#include "files/path_text.h"
#include "pipeline/dataset_run.h"
#include "pipeline/internal/dataset_member.h"
#include "pipeline/internal/dataset_pairs.h"
#include "sources/source_lister.h"

namespace albumen {
namespace {

enum class MemberKind : std::uint8_t { kPicture, kText, kJson, kJsonLines };

// In lower case, with its dot.
std::string extension_of(std::string_view name) {
  return lower_case(std::string{name.substr(without_extension(name).size())});
}

MemberKind kind_of(std::string_view name) {
  const std::string extension = extension_of(name);
  if (extension == ".txt" || extension == ".caption") {
    return MemberKind::kText;
  }
  if (extension == ".json") {
    return MemberKind::kJson;
  }
  return extension == ".jsonl" ? MemberKind::kJsonLines : MemberKind::kPicture;
}

bool named_like_picture(std::string_view name) {
  constexpr std::array<std::string_view, 4> kUsual{".jpg", ".jpeg", ".png", ".webp"};
  return std::ranges::find(kUsual, extension_of(name)) != kUsual.end();
}

bool is_in_tar(const SourceEntry& entry) {
  return entry.is_member() && entry.location.format == ArchiveFormat::kTar;
}

std::string_view container_of(const SourceEntry& entry) {
  return entry.is_member() ? std::string_view{entry.path} : std::string_view{};
}

std::string_view path_in_container(const SourceEntry& entry) {
  return entry.is_member() ? entry.member : entry.path;
}

// "a/b/" of "a/b/x.jpg".
std::string_view folder_with_slash(std::string_view path) {
  return path.substr(0, path.size() - last_component(path).size());
}

class DatasetLister {
 public:
  DatasetLister(const DatasetListingRequest& request, SourceReader& reader, Budget& budget,
                const StopToken& stop)
      : request_(request),
        reader_(reader),
        budget_(budget),
        stop_(stop),
        places_(request.renaming, request.caption_extension) {}

  Result<DatasetListing> run() {
    for (const std::string& source : request_.sources) {
      const std::string root = TRY_CONTEXT(absolute_path(source), "source");
      roots_.push_back(kept_from(root.ends_with('/') ? root : fmt::format("{}/", root)));
    }
    auto lister = TRY(SourceLister::create(request_.sources, request_.options));
    while (auto event = lister.next(stop_)) {
      std::visit([this](auto&& happened) { take(std::forward<decltype(happened)>(happened)); },
                 *std::move(event));
      if (request_.listed) {
        request_.listed(listing_.rows.size());
      }
    }
    TRY(check_stop(stop_));
    for (const Table& table : tables_) {
      TRY(take_table(table));
    }
    TRY(leave_out_raws_of_pairs());
    for (const DatasetMember& member : listing_.members) {
      places_.expect(member.relative);
    }
    for (DatasetMember& member : listing_.members) {
      TRY(check_stop(stop_));
      member.place = places_.place(member.relative);
      member.text_file = text_file_of(member.entry);
    }
    tell_lone_captions();
    return std::move(listing_);
  }

 private:
  struct Root {
    std::string path;     // of a source, with a slash behind
    std::size_t cut = 0;  // of a path in it: what is not part of its place in the set
  };

  struct Table {
    SourceEntry entry;
    std::size_t row = 0;
    MemberKind kind = MemberKind::kJson;
  };

  // What a picture and its caption share.
  static std::pair<std::string, std::string> meeting_place(const SourceEntry& entry) {
    return {std::string{container_of(entry)},
            std::string{without_extension(path_in_container(entry))}};
  }

  [[nodiscard]] std::optional<std::size_t> text_file_of(const SourceEntry& entry) const {
    auto found = text_files_.find(meeting_place(entry));
    if (found == text_files_.end() && is_in_tar(entry)) {
      found = text_files_.find({entry.path, std::string{webdataset_sample(entry.member)}});
    }
    return found == text_files_.end() ? std::nullopt : std::optional{found->second};
  }

  // WebDataset's x.cls and x.npy stand beside x.jpg, and must not take the name that it gets.
  // Nothing where `entry` may be a picture.
  std::optional<std::string> part_of_sample(const SourceEntry& entry) {
    if (!is_in_tar(entry) || named_like_picture(entry.member)) {
      return std::nullopt;
    }
    const auto type = reader_.content_type(entry);
    if (!type.has_value() || is_picture(*type)) {
      return std::nullopt;
    }
    return no_picture_reason(*type);
  }

  void take(SourceEntry&& entry) {
    const std::size_t row = listing_.rows.size();
    listing_.rows.push_back({.source = entry.name()});
    const MemberKind kind = kind_of(path_in_container(entry));
    if (kind == MemberKind::kPicture) {
      if (auto reason = part_of_sample(entry)) {
        listing_.rows.back().reason = *std::move(reason);
        return;
      }
      std::string relative = relative_path(entry);
      listing_.members.push_back(
          {.entry = std::move(entry), .relative = std::move(relative), .place = {}, .row = row});
      return;
    }
    listing_.rows.back().reason = kCaptionReason;
    if (kind == MemberKind::kText) {
      const std::size_t file = listing_.caption_files.size();
      if (!text_files_.try_emplace(meeting_place(entry), file).second) {
        listing_.rows.back().reason = "caption beside another one of the same name";
      }
      listing_.caption_files.push_back(std::move(entry));
      caption_rows_.push_back(row);
    } else {
      tables_.push_back({.entry = std::move(entry), .row = row, .kind = kind});
    }
  }

  // A caption that is called like no picture is a slip: somebody wrote it for one.
  void tell_lone_captions() {
    std::vector<bool> is_taken(caption_rows_.size());
    for (const DatasetMember& member : listing_.members) {
      if (member.text_file) {
        is_taken[*member.text_file] = true;
      }
    }
    for (const auto& [place, file] : text_files_) {
      if (!is_taken[file]) {
        listing_.rows[caption_rows_[file]].reason = "caption of no picture";
      }
    }
  }

  // Before places are handed out, so that the JPEG of a pair has its name to itself.
  Result<void> leave_out_raws_of_pairs() {
    const auto raws = TRY(raws_beside_jpegs(listing_.members, reader_, stop_));
    for (const std::size_t raw : raws) {
      listing_.rows[listing_.members[raw].row].reason = kJpegThereReason;
    }
    std::vector<DatasetMember> kept;
    auto next = raws.begin();
    for (std::size_t index = 0; index < listing_.members.size(); ++index) {
      if (next != raws.end() && *next == index) {
        ++next;
      } else {
        kept.push_back(std::move(listing_.members[index]));
      }
    }
    listing_.members = std::move(kept);
    return {};
  }

  void take(SourceProblem&& problem) {
    listing_.rows.push_back({.source = source_name(problem.path, problem.member)});
    set_failed(listing_.rows.back(), problem.error);
  }

  void take(SourceSkip&& skip) {
    listing_.rows.push_back(
        {.source = source_name(skip.path, skip.member), .reason = std::move(skip.reason)});
  }

  // A folder that is a concept stays one where it is the source itself ("train/*" names them all),
  // unless the set is called like a concept, too. Larger numbers are nobody's repeats: "100_PANA"
  // is a camera's folder, "2024_holiday" a year.
  [[nodiscard]] Root kept_from(std::string path) const {
    constexpr std::uint32_t kMostRepeats = 99;
    const std::string_view name = last_component(std::string_view{path}.substr(0, path.size() - 1));
    const Concept found = concept_of(name);
    const bool is_kept =
        !found.name.empty() && found.repeats <= kMostRepeats && !request_.set_is_concept;
    const std::size_t cut = path.size() - (is_kept ? name.size() + 1 : 0);
    return {.path = std::move(path), .cut = cut};
  }

  // Below the outermost source that it lies in; its name alone where it is a source itself.
  [[nodiscard]] std::string relative_path(const SourceEntry& entry) const {
    if (entry.is_member()) {
      return entry.member;
    }
    std::size_t cut = folder_with_slash(entry.path).size();
    for (const Root& root : roots_) {
      if (entry.path.starts_with(root.path)) {
        cut = std::min(cut, root.cut);
      }
    }
    return entry.path.substr(cut);
  }

  Result<void> take_table(const Table& table) {
    TRY(check_stop(stop_));
    auto done = read_table(table);
    if (!done && done.error().code == ErrorCode::kCancelled) {
      return done;
    }
    if (!done) {
      set_failed(listing_.rows[table.row], done.error());
    }
    return pay_for_captions();
  }

  // After each table, so that no more than one stands beside the budget.
  Result<void> pay_for_captions() {
    const Bytes need = listing_.captions.memory();
    const Bytes paid = listing_.memory.size();
    if (need > paid) {
      auto more = TRY_CONTEXT(budget_.try_reserve(MemoryTag::kOther, need - paid),
                              "captions that came in tables");
      listing_.memory.merge(std::move(more));
    }
    return {};
  }

  Result<void> read_table(const Table& table) {
    if (table.entry.encoded_size > kCaptionTableLimit) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("captions of {}, the limit is {}",
                              to_string(table.entry.encoded_size), to_string(kCaptionTableLimit)));
    }
    // Without waiting: the listing holds what captions take, and nobody else anything.
    auto memory = TRY(budget_.try_reserve(MemoryTag::kEncoded, table.entry.reading_bytes()));
    const EncodedImage file = TRY(reader_.read(table.entry, memory, stop_));
    const std::span<const std::byte> bytes = file.bytes.bytes();
    const bool is_json = table.kind == MemberKind::kJson;
    const Reservation parsing =
        TRY(budget_.try_reserve(MemoryTag::kOther, is_json ? caption_json_memory(bytes)
                                                           : caption_json_lines_memory(bytes)));
    const std::string_view path = path_in_container(table.entry);
    const std::string_view folder = folder_with_slash(path);
    const std::string_view stem = without_extension(path).substr(folder.size());
    auto rows = is_json ? read_caption_json(bytes, stem) : read_caption_json_lines(bytes);
    listing_.captions.add(container_of(table.entry), folder, TRY(std::move(rows)),
                          table.entry.name());
    return {};
  }

  const DatasetListingRequest& request_;  // outlives this, as the next two
  SourceReader& reader_;
  Budget& budget_;
  StopToken stop_;
  OutputPlaces places_;
  std::vector<Root> roots_;
  std::map<std::pair<std::string, std::string>, std::size_t> text_files_;
  std::vector<std::size_t> caption_rows_;  // of each of listing_.caption_files
  std::vector<Table> tables_;
  DatasetListing listing_;
};

}  // namespace

const FoundCaption* DatasetListing::table_caption(const DatasetMember& member) const {
  const std::string_view container = container_of(member.entry);
  const std::string_view path = path_in_container(member.entry);
  const FoundCaption* const found = captions.find(container, path);
  return found == nullptr && is_in_tar(member.entry)
             ? captions.find(container, webdataset_sample(path))
             : found;
}

Result<DatasetListing> list_dataset(const DatasetListingRequest& request, SourceReader& reader,
                                    Budget& budget, const StopToken& stop) {
  return DatasetLister{request, reader, budget, stop}.run();
}

}  // namespace albumen
