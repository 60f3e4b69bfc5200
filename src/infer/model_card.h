// SPDX-License-Identifier: Apache-2.0
// A model card: what albumen must know about a model to run it and to compare what it gives.
// TOML, strict: an unknown key, a missing one or a number out of its range is an error that names
// the key. docs: src/infer/README.md lists all keys. Tested by model_card_test.cpp; fuzzed by
// fuzz/model_card_fuzzer.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/findings.h"
#include "core/geometry.h"
#include "core/result.h"
#include "core/units.h"
#include "files/sha256.h"

namespace albumen {

enum class ModelRole : std::uint8_t { kFaceDetector, kFaceEmbedder };

/// How the files are coded before they are installed.
enum class ModelFormat : std::uint8_t {
  kMtcnnPackage,  ///< the three .lz4 files of the PyPI package mtcnn
  kDlibNet,       ///< dlib's face recognition .dat
  kOnnx,
  kOpenvinoIr,  ///< a .xml and its .bin of the same stem
};

/// What the outputs mean.
enum class OutputLayout : std::uint8_t { kMtcnn, kYunet, kScrfd, kEmbedding };

enum class ChannelOrder : std::uint8_t { kRgb, kBgr };

enum class Metric : std::uint8_t {
  kCosine,     ///< 1 - dot product of unit vectors, 0..2
  kEuclidean,  ///< length of the difference of unit vectors, 0..2
};

std::string_view name_of(ModelRole role);
std::string_view name_of(OutputLayout layout);
std::string_view name_of(ChannelOrder order);
std::string_view name_of(Metric metric);

/// Largest card that is read.
inline constexpr Bytes kModelCardLimit = kKiB * 64;
/// Largest model file that is read.
inline constexpr Bytes kModelFileLimit = kMiB * 1024;

struct ModelFile {
  std::string name;  ///< a plain file name: [A-Za-z0-9._-], no leading dot
  Sha256Digest sha256;
  Bytes bytes;
};

/// The net sees (value - mean) / scale per channel of an 8-bit picture, in the net's channel order.
struct ModelInput {
  Size size;  ///< pixels; {0, 0} for MTCNN, whose three nets have their own
  ChannelOrder channels = ChannelOrder::kRgb;
  std::array<float, 3> mean{};
  std::array<float, 3> scale{1, 1, 1};
};

/// Where the five points of a face belong in the chip, in chip pixels whose centres lie at +0.5
/// (core/geometry.h).
struct AlignmentTemplate {
  std::uint32_t chip_side = 0;  ///< pixels, square
  Landmarks points{};
};

/// How two vectors are compared. All thresholds are distances in `metric`.
struct Comparison {
  std::uint32_t dimensions = 0;
  Metric metric = Metric::kCosine;
  float same_person = 0;  ///< at most this far apart: taken as one person
  float eps_min = 0;      ///< range that makes sense for density clustering (DBSCAN's eps),
  float eps_max = 0;      ///< Euclidean on unit vectors
};

struct Licence {
  std::string name;  ///< SPDX identifier where there is one
  std::string from;  ///< where the licence stands
  std::string text;  ///< the notice to show; may be empty
};

struct ModelCard {
  std::string name;  ///< [a-z0-9._-], 1..64; the folder of the installed model
  std::string description;
  ModelRole role = ModelRole::kFaceDetector;
  ModelFormat format = ModelFormat::kOnnx;
  OutputLayout layout = OutputLayout::kEmbedding;
  std::string package;  ///< where the files come from
  Licence licence;
  std::vector<ModelFile> files;
  ModelInput input;
  float min_score = 0;                         ///< detectors: keep faces from here on, 0..1
  std::optional<AlignmentTemplate> alignment;  ///< embedders
  std::optional<Comparison> comparison;        ///< embedders
};

/// `name` is used in the words of errors only. Errors: InvalidArgument naming key and range;
/// TooLarge above kModelCardLimit.
Result<ModelCard> parse_model_card(std::string_view toml, std::string_view name);

/// Identity of the model for caches: 64 hexadecimal digits over everything in the card that
/// changes an answer, the sha256 of all files among it. Words (description, licence) do not count.
std::string digest_of(const ModelCard& card);

/// A card that is part of albumen: models/NAME.toml of the source tree.
struct BuiltInCard {
  std::string_view name;
  std::string_view toml;
};

/// The default models: "mtcnn" and "dlib-resnet29".
std::span<const BuiltInCard> built_in_cards();

/// The built-in card called `name`; NotFound otherwise.
Result<ModelCard> built_in_card(std::string_view name);

}  // namespace albumen
