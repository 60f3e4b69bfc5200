// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/tar_member.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <libdeflate.h>

namespace albumen {
namespace {

// Most members have one header of 512 bytes, or three.
constexpr std::size_t kHeadersAtOnce = 4096;

Result<void> check_headers(const FileDescriptor& archive, const SourceEntry& entry) {
  std::array<std::byte, kHeadersAtOnce> bytes{};
  std::uint32_t crc32 = 0;
  for (std::uint64_t offset = entry.location.header_offset; offset < entry.location.data_offset;) {
    const auto count = std::min<std::uint64_t>(entry.location.data_offset - offset, bytes.size());
    const auto some = std::span{bytes}.first(static_cast<std::size_t>(count));
    TRY(read_exactly(archive, offset, some, entry.path));
    crc32 = libdeflate_crc32(crc32, some.data(), some.size());
    offset += some.size();
  }
  if (crc32 != entry.location.crc32) {
    return fail(ErrorCode::kCorrupt, "its headers are not those that were listed");
  }
  return {};
}

Result<ByteBuffer> read_checked(const FileDescriptor& archive, const SourceEntry& entry,
                                Reservation& job, const StopToken& stop) {
  if (entry.encoded_size == Bytes{}) {
    return fail(ErrorCode::kTruncated, "is empty");
  }
  TRY(check_headers(archive, entry));
  auto bytes = TRY(ByteBuffer::allocate(job, MemoryTag::kEncoded, entry.encoded_size.count()));
  TRY(read_exactly(archive, entry.location.data_offset, bytes.bytes(), entry.path, stop));
  return bytes;
}

}  // namespace

Result<ByteBuffer> read_tar_member(const FileDescriptor& archive, const SourceEntry& entry,
                                   Reservation& job, const StopToken& stop) {
  return TRY_CONTEXT(read_checked(archive, entry, job, stop), entry.name());
}

Result<std::size_t> read_tar_member_head(const FileDescriptor& archive, const SourceEntry& entry,
                                         std::span<std::byte> out) {
  TRY_CONTEXT(check_headers(archive, entry), entry.name());
  const auto count = std::min<std::uint64_t>(entry.encoded_size.count(), out.size());
  const auto head = out.first(static_cast<std::size_t>(count));
  TRY(read_exactly(archive, entry.location.data_offset, head, entry.path));
  return head.size();
}

}  // namespace albumen
