// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <fmt/core.h>
#include <libdeflate.h>
#include <limits>
#include <optional>
#include <utility>

#include "core/check.h"
#include "core/error.h"
#include "encode/png.h"
#include "encode/png/deflater.h"
#include "encode/png/png_chunk_writer.h"
#include "encode/png/row_filter.h"
#include "govern/byte_buffer.h"

namespace albumen {
namespace {

// Level 9 of libdeflate; what its tables take from the heap (libdeflate 1.14: 1.2 MB), rounded up.
constexpr int kSmallLevel = 9;
constexpr Bytes kLibdeflateBytes = kMiB * 2;
// Filtered between two questions to the sink: a few milliseconds of work.
constexpr std::size_t kBytesPerQuestion = std::size_t{1} << 20;
// PNG (third edition), section 11.2.1.
constexpr std::uint32_t kLongestSide = std::numeric_limits<std::int32_t>::max();

Bytes row_bytes(Size size, int channels) {
  return Bytes{size.width} * static_cast<std::uint64_t>(channels);
}

// Rounded up so that everything behind starts at a cache line.
Bytes padded(Bytes bytes) {
  return Bytes{(bytes + Bytes{kRowPadding - 1}).count() / kRowPadding * kRowPadding};
}

/// Bytes of one padded row, with the filter's number in front and vectors to spare on both sides.
Bytes row_room(Size size, int channels) {
  return padded(row_bytes(size, channels)) + Bytes{2 * kRowPadding};
}

// All rows with the filter's number before each, and a vector to spare.
Bytes filtered_bytes(Size size, int channels) {
  return padded((row_bytes(size, channels) + Bytes{1}) * size.height) + Bytes{kRowPadding};
}

std::size_t most_compressed(std::size_t filtered) {
  return libdeflate_zlib_compress_bound(nullptr, filtered);
}

DeflateSearch search_for(PngEffort effort) {
  return effort == PngEffort::kFast ? DeflateSearch::kRuns : DeflateSearch::kMatches;
}

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const {
    libdeflate_free_compressor(compressor);
  }
};

/// Where the parts lie in the encoder's memory.
struct Layout {
  Bytes row;         ///< room of one row; two rows, then the filtered one
  Bytes work;        ///< of the deflater, or all filtered rows
  Bytes compressed;  ///< kSmall: the zlib stream

  Layout(Size size, int channels, PngEffort effort) : row(row_room(size, channels)) {
    if (effort == PngEffort::kSmall) {
      work = filtered_bytes(size, channels);
      // A size beyond all memory is refused before anything is allocated.
      compressed = work > Bytes{std::numeric_limits<std::uint32_t>::max()} * 256
                       ? Bytes::max()
                       : Bytes{most_compressed(work.count())};
    } else {
      work = Bytes{Deflater::memory_bytes(search_for(effort))};
    }
  }

  [[nodiscard]] Bytes total() const { return row * 3 + work + compressed; }
};

}  // namespace

class PngEncoder::Implementation {
 public:
  Implementation(Size size, int channels, PngEffort effort, ByteSink& sink, ByteBuffer buffer,
                 Reservation tables)
      : size_(size),
        pixel_bytes_(static_cast<std::size_t>(channels)),
        row_bytes_(row_bytes(size, channels).count()),
        layout_(size, channels, effort),
        buffer_(std::move(buffer)),
        tables_(std::move(tables)),
        sink_(sink),
        chunks_(sink),
        row_(buffer_.data() + kRowPadding),
        above_(row_ + layout_.row.count()),
        filtered_(above_ + layout_.row.count()) {
    std::memset(buffer_.data(), 0, 2 * layout_.row.count());
    if (effort != PngEffort::kSmall) {
      deflater_.emplace(search_for(effort), pixel_bytes_,
                        std::span{work(), static_cast<std::size_t>(layout_.work.count())}, chunks_);
    }
  }

  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;
  ~Implementation() = default;

  Result<void> begin() { return chunks_.begin(size_, static_cast<int>(pixel_bytes_)); }

