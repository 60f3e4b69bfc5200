// SPDX-License-Identifier: Apache-2.0
// The bytes of one member of a tar archive, straight from the archive by position: any number of
// threads share one descriptor, and nothing is extracted to disk. Tested by tar_archive_test.cpp.
#pragma once

#include <cstddef>
#include <span>

#include "core/result.h"
#include "core/stop.h"
#include "files/file.h"
#include "govern/budget.h"
#include "govern/byte_buffer.h"
#include "sources/source.h"

namespace albumen {

/// All of `entry`, exactly `entry.encoded_size` bytes, behind headers that are, byte for byte,
/// those that were listed. The bytes themselves have no checksum in a tar. Errors: Corrupt for
/// other headers, Truncated (empty, or the archive shrank), Io; Cancelled; Internal when `job` is
/// smaller than `entry.reading_bytes()`.
Result<ByteBuffer> read_tar_member(const FileDescriptor& archive, const SourceEntry& entry,
                                   Reservation& job, const StopToken& stop);

/// The first bytes of a member, headers checked likewise: fills `out` from the front, returns how
/// many there were.
Result<std::size_t> read_tar_member_head(const FileDescriptor& archive, const SourceEntry& entry,
                                         std::span<std::byte> out);

}  // namespace albumen
