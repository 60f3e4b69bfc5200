// SPDX-License-Identifier: Apache-2.0
// The input is an archive: lists it and reads every member through a budget of 8 MiB, by the same
// doors as users. It lives in a file without a name, because sources are read by descriptor.

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

namespace {

using albumen::Budget;
using albumen::Bytes;

constexpr Bytes kBudget = albumen::kMiB * 8;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void read_entry(const albumen::SourceEntry& entry, albumen::SourceReader& reader, Budget& budget) {
  auto type = reader.content_type(entry);
  auto job = budget.try_reserve(albumen::MemoryTag::kOther, entry.reading_bytes());
  if (!job.has_value()) {
    return;
  }
  const auto image = reader.read(entry, *job);
  if (image.has_value()) {
    require(type.has_value());
    require(Bytes{image->bytes.size()} == entry.encoded_size);
    require(budget.used() == entry.reading_bytes());
  } else {
    require(image.error().code != albumen::ErrorCode::kInternal);
  }
}

void list_and_read(const std::string& path) {
  Budget budget{kBudget};
  albumen::SourceReader reader;
  auto lister = albumen::SourceLister::create({path}, {});
  require(lister.has_value());
  while (const auto event = lister->next({})) {
    if (const auto* entry = std::get_if<albumen::SourceEntry>(&*event)) {
      read_entry(*entry, reader, budget);
      require(budget.used() == Bytes{});
    }
  }
  require(budget.peak() <= kBudget);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const albumen::FileDescriptor file{::memfd_create("zip_listing", MFD_CLOEXEC)};
  require(file.valid());
  require(albumen::write_all(file, std::as_bytes(std::span{data, size}), "input").has_value());
  list_and_read(fmt::format("/proc/self/fd/{}", file.value()));
  return 0;
}
