// SPDX-License-Identifier: Apache-2.0
#include "people/person_basis.h"

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
  Sha256 hash;
  hash.update(context_.bytes);
  const auto row_of = [&](const auto& values, std::uint32_t face) {
    return values.empty() ? values : values.subspan(face * faces.dimension, faces.dimension);
  };
  for (const std::uint32_t face : members) {
    const auto found = decisions_.find(faces.keys[face]);
    const Numbers numbers{.index = faces.keys[face].index,
                          .decisions = static_cast<std::uint32_t>(
                              found == decisions_.end() ? 0 : found->second.size()),
                          .score = quality[face].score,
                          .chip_pixels = quality[face].chip_pixels,
                          .sharpness = quality[face].sharpness,
                          .dimension = static_cast<std::uint32_t>(faces.dimension)};
    hash.update(faces.keys[face].picture.bytes);
    hash.update(std::as_bytes(std::span(&numbers, 1)));
    hash.update(std::as_bytes(row_of(faces.f16, face)));
    hash.update(std::as_bytes(row_of(faces.f32, face)));
    if (found != decisions_.end()) {
      hash.update(std::as_bytes(std::span(found->second)));
    }
  }
  return hash.finish();
}

}  // namespace albumen
