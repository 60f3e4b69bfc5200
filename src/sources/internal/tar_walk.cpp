// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/tar_walk.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <libdeflate.h>
#include <string_view>
#include <utility>
#include <vector>

#include "files/path_text.h"
#include "sources/internal/name_rules.h"

namespace albumen {
namespace {

// How far behind the end of an archive is looked for more. Programs fill up to 10 KiB, or to what
// they were told that a tape takes.
constexpr std::uint64_t kLookBehindEnd = std::uint64_t{1} << 20U;
constexpr std::size_t kLookAtOnce = std::size_t{16} << 10U;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

bool TarMember::is_folder() const {
  // Tar of Unix 7 knows folders by their slash.
  return kind == TarKind::kFolder || (kind == TarKind::kFile && name.ends_with('/'));
}

TarWalk::TarWalk(FileDescriptor file, std::uint64_t file_bytes, std::string name)
    : file_(std::move(file)), file_bytes_(file_bytes), name_(std::move(name)) {}

void TarWalk::rewind() {
  offset_ = 0;
  members_ = 0;
  global_ = {};
}

Result<std::optional<TarMember>> TarWalk::next() {
  const std::uint64_t begin = offset_;
  auto member = next_member();
  if (!member.has_value()) {
    return std::unexpected(std::move(member).error().with_context(
        fmt::format("{}: at byte {}", path_to_text(name_), begin)));
  }
  return member;
}

Result<std::optional<TarMember>> TarWalk::next_member() {
  TarMember member{.index = members_, .name = {}, .header_offset = offset_};
  Extensions extensions;
  while (true) {
    std::array<std::byte, kTarBlockBytes> block{};
    TRY(read_headers(block, member));
    const bool is_first = offset_ - member.header_offset == block.size();
    if (is_first && is_zero(block)) {
      TRY(check_end());
      return std::optional<TarMember>{};
    }
    TarHeader header = TRY(parse_tar_header(block));
    if (header.is_extension()) {
      TRY(read_extension(header, member, extensions));
      continue;
    }
    TRY(read_sparse_map(header, member));
    ++members_;
    return std::optional{complete(std::move(member), std::move(header), std::move(extensions))};
  }
}

// The next bytes, which are headers of `member`.
Result<void> TarWalk::read_headers(std::span<std::byte> out, TarMember& member) {
  if (file_bytes_ - offset_ < out.size()) {
    const bool at_end = offset_ == file_bytes_ && offset_ == member.header_offset;
    return fail(ErrorCode::kTruncated,
                at_end ? "it has no end: it is cut short, or its writer did not finish it"
                       : "it ends inside a header");
  }
  if (Bytes{offset_ - member.header_offset + out.size()} > kTarHeadersLimit) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("a member has headers of more than {}", to_string(kTarHeadersLimit)));
  }
  TRY(read_exactly(file_, offset_, out, name_));
  offset_ += out.size();
  member.headers_crc32 = libdeflate_crc32(member.headers_crc32, out.data(), out.size());
  return {};
}

Result<void> TarWalk::read_extension(const TarHeader& header, TarMember& member,
                                     Extensions& extensions) {
  // Before anything takes memory for it.
  if (Bytes{header.size_bytes} > kTarHeadersLimit) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("a header of {}, the limit is {}", to_string(Bytes{header.size_bytes}),
                            to_string(kTarHeadersLimit)));
  }
  std::vector<std::byte> data(static_cast<std::size_t>(in_whole_blocks(header.size_bytes)));
  TRY(read_headers(data, member));
  const std::string_view text =
      as_text(std::span{data}.first(static_cast<std::size_t>(header.size_bytes)));
  switch (header.kind) {
    case TarKind::kLongName:
      extensions.long_name = text.substr(0, text.find('\0'));
      return {};
    case TarKind::kPax:
      return parse_pax_records(text, extensions.pax);
    case TarKind::kGlobalPax:
      return read_global(text);
    default:
      return {};  // the target of a link: links are not followed
  }
}

Result<void> TarWalk::read_global(std::string_view records) {
  TRY(parse_pax_records(records, global_));
  // Written once, it would be copied for each member.
  if (global_.path.has_value() && global_.path->size() > kMaxMemberName) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("a name of {} bytes for all members, the limit is {}",
                            global_.path->size(), kMaxMemberName));
  }
  return {};
}

Result<void> TarWalk::read_sparse_map(const TarHeader& header, TarMember& member) {
  std::array<std::byte, kTarBlockBytes> map{};
  for (bool goes_on = header.sparse_map_goes_on; goes_on; goes_on = sparse_map_goes_on(map)) {
    TRY(read_headers(map, member));
  }
  return {};
}

TarMember TarWalk::complete(TarMember member, TarHeader header, Extensions extensions) {
  const auto& size =
      extensions.pax.size_bytes.has_value() ? extensions.pax.size_bytes : global_.size_bytes;
  member.name = extensions.pax.path.has_value()    ? *std::move(extensions.pax.path)
                : extensions.long_name.has_value() ? *std::move(extensions.long_name)
                : global_.path.has_value()         ? *global_.path
                                                   : std::move(header.name);
  // "tar -C folder ." writes them all so, and "./" for the folder itself.
  const std::size_t rest = below_here(member.name).size();
  constexpr std::string_view kHere = "./";
  member.name.erase(
      0, member.name.size() - (rest == 0 ? std::min(member.name.size(), kHere.size()) : rest));
  const bool is_sparse = extensions.pax.sparse || global_.sparse;
  member.kind = header.kind == TarKind::kFile && is_sparse ? TarKind::kSparse : header.kind;
  member.size_bytes = header.has_data() ? size.value_or(header.size_bytes) : 0;
  member.data_offset = offset_;
  member.cut_short = member.size_bytes > file_bytes_ - offset_;
  // Where the last member is cut short, or lacks what fills its last block, no end follows: that is
  // what the next call says.
  offset_ += std::min(in_whole_blocks(member.size_bytes), file_bytes_ - offset_);
  return member;
}

// Two zero blocks end an archive, or one, and zeros fill the file. Another archive that was
// appended would be lost without a word.
Result<void> TarWalk::check_end() {
  const std::uint64_t end = std::min(file_bytes_, offset_ + kLookBehindEnd);
  std::vector<std::byte> bytes(kLookAtOnce);
  while (offset_ < end) {
    const auto some = std::span{bytes}.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(end - offset_, kLookAtOnce)));
    TRY(read_exactly(file_, offset_, some, name_));
    if (!is_zero(some)) {
      return fail(ErrorCode::kCorrupt,
                  "more follows behind its end; archives that were appended are not read");
    }
    offset_ += some.size();
  }
  return {};
}

}  // namespace albumen
