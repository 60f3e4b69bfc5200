// SPDX-License-Identifier: Apache-2.0
#include "library/internal/codec.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace albumen::store {
namespace {

constexpr std::uint32_t kHalfExponent = 0x7C00;

constexpr std::string_view kWhenInputChangesName = "when-input-changes";
constexpr std::string_view kNextRunName = "next-run";

void put_float(float value, std::byte* out) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  for (unsigned index = 0; index < 4; ++index) {
    out[index] = static_cast<std::byte>(bits >> (8U * index));
  }
}

float take_float(const std::byte* in) {
  std::uint32_t bits = 0;
  for (unsigned index = 0; index < 4; ++index) {
    bits |= std::to_integer<std::uint32_t>(in[index]) << (8U * index);
  }
  return std::bit_cast<float>(bits);
}

}  // namespace

HashBlob encode_hashes(const std::array<std::uint64_t, kTurnCount>& hashes) {
  HashBlob blob{};
  for (std::size_t index = 0; index < blob.size(); ++index) {
    blob.at(index) = static_cast<std::byte>(hashes.at(index / 8) >> (56U - 8U * (index % 8)));
  }
  return blob;
}

std::array<std::uint64_t, kTurnCount> decode_hashes(BlobView blob) {
  std::array<std::uint64_t, kTurnCount> hashes{};
  for (std::size_t index = 0; index < blob.size(); ++index) {
    auto& hash = hashes.at(index / 8);
    hash = hash << 8U | std::to_integer<std::uint64_t>(blob[index]);
  }
  return hashes;
}

LandmarkBlob encode_landmarks(const Landmarks& landmarks) {
  LandmarkBlob blob{};
  for (std::size_t index = 0; index < landmarks.size(); ++index) {
    put_float(landmarks.at(index).x, &blob.at(index * 8));
    put_float(landmarks.at(index).y, &blob.at(index * 8 + 4));
  }
  return blob;
}

std::optional<Landmarks> decode_landmarks(BlobView blob) {
  if (blob.size() != kLandmarkBlobBytes) {
    return std::nullopt;
  }
  Landmarks landmarks{};
  for (std::size_t index = 0; index < landmarks.size(); ++index) {
    const Point point{.x = take_float(&blob[index * 8]), .y = take_float(&blob[index * 8 + 4])};
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) {
      return std::nullopt;
    }
    landmarks.at(index) = point;
  }
  return landmarks;
}

void encode_vector(std::span<const float> vector, std::vector<std::byte>& out) {
  out.resize(vector.size() * 2);
  for (std::size_t index = 0; index < vector.size(); ++index) {
    const Half half = to_half(vector[index]);
    out[index * 2] = static_cast<std::byte>(half & 0xFFU);
    out[index * 2 + 1] = static_cast<std::byte>(half >> 8U);
  }
}

bool decode_vector(BlobView blob, std::vector<Half>& out) {
  if (blob.empty() || blob.size() % 2 != 0) {
    return false;
  }
  out.resize(blob.size() / 2);
  std::memcpy(out.data(), blob.data(), blob.size());
  // No early exits, so that the compiler may use vectors.
  std::uint32_t infinities = 0;
  for (Half& half : out) {
    if constexpr (std::endian::native == std::endian::big) {
      half = std::byteswap(half);
    }
    infinities += (half & kHalfExponent) == kHalfExponent ? 1U : 0U;
  }
  return infinities == 0;
}

std::string_view kind_of(const Finding& finding) {
  return std::visit(
      [](const auto& value) -> std::string_view {
        using Kind = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Kind, Hashes>) {
          return "hashes";
        } else if constexpr (std::is_same_v<Kind, Quality>) {
          return "quality";
        } else {
          static_assert(std::is_same_v<Kind, Faces>);
          return "faces";
        }
      },
      finding);
}

std::optional<ContentType> parse_content_type(std::string_view name) {
  for (auto value = std::uint8_t{0}; value <= static_cast<std::uint8_t>(ContentType::kVideo);
       ++value) {
    const auto type = static_cast<ContentType>(value);
    if (albumen::name_of(type) == name) {
      return type;
    }
  }
  return std::nullopt;
}

std::string_view name_of(RetryPolicy retry) {
  return retry == RetryPolicy::kNextRun ? kNextRunName : kWhenInputChangesName;
}

std::optional<RetryPolicy> parse_retry(std::string_view name) {
  if (name == kNextRunName) {
    return RetryPolicy::kNextRun;
  }
  if (name == kWhenInputChangesName) {
    return RetryPolicy::kWhenInputChanges;
  }
  return std::nullopt;
}

}  // namespace albumen::store
