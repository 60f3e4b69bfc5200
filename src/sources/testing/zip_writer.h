// SPDX-License-Identifier: Apache-2.0
// Builds ZIP archives byte by byte for tests: honest ones, and ones that lie in a chosen field.
// Written from APPNOTE.TXT, not from the reader, so that a misreading shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <libdeflate.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace albumen {

/// A member and the lies about it. What is not set is the truth.
struct ZipMemberSpec {
  std::string name;
  std::string content;
  bool deflate = false;
  bool zip64 = false;            ///< sizes and offset in ZIP64 fields
  bool data_descriptor = false;  ///< checksum and sizes after the data
  std::uint16_t flags = 0;
  std::uint32_t unix_mode = 0100644;
  std::optional<std::uint16_t> method;
  std::optional<std::string> local_name;
  std::optional<std::uint32_t> claimed_crc;     ///< in both headers
  std::optional<std::uint64_t> claimed_size;    ///< in both headers, inflated
  std::optional<std::uint64_t> claimed_stored;  ///< in both headers
  std::optional<std::uint32_t> local_size;      ///< in the local header only
  std::optional<std::uint64_t> claimed_offset;  ///< in the central directory
};

/// Lies of the end record.
struct ZipEndSpec {
  std::string comment;
  bool zip64 = false;
  std::optional<std::uint16_t> claimed_members;
  std::optional<std::uint32_t> claimed_directory_size;
  std::optional<std::uint32_t> claimed_directory_offset;
  std::uint16_t disk = 0;
};

class ZipWriter {
 public:
  /// The offset of the member's local header.
  std::uint64_t add(const ZipMemberSpec& spec) {
    const std::uint64_t offset = bytes_.size();
    const std::string data = spec.deflate ? deflated(spec.content) : spec.content;
    const std::uint32_t crc =
        spec.claimed_crc.value_or(libdeflate_crc32(0, spec.content.data(), spec.content.size()));
    const std::uint64_t size = spec.claimed_size.value_or(spec.content.size());
    const std::uint64_t stored = spec.claimed_stored.value_or(data.size());
    append_local_header(spec, crc, stored, size);
    bytes_ += data;
    if (spec.data_descriptor) {
      put32(bytes_, 0x08074B50);
      put32(bytes_, crc);
      put32(bytes_, static_cast<std::uint32_t>(stored));
      put32(bytes_, static_cast<std::uint32_t>(size));
    }
    append_central_record(spec, crc, stored, size, spec.claimed_offset.value_or(offset));
    ++members_;
    return offset;
  }

  /// Bytes between members.
  void pad(std::string_view bytes) { bytes_ += bytes; }

  /// A central record only, for a member whose bytes are elsewhere.
  void add_record_only(const ZipMemberSpec& spec, std::uint64_t offset) {
    const std::string data = spec.deflate ? deflated(spec.content) : spec.content;
    append_central_record(spec, libdeflate_crc32(0, spec.content.data(), spec.content.size()),
                          spec.claimed_stored.value_or(data.size()),
                          spec.claimed_size.value_or(spec.content.size()), offset);
    ++members_;
  }

  [[nodiscard]] std::string finish(const ZipEndSpec& end = {}) const {
    std::string archive = bytes_ + directory_;
    const std::uint64_t zip64_offset = archive.size();
    if (end.zip64) {
      append_zip64_end(archive, zip64_offset);
    }
    const auto members = static_cast<std::uint16_t>(end.zip64 ? 0xFFFF : members_);
    const auto size = static_cast<std::uint32_t>(end.zip64 ? 0xFFFFFFFF : directory_.size());
    const auto offset = static_cast<std::uint32_t>(end.zip64 ? 0xFFFFFFFF : bytes_.size());
    put32(archive, 0x06054B50);
    put16(archive, end.disk);
    put16(archive, end.disk);
    put16(archive, end.claimed_members.value_or(members));
    put16(archive, end.claimed_members.value_or(members));
    put32(archive, end.claimed_directory_size.value_or(size));
    put32(archive, end.claimed_directory_offset.value_or(offset));
    put16(archive, static_cast<std::uint16_t>(end.comment.size()));
    return archive + end.comment;
  }

