// SPDX-License-Identifier: Apache-2.0
// Reads what a SourceLister listed into memory that a job has paid for. Never maps a file: one that
// shrinks would end the process. Tested by source_reader_test.cpp.
#pragma once

#include <cstdint>
#include <memory>

#include "core/content_type.h"
#include "core/result.h"
#include "core/stop.h"
#include "govern/budget.h"
#include "govern/images.h"
#include "sources/source.h"

namespace albumen {

/// Internally locked: any number of threads read at once; the lock is held only to find an open
/// archive, never while reading. Keeps a few archives open.
class SourceReader {
 public:
  SourceReader();
  SourceReader(const SourceReader&) = delete;
  SourceReader& operator=(const SourceReader&) = delete;
  ~SourceReader();

  /// What the entry is, by its first bytes: reads (and inflates) only those, so that a video of
  /// many GiB is recognised before any memory is reserved for it. Errors: as `read`, but what lies
  /// beyond the first bytes is not checked.
  Result<ContentType> content_type(const SourceEntry& entry);

  /// The first bytes of the entry, at most `most`, in a buffer from `job`: enough for a header, so
  /// that a job is planned before it is read. What lies behind is not checked; an empty entry gives
  /// an empty picture. Errors: as `read`. REQUIRES: `job` holds at least `most`.
  Result<EncodedImage> read_head(const SourceEntry& entry, Bytes most, Reservation& job);

  /// All bytes of the entry, in a buffer (MemoryTag::kEncoded) from `job`'s reservation.
  /// REQUIRES: `job` holds at least `entry.reading_bytes()`; less is Internal.
  /// Errors: Truncated for an empty file or member; Io when the file or archive changed since it
  /// was listed or while it was read; NotFound when it is gone; Corrupt for a member that
  /// contradicts its archive (header, size, checksum); Cancelled.
  Result<EncodedImage> read(const SourceEntry& entry, Reservation& job, const StopToken& stop = {});

  /// All bytes of a member that is stored in a ZIP, in order, in pieces, for who passes them on:
  /// out of 256 KiB of its own, whatever the member's size. What is wrong with a member shows at
  /// its end at the latest; what was taken by then means nothing. Errors: as `read`; Unsupported
  /// for anything else; those of `take`.
  Result<void> read_in_pieces(const SourceEntry& entry, const TakeBytes& take);

  /// Makes the nth call from now (1-based) of `read_head`, `read` or `read_in_pieces` fail with Io,
  /// for failure-injection tests of the callers; 0 switches it off.
  void fail_nth_for_testing(std::uint64_t n);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace albumen
