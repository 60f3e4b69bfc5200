// SPDX-License-Identifier: Apache-2.0
// For tests of people's folders: a library of pictures made by code, on a real file system.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include "decode/testing/test_pictures.h"
#include "exporters/people_folders.h"
#include "files/sha256.h"
#include "library/testing/library_test_support.h"
#include "sources/source.h"

namespace albumen::testing {

class PeopleFoldersFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    library_ = open_for_test(folder_ / "library.db");
    begin_test_run(*library_);
    writer_ = must(library_->writer());
  }

  static std::string jpeg(std::uint32_t seed) {
    constexpr Size kPictureSize{.width = 64, .height = 48};
    const auto bytes = encode_jpeg(photo_like(kPictureSize, 3, seed));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  // A picture on disk and in the library, with this many faces.
  FaceKey add_picture(const std::string& name, std::uint64_t seed, std::size_t faces = 1) {
    const std::string path =
        folder_.write("source/" + name, jpeg(static_cast<std::uint32_t>(seed)));
    add_row(path, "", seed, faces);
    return {.picture = digest_of(seed), .index = 0};
  }

  void add_row(const std::string& path, const std::string& member, std::uint64_t seed,
               std::size_t faces = 1) {
    PictureResult result = made_up_result(seed, 0);
    result.file.path = path;
    result.file.member = member;
    const std::string bytes = jpeg(static_cast<std::uint32_t>(seed));
    result.file.sha256 = sha256(std::as_bytes(std::span{bytes}));
    std::mt19937_64 random{seed};
    Faces found;
    for (std::size_t index = 0; index < faces; ++index) {
      Face face = made_up_face(random, 8);
      face.where.box = {.x = 10, .y = 8, .width = 20, .height = 24};
      found.faces.push_back(std::move(face));
    }
    result.findings = {{kFacesId, found}};
    must(writer_->submit(result));
  }

  void set_people(const std::vector<PersonRow>& people) {
    must(writer_->change_people(
        {.faces_analyzer = kFacesId, .replace_all = true, .removed = {}, .people = people}));
  }

  PeopleFoldersReport write_folders(PeopleFoldersOptions options = {}) {
    if (options.directory.empty()) {
      options.directory = out_;
    }
    return must(export_people_folders(*library_, reader_, options, budget_, {}));
  }

  // Names in a folder, ordered as bytes, but the mark of an export.
  static std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
      names.push_back(entry.path().filename().native());
    }
    std::erase(names, kExportMark);
    std::ranges::sort(names);
    return names;
  }

  static std::string content_of(const std::string& path) {
    return must(read_small_file(path, kMiB * 16));
  }

  static struct stat status_of(const std::string& path) {
    struct stat status{};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status;
  }

  TemporaryDirectory folder_;
  std::string out_ = folder_ / "out";
  std::unique_ptr<Library> library_;
  LibraryWriter* writer_ = nullptr;
  SourceReader reader_;
  Budget budget_{kMiB * 64};
};

}  // namespace albumen::testing
