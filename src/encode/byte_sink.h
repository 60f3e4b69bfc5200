// SPDX-License-Identifier: Apache-2.0
// Where encoders put their bytes, piece by piece, so that nobody needs to hold a whole encoded
// file. Tested by byte_sink_test.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/identity.h"
#include "core/result.h"
#include "core/units.h"
#include "files/file.h"
#include "files/sha256.h"

namespace albumen {

/// Takes the bytes of one file in order. One thread. After an error, what was written is a part of
/// a file and of no use: drop the sink.
class ByteSink {
 public:
  virtual ~ByteSink() = default;

  /// All of `bytes`, which may be empty and need live only for the call. What works for long
  /// without a byte writes none now and then, so that an error of the sink ends it; but
  /// PngEffort::kSmall compresses the whole picture in one call of libdeflate, which nothing ends.
  virtual Result<void> write(std::span<const std::byte> bytes) = 0;
};

/// Keeps everything in memory. That memory is the caller's to have reserved: `limit` says how much.
class MemorySink final : public ByteSink {
 public:
  MemorySink() = default;

  explicit MemorySink(Bytes limit) : limit_(limit) {}

  /// Error: BudgetExceeded beyond the limit; what came before stays.
  Result<void> write(std::span<const std::byte> bytes) override;

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  /// Hands the bytes over; the sink is empty then.
  [[nodiscard]] std::vector<std::byte> take() { return std::exchange(bytes_, {}); }

 private:
  Bytes limit_ = Bytes::max();
  std::vector<std::byte> bytes_;
};

/// Writes to a file that its owner commits. REQUIRES: `file` outlives it.
class FileSink final : public ByteSink {
 public:
  explicit FileSink(AtomicFile& file) : file_(file) {}

  /// Errors: those of AtomicFile::write.
  Result<void> write(std::span<const std::byte> bytes) override { return file_.write(bytes); }

 private:
  AtomicFile& file_;
};

/// Passes everything on, counting and hashing it on the way. REQUIRES: `next` outlives it.
class HashingSink final : public ByteSink {
 public:
  explicit HashingSink(ByteSink& next) : next_(next) {}

  /// Errors: those of the next sink.
  Result<void> write(std::span<const std::byte> bytes) override;

  /// Of everything so far.
  [[nodiscard]] Bytes size() const { return size_; }

  /// SHA-256 of everything written. REQUIRES: called at most once, last.
  Sha256Digest finish() { return hash_.finish(); }

 private:
  ByteSink& next_;
  Sha256 hash_;
  Bytes size_;
};

}  // namespace albumen
