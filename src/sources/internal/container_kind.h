// SPDX-License-Identifier: Apache-2.0
// What holds other files, by its first bytes: archives that are read, and compressed ones that are
// not. Tested by container_kind_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"
#include "files/file.h"
#include "sources/internal/name_rules.h"
#include "sources/source.h"

namespace albumen {

enum class ContainerKind : std::uint8_t { kNone, kZip, kTar, kGzip, kBzip2, kXz, kZstd };

/// How many leading bytes decide; fewer may give kNone.
inline constexpr std::size_t kContainerHeadBytes = 512;

ContainerKind container_kind(std::span<const std::byte> head);

/// Of `file`, of `size_bytes`. Error: Io; Truncated when it shrank.
Result<ContainerKind> container_kind_of(const FileDescriptor& file, std::uint64_t size_bytes,
                                        const std::string& path);

/// `entry`; or a skip, where its name is like that of an archive and so is what `read_head` finds:
/// a name is a hint to look, the content decides. `read_head(out)` fills `out` from the front and
/// returns a Result of how many bytes there were.
template <class ReadHead>
SourceEvent entry_unless_archive(SourceEntry entry, const ReadHead& read_head) {
  if (named_like_archive(entry.member)) {
    std::array<std::byte, kContainerHeadBytes> head{};
    const auto given = read_head(std::span<std::byte>{head});
    if (given.has_value() &&
        container_kind(std::span{head}.first(*given)) != ContainerKind::kNone) {
      return SourceSkip{.path = std::move(entry.path),
                        .member = std::move(entry.member),
                        .reason = "archive inside an archive"};
    }
  }
  return entry;
}

/// The program that unpacks what is only compressed: "gzip"; empty for anything else.
std::string_view unpacker_of(ContainerKind kind);

}  // namespace albumen
