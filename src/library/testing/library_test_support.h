// SPDX-License-Identifier: Apache-2.0
// What the tests of this folder and of exporters/ share: made-up results from a seed, and short
// forms that fail the test where something goes wrong.
#pragma once

#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "files/sha256.h"
#include "files/testing/temporary_directory.h"
#include "library/internal/database.h"
#include "library/library.h"

namespace albumen {

/// The value, or a failed test and an exception that ends it.
template <class T>
T must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << to_string(result.error());
    throw std::runtime_error{"no value"};
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

template <class T>
ErrorCode code_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorCode::kInternal : result.error().code;
}

template <class T>
std::string message_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? "" : result.error().message;
}

inline OpenOptions for_writing() { return {.mode = LibraryMode::kWrite, .command = "test"}; }

inline std::unique_ptr<Library> open_for_test(const std::string& path,
                                              const OpenOptions& options = for_writing()) {
  return must(Library::open(path, options));
}

inline Sha256Digest digest_of(std::uint64_t seed) {
  return sha256(std::as_bytes(std::span{&seed, 1}));
}

inline const AnalyzerId kHashesId{.name = "hashes", .version = "1", .parameters = "size=32"};
inline const AnalyzerId kQualityId{.name = "quality", .version = "1"};
inline const AnalyzerId kFacesId{
    .name = "faces", .version = "1", .model_digest = "abc", .parameters = "min_face=20"};

inline std::vector<AnalyzerId> all_ids() { return {kHashesId, kQualityId, kFacesId}; }

inline Face made_up_face(std::mt19937_64& random, std::size_t dimensions) {
  std::uniform_real_distribution<float> place{0, 1000};
  std::normal_distribution<float> coordinate;
  Face face{.where = {.box = {place(random), place(random), 40.25F, 50.5F}, .score = 0.97F},
            .chip_pixels = 50};
  for (Point& point : face.where.landmarks) {
    point = {place(random), place(random)};
  }
  double square = 0;
  for (std::size_t index = 0; index < dimensions; ++index) {
    face.vector.push_back(coordinate(random));
    square += double{face.vector.back()} * face.vector.back();
  }
  for (float& value : face.vector) {
    value = static_cast<float>(value / std::sqrt(square));
  }
  return face;
}

/// Everything about one picture, a function of `seed`.
inline PictureResult made_up_result(std::uint64_t seed, std::size_t faces = 2,
                                    std::size_t dimensions = 128) {
  std::mt19937_64 random{seed};
  PictureResult result;
  result.file = {
      .path = "/photos/" + std::to_string(seed % 7) + "/" + std::to_string(seed) + ".jpg",
      .stamp = {.size_bytes = 1000 + seed,
                .mtime_ns = static_cast<std::int64_t>(seed) * 1'000'000'007,
                .ctime_ns = -5,
                .inode = ~seed},
      .content_type = ContentType::kJpeg,
      .sha256 = digest_of(seed ^ 0xF11EU),
      .metadata = {.taken_at = "2024-05-01T12:33:01",
                   .camera_make = "Maker",
                   .camera_model = "Model " + std::to_string(seed % 3),
                   .gps = GpsPosition{47.5, -8.25, 431.5}}};
  result.picture = PictureRecord{.id = digest_of(seed),
                                 .format = ContentType::kJpeg,
                                 .size = {3000, 4000},
                                 .stored_size = {4000, 3000},
                                 .orientation = Orientation::kRotate90};
  Hashes hashes;
  for (std::size_t turn = 0; turn < kTurnCount; ++turn) {
    hashes.phash.at(turn) = random();
    hashes.dhash.at(turn) = random();
  }
  Faces found;
  for (std::size_t index = 0; index < faces; ++index) {
    found.faces.push_back(made_up_face(random, dimensions));
  }
  result.findings = {
      {kHashesId, hashes}, {kQualityId, Quality{12.5F, 100, 30, 0.125F, 0.25F}}, {kFacesId, found}};
  result.run = 1;
  return result;
}

inline std::vector<PictureRow> rows_of(const Library& library, const PictureQuery& query = {}) {
  std::vector<PictureRow> rows;
  must(library.for_each_picture(query, [&](const PictureRow& row) -> Result<void> {
    rows.push_back(row);
    return {};
  }));
  return rows;
}

inline void begin_test_run(Library& library) {
  must(must(library.writer())
           ->begin_run({.command = "index /photos",
                        .program_version = "0.1.0",
                        .started_ms = 1000,
                        .analyzers = all_ids()}));
}

/// Runs a script on the file behind the library's back.
inline void tamper(const std::string& path, const std::string& script) {
  auto connection = must(store::Connection::open(path, store::Access::kReadWrite));
  must(connection->execute(script));
}

/// In their order, through the library's writer.
inline void submit_all(Library& library, const std::vector<PictureResult>& results) {
  auto* writer = must(library.writer());
  for (const PictureResult& result : results) {
    must(writer->submit(result));
  }
  must(writer->flush());
}

}  // namespace albumen
