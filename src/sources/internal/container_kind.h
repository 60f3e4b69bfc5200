// SPDX-License-Identifier: Apache-2.0
// What holds other files, by its first bytes: archives that are read, and compressed ones that are
// not. Tested by container_kind_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "files/file.h"

namespace albumen {

enum class ContainerKind : std::uint8_t { kNone, kZip, kTar, kGzip, kBzip2, kXz, kZstd };

/// How many leading bytes decide; fewer may give kNone.
inline constexpr std::size_t kContainerHeadBytes = 512;

ContainerKind container_kind(std::span<const std::byte> head);

/// Of `file`, of `size_bytes`. Error: Io; Truncated when it shrank.
Result<ContainerKind> container_kind_of(const FileDescriptor& file, std::uint64_t size_bytes,
                                        const std::string& path);

/// The program that unpacks what is only compressed: "gzip"; empty for anything else.
std::string_view unpacker_of(ContainerKind kind);

}  // namespace albumen
