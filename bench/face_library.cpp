// SPDX-License-Identifier: Apache-2.0
// Writes a library of made-up faces (people/testing/synthetic_library.h) through the library's own
// writer, under the analyzers that `albumen index` has by default: to that program it is a library
// that it made itself. The files in it do not exist; index only what lies elsewhere.
//
// usage: albumen_bench_face_library LIBRARY FACES [SEED]
// SEED makes other faces and other pictures: a library can be given more, which are not grouped
// yet. Prints {"pictures": n, "faces": n, "people": n}; ends with 1 on an error.
#include <array>
#include <charconv>
#include <exception>
#include <fmt/core.h>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "files/sha256.h"
#include "library/library.h"
#include "people/testing/synthetic_library.h"
#include "pipeline/engine.h"

namespace albumen {
namespace {

using people::testing::SyntheticLibrary;

constexpr Size kCameraSize{.width = 4032, .height = 3024};

template <class T>
T must(Result<T> result) {
  if (!result) {
    throw std::runtime_error{to_string(result.error())};
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

std::size_t parse_number(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
  if (error != std::errc{} || end != text.end() || number == 0) {
    throw std::runtime_error{fmt::format("'{}' is no number above zero", text)};
  }
  return number;
}

// The faces [first, end) of the library, which are those of one picture.
Faces faces_of_picture(const SyntheticLibrary& library, std::size_t first, std::size_t end) {
  Faces faces;
  for (std::size_t face = first; face < end; ++face) {
    const auto vector =
        std::span{library.vectors}.subspan(face * library.dimension, library.dimension);
    const auto place = static_cast<float>(face - first);
    faces.faces.push_back({.where = {.box = {100 + 500 * place, 200, 300, 400}, .score = 0.99F},
                           .vector = {vector.begin(), vector.end()},
                           .chip_pixels = 150});
  }
  return faces;
}

PictureResult result_of(std::uint64_t seed, std::uint64_t number, RunId run) {
  const std::array name{seed, number};
  const PictureId picture = sha256(std::as_bytes(std::span{name}));
  PictureResult result;
  result.file = {.path = fmt::format("/nowhere/{}/{}/IMG_{}.jpg", seed, number / 500, number),
                 .stamp = {.size_bytes = 2'000'000, .mtime_ns = 1, .inode = number},
                 .content_type = ContentType::kJpeg,
                 .sha256 = picture};
  result.picture = PictureRecord{
      .id = picture, .format = ContentType::kJpeg, .size = kCameraSize, .stored_size = kCameraSize};
  result.run = run;
  return result;
}

std::uint64_t write_pictures(const SyntheticLibrary& library, std::uint64_t seed,
                             const AnalyzerSet& analyzers, LibraryWriter& writer, RunId run) {
  std::uint64_t pictures = 0;
  for (std::size_t first = 0; first < library.keys.size(); ++pictures) {
    const PictureId& picture = library.keys[first].picture;
    std::size_t end = first;
    while (end < library.keys.size() && library.keys[end].picture == picture) {
      ++end;
    }
    PictureResult result = result_of(seed, pictures, run);
    result.findings = {{*analyzers.find("hashes"), Hashes{}},
                       {*analyzers.find("quality"), Quality{}},
                       {*analyzers.find("faces"), faces_of_picture(library, first, end)}};
    must(writer.submit(std::move(result)));
    first = end;
  }
  must(writer.flush());
  return pictures;
}

int run(std::span<const char* const> arguments) {
  if (arguments.size() != 3 && arguments.size() != 4) {
    throw std::runtime_error{"usage: albumen_bench_face_library LIBRARY FACES [SEED]"};
  }
  constexpr std::uint64_t kFirstSeed = 11;
  const std::uint64_t seed = arguments.size() == 4 ? parse_number(arguments[3]) : kFirstSeed;
  const SyntheticLibrary faces =
      people::testing::make_library({.faces = parse_number(arguments[2]), .seed = seed});
  const Engine engine = must(make_engine({}));
  const auto library = must(Library::open(arguments[1], {.mode = LibraryMode::kWrite}));
  LibraryWriter& writer = *must(library->writer());
  const RunId run = must(writer.begin_run(
      {.command = "albumen_bench_face_library", .analyzers = engine.analyzers.ids()}));
  const std::uint64_t pictures = write_pictures(faces, seed, engine.analyzers, writer, run);
  must(writer.finish_run(run, {.outcome = "finished"}));
  fmt::print("{{\"pictures\": {}, \"faces\": {}, \"people\": {}}}\n", pictures, faces.keys.size(),
             faces.people);
  return 0;
}

}  // namespace
}  // namespace albumen

int main(int argument_count, char** arguments) {
  try {
    return albumen::run({arguments, static_cast<std::size_t>(argument_count)});
  } catch (const std::exception& error) {
    fmt::print(stderr, "albumen_bench_face_library: {}\n", error.what());
    return 1;
  }
}