  static std::string deflated(std::string_view content) {
    libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
    std::string out(libdeflate_deflate_compress_bound(compressor, content.size()), '\0');
    out.resize(libdeflate_deflate_compress(compressor, content.data(), content.size(), out.data(),
                                           out.size()));
    libdeflate_free_compressor(compressor);
    return out;
  }

 private:
  static void put16(std::string& out, std::uint64_t value) { put(out, value, 2); }

  static void put32(std::string& out, std::uint64_t value) { put(out, value, 4); }

  static void put64(std::string& out, std::uint64_t value) { put(out, value, 8); }

  static void put(std::string& out, std::uint64_t value, int bytes) {
    for (int index = 0; index < bytes; ++index) {
      out.push_back(static_cast<char>(value >> (8 * index) & 0xFF));
    }
  }

  static std::uint16_t flags_of(const ZipMemberSpec& spec) {
    return static_cast<std::uint16_t>(spec.flags | (spec.data_descriptor ? 8 : 0));
  }

  static std::uint16_t method_of(const ZipMemberSpec& spec) {
    return spec.method.value_or(static_cast<std::uint16_t>(spec.deflate ? 8 : 0));
  }

  void append_local_header(const ZipMemberSpec& spec, std::uint32_t crc, std::uint64_t stored,
                           std::uint64_t size) {
    const std::string& name = spec.local_name.has_value() ? *spec.local_name : spec.name;
    const bool later = spec.data_descriptor;
    std::string extra;
    if (spec.zip64) {
      put16(extra, 1);
      put16(extra, 16);
      put64(extra, size);
      put64(extra, stored);
    }
    put32(bytes_, 0x04034B50);
    put16(bytes_, 20);
    put16(bytes_, flags_of(spec));
    put16(bytes_, method_of(spec));
    put32(bytes_, 0);  // time and date
    put32(bytes_, later ? 0 : crc);
    put32(bytes_, spec.zip64 ? 0xFFFFFFFF : later ? 0 : stored);
    put32(bytes_, spec.local_size.has_value() ? *spec.local_size
                  : spec.zip64                ? 0xFFFFFFFF
                  : later                     ? 0
                                              : size);
    put16(bytes_, name.size());
    put16(bytes_, extra.size());
    bytes_ += name + extra;
  }

  void append_central_record(const ZipMemberSpec& spec, std::uint32_t crc, std::uint64_t stored,
                             std::uint64_t size, std::uint64_t offset) {
    std::string extra;
    if (spec.zip64) {
      put16(extra, 1);
      put16(extra, 24);
      put64(extra, size);
      put64(extra, stored);
      put64(extra, offset);
    }
    put32(directory_, 0x02014B50);
    put16(directory_, 3 << 8 | 20);  // made on Unix
    put16(directory_, 20);
    put16(directory_, flags_of(spec));
    put16(directory_, method_of(spec));
    put32(directory_, 0);  // time and date
    put32(directory_, crc);
    put32(directory_, spec.zip64 ? 0xFFFFFFFF : stored);
    put32(directory_, spec.zip64 ? 0xFFFFFFFF : size);
    put16(directory_, spec.name.size());
    put16(directory_, extra.size());
    put16(directory_, 0);  // comment
    put16(directory_, 0);  // disk
    put16(directory_, 0);  // internal attributes
    put32(directory_, std::uint64_t{spec.unix_mode} << 16);
    put32(directory_, spec.zip64 ? 0xFFFFFFFF : offset);
    directory_ += spec.name + extra;
  }

  void append_zip64_end(std::string& archive, std::uint64_t zip64_offset) const {
    put32(archive, 0x06064B50);
    put64(archive, 44);  // of the rest of this record
    put16(archive, 45);
    put16(archive, 45);
    put32(archive, 0);
    put32(archive, 0);
    put64(archive, members_);
    put64(archive, members_);
    put64(archive, directory_.size());
    put64(archive, bytes_.size());
    put32(archive, 0x07064B50);
    put32(archive, 0);
    put64(archive, zip64_offset);
    put32(archive, 1);
  }

  std::string bytes_;      // local headers and data
  std::string directory_;  // central records
  std::uint64_t members_ = 0;
};

}  // namespace albumen
