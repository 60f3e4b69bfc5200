// SPDX-License-Identifier: Apache-2.0
// Shared by the fuzz targets of archives: lists the input and reads every member through a budget
// of 8 MiB, by the same doors as users. It lives in a file without a name, because sources are read
// by descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fmt/core.h>
#include <span>
#include <string>
#include <sys/mman.h>
#include <variant>

#include "files/file.h"
#include "govern/budget.h"
#include "sources/source_lister.h"
#include "sources/source_reader.h"

namespace albumen::fuzzing {

inline constexpr Bytes kBudget = kMiB * 8;

inline void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

inline void read_entry(const SourceEntry& entry, SourceReader& reader, Budget& budget) {
  auto type = reader.content_type(entry);
  auto job = budget.try_reserve(MemoryTag::kOther, entry.reading_bytes());
  if (!job.has_value()) {
    return;
  }
  const auto image = reader.read(entry, *job);
  if (image.has_value()) {
    require(type.has_value());
    require(Bytes{image->bytes.size()} == entry.encoded_size);
    require(budget.used() == entry.reading_bytes());
  } else {
    require(image.error().code != ErrorCode::kInternal);
  }
}

inline void list_and_read_path(const std::string& path) {
  Budget budget{kBudget};
  SourceReader reader;
  auto lister = SourceLister::create({path}, {});
  require(lister.has_value());
  while (const auto event = lister->next({})) {
    if (const auto* entry = std::get_if<SourceEntry>(&*event)) {
      read_entry(*entry, reader, budget);
      require(budget.used() == Bytes{});
    }
  }
  require(budget.peak() <= kBudget);
}

inline void list_and_read(std::span<const std::byte> archive) {
  const FileDescriptor file{::memfd_create("archive", MFD_CLOEXEC)};
  require(file.valid());
  require(write_all(file, archive, "input").has_value());
  list_and_read_path(fmt::format("/proc/self/fd/{}", file.value()));
}

}  // namespace albumen::fuzzing
