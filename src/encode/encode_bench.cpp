// SPDX-License-Identifier: Apache-2.0
// Speed and size of every encoder on the sample photographs, beside zlib's and libdeflate's PNGs.
// One thread. Counters: MP/s, and B/px, bytes written for each pixel.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <libdeflate.h>
#include <span>
#include <vector>
#include <zlib.h>

#include "core/units.h"
#include "encode/jpeg.h"
#include "encode/png.h"
#include "encode/png/row_filter.h"
#include "encode/testing/photographs.h"
#include "encode/testing/plain_jpeg.h"
#include "encode/webp.h"
#include "govern/budget.h"

namespace albumen {
namespace {

using testing::Picture;

constexpr int kSourceQuality = 90;

/// Counts what it is given.
class CountingSink final : public ByteSink {
 public:
  Result<void> write(std::span<const std::byte> bytes) override {
    count_ += bytes.size();
    return {};
  }

  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::size_t count_ = 0;
};

/// Runs `encode`, which returns the bytes it made of photograph `index`, over all of them.
template <class Encode>
void over_photographs(benchmark::State& state, Encode encode) {
  const auto photographs = testing::sample_photographs();
  if (photographs.empty()) {
    state.SkipWithError("no photographs in the samples folder");
    return;
  }
  double pixels = 0;
  for (const Picture& picture : photographs) {
    pixels += static_cast<double>(picture.size.pixels().count());
  }
  std::size_t bytes = 0;
  while (state.KeepRunning()) {
    bytes = 0;
    for (std::size_t index = 0; index < photographs.size(); ++index) {
      bytes += encode(photographs[index], index);
    }
  }
  state.counters["MP/s"] =
      benchmark::Counter(pixels * 1e-6, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["B/px"] = static_cast<double>(bytes) / pixels;
}

/// With a sink, and more than enough memory.
template <class Encode>
std::size_t counted(Encode encode) {
  static Budget budget{kGiB};
  Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 256, {}).value();
  CountingSink sink;
  const Result<void> done = encode(sink, job);
  return done.has_value() ? sink.count() : 0;
}

/// Filtered rows as a PNG holds them: by `always`, or by the filter that leaves least.
std::vector<std::uint8_t> filtered(const Picture& picture, const RowFilter* always) {
  const std::size_t bytes = picture.row_bytes();
  std::vector<std::uint8_t> rows((picture.size.height + 1) * (bytes + kRowPadding) + kRowPadding);
  std::vector<std::uint8_t> out((bytes + 1) * picture.size.height + kRowPadding);
  for (std::uint32_t y = 0; y < picture.size.height; ++y) {
    std::uint8_t* const above = rows.data() + kRowPadding + (y * (bytes + kRowPadding));
    std::uint8_t* const row = above + bytes + kRowPadding;
    std::ranges::copy(picture.view().row(y), row);
    const RowPair pair{.row = row,
                       .above = above,
                       .bytes = bytes,
                       .pixel_bytes = static_cast<std::size_t>(picture.channels)};
    const RowFilter filter = always != nullptr ? *always : least_filter(pair);
    out[y * (bytes + 1)] = static_cast<std::uint8_t>(filter);
    filter_row(filter, pair, out.data() + (y * (bytes + 1)) + 1);
  }
  out.resize((bytes + 1) * picture.size.height);
  return out;
}

void png(benchmark::State& state) {
  const PngOptions options{.effort = static_cast<PngEffort>(state.range(0))};
  over_photographs(state, [&](const Picture& picture, std::size_t) {
    return counted([&](ByteSink& sink, Reservation& job) {
      return encode_png(picture.view(), options, sink, job);
    });
  });
}

// As Pillow does by default: the filter that leaves least, level 6 of zlib.
void png_zlib(benchmark::State& state) {
  over_photographs(state, [&](const Picture& picture, std::size_t) {
    const auto rows = filtered(picture, nullptr);
    uLongf size = compressBound(rows.size());
    std::vector<std::uint8_t> out(size);
    compress2(out.data(), &size, rows.data(), rows.size(), static_cast<int>(state.range(0)));
    return std::size_t{size};
  });
}

// The fastest of libdeflate's levels that comes near zlib's level 6 is 2, on rows filtered by Up.
void png_libdeflate(benchmark::State& state) {
  libdeflate_compressor* const compressor =
      libdeflate_alloc_compressor(static_cast<int>(state.range(0)));
  over_photographs(state, [&](const Picture& picture, std::size_t) {
    const RowFilter up = RowFilter::kUp;
    const auto rows = filtered(picture, &up);
    std::vector<std::uint8_t> out(libdeflate_zlib_compress_bound(compressor, rows.size()));
    return libdeflate_zlib_compress(compressor, rows.data(), rows.size(), out.data(), out.size());
  });
  libdeflate_free_compressor(compressor);
}

void jpeg(benchmark::State& state) {
  const JpegOptions options{.quality = static_cast<int>(state.range(0)),
                            .sampling = static_cast<JpegSampling>(state.range(1)),
                            .codes = static_cast<JpegCodes>(state.range(2))};
  over_photographs(state, [&](const Picture& picture, std::size_t) {
    return counted([&](ByteSink& sink, Reservation& job) {
      return encode_jpeg(picture.view(), options, sink, job);
    });
  });
}

const std::vector<std::vector<std::byte>>& source_jpegs(bool progressive) {
  static std::vector<std::vector<std::byte>> both[2];
  auto& files = both[progressive ? 1 : 0];
  if (files.empty()) {
    for (const Picture& picture : testing::sample_photographs()) {
      files.push_back(testing::write_plain_jpeg(
          picture, {.quality = kSourceQuality, .progressive = progressive}));
    }
  }
  return files;
}

void jpeg_transcode(benchmark::State& state) {
  const auto& files = source_jpegs(state.range(1) != 0);
  const JpegTranscodeOptions options{.quality = static_cast<int>(state.range(0)),
                                     .codes = static_cast<JpegCodes>(state.range(2))};
  over_photographs(state, [&](const Picture&, std::size_t index) {
    return counted([&](ByteSink& sink, Reservation& job) {
      return transcode_jpeg(files[index], options, sink, job);
    });
  });
}

// What transcoding saves: all pixels are made and encoded again.
void jpeg_decode_and_encode(benchmark::State& state) {
  const auto& files = source_jpegs(state.range(1) != 0);
  const JpegOptions options{.quality = static_cast<int>(state.range(0)),
                            .codes = static_cast<JpegCodes>(state.range(2))};
  over_photographs(state, [&](const Picture& picture, std::size_t index) {
    const testing::PlainJpeg pixels = testing::read_plain_pixels(files[index]);
    const ImageView view{pixels.samples.data(), pixels.size, 3, picture.row_bytes()};
    return counted(
        [&](ByteSink& sink, Reservation& job) { return encode_jpeg(view, options, sink, job); });
  });
}

void webp(benchmark::State& state) {
  const WebpOptions options{.coding = static_cast<WebpCoding>(state.range(0))};
  over_photographs(state, [&](const Picture& picture, std::size_t) {
    return counted([&](ByteSink& sink, Reservation& job) {
      return encode_webp(picture.view(), options, sink, job);
    });
  });
}

BENCHMARK(png)->ArgName("effort")->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
BENCHMARK(png_zlib)->ArgName("level")->Arg(6)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(png_libdeflate)->ArgName("level")->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);
BENCHMARK(jpeg)
    ->ArgNames({"quality", "444", "optimised"})
    ->ArgsProduct({{85}, {0, 1}, {0, 1}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(jpeg_transcode)
    ->ArgNames({"quality", "progressive", "optimised"})
    ->ArgsProduct({{85}, {0, 1}, {0, 1}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(jpeg_decode_and_encode)
    ->ArgNames({"quality", "progressive", "optimised"})
    ->ArgsProduct({{85}, {0, 1}, {0, 1}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(webp)->ArgName("lossless")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace albumen
