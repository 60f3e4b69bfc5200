// SPDX-License-Identifier: Apache-2.0
// Reading a file that somebody else may be writing: its stamp is taken before and after, and only
// bytes between two equal stamps are believed. Tested by source_reader_test.cpp.
#pragma once

#include <cstdint>
#include <string>

#include "core/content_type.h"
#include "core/result.h"
#include "core/stop.h"
#include "files/file.h"
#include "govern/budget.h"
#include "govern/byte_buffer.h"

namespace albumen {

/// Io "changed while it was read" unless the stamp of `file` is still `before`.
Result<void> check_unchanged(const FileDescriptor& file, const FileStamp& before,
                             const std::string& path);

/// What `file`, of `size_bytes`, is by its first bytes.
Result<ContentType> type_of(const FileDescriptor& file, std::uint64_t size_bytes,
                            const std::string& path);

/// All bytes of `file`, whose stamp was `before`. Errors: Truncated when empty; Io when it changed;
/// Cancelled.
Result<ByteBuffer> read_whole_file(const FileDescriptor& file, const FileStamp& before,
                                   const std::string& path, Reservation& job,
                                   const StopToken& stop);

}  // namespace albumen
