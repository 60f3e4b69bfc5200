// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/zip_directory.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <span>
#include <utility>

#include "files/path_text.h"

namespace albumen {
namespace {

// Holds any record (46 bytes and three fields of at most 65,535) with room to read ahead.
constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;
static_assert(kBufferBytes >= kCentralRecordBytes + 3 * kMaxVariableField);

// ZIP64 values, if a locator stands before the plain end record; else `plain` as it is.
Result<ZipDirectoryExtent> apply_zip64(const FileDescriptor& file, std::uint64_t end_offset,
                                       std::span<const std::byte> before_end,
                                       const ZipDirectoryExtent& plain, const std::string& name) {
  if (before_end.size() < kZip64LocatorBytes) {
    return plain;
  }
  const auto offset = parse_zip64_locator(before_end.last(kZip64LocatorBytes));
  if (!offset.has_value()) {
    return plain;
  }
  const std::uint64_t locator_offset = end_offset - kZip64LocatorBytes;
  if (*offset > locator_offset || locator_offset - *offset < kZip64EndRecordBytes) {
    return fail(ErrorCode::kCorrupt, "its ZIP64 locator points outside the archive");
  }
  std::array<std::byte, kZip64EndRecordBytes> record{};
  TRY(read_exactly(file, *offset, record, name));
  auto wide = TRY(parse_zip64_end_record(record, plain));
  if (wide.offset > *offset || *offset - wide.offset < wide.size_bytes) {
    return fail(ErrorCode::kCorrupt, "its central directory lies outside the archive");
  }
  return wide;
}

Result<ZipDirectoryExtent> locate(const FileDescriptor& file, std::uint64_t file_bytes,
                                  const std::string& name) {
  constexpr std::uint64_t kTailBytes = kZip64LocatorBytes + kEndRecordBytes + kMaxVariableField;
  std::vector<std::byte> tail(static_cast<std::size_t>(std::min(file_bytes, kTailBytes)));
  const std::uint64_t tail_offset = file_bytes - tail.size();
  TRY(read_exactly(file, tail_offset, tail, name));
  const auto position = find_end_record(tail);
  if (!position.has_value()) {
    return fail(ErrorCode::kTruncated,
                "has no ZIP end record as its last bytes: it is cut short, or more was appended");
  }
  const std::span<const std::byte> bytes{tail};
  const auto plain = TRY(parse_end_record(bytes.subspan(*position)));
  const std::uint64_t end_offset = tail_offset + *position;
  const auto extent = TRY(apply_zip64(file, end_offset, bytes.first(*position), plain, name));
  if (extent.offset > end_offset || end_offset - extent.offset < extent.size_bytes) {
    return fail(ErrorCode::kCorrupt, "its central directory lies outside the archive");
  }
  // So that nobody reserves memory for members that cannot be there.
  if (extent.members > extent.size_bytes / kCentralRecordBytes) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("claims {} members in a central directory of {} bytes", extent.members,
                            extent.size_bytes));
  }
  return extent;
}

}  // namespace

Result<ZipDirectoryExtent> locate_zip_directory(const FileDescriptor& file,
                                                std::uint64_t file_bytes, const std::string& name) {
  return locate(file, file_bytes, name).with_context(path_to_text(name));
}

ZipDirectory::ZipDirectory(FileDescriptor file, const ZipDirectoryExtent& extent, std::string name)
    : file_(std::move(file)), extent_(extent), name_(std::move(name)), buffer_(kBufferBytes) {}

std::span<const std::byte> ZipDirectory::unread() const {
  return std::span{buffer_}.subspan(begin_, end_ - begin_);
}

Result<void> ZipDirectory::ensure_unread(std::size_t size) {
  if (end_ - begin_ >= size) {
    return {};
  }
  std::ranges::copy(unread(), buffer_.begin());
  end_ -= std::exchange(begin_, 0);
  const std::uint64_t left = extent_.size_bytes - fetched_bytes_;
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, kBufferBytes - end_));
  if (end_ + count < size) {
    return fail(ErrorCode::kCorrupt,
                path_to_text(name_) + ": its central directory ends inside a record");
  }
  TRY(read_exactly(file_, extent_.offset + fetched_bytes_, std::span{buffer_}.subspan(end_, count),
                   name_));
  end_ += count;
  fetched_bytes_ += count;
  return {};
}

Result<std::optional<ZipRecord>> ZipDirectory::next() {
  if (records_ == extent_.members) {
    if (begin_ != end_ || fetched_bytes_ != extent_.size_bytes) {
      return fail(ErrorCode::kCorrupt,
                  fmt::format("{}: its central directory holds more than the {} members it claims",
                              path_to_text(name_), extent_.members));
    }
    return std::optional<ZipRecord>{};
  }
  TRY(ensure_unread(kCentralRecordBytes));
  const std::size_t size = TRY_CONTEXT(central_record_size(unread()), path_to_text(name_));
  TRY(ensure_unread(size));
  auto record = parse_central_record(unread().first(size));
  record.index = records_++;
  begin_ += size;
  return std::optional{std::move(record)};
}

void ZipDirectory::rewind() {
  begin_ = 0;
  end_ = 0;
  fetched_bytes_ = 0;
  records_ = 0;
}

}  // namespace albumen
