// SPDX-License-Identifier: Apache-2.0
// What analyzers find. Plain values; coordinates in original pixels after orientation
// (core/geometry.h). A new kind of finding is one more alternative of `Finding`; exhaustive visits
// make the compiler name every place that must learn of it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/geometry.h"

namespace albumen {

/// The eight ways a picture can be turned or mirrored, in EXIF order: index 0 is upright,
/// index k is the picture after the operation of Orientation k + 1.
inline constexpr std::size_t kTurnCount = 8;

/// Perceptual hashes, 64 bits each, of the upright picture and its turns and mirrors.
struct Hashes {
  std::array<std::uint64_t, kTurnCount> phash{};
  std::array<std::uint64_t, kTurnCount> dhash{};
  /// True where the picture is too flat for its hashes to mean anything (sky, black frame).
  bool flat = false;

  friend bool operator==(const Hashes&, const Hashes&) = default;
};

/// Cheap technical measures of the upright picture.
struct Quality {
  float sharpness = 0;       ///< variance of the Laplacian of the luma view; higher is sharper
  float brightness = 0;      ///< mean luma, 0..255
  float contrast = 0;        ///< standard deviation of luma
  float clipped_dark = 0;    ///< share of pixels with luma <= 3, 0..1
  float clipped_bright = 0;  ///< share of pixels with luma >= 252, 0..1

  friend bool operator==(const Quality&, const Quality&) = default;
};

/// Five points, in the picture: left eye as seen in the picture, right eye, nose tip, left and
/// right corner of the mouth.
using Landmarks = std::array<Point, 5>;

struct FaceBox {
  Rect box;
  float score = 0;  ///< detector's confidence, 0..1
  Landmarks landmarks{};
};

/// All faces of one picture, ordered by (y, x) of the box: the index in this order is part of
/// each face's identity.
struct Face {
  FaceBox where;
  /// Embedding, unit length; empty where the face was too small to embed.
  std::vector<float> vector;
  /// Longest side of the face box in the pixels that the chip was cut from; 0 without a chip.
  float chip_pixels = 0;
};

struct Faces {
  std::vector<Face> faces;
};

using Finding = std::variant<Hashes, Quality, Faces>;

/// Which analyzer made a finding: its cache key. Two runs with equal ids give equal findings.
struct AnalyzerId {
  std::string name;          ///< "faces"
  std::string version;       ///< raised when the code's answer changes: "1"
  std::string model_digest;  ///< sha256 over all model files, hex; empty without models
  std::string parameters;    ///< canonical "key=value;..." of everything that changes the answer

  friend bool operator==(const AnalyzerId&, const AnalyzerId&) = default;
  friend auto operator<=>(const AnalyzerId&, const AnalyzerId&) = default;
};

/// "faces/1/<first 12 of digest>/min_face=20;..." - one line, stored and printed.
std::string to_string(const AnalyzerId& id);

}  // namespace albumen
