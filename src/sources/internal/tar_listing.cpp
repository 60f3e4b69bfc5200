// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/tar_listing.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fmt/core.h>
#include <span>
#include <string_view>
#include <utility>

#include "files/path_text.h"
#include "sources/internal/container_kind.h"
#include "sources/internal/tar_member.h"

namespace albumen {
namespace {

// Why a member of this kind is left out; empty for those that are judged further.
std::string_view skip_reason(TarKind kind) {
  switch (kind) {
    case TarKind::kHardLink:
      return "hard link inside an archive";
    case TarKind::kSymbolicLink:
      return "symbolic link inside an archive";
    case TarKind::kDevice:
      return "device or FIFO inside an archive";
    case TarKind::kOther:
      return "neither a file nor a folder inside an archive";
    default:
      return {};
  }
}

}  // namespace

TarListing::TarListing(std::string path, TarWalk walk, FileStamp stamp, const ArchiveLimits& limits,
                       const NameRules& rules)
    : path_(std::move(path)),
      walk_(std::move(walk)),
      stamp_(stamp),
      limits_(limits),
      rules_(&rules) {}

Result<TarListing> TarListing::open(const std::string& path, FileDescriptor file,
                                    const ArchiveLimits& limits, const NameRules& rules,
                                    const StopToken& stop) {
  const FileStamp stamp = TRY(stamp_of(file, path));
  TarListing listing{path, TarWalk{std::move(file), stamp.size_bytes, path}, stamp, limits, rules};
  TRY(listing.survey(stop));
  return listing;
}

Result<void> TarListing::survey(const StopToken& stop) {
  // At once, so that growing does not take more for a while; what is not used costs nothing.
  names_.reserve(std::min(limits_.max_members, stamp_.size_bytes / kTarBlockBytes));
  std::uint64_t members = 0;
  Bytes claimed;
  while (true) {
    TRY(check_stop(stop));
    const auto next = walk_.next();
    if (!next.has_value() || !next->has_value() || (*next)->cut_short) {
      break;  // what is amiss is told by `next`, behind the members before it
    }
    const TarMember& member = **next;
    claimed += Bytes{member.size_bytes};
    if (++members > limits_.max_members) {
      return fail(ErrorCode::kTooLarge, fmt::format("{}: has more members than the limit of {}",
                                                    path_to_text(path_), limits_.max_members));
    }
    if (!member.is_folder()) {
      names_.add(member.name);
    }
  }
  if (claimed > limits_.max_total) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{}: its members claim {} together, the limit is {}",
                            path_to_text(path_), to_string(claimed), to_string(limits_.max_total)));
  }
  names_.settle();
  walk_.rewind();
  return {};
}

std::optional<SourceEvent> TarListing::next(const StopToken& stop) {
  while (!finished_ && !stop.stop_requested()) {
    auto member = walk_.next();
    if (!member.has_value()) {
      return finish(std::move(member).error());
    }
    if (!member->has_value()) {
      return finish(std::nullopt);
    }
    if (auto event = judge(*std::move(*member))) {
      return event;
    }
  }
  return std::nullopt;
}

// An archive that was written to meanwhile may have been listed half old, half new: then that is
// the reason, whatever else seems to be.
std::optional<SourceEvent> TarListing::finish(std::optional<Error> error) {
  finished_ = true;
  auto now = stamp_of(walk_.file(), path_);
  if (!now.has_value()) {
    return problem({}, std::move(now).error());
  }
  if (*now != stamp_) {
    return problem({}, Error{.code = ErrorCode::kIo,
                             .message = path_to_text(path_) + ": changed while it was listed"});
  }
  return error.has_value() ? std::optional{problem({}, *std::move(error))} : std::nullopt;
}

SourceEvent TarListing::problem(std::string member, Error error) const {
  return SourceProblem{.path = path_, .member = std::move(member), .error = std::move(error)};
}

std::optional<SourceEvent> TarListing::judge(TarMember member) {
  const auto refused = [&](Error error) {
    std::string name = shortened_name(std::move(member.name));
    auto named = std::move(error).with_context(source_name(path_, name));
    return problem(std::move(name), std::move(named));
  };
  if (auto name = check_name(member); !name.has_value()) {
    return refused(std::move(name).error());
  }
  if (member.is_folder()) {
    return std::nullopt;
  }
  auto reason = rules_->member_skip_reason(member.name);
  if (!reason.has_value() && !skip_reason(member.kind).empty()) {
    reason = skip_reason(member.kind);
  }
  if (reason.has_value()) {
    return SourceSkip{
        .path = path_, .member = std::move(member.name), .reason = std::string{*reason}};
  }
  if (auto data = check_data(member); !data.has_value()) {
    return refused(std::move(data).error());
  }
  return as_event({.path = path_,
                   .member = std::move(member.name),
                   .stamp = stamp_,
                   .encoded_size = Bytes{member.size_bytes},
                   .location = {.format = ArchiveFormat::kTar,
                                .index = member.index,
                                .header_offset = member.header_offset,
                                .data_offset = member.data_offset,
                                .end_limit = member.data_offset + member.size_bytes,
                                .stored_bytes = member.size_bytes,
                                .crc32 = member.headers_crc32,
                                .coding = MemberCoding::kStored}});
}

Result<void> TarListing::check_name(const TarMember& member) {
  TRY(check_member_name(member.name));
  if (!member.is_folder() && names_.asked_before(member.name)) {
    return fail(ErrorCode::kCorrupt, "an earlier member of the archive has the same name");
  }
  return {};
}

Result<void> TarListing::check_data(const TarMember& member) const {
  const Bytes size{member.size_bytes};
  if (member.cut_short) {
    return fail(ErrorCode::kTruncated,
                fmt::format("claims {}, but the archive ends before", to_string(size)));
  }
  if (member.kind == TarKind::kSparse) {
    return fail(ErrorCode::kUnsupported, "is a sparse file inside an archive");
  }
  if (size > limits_.max_member) {
    return fail(ErrorCode::kTooLarge, fmt::format("has {}, the limit is {}", to_string(size),
                                                  to_string(limits_.max_member)));
  }
  return {};
}

SourceEvent TarListing::as_event(SourceEntry entry) const {
  const auto read_head = [&](std::span<std::byte> out) {
    return read_tar_member_head(walk_.file(), entry, out);
  };
  return entry_unless_archive(entry, read_head);
}

}  // namespace albumen