  Result<void> write_row(std::span<const std::uint8_t> row) {
    if (row.size() != row_bytes_ || rows_ == size_.height) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("PNG: row {} of {} bytes in a picture of {} rows of {} bytes", rows_,
                              row.size(), size_.height, row_bytes_));
    }
    std::memcpy(row_, row.data(), row.size());
    const RowPair pair{
        .row = row_, .above = above_, .bytes = row_bytes_, .pixel_bytes = pixel_bytes_};
    const RowFilter filter = least_filter(pair);
    std::uint8_t* const out =
        deflater_ ? filtered_ : reinterpret_cast<std::uint8_t*>(work()) + rows_ * (row_bytes_ + 1);
    out[0] = static_cast<std::uint8_t>(filter);
    filter_row(filter, pair, out + 1);
    std::swap(row_, above_);
    ++rows_;
    return deflater_ ? deflater_->write({out, row_bytes_ + 1}) : ask_now_and_then();
  }

  Result<void> finish(Reservation& job) {
    if (rows_ != size_.height) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("PNG: {} of {} rows were written", rows_, size_.height));
    }
    if (deflater_) {
      TRY(deflater_->finish());
    } else {
      TRY(compress_all());
    }
    TRY(chunks_.end());
    buffer_.release_to(job);
    job.merge(std::move(tables_));
    return {};
  }

 private:
  [[nodiscard]] std::byte* work() { return buffer_.bytes().data() + 3 * layout_.row.count(); }

  // Nothing is written before all rows are there: whether the sink still wants them.
  Result<void> ask_now_and_then() {
    unasked_ += row_bytes_ + 1;
    if (unasked_ < kBytesPerQuestion && rows_ != size_.height) {
      return {};
    }
    unasked_ = 0;
    return sink_.write({});
  }

  // In one call, which nothing ends.
  Result<void> compress_all() {
    const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor{
        libdeflate_alloc_compressor(kSmallLevel)};
    if (!compressor) {
      return fail(ErrorCode::kBudgetExceeded, "PNG: the system has no memory left");
    }
    std::byte* const out = work() + layout_.work.count();
    const std::size_t size = libdeflate_zlib_compress(
        compressor.get(), work(), (row_bytes_ + 1) * size_.height, out, layout_.compressed.count());
    ALBUMEN_ENSURE(size != 0);
    return chunks_.data({out, size});
  }

  Size size_;
  std::size_t pixel_bytes_;
  std::size_t row_bytes_;
  Layout layout_;
  ByteBuffer buffer_;
  Reservation tables_;  // of libdeflate, which allocates them itself
  ByteSink& sink_;
  PngChunkWriter chunks_;
  std::uint8_t* row_;
  std::uint8_t* above_;
  std::uint8_t* filtered_;
  std::optional<Deflater> deflater_;
  std::size_t rows_ = 0;
  std::size_t unasked_ = 0;  // bytes filtered since the sink was asked
};

Bytes png_encode_bytes(Size size, int channels, PngEffort effort) {
  const Bytes tables = effort == PngEffort::kSmall ? kLibdeflateBytes : Bytes{};
  return Layout{size, channels, effort}.total() + tables;
}

PngEncoder::PngEncoder(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}

PngEncoder::PngEncoder(PngEncoder&&) noexcept = default;
PngEncoder& PngEncoder::operator=(PngEncoder&&) noexcept = default;
PngEncoder::~PngEncoder() = default;

Result<PngEncoder> PngEncoder::create(Size size, int channels, const PngOptions& options,
                                      ByteSink& sink, Reservation& job) {
  if (size.empty() || channels < 1 || channels > 4) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("PNG: cannot encode {}x{} pixels of {} channels", size.width,
                            size.height, channels));
  }
  if (size.longest_side() > kLongestSide) {
    return fail(ErrorCode::kTooLarge, "PNG: sides of more than 2^31 - 1 pixels cannot be said");
  }
  const Bytes total = Layout{size, channels, options.effort}.total();
  if (total > Bytes{std::numeric_limits<std::size_t>::max() / 2}) {
    return fail(ErrorCode::kTooLarge, "PNG: the picture exceeds the memory of any machine");
  }
  ByteBuffer buffer = TRY(ByteBuffer::allocate(job, MemoryTag::kEncoded, total.count()));
  Reservation tables;
  if (options.effort == PngEffort::kSmall) {
    tables = TRY(job.split(MemoryTag::kEncoded, kLibdeflateBytes));
  }
  auto implementation = std::make_unique<Implementation>(size, channels, options.effort, sink,
                                                         std::move(buffer), std::move(tables));
  TRY(implementation->begin());
  return PngEncoder{std::move(implementation)};
}

Result<void> PngEncoder::write_row(std::span<const std::uint8_t> row) {
  return implementation_->write_row(row);
}

Result<void> PngEncoder::finish(Reservation& job) { return implementation_->finish(job); }

Result<void> encode_png(ImageView pixels, const PngOptions& options, ByteSink& sink,
                        Reservation& job) {
  const Size size = pixels.empty() ? Size{} : pixels.size();
  PngEncoder encoder = TRY(PngEncoder::create(size, pixels.channels(), options, sink, job));
  for (std::uint32_t y = 0; y < pixels.height(); ++y) {
    TRY(encoder.write_row(pixels.row(y)));
  }
  return encoder.finish(job);
}

}  // namespace albumen
