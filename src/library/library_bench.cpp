// SPDX-License-Identifier: Apache-2.0
// The library against its promises: rows written per second with eight readers querying, loading
// what is known of 100,000 files, walking 100,000 vectors, exporting rows.
#include <atomic>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "library/library.h"

namespace albumen {
namespace {

constexpr std::uint64_t kFiles = 100'000;
// Of one result with two faces: file, picture, three findings with their marks, two faces.
constexpr std::int64_t kRowsPerResult = 2 + 2 + 2 + 3;

const std::vector<AnalyzerId> kIds{{.name = "hashes", .version = "1"},
                                   {.name = "quality", .version = "1"},
                                   {.name = "faces", .version = "1", .model_digest = "abc"}};

// A benchmark cannot go on without its library.
template <class T>
T must(Result<T> result) {
  if (!result) {
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

PictureResult result_of(std::uint64_t seed) {
  PictureResult result;
  result.file = {.path = "/home/user/Pictures/" + std::to_string(seed / 500) + "/IMG_" +
                         std::to_string(seed) + ".jpg",
                 .stamp = {.size_bytes = 5'000'000 + seed, .mtime_ns = 1, .inode = seed},
                 .content_type = ContentType::kJpeg,
                 .sha256 = sha256(std::as_bytes(std::span{&seed, 1})),
                 .metadata = {.taken_at = "2024-05-01T12:33:01", .camera_model = "Camera"}};
  result.picture = PictureRecord{.id = *result.file.sha256,
                                 .format = ContentType::kJpeg,
                                 .size = {4032, 3024},
                                 .stored_size = {4032, 3024}};
  Faces faces;
  for (int index = 0; index < 2; ++index) {
    faces.faces.push_back({.where = {.box = {1, 2, 3, 4}, .score = 0.9F},
                           .vector = std::vector<float>(128, 0.088F),
                           .chip_pixels = 64});
  }
  result.findings = {{kIds.at(0), Hashes{}}, {kIds.at(1), Quality{}}, {kIds.at(2), faces}};
  result.run = 1;
  return result;
}

std::string scratch_path() {
  std::string folder = (std::filesystem::temp_directory_path() / "albumen-bench-XXXXXX").string();
  return std::string{::mkdtemp(folder.data())} + "/library.db";
}

// One library of kFiles files for all reading benchmarks, removed at exit.
class FullLibrary {
 public:
  FullLibrary() : path_(scratch_path()) {
    library_ = must(Library::open(path_, {.mode = LibraryMode::kWrite}));
    auto* writer = must(library_->writer());
    must(writer->begin_run({.command = "bench", .program_version = "1", .analyzers = kIds}));
    for (std::uint64_t seed = 0; seed < kFiles; ++seed) {
      must(writer->submit(result_of(seed)));
    }
    must(writer->flush());
  }

  FullLibrary(const FullLibrary&) = delete;
  FullLibrary& operator=(const FullLibrary&) = delete;

  ~FullLibrary() {
    library_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(std::filesystem::path{path_}.parent_path(), ignored);
  }

  const Library& operator*() const { return *library_; }

 private:
  std::string path_;
  std::unique_ptr<Library> library_;
};

const Library& full_library() {
  static const FullLibrary kLibrary;
  return *kLibrary;
}

void write_with_readers(benchmark::State& state) {
  const std::string path = scratch_path();
  {
    const auto library = must(Library::open(path, {.mode = LibraryMode::kWrite}));
    auto* writer = must(library->writer());
    must(writer->begin_run({.command = "bench", .analyzers = kIds}));
    std::atomic<bool> stop = false;
    std::atomic<std::int64_t> queries = 0;
    std::vector<std::thread> readers;
    for (std::int64_t index = 0; index < state.range(0); ++index) {
      readers.emplace_back([&, index] {
        for (auto seed = static_cast<std::uint64_t>(index); !stop; seed += 7) {
          must(library->known_picture(*result_of(seed % 20'000).file.sha256, kIds));
          ++queries;
        }
      });
    }
    std::uint64_t seed = 0;
    for (auto _ : state) {
      for (int index = 0; index < 1000; ++index) {
        must(writer->submit(result_of(seed++)));
      }
      must(writer->flush());
    }
    stop = true;
    for (std::thread& reader : readers) {
      reader.join();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(seed) * kRowsPerResult);
    state.counters["queries"] =
        benchmark::Counter(static_cast<double>(queries), benchmark::Counter::kIsRate);
  }
  std::filesystem::remove_all(std::filesystem::path{path}.parent_path());
}

BENCHMARK(write_with_readers)->Arg(0)->Arg(8)->UseRealTime()->Unit(benchmark::kMillisecond);

void load_known_files(benchmark::State& state) {
  const Library& library = full_library();
  Budget budget{kGiB};
  for (auto _ : state) {
    const auto known = must(library.load_known_files({.analyzers = kIds}, budget));
    state.counters["bytes_per_file"] =
        static_cast<double>(known.memory().count()) / static_cast<double>(known.size());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFiles));
}

BENCHMARK(load_known_files)->Unit(benchmark::kMillisecond);

void see_every_file(benchmark::State& state) {
  Budget budget{kGiB};
  auto known = must(full_library().load_known_files({.analyzers = kIds}, budget));
  std::vector<std::string> paths;
  for (std::uint64_t seed = 0; seed < kFiles; ++seed) {
    paths.push_back(result_of(seed).file.path);
  }
  for (auto _ : state) {
    for (const std::string& path : paths) {
      benchmark::DoNotOptimize(known.see(path, ""));
    }
    benchmark::DoNotOptimize(known.changes({.roots = {"/home/user/Pictures"}}));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFiles));
}

BENCHMARK(see_every_file)->Unit(benchmark::kMillisecond);

void walk_vectors(benchmark::State& state) {
  const Library& library = full_library();
  for (auto _ : state) {
    std::int64_t faces = 0;
    must(library.for_each_face({}, [&](const StoredFace&) -> Result<void> {
      ++faces;
      return {};
    }));
    benchmark::DoNotOptimize(faces);
  }
}

BENCHMARK(walk_vectors)->Unit(benchmark::kMillisecond);

void walk_pictures(benchmark::State& state) {
  const Library& library = full_library();
  for (auto _ : state) {
    must(library.for_each_picture({}, [](const PictureRow&) -> Result<void> { return {}; }));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFiles));
}

BENCHMARK(walk_pictures)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace albumen
