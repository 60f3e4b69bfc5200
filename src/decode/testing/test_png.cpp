// SPDX-License-Identifier: Apache-2.0
// encode_png of test_pictures.h, by libspng.
#include <algorithm>
#include <cstring>
#include <memory>
#include <spng.h>
#include <stdexcept>
#include <zlib.h>

#include "decode/testing/test_pictures.h"

namespace albumen::testing {
namespace {

struct ContextDeleter {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};

void check(int code) {
  if (code != 0) {
    throw std::runtime_error{spng_strerror(code)};
  }
}

std::uint8_t color_type(const Picture& picture, const PngOptions& options) {
  if (options.palette) {
    return SPNG_COLOR_TYPE_INDEXED;
  }
  switch (picture.channels) {
    case 1:
      return SPNG_COLOR_TYPE_GRAYSCALE;
    case 2:
      return SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
    case 3:
      return SPNG_COLOR_TYPE_TRUECOLOR;
    default:
      return SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
  }
}

// The palette of 3-3-2 bits, cut to what the depth can index.
spng_plte palette_of(int bit_depth) {
  spng_plte palette{};
  palette.n_entries = 1U << static_cast<unsigned>(bit_depth);
  for (unsigned index = 0; index < palette.n_entries; ++index) {
    palette.entries[index].red = static_cast<std::uint8_t>((index >> 5U) * 36);
    palette.entries[index].green = static_cast<std::uint8_t>((index >> 2U & 7U) * 36);
    palette.entries[index].blue = static_cast<std::uint8_t>((index & 3U) * 85);
  }
  return palette;
}

// Samples in the file's depth, rows padded to whole bytes.
std::vector<std::uint8_t> pack(const Picture& picture, const PngOptions& options) {
  const auto channels = static_cast<std::size_t>(options.palette ? 1 : picture.channels);
  const auto depth = static_cast<unsigned>(options.bit_depth);
  const std::size_t row_bytes = (picture.size.width * channels * depth + 7) / 8;
  std::vector<std::uint8_t> packed(row_bytes * picture.size.height);
  for (std::uint32_t y = 0; y < picture.size.height; ++y) {
    std::uint8_t* const row = packed.data() + y * row_bytes;
    for (std::size_t index = 0; index < picture.size.width * channels; ++index) {
      unsigned sample = 0;
      if (options.palette) {
        const std::uint8_t* const rgb = picture.at(static_cast<std::uint32_t>(index), y);
        sample = (rgb[0] & 0xE0U) | (rgb[1] & 0xE0U) >> 3U | (rgb[2] & 0xC0U) >> 6U;
      } else {
        sample = picture.at(0, y)[index];
      }
      if (depth == 16) {
        row[index * 2] = static_cast<std::uint8_t>(sample);
        row[index * 2 + 1] = static_cast<std::uint8_t>(sample);
      } else {
        const std::size_t bit = index * depth;
        const unsigned kept =
            depth == 8 ? sample : (options.palette ? sample : sample >> (8 - depth));
        row[bit / 8] |=
            static_cast<std::uint8_t>((kept & ((1U << depth) - 1)) << (8 - depth - bit % 8));
      }
    }
  }
  return packed;
}

void append_big_endian(EncodedBytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::byte>(value >> shift));
  }
}

// Of a chunk's type and data.
std::uint32_t chunk_checksum(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

}  // namespace

EncodedBytes encode_png(const Picture& picture, const PngOptions& options) {
  const std::unique_ptr<spng_ctx, ContextDeleter> context{spng_ctx_new(SPNG_CTX_ENCODER)};
  check(spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1));
  spng_ihdr header{};
  header.width = picture.size.width;
  header.height = picture.size.height;
  header.bit_depth = static_cast<std::uint8_t>(options.bit_depth);
  header.color_type = color_type(picture, options);
  header.interlace_method = options.interlaced ? 1 : 0;
  check(spng_set_ihdr(context.get(), &header));
  if (options.palette) {
    spng_plte palette = palette_of(options.bit_depth);
    check(spng_set_plte(context.get(), &palette));
  }
  if (options.transparent) {
    spng_trns transparency{};
    transparency.n_type3_entries = 1;
    check(spng_set_trns(context.get(), &transparency));
  }
  const std::vector<std::uint8_t> packed = pack(picture, options);
  // SPNG_FMT_RAW: 16-bit samples are given in the file's byte order.
  check(spng_encode_image(context.get(), packed.data(), packed.size(), SPNG_FMT_RAW,
                          SPNG_ENCODE_FINALIZE));
  std::size_t size = 0;
  int code = 0;
  void* const output = spng_get_png_buffer(context.get(), &size, &code);
  check(code);
  const auto* const begin = static_cast<const std::byte*>(output);
  EncodedBytes bytes{begin, begin + size};
  std::free(output);
  return bytes;
}

EncodedBytes with_png_chunk(const EncodedBytes& file, const std::string& type,
                            std::span<const std::byte> data) {
  constexpr std::ptrdiff_t kAfterHeader = 8 + 12 + 13;
  EncodedBytes result{file.begin(), file.begin() + kAfterHeader};
  append_big_endian(result, static_cast<std::uint32_t>(data.size()));
  const std::size_t checked_from = result.size();
  const EncodedBytes name = bytes_of(type);
  result.insert(result.end(), name.begin(), name.end());
  result.insert(result.end(), data.begin(), data.end());
  append_big_endian(result, chunk_checksum(std::span{result}.subspan(checked_from)));
  result.insert(result.end(), file.begin() + kAfterHeader, file.end());
  return result;
}

EncodedBytes with_png_checksums(EncodedBytes file) {
  constexpr std::size_t kSignature = 8;
  constexpr std::size_t kAroundData = 12;  // length, type, checksum
  for (std::size_t at = kSignature; file.size() - at >= kAroundData;) {
    std::size_t length = 0;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      length = length << 8U | std::to_integer<std::size_t>(file[at + digit]);
    }
    if (length > file.size() - at - kAroundData) {
      break;
    }
    EncodedBytes checksum;
    append_big_endian(checksum, chunk_checksum(std::span{file}.subspan(at + 4, 4 + length)));
    std::ranges::copy(checksum, file.begin() + static_cast<std::ptrdiff_t>(at + 8 + length));
    at += kAroundData + length;
  }
  return file;
}

}  // namespace albumen::testing
