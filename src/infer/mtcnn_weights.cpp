// SPDX-License-Identifier: Apache-2.0
#include "infer/mtcnn_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/core.h>
#include <functional>
#include <numeric>
#include <optional>

#include "infer/internal/lz4_frame.h"

namespace albumen {
namespace {

using Shape = std::vector<std::size_t>;

// In the order of the file: each convolution or dense kernel, then its bias, then the slopes of
// its PReLU; last the heads.
std::vector<Shape> shapes_of(MtcnnNet net) {
  switch (net) {
    case MtcnnNet::kProposal:
      return {{3, 3, 3, 10}, {10},           {1, 1, 10}, {3, 3, 10, 16}, {16},
              {1, 1, 16},    {3, 3, 16, 32}, {32},       {1, 1, 32},     {1, 1, 32, 4},
              {4},           {1, 1, 32, 2},  {2}};
    case MtcnnNet::kRefine:
      return {{3, 3, 3, 28}, {28},       {1, 1, 28},     {3, 3, 28, 48},
              {48},          {1, 1, 48}, {2, 2, 48, 64}, {64},
              {1, 1, 64},    {576, 128}, {128},          {128},
              {128, 4},      {4},        {128, 2},       {2}};
    case MtcnnNet::kOutput:
      return {{3, 3, 3, 32},  {32},     {1, 1, 32}, {3, 3, 32, 64},  {64},  {1, 1, 64},
              {3, 3, 64, 64}, {64},     {1, 1, 64}, {2, 2, 64, 128}, {128}, {1, 1, 128},
              {1152, 256},    {256},    {256},      {256, 4},        {4},   {256, 10},
              {10},           {256, 2}, {2}};
  }
  return {};
}

// joblib: after the BUILD opcode of an array's wrapper come one byte n (1..16) and n bytes 0xFF,
// so that the array starts at a multiple of 16 of the stream.
constexpr std::byte kBuild{'b'};
constexpr std::size_t kAlignment = 16;
constexpr std::byte kPadding{0xFF};
// A wrapper takes 40 to 250 bytes; an array that does not start within this is not there.
constexpr std::size_t kSearchWindow = 1024;
// The opcodes that end the list and the pickle: APPENDS, STOP.
constexpr std::byte kEnd[] = {std::byte{'e'}, std::byte{'.'}};

// Where the array starts whose mark stands at `position`, or nothing.
std::optional<std::size_t> array_start(std::span<const std::byte> dump, std::size_t position) {
  if (dump[position] != kBuild || position + 2 > dump.size() - 1) {
    return std::nullopt;
  }
  const auto count = std::to_integer<std::size_t>(dump[position + 1]);
  const std::size_t start = position + 2 + count;
  if (count < 1 || count > kAlignment || start % kAlignment != 0 || start > dump.size()) {
    return std::nullopt;
  }
  const auto padding = dump.subspan(position + 2, count);
  const bool padded =
      std::ranges::all_of(padding, [](std::byte value) { return value == kPadding; });
  return padded ? std::optional(start) : std::nullopt;
}

Result<std::size_t> find_array(std::span<const std::byte> dump, std::size_t from) {
  const std::size_t end = std::min(dump.size(), from + kSearchWindow);
  for (std::size_t position = from; position < end; ++position) {
    if (const auto start = array_start(dump, position)) {
      return *start;
    }
  }
  return fail(end == dump.size() ? ErrorCode::kTruncated : ErrorCode::kCorrupt,
              fmt::format("no array begins within {} bytes of byte {}", kSearchWindow, from));
}

Result<WeightArray> read_array(std::span<const std::byte> dump, std::size_t start, Shape shape) {
  const std::size_t count =
      std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
  if (count * sizeof(float) > dump.size() - start) {
    return fail(ErrorCode::kTruncated, fmt::format("the array at byte {} is cut off", start));
  }
  WeightArray array{.shape = std::move(shape), .values = std::vector<float>(count)};
  // Little-endian f32, as is every machine that albumen is built for.
  std::memcpy(array.values.data(), dump.data() + start, count * sizeof(float));
  if (!std::ranges::all_of(array.values, [](float value) { return std::isfinite(value); })) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("the array at byte {} holds a value that is not finite", start));
  }
  return array;
}

}  // namespace

Result<std::vector<WeightArray>> read_mtcnn_dump(std::span<const std::byte> dump, MtcnnNet net) {
  std::vector<WeightArray> arrays;
  std::size_t position = 0;
  for (Shape& shape : shapes_of(net)) {
    const std::size_t start = TRY(find_array(dump, position));
    arrays.push_back(TRY(read_array(dump, start, std::move(shape))));
    position = start + arrays.back().values.size() * sizeof(float);
  }
  if (!std::ranges::equal(dump.subspan(position), kEnd)) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("{} bytes after the last array, where the two that end the list "
                            "belong",
                            dump.size() - position));
  }
  return arrays;
}

Result<std::vector<WeightArray>> read_mtcnn_weights(std::span<const std::byte> file, MtcnnNet net) {
  if (file.size() > kMtcnnFileLimit.count()) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("an MTCNN file of {}; the limit is {}", to_string(Bytes{file.size()}),
                            to_string(kMtcnnFileLimit)));
  }
  const std::vector<std::byte> dump = TRY(unpack_lz4_frame(file, kMtcnnFileLimit));
  return read_mtcnn_dump(dump, net);
}

}  // namespace albumen
