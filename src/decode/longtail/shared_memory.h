// SPDX-License-Identifier: Apache-2.0
// Memory that another process may hold without harm: its size is sealed, so that it can neither
// grow nor be cut off under a reader's feet. Tested by longtail_client_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/result.h"
#include "files/file.h"

namespace albumen {

/// A copy of `bytes` that nobody can write to. Costs its size in memory until the last descriptor
/// is closed. Error: Io.
Result<FileDescriptor> share_copy_of(std::span<const std::byte> bytes);

/// Pixels that the other process writes and this one reads. What is read may change at any time.
/// Move-only.
class SharedPixels {
 public:
  /// `size` above zero; zeros until somebody writes. Error: Io.
  static Result<SharedPixels> create(std::size_t size);

  SharedPixels(SharedPixels&& other) noexcept;
  SharedPixels& operator=(SharedPixels&&) = delete;
  SharedPixels(const SharedPixels&) = delete;
  SharedPixels& operator=(const SharedPixels&) = delete;
  ~SharedPixels();

  [[nodiscard]] const FileDescriptor& file() const { return file_; }

  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {data_, size_}; }

 private:
  SharedPixels(FileDescriptor file, const std::uint8_t* data, std::size_t size);

  FileDescriptor file_;
  const std::uint8_t* data_;
  std::size_t size_;
};

}  // namespace albumen
