// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/container_kind.h"

#include <algorithm>
#include <array>

#include "core/content_type.h"
#include "sources/internal/tar_format.h"

namespace albumen {
namespace {

using enum ContainerKind;
using namespace std::string_view_literals;

static_assert(kContainerHeadBytes >= kTarBlockBytes && kContainerHeadBytes >= kSniffBytes);

struct Compression {
  ContainerKind kind;
  std::string_view signature;
  std::string_view unpacker;
};

// RFC 1952; bzip2's source; xz's "The .xz File Format"; RFC 8878.
constexpr std::array kCompressions{
    Compression{kGzip, "\x1F\x8B\x08"sv, "gzip"},
    Compression{kBzip2, "BZh"sv, "bzip2"},
    Compression{kXz, "\xFD\x37zXZ\0"sv, "xz"},
    Compression{kZstd, "\x28\xB5\x2F\xFD"sv, "zstd"},
};

}  // namespace

ContainerKind container_kind(std::span<const std::byte> head) {
  if (sniff(head) == ContentType::kZip) {
    return kZip;
  }
  // Before the others: a tar begins with its first member's name, which may be anything.
  if (is_tar_header(head)) {
    return kTar;
  }
  const std::string_view text{reinterpret_cast<const char*>(head.data()), head.size()};
  const auto* const found = std::ranges::find_if(kCompressions, [text](const Compression& known) {
    return text.starts_with(known.signature);
  });
  return found == kCompressions.end() ? kNone : found->kind;
}

Result<ContainerKind> container_kind_of(const FileDescriptor& file, std::uint64_t size_bytes,
                                        const std::string& path) {
  std::array<std::byte, kContainerHeadBytes> head{};
  const auto first = std::span{head}.first(
      static_cast<std::size_t>(std::min<std::uint64_t>(size_bytes, head.size())));
  TRY(read_exactly(file, 0, first, path));
  return container_kind(first);
}

std::string_view unpacker_of(ContainerKind kind) {
  const auto* const found = std::ranges::find(kCompressions, kind, &Compression::kind);
  return found == kCompressions.end() ? std::string_view{} : found->unpacker;
}

}  // namespace albumen
