// SPDX-License-Identifier: Apache-2.0
// The headers of a tar archive as pure functions over bytes: no I/O, no state. Layouts from POSIX
// (pax, "ustar Interchange Format" and "pax Extended Header") and from GNU tar's manual ("Basic Tar
// Format"). Tested by tar_format_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace albumen {

/// Headers are one block; data begin at a block and are filled up to the next one.
inline constexpr std::size_t kTarBlockBytes = 512;

enum class TarKind : std::uint8_t {
  kFile,
  kFolder,
  kHardLink,
  kSymbolicLink,
  kDevice,  ///< or FIFO
  kSparse,  ///< a file whose holes are left out
  kOther,   ///< volume labels and other kinds that one program knows
  // About the member that follows, none itself.
  kLongName,  ///< GNU `L`
  kLongLink,  ///< GNU `K`
  kPax,
  kGlobalPax,  ///< about all that follow
};

/// One header block. All of it is claims.
struct TarHeader {
  std::string name;              ///< bytes as they stand, prefix and name put together
  std::uint64_t size_bytes = 0;  ///< below 2^63
  TarKind kind = TarKind::kFile;
  bool sparse_map_goes_on = false;  ///< in the next block

  /// About a member, or about all.
  [[nodiscard]] bool is_extension() const { return kind >= TarKind::kLongName; }

  /// Links, folders and devices have no data, whatever size they claim.
  [[nodiscard]] bool has_data() const;
};

/// True for a first block with the mark of POSIX or GNU, or (tar of Unix 7 has no mark) with the
/// right checksum. False for less than a block.
bool is_tar_header(std::span<const std::byte> head);

bool is_zero(std::span<const std::byte> bytes);

/// Error: Corrupt when the checksum is wrong or the size is no number. REQUIRES: a block.
Result<TarHeader> parse_tar_header(std::span<const std::byte> block);

/// Whether the map of a sparse file goes on behind a block that is all map. REQUIRES: a block.
bool sparse_map_goes_on(std::span<const std::byte> map_block);

/// What pax headers say of a member, instead of its own header.
struct PaxFields {
  std::optional<std::string> path;
  std::optional<std::uint64_t> size_bytes;  ///< below 2^63
  bool sparse = false;
};

/// Adds the records that are known to `fields`; later ones count, an empty value takes one back.
/// Error: Corrupt for a record whose length does not lead to its end, or a size that is no number.
Result<void> parse_pax_records(std::string_view records, PaxFields& fields);

/// `size_bytes` filled up to whole blocks. REQUIRES: below 2^63.
std::uint64_t in_whole_blocks(std::uint64_t size_bytes);

}  // namespace albumen
