// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_pairs.h"

#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "core/ascii_case.h"
#include "core/content_type.h"
#include "dataset/caption_index.h"
#include "decode/decoder.h"
#include "files/path_text.h"
#include "govern/budget.h"
#include "pipeline/internal/job_reader.h"

namespace albumen {
namespace {

// "a/b/x" of "a/b/X.CR2", behind its archive: no name holds a zero byte.
std::string shot_of(const SourceEntry& entry) {
  const std::string_view path = entry.is_member() ? entry.member : entry.path;
  const std::string_view folder = path.substr(0, path.size() - last_component(path).size());
  const std::string_view name = without_extension(path).substr(folder.size());
  const std::string stem = fmt::format("{}{}", folder, lower_case(std::string{name}));
  return entry.is_member() ? fmt::format("{}{}{}", entry.path, '\0', stem) : stem;
}

using Shots = std::vector<std::pair<std::string, std::size_t>>;

// The members that may share their shot with another, sorted by it. Hashes go first: names of a
// million members take much memory, and most have theirs alone.
Shots shared_shots(std::span<const DatasetMember> members) {
  std::vector<std::size_t> hashes;
  hashes.reserve(members.size());
  for (const DatasetMember& member : members) {
    hashes.push_back(std::hash<std::string>{}(shot_of(member.entry)));
  }
  std::vector<std::size_t> sorted = hashes;
  std::ranges::sort(sorted);
  Shots shots;
  for (std::size_t index = 0; index < members.size(); ++index) {
    if (std::ranges::equal_range(sorted, hashes[index]).size() > 1) {
      shots.emplace_back(shot_of(members[index].entry), index);
    }
  }
  std::ranges::sort(shots);
  return shots;
}

class PairFinder {
 public:
  PairFinder(std::span<const DatasetMember> members, SourceReader& reader)
      : members_(members), reader_(reader) {}

  // Of the members with these indexes, which share a name: its RAWs, if one is a JPEG.
  void look_at(std::span<const std::pair<std::string, std::size_t>> shots) {
    const auto is_jpeg = [this](const auto& shot) {
      return type_of(shot.second) == ContentType::kJpeg;
    };
    if (shots.size() < 2 || !std::ranges::any_of(shots, is_jpeg)) {
      return;
    }
    for (const auto& [name, index] : shots) {
      if (is_raw(index)) {
        raws_.push_back(index);
      }
    }
  }

  std::vector<std::size_t> take_raws() {
    std::ranges::sort(raws_);
    return std::move(raws_);
  }

 private:
  [[nodiscard]] ContentType type_of(std::size_t index) const {
    return reader_.content_type(members_[index].entry).value_or(ContentType::kUnknown);
  }

  [[nodiscard]] bool is_raw(std::size_t index) {
    const ContentType type = type_of(index);
    if (type != ContentType::kTiff) {
      return type == ContentType::kRaw;
    }
    auto memory = budget_.try_reserve(MemoryTag::kEncoded, kHeadBytes);
    if (!memory) {
      return false;
    }
    const auto head = reader_.read_head(members_[index].entry, kHeadBytes, *memory);
    return head && content_type_of(*head) == ContentType::kRaw;
  }

  std::span<const DatasetMember> members_;  // outlive this
  SourceReader& reader_;
  Budget budget_{kHeadBytes};
  std::vector<std::size_t> raws_;
};

}  // namespace

Result<std::vector<std::size_t>> raws_beside_jpegs(std::span<const DatasetMember> members,
                                                   SourceReader& reader, const StopToken& stop) {
  const Shots shots = shared_shots(members);
  PairFinder finder{members, reader};
  for (std::size_t begin = 0; begin < shots.size();) {
    std::size_t end = begin + 1;
    while (end < shots.size() && shots[end].first == shots[begin].first) {
      ++end;
    }
    TRY(check_stop(stop));
    finder.look_at(std::span{shots}.subspan(begin, end - begin));
    begin = end;
  }
  return finder.take_raws();
}

}  // namespace albumen
