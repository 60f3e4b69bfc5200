// SPDX-License-Identifier: Apache-2.0
// PNG by libspng, row by row. libspng sees the chunks that make pixels and no other: text, profiles
// and the like cannot cost memory or fail a picture.
#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/core.h>
#include <memory>
#include <optional>
#include <spng.h>
#include <utility>

#include "decode/internal/format.h"
#include "decode/internal/metered_heap.h"
#include "decode/limits.h"
#include "decode/png/png_chunks.h"
#include "decode/png/png_layout.h"

namespace albumen {
namespace {

struct ContextDeleter {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};

using Context = std::unique_ptr<spng_ctx, ContextDeleter>;

/// Feeds libspng the signature and the chunks it needs.
class ChunkFeed {
 public:
  explicit ChunkFeed(ByteSpan bytes) : bytes_(bytes), kept_end_(kPngSignatureBytes) {}

  /// Exactly `out.size()` bytes, or false at the end of the file.
  bool read(std::span<std::byte> out) {
    while (!out.empty()) {
      if (position_ == kept_end_ && !find_kept_chunk()) {
        return false;
      }
      const std::size_t step = std::min(out.size(), kept_end_ - position_);
      if (step > bytes_.size() - position_) {
        return false;
      }
      std::memcpy(out.data(), bytes_.data() + position_, step);
      position_ += step;
      out = out.subspan(step);
    }
    return true;
  }

 private:
  // Length, type and checksum around the data: PNG specification, 5.3.
  bool find_kept_chunk() {
    constexpr std::size_t kAroundData = 12;
    while (true) {
      const auto length = read_number(bytes_, position_, 4, ByteOrder::kBigEndian);
      const ByteSpan type = slice(bytes_, position_ + 4, 4);
      if (!length || type.size() < 4) {
        return false;
      }
      const std::size_t end = position_ + kAroundData + *length;
      constexpr auto kAncillaryBit = std::byte{0x20};
      const bool critical = (type[0] & kAncillaryBit) == std::byte{0};
      if (critical || starts_with(type, "tRNS")) {
        kept_end_ = end;
        return true;
      }
      if (end > bytes_.size()) {
        return false;
      }
      position_ = end;
      kept_end_ = end;
    }
  }

  ByteSpan bytes_;
  std::size_t position_ = 0;
  std::size_t kept_end_;  // may lie beyond the bytes: the last chunk of a cut file
};

int feed_spng(spng_ctx* /*context*/, void* user, void* out, std::size_t length) {
  auto& feed = *static_cast<ChunkFeed*>(user);
  return feed.read({static_cast<std::byte*>(out), length}) ? 0 : SPNG_IO_EOF;
}

Error png_error(int code, bool refused) {
  ErrorCode meaning = ErrorCode::kCorrupt;
  if (code == SPNG_IO_EOF || code == SPNG_EIDAT_TOO_SHORT) {
    meaning = ErrorCode::kTruncated;
  } else if (code == SPNG_EMEM || refused) {
    meaning = ErrorCode::kBudgetExceeded;
  } else if (code == SPNG_ECHUNK_UNKNOWN_CRITICAL) {
    meaning = ErrorCode::kUnsupported;
  }
  return {.code = meaning, .message = fmt::format("PNG: {}", spng_strerror(code))};
}

spng_format row_format(const PngLayout& layout) {
  switch (layout.row_channels) {
    case 1:
      return SPNG_FMT_G8;
    case 3:
      return SPNG_FMT_RGB8;
    default:
      return SPNG_FMT_RGBA8;
  }
}

/// Where the pixels of one interlacing pass lie (PNG specification, 8.1).
struct Pass {
  std::uint32_t first_x;
  std::uint32_t step_x;
  std::uint32_t first_y;
  std::uint32_t step_y;
};

constexpr std::array<Pass, 7> kAdam7{{{0, 8, 0, 8},
                                      {4, 8, 0, 8},
                                      {0, 4, 4, 8},
                                      {2, 4, 0, 4},
                                      {0, 2, 2, 4},
                                      {1, 2, 0, 2},
                                      {0, 1, 1, 2}}};

constexpr Pass kWhole{0, 1, 0, 1};

std::uint32_t count_from(std::uint32_t side, std::uint32_t first, std::uint32_t step) {
  return side > first ? divide_up(side - first, step) : 0;
}

/// Takes rows as they come and puts their pixels where they belong.
class RowSink {
 public:
  RowSink(const PngLayout& layout, std::span<std::uint32_t> sums, MutableImageView out)
      : layout_(layout), out_(out) {
    if (layout.shrink.factor > 1) {
      shrink_.emplace(layout.shrink, sums, out);
    }
  }

