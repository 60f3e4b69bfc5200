// SPDX-License-Identifier: Apache-2.0
#include "decode/testing/test_pictures.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <stdexcept>
#include <webp/encode.h>

namespace albumen::testing {
namespace {

std::uint8_t clamped(double value) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

void append_text(EncodedBytes& out, const std::string& text) {
  const EncodedBytes bytes = bytes_of(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_little_endian(EncodedBytes& out, std::uint32_t value, int width) {
  for (int index = 0; index < width; ++index) {
    out.push_back(static_cast<std::byte>(value >> (8 * index)));
  }
}

void append_riff_chunk(EncodedBytes& out, const std::string& type,
                       std::span<const std::byte> data) {
  append_text(out, type);
  append_little_endian(out, static_cast<std::uint32_t>(data.size()), 4);
  out.insert(out.end(), data.begin(), data.end());
  if (data.size() % 2 == 1) {
    out.push_back(std::byte{0});
  }
}

EncodedBytes riff_file(const EncodedBytes& chunks) {
  EncodedBytes file;
  append_text(file, "RIFF");
  append_little_endian(file, static_cast<std::uint32_t>(chunks.size() + 4), 4);
  append_text(file, "WEBP");
  file.insert(file.end(), chunks.begin(), chunks.end());
  return file;
}

EncodedBytes extended_header(std::uint32_t flags, Size canvas) {
  EncodedBytes data;
  append_little_endian(data, flags, 4);
  append_little_endian(data, canvas.width - 1, 3);
  append_little_endian(data, canvas.height - 1, 3);
  return data;
}

}  // namespace

Picture photo_like(Size size, int channels, std::uint32_t seed) {
  Picture picture{.size = size, .channels = channels, .pixels = {}};
  picture.pixels.reserve(size.pixels().bytes(static_cast<std::uint64_t>(channels)).count());
  std::minstd_rand noise{seed + 1};
  const double phase = seed * 0.7;
  for (std::uint32_t y = 0; y < size.height; ++y) {
    for (std::uint32_t x = 0; x < size.width; ++x) {
      const double u = x / 64.0;
      const double v = y / 48.0;
      const double shape = std::sin(u * 1.3 + phase) * std::cos(v * 0.9 - phase) +
                           0.5 * std::sin((u + v) * 4 + phase);
      const double edge = ((x / 37 + y / 29) % 2 == 0) ? 18.0 : -18.0;
      for (int channel = 0; channel < channels; ++channel) {
        if (channel == 3 || (channels == 2 && channel == 1)) {
          const auto region = (x / 11 + y / 7) % 3;
          picture.pixels.push_back(static_cast<std::uint8_t>(region == 0 ? 0 : region * 127 + 1));
          continue;
        }
        const double grain = static_cast<double>(noise() % 13) - 6.0;
        const double tint = 20.0 * std::sin(channel * 2.0 + u * 0.4);
        picture.pixels.push_back(clamped(128 + 55 * shape + edge + tint + grain));
      }
    }
  }
  return picture;
}

EncodedBytes encode_webp(const Picture& picture, const WebpOptions& options) {
  std::uint8_t* output = nullptr;
  const int width = static_cast<int>(picture.size.width);
  const int height = static_cast<int>(picture.size.height);
  const int stride = width * picture.channels;
  std::size_t size = 0;
  const std::uint8_t* const pixels = picture.pixels.data();
  if (picture.channels == 4) {
    size = options.lossless
               ? WebPEncodeLosslessRGBA(pixels, width, height, stride, &output)
               : WebPEncodeRGBA(pixels, width, height, stride, options.quality, &output);
  } else {
    size = options.lossless
               ? WebPEncodeLosslessRGB(pixels, width, height, stride, &output)
               : WebPEncodeRGB(pixels, width, height, stride, options.quality, &output);
  }
  if (size == 0) {
    throw std::runtime_error{"WebP encoding failed"};
  }
  const auto* const begin = reinterpret_cast<const std::byte*>(output);
  EncodedBytes bytes{begin, begin + size};
  WebPFree(output);
  return bytes;
}

EncodedBytes animate_webp(const EncodedBytes& frame, Size frame_size, Size canvas, Point at) {
  constexpr std::size_t kFileHeader = 12;
  EncodedBytes frame_data;
  append_little_endian(frame_data, static_cast<std::uint32_t>(at.x) / 2, 3);
  append_little_endian(frame_data, static_cast<std::uint32_t>(at.y) / 2, 3);
  append_little_endian(frame_data, frame_size.width - 1, 3);
  append_little_endian(frame_data, frame_size.height - 1, 3);
  append_little_endian(frame_data, 100, 3);  // milliseconds
  append_little_endian(frame_data, 0, 1);
  std::size_t from = kFileHeader;
  if (std::memcmp(frame.data() + from, "VP8X", 4) == 0) {
    from += 18;
  }
  frame_data.insert(frame_data.end(), frame.begin() + static_cast<std::ptrdiff_t>(from),
                    frame.end());
  EncodedBytes chunks;
  append_riff_chunk(chunks, "VP8X", extended_header(0x02 | 0x10, canvas));
  append_riff_chunk(chunks, "ANIM", EncodedBytes(6));
  append_riff_chunk(chunks, "ANMF", frame_data);
  return riff_file(chunks);
}

EncodedBytes with_jpeg_segment(const EncodedBytes& file, std::uint8_t marker,
                               std::span<const std::byte> payload) {
  EncodedBytes result{file.begin(), file.begin() + 2};
  const std::size_t length = payload.size() + 2;
  result.push_back(std::byte{0xFF});
  result.push_back(std::byte{marker});
  result.push_back(static_cast<std::byte>(length >> 8U));
  result.push_back(static_cast<std::byte>(length));
  result.insert(result.end(), payload.begin(), payload.end());
  result.insert(result.end(), file.begin() + 2, file.end());
  return result;
}

EncodedBytes with_webp_chunk(const EncodedBytes& file, const std::string& type,
                             std::span<const std::byte> data, Size canvas) {
  constexpr std::ptrdiff_t kFileHeader = 12;
  const std::uint32_t flag = type == "ICCP" ? 0x20 : (type == "EXIF" ? 0x08 : 0x04);
  EncodedBytes chunks;
  append_riff_chunk(chunks, "VP8X", extended_header(flag, canvas));
  if (type == "ICCP") {
    append_riff_chunk(chunks, type, data);
  }
  chunks.insert(chunks.end(), file.begin() + kFileHeader, file.end());
  if (type != "ICCP") {
    append_riff_chunk(chunks, type, data);
  }
  return riff_file(chunks);
}

EncodedBytes bytes_of(const std::string& text) {
  const auto* const begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

EncodedBytes exif_with_orientation(std::uint16_t value) {
  EncodedBytes block = bytes_of(std::string{"II*\0\x08\0\0\0\x01\0", 10});
  append_little_endian(block, 0x0112, 2);
  append_little_endian(block, 3, 2);  // SHORT
  append_little_endian(block, 1, 4);
  append_little_endian(block, value, 4);
  append_little_endian(block, 0, 4);  // no further directory
  return block;
}

EncodedImage as_image(Budget& budget, std::span<const std::byte> bytes, const std::string& name) {
  auto reservation = budget.try_reserve(MemoryTag::kEncoded, Bytes{bytes.size()});
  if (!reservation.has_value()) {
    throw std::runtime_error{"the test's budget is too small for its picture"};
  }
  auto buffer = ByteBuffer::allocate(*reservation, MemoryTag::kEncoded, bytes.size());
  if (!buffer.has_value()) {
    throw std::runtime_error{"no memory for a test picture"};
  }
  std::ranges::copy(bytes, buffer->bytes().begin());
  return {.name = name, .bytes = std::move(buffer).value(), .stamp = {}};
}

}  // namespace albumen::testing
