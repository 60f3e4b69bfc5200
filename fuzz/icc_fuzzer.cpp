// SPDX-License-Identifier: Apache-2.0
// Colour profiles: out of a picture where the bytes are one, else the bytes themselves; then one
// row of pixels through them. Seeds in corpus/icc.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "colour/colour_source.h"
#include "colour/colour_transform.h"
#include "core/content_type.h"
#include "decode/colour.h"
#include "decode_harness.h"

namespace {

using albumen::ColourModel;
using albumen::fuzzing::require;

albumen::ColourSource source_of(std::span<const std::uint8_t> data) {
  const std::span<const std::byte> bytes = std::as_bytes(data);
  if (albumen::is_picture(
          albumen::sniff(bytes.first(std::min<std::size_t>(bytes.size(), albumen::kSniffBytes))))) {
    albumen::Budget budget{albumen::fuzzing::kFuzzBudget};
    return read_colour(albumen::fuzzing::as_image(budget, data));
  }
  albumen::ColourSource source;
  source.profile.assign(bytes.begin(), bytes.end());
  return source;
}

void convert_row(const albumen::ColourTransform& transform) {
  constexpr std::size_t kPixels = 40;
  std::array<std::uint8_t, 3 * kPixels> rgb{};
  std::array<std::uint8_t, 4 * kPixels> four{};
  for (std::size_t i = 0; i < four.size(); ++i) {
    four.at(i) = static_cast<std::uint8_t>(i * 41);
  }
  if (transform.model() == ColourModel::kCmyk) {
    transform.convert_inks(rgb, four);
    return;
  }
  const auto before = four;
  transform.convert(four, 4);
  for (std::size_t i = 3; i < four.size(); i += 4) {
    require(four.at(i) == before.at(i));
  }
  transform.convert(rgb, 3);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  if (size > kMostBytes) {
    return 0;
  }
  const albumen::ColourSource source = source_of({data, size});
  require(source.profile.size() <= albumen::kMaxProfileBytes);
  for (const ColourModel model : {ColourModel::kGray, ColourModel::kRgb, ColourModel::kCmyk}) {
    const albumen::ColourChoice choice = choose_colour(source, model);
    if (choice.transform != nullptr) {
      const bool inks = choice.transform->model() == ColourModel::kCmyk;
      require(inks == (model == ColourModel::kCmyk));
      convert_row(*choice.transform);
    }
  }
  return 0;
}
