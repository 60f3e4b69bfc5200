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
// Up to this many chosen rows, one by one costs less than a register block of columns.
constexpr std::size_t kFewChosen = 3;
// Rows handed to the kernel between two looks at the stop token.
constexpr std::uint32_t kStripeRows = 240;

struct Task {
  std::uint32_t row = 0;
  std::uint32_t row_end = 0;
  std::uint32_t column = 0;
  std::uint32_t column_end = 0;
};

// What is multiplied with what. Columns are either all rows, each with the rows behind it, or a
// choice of rows, each with all others.
struct Shape {
  std::uint32_t first_row = 0;
  std::uint32_t rows = 0;
  std::span<const std::uint32_t> chosen;  // empty: columns are all rows

  [[nodiscard]] std::uint32_t columns() const {
    return chosen.empty() ? rows : static_cast<std::uint32_t>(chosen.size());
  }
};

std::vector<Task> tasks_of(const Shape& shape, unsigned threads) {
  constexpr std::uint32_t kTasksPerThread = 8;
  const std::uint32_t wanted =
      (shape.rows - shape.first_row) / (std::max(threads, 1U) * kTasksPerThread) + 1;
  const std::uint32_t step = std::clamp(wanted, kLeastRows, kMostRows);
  std::vector<Task> tasks;
  for (std::uint32_t column = 0; column < shape.columns(); column += kBlockColumns) {
    const std::uint32_t start =
        shape.chosen.empty() ? std::max(shape.first_row, column) : shape.first_row;
    for (std::uint32_t row = start; row < shape.rows; row += step) {
      tasks.push_back({.row = row,
                       .row_end = std::min(shape.rows, row + step),
                       .column = column,
                       .column_end = std::min(shape.columns(), column + kBlockColumns)});
    }
  }
  return tasks;
}

// Turns places in a tile into pairs of faces.
struct TileHits {
  HitList* hits;
  std::span<const std::uint32_t> chosen;
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  std::optional<Error> error;

  static void receive(void* context, std::size_t row, std::size_t column, std::int32_t dot) {
    auto& self = *static_cast<TileHits*>(context);
    PairHit hit{.row = self.row + static_cast<std::uint32_t>(row),
                .column = self.column + static_cast<std::uint32_t>(column),
                .dot = dot};
    if (!self.chosen.empty()) {
      hit.column = std::exchange(hit.row, self.chosen[hit.column]);
    }
    const bool is_pair = self.chosen.empty() ? hit.column < hit.row : hit.column != hit.row;
    if (!is_pair || self.error.has_value()) {
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
  TileScanner(const FixedRows& rows, const Shape& shape, std::int32_t least_dot,
              const GroupingResources& resources)
      : rows_(rows),
        shape_(shape),
        least_dot_(least_dot),
        resources_(resources),
        hits_(resources.budget) {}

  Result<void> scan(const Task& task) {
    TRY(pack(task));
    TileHits receiver{
        .hits = &hits_, .chosen = shape_.chosen, .row = 0, .column = task.column, .error = {}};
    for (std::uint32_t row = task.row; row < task.row_end; row += kStripeRows) {
      TRY(check_stop(resources_.stop));
      const std::uint32_t row_end = std::min(task.row_end, row + kStripeRows);
      pointers_.clear();
      for (std::uint32_t index = row; index < row_end; ++index) {
        pointers_.push_back(rows_.row(index).data());
      }
      receiver.row = row;
      // On the diagonal, columns behind the last row are no pairs.
      const std::uint32_t column_end =
          shape_.chosen.empty() ? std::min(task.column_end, row_end) : task.column_end;
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
  Result<void> pack(const Task& task) {
    if (packed_ == nullptr) {
      const std::size_t size =
          packed_size(std::min(kBlockColumns, shape_.columns()), rows_.stride() / 2) *
          sizeof(std::int16_t);
      Reservation job = TRY(resources_.budget->try_reserve(MemoryTag::kVectors, Bytes{size}));
      buffer_ = TRY(ByteBuffer::allocate(job, MemoryTag::kVectors, size));
      void* const start = buffer_.data();
      packed_ = static_cast<std::int16_t*>(start);
    }
    if (packed_column_ != task.column) {
      pointers_.clear();
      for (std::uint32_t column = task.column; column < task.column_end; ++column) {
        const std::uint32_t row = shape_.chosen.empty() ? column : shape_.chosen[column];
        pointers_.push_back(rows_.row(row).data());
      }
      pack_columns(pointers_, rows_.stride() / 2, packed_);
      packed_column_ = task.column;
    }
    return {};
  }

  const FixedRows& rows_;
  const Shape& shape_;
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
  SharedScan(const FixedRows& rows, const Shape& shape, std::int32_t least_dot,
             const GroupingResources& resources)
      : rows_(rows),
        shape_(shape),
        least_dot_(least_dot),
        resources_(resources),
        hits_(resources.budget) {}

  Result<HitList> run() {
    const std::vector<Task> tasks = tasks_of(shape_, resources_.threads);
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
    TileScanner scanner(rows_, shape_, least_dot_, resources_);
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
  const Shape& shape_;
  std::int32_t least_dot_;
  const GroupingResources& resources_;
  std::atomic<std::size_t> next_ = 0;
  Mutex mutex_;
  HitList hits_ GUARDED_BY(mutex_);
  std::optional<Error> error_ GUARDED_BY(mutex_);
};

// One row against those before `column_end`, without packing.
Result<void> scan_row(const FixedRows& rows, std::uint32_t row, std::uint32_t column_end,
                      std::int32_t least_dot, HitList& hits) {
  const auto mine = rows.row(row);
  for (std::uint32_t column = 0; column < column_end; ++column) {
    const std::int64_t product = dot(mine, rows.row(column));
    if (product >= least_dot && column != row) {
      TRY(hits.add({.row = row, .column = column, .dot = static_cast<std::int32_t>(product)}));
    }
  }
  return {};
}

}  // namespace

Result<HitList> scan_pairs(const FixedRows& rows, std::uint32_t first_row, std::int32_t least_dot,
                           const GroupingResources& resources) {
  if (first_row >= rows.count()) {
    return HitList(resources.budget);
  }
  if (rows.count() - first_row < kFewRows) {
    HitList hits(resources.budget);
    for (std::uint32_t row = first_row; row < rows.count(); ++row) {
      TRY(check_stop(resources.stop));
      TRY(scan_row(rows, row, row, least_dot, hits));
    }
    return hits;
  }
  const Shape shape{.first_row = first_row, .rows = rows.count(), .chosen = {}};
  return SharedScan(rows, shape, least_dot, resources).run();
}

Result<HitList> scan_chosen(const FixedRows& rows, std::span<const std::uint32_t> chosen,
                            std::int32_t least_dot, const GroupingResources& resources) {
  if (chosen.size() <= kFewChosen) {
    HitList hits(resources.budget);
    for (const std::uint32_t row : chosen) {
      TRY(check_stop(resources.stop));
      TRY(scan_row(rows, row, rows.count(), least_dot, hits));
    }
    return hits;
  }
  const Shape shape{.first_row = 0, .rows = rows.count(), .chosen = chosen};
  return SharedScan(rows, shape, least_dot, resources).run();
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
