// SPDX-License-Identifier: Apache-2.0
#include "decode/longtail/shared_memory.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace albumen {
namespace {

constexpr std::string_view kName = "memory shared with albumen-longtail";

Result<FileDescriptor> sealable_memory() {
  FileDescriptor file{::memfd_create("albumen", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!file.valid()) {
    return system_failure(errno, "create", kName);
  }
  return file;
}

Result<void> seal(const FileDescriptor& file, int seals) {
  if (::fcntl(file.value(), F_ADD_SEALS, seals | F_SEAL_SEAL) != 0) {
    return system_failure(errno, "seal", kName);
  }
  return {};
}

}  // namespace

Result<FileDescriptor> share_copy_of(std::span<const std::byte> bytes) {
  FileDescriptor file = TRY(sealable_memory());
  TRY(write_all(file, bytes, kName));
  TRY(seal(file, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK));
  return file;
}

Result<SharedPixels> SharedPixels::create(std::size_t size) {
  FileDescriptor file = TRY(sealable_memory());
  if (::ftruncate(file.value(), static_cast<off_t>(size)) != 0) {
    return system_failure(errno, "size", kName);
  }
  TRY(seal(file, F_SEAL_GROW | F_SEAL_SHRINK));
  void* const data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.value(), 0);
  if (data == MAP_FAILED) {
    return system_failure(errno, "map", kName);
  }
  return SharedPixels{std::move(file), static_cast<const std::uint8_t*>(data), size};
}

SharedPixels::SharedPixels(FileDescriptor file, const std::uint8_t* data, std::size_t size)
    : file_(std::move(file)), data_(data), size_(size) {}

SharedPixels::SharedPixels(SharedPixels&& other) noexcept
    : file_(std::move(other.file_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

SharedPixels::~SharedPixels() {
  if (data_ != nullptr) {
    ::munmap(const_cast<std::uint8_t*>(data_), size_);  // NOLINT: nobody writes
  }
}

}  // namespace albumen
