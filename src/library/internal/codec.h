// SPDX-License-Identifier: Apache-2.0
// How values of more than one number lie in blobs, and how enumerations lie in text. Writers
// always succeed; readers check everything. The layouts are described in docs/formats/library.md.
// Tested by codec_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/content_type.h"
#include "core/error.h"
#include "core/findings.h"
#include "library/half_float.h"
#include "library/internal/database.h"
#include "library/rows.h"

namespace albumen::store {

/// kTurnCount hashes of 8 bytes, most significant first, so that hex() of the first 8 is what
/// exports print.
inline constexpr std::size_t kHashBlobBytes = kTurnCount * 8;
using HashBlob = std::array<std::byte, kHashBlobBytes>;

HashBlob encode_hashes(const std::array<std::uint64_t, kTurnCount>& hashes);
/// REQUIRES: `blob` has kHashBlobBytes, or is empty (a damaged row): zeros then.
std::array<std::uint64_t, kTurnCount> decode_hashes(BlobView blob);

/// x0, y0, x1, ... as binary32, least significant byte first.
inline constexpr std::size_t kLandmarkBlobBytes = std::tuple_size_v<Landmarks> * 2 * 4;
using LandmarkBlob = std::array<std::byte, kLandmarkBlobBytes>;

LandmarkBlob encode_landmarks(const Landmarks& landmarks);
/// Nothing when the blob has the wrong length or holds what is no finite number.
std::optional<Landmarks> decode_landmarks(BlobView blob);

/// Binary16, least significant byte first. Overwrites `out`.
void encode_vector(std::span<const float> vector, std::vector<std::byte>& out);
/// False for an odd or zero length and for values that are not finite. Overwrites `out`.
bool decode_vector(BlobView blob, std::vector<Half>& out);

/// What a finding is called in `analyzers.kind`: also the name of its table.
std::string_view kind_of(const Finding& finding);

/// The inverse of `name_of`.
std::optional<ContentType> parse_content_type(std::string_view name);

std::string_view name_of(RetryPolicy retry);
std::optional<RetryPolicy> parse_retry(std::string_view name);

/// 64-bit values that are unsigned outside and signed in SQLite keep their bits.
inline std::int64_t to_stored(std::uint64_t value) { return static_cast<std::int64_t>(value); }

inline std::uint64_t from_stored(std::int64_t value) { return static_cast<std::uint64_t>(value); }

}  // namespace albumen::store
