// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/whole_file.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "files/path_text.h"

namespace albumen {

Result<void> check_unchanged(const FileDescriptor& file, const FileStamp& before,
                             const std::string& path) {
  const FileStamp now = TRY(stamp_of(file, path));
  if (now != before) {
    return fail(ErrorCode::kIo, path_to_text(path) + ": changed while it was read");
  }
  return {};
}

Result<ContentType> type_of(const FileDescriptor& file, std::uint64_t size_bytes,
                            const std::string& path) {
  std::array<std::byte, kSniffBytes> head{};
  const auto first = std::span{head}.first(std::min<std::size_t>(size_bytes, head.size()));
  TRY(read_exactly(file, 0, first, path));
  return sniff(first);
}

Result<ByteBuffer> read_whole_file(const FileDescriptor& file, const FileStamp& before,
                                   const std::string& path, Reservation& job,
                                   const StopToken& stop) {
  if (before.size_bytes == 0) {
    return fail(ErrorCode::kTruncated, path_to_text(path) + ": is empty");
  }
  auto bytes = TRY(ByteBuffer::allocate(job, MemoryTag::kEncoded, before.size_bytes));
  auto read = read_exactly(file, 0, bytes.bytes(), path, stop);
  // First: a file that shrank is one that changed, not a broken picture.
  TRY(check_unchanged(file, before, path));
  TRY(std::move(read));
  return bytes;
}

}  // namespace albumen
