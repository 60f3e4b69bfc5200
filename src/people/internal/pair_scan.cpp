// SPDX-License-Identifier: Apache-2.0
#include "people/internal/pair_scan.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "core/mutex.h"
#include "people/internal/scan_kernels.h"

namespace albumen::people {
namespace {

// Columns of one packed block: 960 x 128 x 2 bytes = 240 KiB, half of a small L2 cache. A multiple
// of 48, the columns of the widest register block.
constexpr std::uint32_t kBlockColumns = 960;
// Rows of one task: enough to pay for packing the block (one pass over it per task).
constexpr std::uint32_t kMostRows = 3840;
constexpr std::uint32_t kLeastRows = 240;
// Below this many new rows, packing the whole library costs more than it saves.
constexpr std::uint32_t kFewRows = 16;
// Rows handed to the kernel between two looks at the stop token.
constexpr std::uint32_t kStripeRows = 240;

struct Task {
  std::uint32_t row = 0;
  std::uint32_t row_end = 0;
  std::uint32_t column = 0;
  std::uint32_t column_end = 0;
};

std::vector<Task> tasks_of(std::uint32_t first_row, std::uint32_t rows, unsigned threads) {
  constexpr std::uint32_t kTasksPerThread = 8;
  const std::uint32_t wanted = (rows - first_row) / (std::max(threads, 1U) * kTasksPerThread) + 1;
  const std::uint32_t step = std::clamp(wanted, kLeastRows, kMostRows);
  std::vector<Task> tasks;
  for (std::uint32_t column = 0; column < rows; column += kBlockColumns) {
    // A row has columns before it only, so rows start at the block.
    for (std::uint32_t row = std::max(first_row, column); row < rows; row += step) {
      tasks.push_back({.row = row,
                       .row_end = std::min(rows, row + step),
                       .column = column,
                       .column_end = std::min(rows, column + kBlockColumns)});
    }
  }
  return tasks;
}

// Turns places in a tile into pairs of faces.
struct TileHits {
  HitList* hits;
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  std::optional<Error> error;

  static void receive(void* context, std::size_t row, std::size_t column, std::int32_t dot) {
    auto& self = *static_cast<TileHits*>(context);
    const PairHit hit{.row = self.row + static_cast<std::uint32_t>(row),
                      .column = self.column + static_cast<std::uint32_t>(column),
                      .dot = dot};
    if (hit.column >= hit.row || self.error.has_value()) {
      return;
    }
    if (Result<void> added = self.hits->add(hit); !added.has_value()) {
      self.error = std::move(added).error();
    }
  }
};

// One thread's part of the scan: its own packed block and hits.
class TileScanner {
 public:
  TileScanner(const FixedRows& rows, std::int32_t least_dot, const GroupingResources& resources)
      : rows_(rows), least_dot_(least_dot), resources_(resources), hits_(resources.budget) {}

  Result<void> scan(const Task& task) {
    TRY(pack(task));
    TileHits receiver{.hits = &hits_, .row = 0, .column = task.column, .error = {}};
    for (std::uint32_t row = task.row; row < task.row_end; row += kStripeRows) {
      TRY(check_stop(resources_.stop));
      const std::uint32_t row_end = std::min(task.row_end, row + kStripeRows);
      gather(row, row_end);
      receiver.row = row;
      // On the diagonal, columns behind the last row are no pairs.
      const std::uint32_t column_end = std::min(task.column_end, row_end);
      scan_tile({.rows = pointers_,
                 .packed = packed_,
                 .columns = column_end - task.column,
                 .pairs = rows_.stride() / 2,
                 .least_dot = least_dot_},
                &TileHits::receive, &receiver);
      if (receiver.error.has_value()) {
        return std::unexpected(std::move(*receiver.error));
      }
    }
    return {};
  }

  HitList take_hits() { return std::move(hits_); }

 private:
  void gather(std::uint32_t row, std::uint32_t row_end) {
    pointers_.clear();
    for (; row < row_end; ++row) {
      pointers_.push_back(rows_.row(row).data());
    }
  }

  Result<void> pack(const Task& task) {
    if (packed_ == nullptr) {
      const std::size_t size =
          packed_size(std::min(kBlockColumns, rows_.count()), rows_.stride() / 2) *
          sizeof(std::int16_t);
      Reservation job = TRY(resources_.budget->try_reserve(MemoryTag::kVectors, Bytes{size}));
      buffer_ = TRY(ByteBuffer::allocate(job, MemoryTag::kVectors, size));
      void* const start = buffer_.data();
      packed_ = static_cast<std::int16_t*>(start);
    }
    if (packed_column_ != task.column) {
      gather(task.column, task.column_end);
      pack_columns(pointers_, rows_.stride() / 2, packed_);
      packed_column_ = task.column;
    }
    return {};
  }

