// SPDX-License-Identifier: Apache-2.0
// The colour chunks of a PNG. Profiles are inflated by zlib, which can stop at a limit.
#include <algorithm>
#include <array>
#include <cstddef>
#include <fmt/core.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#define ZLIB_CONST  // input is not written to
#include <zlib.h>

#include "decode/metadata/icc_profile.h"
#include "decode/png/png_chunks.h"

namespace albumen {
namespace {

/// Numbers of gAMA and cHRM are 100,000 times what they mean.
std::optional<double> fixed(ByteSpan data, std::size_t index) {
  const auto number = read_number(data, 4 * index, 4, ByteOrder::kBigEndian);
  return number ? std::optional{*number / 100'000.0} : std::nullopt;
}

std::optional<Primaries> parse_primaries(ByteSpan data) {
  std::array<double, 8> numbers{};
  for (std::size_t index = 0; index < numbers.size(); ++index) {
    const auto number = fixed(data, index);
    if (!number) {
      return std::nullopt;
    }
    numbers.at(index) = *number;
  }
  return Primaries{.white = {.x = numbers[0], .y = numbers[1]},
                   .red = {.x = numbers[2], .y = numbers[3]},
                   .green = {.x = numbers[4], .y = numbers[5]},
                   .blue = {.x = numbers[6], .y = numbers[7]}};
}

/// The zlib stream of an iCCP: behind a name of 1 to 79 bytes, a zero and the method 0.
std::optional<ByteSpan> compressed_profile(ByteSpan data) {
  constexpr std::size_t kLongestName = 79;
  const ByteSpan head = slice(data, 0, kLongestName + 1);
  const auto zero = std::ranges::find(head, std::byte{0});
  if (zero == head.end() || zero == head.begin()) {
    return std::nullopt;
  }
  const auto method = static_cast<std::size_t>(zero - head.begin()) + 1;
  if (method >= data.size() || data[method] != std::byte{0}) {
    return std::nullopt;
  }
  return data.subspan(method + 1);
}

/// One inflation; the stream ends with it.
class Inflation {
 public:
  explicit Inflation(ByteSpan in) : started_(inflateInit(&stream_) == Z_OK) {
    stream_.next_in = reinterpret_cast<const Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(in.size());  // a chunk has less than 2^31 bytes
  }

  ~Inflation() {
    if (started_) {
      inflateEnd(&stream_);
    }
  }

  Inflation(const Inflation&) = delete;
  Inflation& operator=(const Inflation&) = delete;

  /// All of it; nothing where it is damaged or has more than `limit` bytes.
  std::optional<std::vector<std::byte>> run(std::size_t limit) {
    constexpr std::size_t kStep = std::size_t{16} * 1024;
    std::vector<std::byte> out;
    int status = started_ ? Z_OK : Z_MEM_ERROR;
    while (status == Z_OK && out.size() <= limit) {
      const std::size_t before = out.size();
      out.resize(before + kStep);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      stream_.avail_out = static_cast<uInt>(kStep);
      status = inflate(&stream_, Z_NO_FLUSH);
      out.resize(out.size() - stream_.avail_out);
    }
    if (status != Z_STREAM_END || out.size() > limit) {
      return std::nullopt;
    }
    return out;
  }

 private:
  z_stream stream_{};
  bool started_;
};

void take_profile(ByteSpan data, ColourSource& source) {
  const std::optional<ByteSpan> compressed = compressed_profile(data);
  std::optional<std::vector<std::byte>> profile;
  if (compressed) {
    profile = Inflation{*compressed}.run(kMaxProfileBytes);
  }
  if (profile) {
    source.profile = *std::move(profile);
  } else {
    source.note =
        fmt::format("the colour profile is damaged or has more than {} bytes", kMaxProfileBytes);
  }
}

/// The chunks before the pixels; the first of each kind.
struct ColourChunks {
  bool srgb = false;
  std::optional<ByteSpan> profile;
  std::optional<double> gamma;
  std::optional<Primaries> primaries;

  void add(const PngChunk& chunk) {
    if (chunk.type == "sRGB") {
      srgb = true;
    } else if (chunk.type == "iCCP" && !profile) {
      profile = chunk.data;
    } else if (chunk.type == "gAMA" && !gamma) {
      gamma = fixed(chunk.data, 0);
    } else if (chunk.type == "cHRM" && !primaries) {
      primaries = parse_primaries(chunk.data);
    }
  }
};

}  // namespace

ColourSource png_colour(ByteSpan bytes) {
  ColourChunks found;
  PngChunks chunks{bytes};
  while (true) {
    const auto chunk = chunks.next();
    if (!chunk.has_value() || chunk->type == "IDAT" || chunk->type == "IEND") {
      break;
    }
    found.add(*chunk);
  }
  ColourSource source;
  if (found.srgb) {
    return source;
  }
  if (found.profile) {
    take_profile(*found.profile, source);
  }
  if (source.profile.empty()) {
    source.encoding_gamma = found.gamma;
    source.primaries = found.primaries;
  }
  return source;
}

}  // namespace albumen
