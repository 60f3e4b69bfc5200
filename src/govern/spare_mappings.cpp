// SPDX-License-Identifier: Apache-2.0
#include "govern/internal/spare_mappings.h"

#include <sys/mman.h>

namespace albumen::internal {
namespace {

constexpr std::size_t kPage = 4096;

std::size_t whole_pages(std::size_t size) { return (size + kPage - 1) / kPage * kPage; }

// Two MiB pages where the system offers them: a twentieth of the page faults and TLB misses of a
// large picture. Only whole aligned parts of a mapping get them, so no memory is added.
constexpr std::size_t kHugeFrom = std::size_t{4} * 1024 * 1024;

}  // namespace

Mapping map_memory(std::size_t size) {
  const std::size_t whole = whole_pages(size);
  // Populated at once, instead of by a page fault per 4 KiB; every buffer is filled anyway.
  const bool huge = whole >= kHugeFrom;
  const int populate = huge ? 0 : MAP_POPULATE;
  void* memory =
      ::mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | populate, -1, 0);
  if (memory == MAP_FAILED) {
    return {};
  }
  if (huge) {
    // Advice: where a kernel does not know it, pages come one by one as they are touched.
    (void)::madvise(memory, whole, MADV_HUGEPAGE);
    (void)::madvise(memory, whole, MADV_POPULATE_WRITE);
  }
  return {.data = static_cast<std::byte*>(memory), .size = whole};
}

void unmap(Mapping mapping) noexcept { ::munmap(mapping.data, mapping.size); }

SpareMappings::~SpareMappings() { unmap_all(); }

Mapping SpareMappings::take(std::size_t size) {
  Mapping found = take_whole(size);
  const std::size_t wanted = whole_pages(size);
  if (found.data != nullptr && found.size > wanted) {
    unmap({.data = found.data + wanted, .size = found.size - wanted});
    found.size = wanted;
  }
  return found;
}

Mapping SpareMappings::take_whole(std::size_t size) {
  const MutexLock lock{mutex_};
  auto best = kept_.end();
  for (auto candidate = kept_.begin(); candidate != kept_.end(); ++candidate) {
    const bool fits = candidate->size >= size && candidate->size <= size + (size / 4) + kPage;
    if (fits && (best == kept_.end() || candidate->size < best->size)) {
      best = candidate;
    }
  }
  if (best == kept_.end()) {
    return {};
  }
  const Mapping found = *best;
  kept_.erase(best);
  bytes_ -= found.size;
  return found;
}

void SpareMappings::give(Mapping mapping) noexcept {
  std::vector<Mapping> surplus;
  {
    const MutexLock lock{mutex_};
    if (mapping.size > most_) {
      surplus.push_back(mapping);
    } else {
      kept_.push_back(mapping);
      bytes_ += mapping.size;
    }
    while (bytes_ > most_) {
      surplus.push_back(kept_.front());
      bytes_ -= kept_.front().size;
      kept_.erase(kept_.begin());
    }
  }
  for (const Mapping old : surplus) {
    unmap(old);
  }
}

void SpareMappings::unmap_all() noexcept {
  const MutexLock lock{mutex_};
  for (const Mapping mapping : kept_) {
    unmap(mapping);
  }
  kept_.clear();
  bytes_ = 0;
}

std::size_t SpareMappings::bytes() const {
  const MutexLock lock{mutex_};
  return bytes_;
}

}  // namespace albumen::internal
