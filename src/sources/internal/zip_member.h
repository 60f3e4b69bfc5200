// SPDX-License-Identifier: Apache-2.0
// The bytes of one archive member, straight from the archive by position: any number of threads
// share one descriptor, and nothing is extracted to disk. Tested by zip_archive_test.cpp.
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

/// All of `entry`, inflated, exactly `entry.encoded_size` bytes, checksum checked.
/// The local header must agree with the central directory: an archive that says two things about
/// one member is refused. Errors: Corrupt, Truncated (empty, or the archive shrank), Io; Cancelled,
/// but not while it is inflated; Internal when `job` is smaller than `entry.reading_bytes()`.
Result<ByteBuffer> read_zip_member(const FileDescriptor& archive, const SourceEntry& entry,
                                   Reservation& job, const StopToken& stop);

/// All of a stored member in order, in pieces, to `take`, out of some memory of its own whatever
/// the member's size. It is checked as above, but at its end: after an error what was taken means
/// nothing. Errors: as above; Unsupported for a deflated member; those of `take`.
Result<void> read_zip_member_in_pieces(const FileDescriptor& archive, const SourceEntry& entry,
                                       const TakeBytes& take);

/// The first bytes of a member, inflated, unchecked: fills `out` from the front, returns how many
/// there were. Fewer than both `out` and the member hold when the archive's data end or break.
Result<std::size_t> read_zip_member_head(const FileDescriptor& archive, const SourceEntry& entry,
                                         std::span<std::byte> out);

}  // namespace albumen