  /// `row`: pixels of one row of `pass`, layout.row_channels bytes each; squeezed in place.
  void add(const Pass& pass, std::uint32_t y, std::span<std::uint8_t> row) {
    const auto channels = static_cast<std::size_t>(layout_.shrink.channels);
    const auto step = static_cast<std::size_t>(layout_.row_channels);
    const std::size_t count = row.size() / step;
    if (step != channels) {  // grey as RGB: keep one of three
      for (std::size_t index = 0; index < count; ++index) {
        row[index] = row[index * step];
      }
    }
    const auto pixels = row.first(count * channels);
    if (shrink_) {
      shrink_->add({.y = y, .first = pass.first_x, .step = pass.step_x, .pixels = pixels});
      return;
    }
    std::uint8_t* out = out_.row(y).data() + pass.first_x * channels;
    if (pass.step_x == 1) {
      std::memcpy(out, pixels.data(), pixels.size());
      return;
    }
    for (std::size_t index = 0; index < pixels.size(); index += channels) {
      std::memcpy(out, pixels.data() + index, channels);
      out += pass.step_x * channels;
    }
  }

  void finish() {
    if (shrink_) {
      shrink_->finish();
    }
  }

 private:
  const PngLayout& layout_;
  MutableImageView out_;
  std::optional<BoxShrink> shrink_;
};

/// How far the rows went.
struct RowsRead {
  int error = 0;  ///< libspng's code; 0: all of them
  std::uint64_t pixels = 0;
};

// `scratch` is empty when rows can go straight to `out`. Ends early where the watch does.
RowsRead read_rows(spng_ctx* context, const DecodeRequest& request, const PngLayout& layout,
                   std::span<std::uint8_t> scratch, RowSink& sink, MutableImageView out) {
  constexpr std::uint64_t kRowsBetweenLooks = 16;
  const ImageInfo& info = request.info;
  RowsRead read;
  const auto step = static_cast<std::size_t>(layout.row_channels);
  for (std::uint64_t rows = 0;; ++rows) {
    if (rows % kRowsBetweenLooks == 0 && !request.watch.may_go_on()) {
      return read;
    }
    spng_row_info row_info{};
    read.error = spng_get_row_info(context, &row_info);
    if (read.error != 0) {
      break;
    }
    const Pass& pass =
        info.interlaced ? kAdam7.at(static_cast<std::size_t>(row_info.pass)) : kWhole;
    const std::uint32_t width = count_from(info.stored_size.width, pass.first_x, pass.step_x);
    const std::span<std::uint8_t> row =
        scratch.empty() ? out.row(row_info.row_num) : scratch.first(width * step);
    read.error = spng_decode_scanline(context, row.data(), row.size());
    if (read.error != 0 && read.error != SPNG_EOI) {
      break;
    }
    if (!scratch.empty()) {
      sink.add(pass, row_info.row_num, row);
    }
    read.pixels += width;
    if (read.error == SPNG_EOI) {
      break;
    }
  }
  if (read.error != SPNG_EOI) {
    return read;
  }
  // The checksum of the last pixels is looked at when the next chunk is asked for. A file cut
  // after its last pixel has them all.
  const int rest = spng_decode_chunks(context);
  read.error = rest == SPNG_IO_EOF ? 0 : rest;
  return read;
}

/// What is behind the rows: scratch memory and the open libspng.
struct PngSession {
  ByteBuffer row;
  ByteBuffer sums;
  Reservation codec;
};

Result<RowsRead> decode_rows(const DecodeRequest& request, const PngLayout& layout,
                             PngSession& session, MutableImageView out) {
  HeapMeter meter{Bytes{layout.codec_bytes}};
  ChunkFeed feed{request.bytes};
  spng_alloc allocator{.malloc_fn = metered_malloc,
                       .realloc_fn = metered_realloc,
                       .calloc_fn = metered_calloc,
                       .free_fn = metered_free};
  const Context context{spng_ctx_new2(&allocator, 0)};
  if (!context) {
    return fail(ErrorCode::kBudgetExceeded, "no memory for a PNG decoder");
  }
  int code = spng_set_png_stream(context.get(), feed_spng, &feed);
  if (code == 0) {
    code = spng_set_image_limits(context.get(), kMaxSide, kMaxSide);
  }
  if (code == 0) {
    const int flags = SPNG_DECODE_PROGRESSIVE | (request.info.has_alpha ? SPNG_DECODE_TRNS : 0);
    code = spng_decode_image(context.get(), nullptr, 0, row_format(layout), flags);
  }
  spng_ihdr header{};
  if (code == 0) {
    code = spng_get_ihdr(context.get(), &header);
  }
  if (code != 0) {
    return std::unexpected(png_error(code, meter.refused()));
  }
  if (Size{.width = header.width, .height = header.height} != request.info.stored_size ||
      (header.interlace_method != 0) != request.info.interlaced) {
    return fail(ErrorCode::kCorrupt, "the PNG header contradicts itself");
  }
  auto* const sums = reinterpret_cast<std::uint32_t*>(session.sums.data());
  RowSink sink{layout, {sums, session.sums.size() / sizeof(std::uint32_t)}, out};
  const std::span<std::uint8_t> scratch{session.row.data(), session.row.size()};
  RowsRead read = read_rows(context.get(), request, layout, scratch, sink, out);
  if (request.watch.has_ended()) {
    return std::unexpected(request.watch.reason());
  }
  sink.finish();
  if (meter.refused()) {
    return std::unexpected(png_error(SPNG_EMEM, true));
  }
  return read;
}

Result<float> judge(const RowsRead& read, const DecodeRequest& request) {
  if (read.error == 0) {
    return 1.0F;
  }
  constexpr float kAlmostComplete = 0.999F;
  const float share = static_cast<float>(read.pixels) /
                      static_cast<float>(request.info.stored_size.pixels().count());
  const float complete = std::min(share, kAlmostComplete);
  if (!keeps(request.options, complete)) {
    return std::unexpected(png_error(read.error, false));
  }
  return complete;
}

}  // namespace

Result<DecodedImage> decode_png(const DecodeRequest& request, Reservation& job) {
  const PngLayout layout = png_layout(request.info, request.plan.shrink);
  ByteBuffer output = TRY(ByteBuffer::allocate(job, MemoryTag::kPixels, layout.output_bytes));
  PngSession session;
  session.row = TRY(ByteBuffer::allocate(job, MemoryTag::kPixels, layout.row_bytes));
  session.sums = TRY(ByteBuffer::allocate(job, MemoryTag::kPixels, layout.sum_bytes));
  session.codec = TRY(job.split(MemoryTag::kPixels, Bytes{layout.codec_bytes}));
  if (request.options.keep_truncated_percent < 100.0F) {
    std::memset(output.data(), 0, output.size());  // what is missing is black, or transparent
  }
  const MutableImageView out{output.data(), layout.shrink.target(), layout.shrink.channels,
                             layout.stride};
  auto read = decode_rows(request, layout, session, out);
  session.row.release_to(job);
  session.sums.release_to(job);
  job.merge(std::move(session.codec));
  const RowsRead rows = TRY(std::move(read));
  const float complete = TRY(judge(rows, request));
  DecodedImage image = single_plane_image(request, std::move(output), layout.stride);
  image.complete = complete;
  return image;
}

}  // namespace albumen
