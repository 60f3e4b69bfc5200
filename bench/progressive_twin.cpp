// SPDX-License-Identifier: Apache-2.0
// Whether albumen's decode of progressive JPEGs, which leaves scans out, gives the samples of
// libjpeg's decode of all scans at the same scale.
//
// usage: albumen_bench_progressive_twin LONGEST_SIDE FILE...
// Prints {"pictures": n, "equal": n, "eighths": N}, N of the DCT scale N/8; ends with 1 on an
// error.
#include <charconv>
#include <exception>
#include <fmt/core.h>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/error.h"
#include "decode/testing/decode_all.h"
#include "decode/testing/reference_jpeg.h"

namespace albumen {
namespace {

testing::EncodedBytes read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!file) {
    throw std::runtime_error{fmt::format("{} cannot be read", path)};
  }
  return testing::bytes_of(text);
}

std::uint32_t parse_side(std::string_view text) {
  std::uint32_t side = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), side);
  if (error != std::errc{} || end != text.end() || side == 0) {
    throw std::runtime_error{fmt::format("'{}' is no longest side", text)};
  }
  return side;
}

int run(std::span<const char* const> arguments) {
  if (arguments.size() < 3) {
    throw std::runtime_error{"usage: albumen_bench_progressive_twin LONGEST_SIDE FILE..."};
  }
  const std::uint32_t side = parse_side(arguments[1]);
  int pictures = 0;
  int equal = 0;
  int eighths = 0;
  for (const char* const path : arguments.subspan(2)) {
    const testing::EncodedBytes bytes = read_file(path);
    testing::TestDecode twin{bytes};
    const auto image = twin.decode_to(side);
    if (!image) {
      throw std::runtime_error{fmt::format("{}: {}", path, to_string(image.error()))};
    }
    eighths = twin.plan_used().jpeg_scale;
    ++pictures;
    equal += testing::visible_samples(*image) == testing::reference_planes(bytes, eighths) ? 1 : 0;
  }
  fmt::print("{{\"pictures\": {}, \"equal\": {}, \"eighths\": {}}}\n", pictures, equal, eighths);
  return 0;
}

}  // namespace
}  // namespace albumen

int main(int argument_count, char** arguments) {
  try {
    return albumen::run({arguments, static_cast<std::size_t>(argument_count)});
  } catch (const std::exception& error) {
    fmt::print(stderr, "albumen_bench_progressive_twin: {}\n", error.what());
    return 1;
  }
}