  const FixedRows& rows_;
  std::int32_t least_dot_;
  const GroupingResources& resources_;
  HitList hits_;
  ByteBuffer buffer_;
  std::int16_t* packed_ = nullptr;  // into buffer_
  std::optional<std::uint32_t> packed_column_;
  std::vector<const std::int16_t*> pointers_;
};

// What the threads of one scan share.
class SharedScan {
 public:
  SharedScan(const FixedRows& rows, std::int32_t least_dot, const GroupingResources& resources)
      : rows_(rows), least_dot_(least_dot), resources_(resources), hits_(resources.budget) {}

  Result<HitList> run(const std::vector<Task>& tasks) {
    {
      std::vector<std::jthread> helpers;
      const std::size_t threads = std::clamp<std::size_t>(resources_.threads, 1, tasks.size());
      for (std::size_t i = 1; i < threads; ++i) {
        helpers.emplace_back([this, &tasks] { work(tasks); });
      }
      work(tasks);
    }  // joins
    const MutexLock lock(mutex_);
    if (error_.has_value()) {
      return std::unexpected(std::move(*error_));
    }
    return std::move(hits_);
  }

 private:
  void work(const std::vector<Task>& tasks) {
    TileScanner scanner(rows_, least_dot_, resources_);
    Result<void> outcome;
    while (outcome.has_value()) {
      const std::size_t mine = next_.fetch_add(1, std::memory_order_relaxed);
      if (mine >= tasks.size()) {
        break;
      }
      outcome = scanner.scan(tasks[mine]);
    }
    const MutexLock lock(mutex_);
    if (!outcome.has_value()) {
      next_ = tasks.size();  // the others stop at their next task
      error_ = std::move(outcome).error();
      return;
    }
    hits_.append(scanner.take_hits());
  }

  const FixedRows& rows_;
  std::int32_t least_dot_;
  const GroupingResources& resources_;
  std::atomic<std::size_t> next_ = 0;
  Mutex mutex_;
  HitList hits_ GUARDED_BY(mutex_);
  std::optional<Error> error_ GUARDED_BY(mutex_);
};

// A few rows against all before them, without packing: one pass over the library per row.
Result<HitList> scan_few(const FixedRows& rows, std::uint32_t first_row, std::int32_t least_dot,
                         const GroupingResources& resources) {
  HitList hits(resources.budget);
  for (std::uint32_t row = first_row; row < rows.count(); ++row) {
    TRY(check_stop(resources.stop));
    const auto mine = rows.row(row);
    for (std::uint32_t column = 0; column < row; ++column) {
      const std::int64_t product = dot(mine, rows.row(column));
      if (product >= least_dot) {
        TRY(hits.add({.row = row, .column = column, .dot = static_cast<std::int32_t>(product)}));
      }
    }
  }
  return hits;
}

}  // namespace

Result<void> HitList::add(const PairHit& hit) {
  if (chunks_.empty() || chunks_.back().used == kChunkHits) {
    constexpr std::size_t kSize = kChunkHits * sizeof(PairHit);
    Result<Reservation> job = budget_->try_reserve(MemoryTag::kVectors, Bytes{kSize});
    if (!job.has_value()) {
      return std::unexpected(
          std::move(job).error().with_context("faces have too many close neighbours"));
    }
    chunks_.push_back({.buffer = TRY(ByteBuffer::allocate(*job, MemoryTag::kVectors, kSize))});
  }
  Chunk& chunk = chunks_.back();
  std::memcpy(chunk.buffer.data() + chunk.used * sizeof(PairHit), &hit, sizeof(PairHit));
  ++chunk.used;
  ++size_;
  return {};
}

void HitList::append(HitList&& other) {
  size_ += std::exchange(other.size_, 0);
  std::ranges::move(other.chunks_, std::back_inserter(chunks_));
  other.chunks_.clear();
  // The last chunk need not be full: `add` looks at the last only, so the order does not matter.
}

void HitList::for_each(const std::function<void(std::span<const PairHit>)>& visit) const {
  for (const Chunk& chunk : chunks_) {
    const void* const start = chunk.buffer.data();
    visit({static_cast<const PairHit*>(start), chunk.used});
  }
}

Result<HitList> scan_pairs(const FixedRows& rows, std::uint32_t first_row, std::int32_t least_dot,
                           const GroupingResources& resources) {
  if (first_row >= rows.count()) {
    return HitList(resources.budget);
  }
  if (rows.count() - first_row < kFewRows) {
    return scan_few(rows, first_row, least_dot, resources);
  }
  return SharedScan(rows, least_dot, resources)
      .run(tasks_of(first_row, rows.count(), resources.threads));
}

std::int64_t dot(std::span<const std::int16_t> a, std::span<const std::int16_t> b) {
  return dot_16_16(a.data(), b.data(), std::min(a.size(), b.size()));
}

std::int64_t dot(std::span<const std::int32_t> a, std::span<const std::int16_t> b) {
  return dot_32_16(a.data(), b.data(), std::min(a.size(), b.size()));
}

std::int64_t dot(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  return dot_32_32(a.data(), b.data(), std::min(a.size(), b.size()));
}

}  // namespace albumen::people
