// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/zip_member.h"

#include <algorithm>
#include <fmt/core.h>
#include <libdeflate.h>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

#include "sources/internal/zip_format.h"

namespace albumen {
namespace {

struct DecompressorDeleter {
  void operator()(libdeflate_decompressor* decompressor) const {
    libdeflate_free_decompressor(decompressor);
  }
};

using Decompressor = std::unique_ptr<libdeflate_decompressor, DecompressorDeleter>;

constexpr std::uint64_t kPieceBytes = kKiB.count() * 256;

constexpr std::uint16_t method_of(MemberCoding coding) {
  return coding == MemberCoding::kDeflated ? 8 : 0;  // APPNOTE 4.4.5
}

// A field of the local header against the central directory's. All ones: the value stands in a
// ZIP64 field. Zero is right when a data descriptor follows the data.
bool agrees(std::uint64_t local, std::uint64_t central, bool may_be_zero) {
  return local == central || local == 0xFFFFFFFF || (may_be_zero && local == 0);
}

Result<void> check_local_header(const ZipLocalHeader& local, const SourceEntry& entry) {
  const MemberLocation& location = entry.location;
  const bool later = local.has_data_descriptor();
  const bool same = local.method == method_of(location.coding) && !local.encrypted() &&
                    local.name_bytes == entry.member.size() &&
                    (local.crc32 == location.crc32 || (later && local.crc32 == 0)) &&
                    agrees(local.stored_bytes, location.stored_bytes, later) &&
                    agrees(local.size_bytes, entry.encoded_size.count(), later);
  if (!same) {
    return fail(ErrorCode::kCorrupt, "its local header contradicts the central directory");
  }
  return {};
}

// Where the member's data begins, after its local header was checked.
Result<std::uint64_t> locate_data(const FileDescriptor& archive, const SourceEntry& entry) {
  const MemberLocation& location = entry.location;
  std::vector<std::byte> header(kLocalHeaderBytes + entry.member.size());
  TRY(read_exactly(archive, location.header_offset, header, entry.path));
  const auto local = TRY(parse_local_header(header));
  TRY(check_local_header(local, entry));
  const auto name = std::span{header}.subspan(kLocalHeaderBytes);
  if (!std::ranges::equal(name, std::as_bytes(std::span{entry.member}))) {
    return fail(ErrorCode::kCorrupt, "its local header carries another name");
  }
  const std::uint64_t data = location.header_offset + header.size() + local.extra_bytes;
  if (data > location.end_limit || location.end_limit - data < location.stored_bytes) {
    return fail(ErrorCode::kCorrupt, "its data overlaps what follows it in the archive");
  }
  return data;
}

// A member that is read whole, into the memory of a job.
struct WholeRead {
  const FileDescriptor& archive;  // outlive this
  const SourceEntry& entry;
  Reservation& job;
  const StopToken& stop;
};

Result<ByteBuffer> read_bytes(const WholeRead& read, std::uint64_t offset, std::uint64_t size) {
  auto buffer = TRY(ByteBuffer::allocate(read.job, MemoryTag::kEncoded, size));
  TRY(read_exactly(read.archive, offset, buffer.bytes(), read.entry.path, read.stop));
  return buffer;
}

Result<void> inflate_exactly(const ByteBuffer& deflated, ByteBuffer& out) {
  const Decompressor decompressor{libdeflate_alloc_decompressor()};
  if (decompressor == nullptr) {
    return fail(ErrorCode::kBudgetExceeded, "the system has no memory left to inflate");
  }
  std::size_t taken = 0;
  std::size_t given = 0;
  const libdeflate_result result = libdeflate_deflate_decompress_ex(
      decompressor.get(), deflated.data(), deflated.size(), out.data(), out.size(), &taken, &given);
  if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("inflates to more than the {} bytes it claims", out.size()));
  }
  if (result != LIBDEFLATE_SUCCESS) {
    return fail(ErrorCode::kCorrupt, "its deflated data is broken");
  }
  if (given != out.size() || taken != deflated.size()) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("inflates to {} bytes from {}, but claims {} from {}", given, taken,
                            out.size(), deflated.size()));
  }
  return {};
}

Result<ByteBuffer> inflate_member(const WholeRead& read, std::uint64_t data) {
  auto deflated = TRY(read_bytes(read, data, read.entry.location.stored_bytes));
  auto inflated =
      TRY(ByteBuffer::allocate(read.job, MemoryTag::kEncoded, read.entry.encoded_size.count()));
  TRY(inflate_exactly(deflated, inflated));
  deflated.release_to(read.job);
  return inflated;
}

