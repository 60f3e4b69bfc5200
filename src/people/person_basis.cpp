// SPDX-License-Identifier: Apache-2.0
#include "people/person_basis.h"

#include <array>
#include <cstddef>

#include "files/sha256.h"

namespace albumen {
namespace {

// Raised when the rule of grouping, or what is known of a person, changes.
constexpr std::string_view kVersion = "albumen people 1";

// Of a face, beside its picture and vector. Without padding.
struct Numbers {
  std::uint32_t index;
  std::uint32_t decisions;
  float score;
  float chip_pixels;
  float sharpness;
  std::uint32_t dimension;
};

static_assert(sizeof(Numbers) == 6 * sizeof(std::uint32_t));
static_assert(sizeof(FaceKey) == sizeof(Sha256Digest) + sizeof(std::uint32_t));

template <class Value>
void add(Sha256& hash, const std::vector<Value>& values) {
  const std::uint64_t count = values.size();
  hash.update(std::as_bytes(std::span(&count, 1)));
  hash.update(std::as_bytes(std::span(values)));
}

void add(Sha256& hash, std::string_view text) { hash.update(std::as_bytes(std::span(text))); }

}  // namespace

PersonBasis::PersonBasis(std::string_view context, const Constraints& constraints) {
  Sha256 hash;
  add(hash, kVersion);
  add(hash, context);
  context_ = hash.finish();
  for (const std::vector<FaceKey>& group : constraints.must_link) {
    Sha256 decision;
    add(decision, group);
    const Sha256Digest digest = decision.finish();
    for (const FaceKey& key : group) {
      decisions_[key].push_back(digest);
    }
  }
  for (const KeepApart& rule : constraints.cannot_link) {
    for (const auto* side : {&rule.left, &rule.right}) {
      Sha256 decision;
      add(decision, *side);  // first, so that the two sides differ
      add(decision, side == &rule.left ? rule.right : rule.left);
      const Sha256Digest digest = decision.finish();
      for (const FaceKey& key : *side) {
        decisions_[key].push_back(digest);
      }
    }
  }
}

Sha256Digest PersonBasis::of(const FaceSet& faces, std::span<const FaceQuality> quality,
                             std::span<const std::uint32_t> members) const {
  std::vector<std::byte> bytes;  // of the whole person: hashing in small pieces costs as much again
  bytes.reserve(members.size() *
                (sizeof(Sha256Digest) + sizeof(Numbers) + faces.dimension * sizeof(float)));
  const auto append = [&bytes](const auto& values) {
    const auto more = std::as_bytes(std::span(values));
    bytes.insert(bytes.end(), more.begin(), more.end());
  };
  append(context_.bytes);
  for (const std::uint32_t face : members) {
    const FaceKey& key = faces.keys[face];
    const auto found = decisions_.empty() ? decisions_.end() : decisions_.find(key);
    const std::size_t decisions = found == decisions_.end() ? 0 : found->second.size();
    append(key.picture.bytes);
    append(std::array{Numbers{.index = key.index,
                              .decisions = static_cast<std::uint32_t>(decisions),
                              .score = quality[face].score,
                              .chip_pixels = quality[face].chip_pixels,
                              .sharpness = quality[face].sharpness,
                              .dimension = static_cast<std::uint32_t>(faces.dimension)}});
    const std::size_t start = face * faces.dimension;
    if (faces.f32.empty()) {
      append(faces.f16.subspan(start, faces.dimension));
    } else {
      append(faces.f32.subspan(start, faces.dimension));
    }
    if (decisions > 0) {
      append(found->second);
    }
  }
  return sha256(bytes);
}

}  // namespace albumen
