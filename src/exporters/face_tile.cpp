// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/face_tile.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/content_type.h"
#include "decode/decoder.h"
#include "prepare/sample.h"

namespace albumen {
namespace {

// Hair and chin belong to a face that one is to recognise.
constexpr float kSurroundings = 1.7F;

Rect square_around(const Rect& face) {
  const float side = std::max({face.width, face.height, 1.0F}) * kSurroundings;
  return {.x = face.x + (face.width - side) / 2,
          .y = face.y + (face.height - side) / 2,
          .width = side,
          .height = side};
}

// Longest side of a decode in which the square has at least the tile's pixels.
std::uint32_t longest_side_for(Size original, const Rect& square, Size tile) {
  const float scale = std::min(1.0F, static_cast<float>(tile.width) / square.width);
  const float side = std::ceil(static_cast<float>(original.longest_side()) * scale);
  return std::clamp(static_cast<std::uint32_t>(side), 1U, original.longest_side());
}

}  // namespace

Result<void> draw_face(MutableImageView tile, const FaceInPicture& face, SourceReader& reader,
                       Budget& budget, const StopToken& stop) {
  const SourceEntry& entry = face.entry;
  const DecodeOptions options{.longtail = face.longtail, .stop = stop};
  // The header decides about the memory, so the bytes are read first, under a reservation of their
  // own that ends before the whole job's begins.
  const auto read = [&](Reservation& job) { return reader.read(entry, job, stop); };
  constexpr Bytes kHeadBytes = kKiB * 128;  // content_type_of is sure of files within them
  ContentType type = ContentType::kUnknown;
  {
    auto job = TRY(budget.reserve(MemoryTag::kEncoded, kHeadBytes, stop));
    type = content_type_of(TRY(reader.read_head(entry, kHeadBytes, job)));
  }
  const auto attempt = [&](const DecodeOptions& with) -> Result<ImageInfo> {
    const Bytes extra = extra_probe_bytes(type, entry.encoded_size, with);
    auto job = TRY(budget.reserve(MemoryTag::kEncoded, entry.reading_bytes() + extra, stop));
    return probe(TRY(read(job)), with);
  };
  const ImageInfo info = TRY(probe_with(type, options, attempt));
  const Rect square = square_around(face.box);
  const std::array views{
      ViewSpec{.longest_side = longest_side_for(info.size(), square, tile.size()),
               .layout = ViewLayout::kDecoded}};
  const Bytes beside = entry.reading_bytes();
  const DecodePlan decode_plan = TRY(plan(info, views, budget.limit() - beside, options));
  const Bytes scratch =
      sample_scratch_bytes(tile.size(), oriented(decode_plan.decoded_size, info.orientation));
  auto job =
      TRY(budget.reserve(MemoryTag::kPixels, beside + decode_plan.peak_bytes + scratch, stop));
  const EncodedImage encoded = TRY(read(job));
  const DecodedImage decoded = TRY(decode(encoded, info, decode_plan, options, job));
  return sample_affine(tile, decoded, crop_to(tile.size(), square), job);
}

}  // namespace albumen