// The first bytes that deflated `head` gives, at most out.size(). zlib, because libdeflate inflates
// only whole streams. Data that is broken from the start gives nothing: reading it will say so.
std::size_t inflate_head(std::span<std::byte> head, std::span<std::byte> out) {
  z_stream stream{};
  constexpr int kRawDeflate = -15;
  if (inflateInit2(&stream, kRawDeflate) != Z_OK) {
    return 0;
  }
  stream.next_in = reinterpret_cast<Bytef*>(head.data());
  stream.avail_in = static_cast<uInt>(head.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  inflate(&stream, Z_SYNC_FLUSH);
  const std::size_t given = out.size() - stream.avail_out;
  inflateEnd(&stream);
  return given;
}

// Of deflated data what gives the first `given` bytes, which may be longer than they: RFC 1951's
// fixed codes take nine bits for half of all bytes, and the tables of dynamic ones some 300 bytes.
constexpr std::size_t longest_head(std::size_t given) {
  constexpr std::size_t kCodeTables = 1024;
  return given + given / 4 + kCodeTables;
}

std::unexpected<Error> wrong_checksum() {
  return fail(ErrorCode::kCorrupt, "its bytes do not have the checksum that the archive claims");
}

Result<ByteBuffer> read_checked(const WholeRead& read) {
  const SourceEntry& entry = read.entry;
  if (entry.encoded_size == Bytes{}) {
    return fail(ErrorCode::kTruncated, "is empty");
  }
  const std::uint64_t data = TRY(locate_data(read.archive, entry));
  auto bytes = entry.location.coding == MemberCoding::kDeflated
                   ? TRY(inflate_member(read, data))
                   : TRY(read_bytes(read, data, entry.encoded_size.count()));
  if (libdeflate_crc32(0, bytes.data(), bytes.size()) != entry.location.crc32) {
    return wrong_checksum();
  }
  return bytes;
}

Result<void> read_pieces(const FileDescriptor& archive, const SourceEntry& entry,
                         const TakeBytes& take) {
  if (entry.location.coding != MemberCoding::kStored) {
    return fail(ErrorCode::kUnsupported, "is deflated, which is read whole only");
  }
  const std::uint64_t size = entry.encoded_size.count();
  if (size == 0) {
    return fail(ErrorCode::kTruncated, "is empty");
  }
  const std::uint64_t data = TRY(locate_data(archive, entry));
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min(kPieceBytes, size)));
  std::uint32_t checksum = 0;
  for (std::uint64_t done = 0; done < size; done += buffer.size()) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size - done));
    const std::span piece = std::span{buffer}.first(count);
    TRY(read_exactly(archive, data + done, piece, entry.path));
    checksum = libdeflate_crc32(checksum, piece.data(), piece.size());
    TRY(take(piece));
  }
  if (checksum != entry.location.crc32) {
    return wrong_checksum();
  }
  return {};
}

}  // namespace

Result<ByteBuffer> read_zip_member(const FileDescriptor& archive, const SourceEntry& entry,
                                   Reservation& job, const StopToken& stop) {
  const WholeRead read{.archive = archive, .entry = entry, .job = job, .stop = stop};
  return TRY_CONTEXT(read_checked(read), entry.name());
}

Result<void> read_zip_member_in_pieces(const FileDescriptor& archive, const SourceEntry& entry,
                                       const TakeBytes& take) {
  TRY_CONTEXT(read_pieces(archive, entry, take), entry.name());
  return {};
}

Result<std::size_t> read_zip_member_head(const FileDescriptor& archive, const SourceEntry& entry,
                                         std::span<std::byte> out) {
  if (entry.encoded_size == Bytes{}) {
    return 0;
  }
  const std::uint64_t data = TRY_CONTEXT(locate_data(archive, entry), entry.name());
  const bool deflated = entry.location.coding == MemberCoding::kDeflated;
  const std::size_t wanted = deflated ? longest_head(out.size()) : out.size();
  const auto available = std::min<std::uint64_t>(entry.location.stored_bytes, wanted);
  if (!deflated) {
    const auto head = out.first(static_cast<std::size_t>(available));
    TRY(read_exactly(archive, data, head, entry.path));
    return head.size();
  }
  std::vector<std::byte> stored(static_cast<std::size_t>(available));
  TRY(read_exactly(archive, data, stored, entry.path));
  return inflate_head(stored, out);
}

}  // namespace albumen
