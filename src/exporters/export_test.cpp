// SPDX-License-Identifier: Apache-2.0
#include "exporters/export.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "files/path_text.h"
#include "library/testing/library_test_support.h"

namespace albumen {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string exported(const Library& library, ExportFormat format) {
  std::string text;
  must(export_pictures(library, format,
                       [&](std::string_view part) -> Result<void> {
                         text.append(part);
                         return {};
                       },
                       {}));
  return text;
}

// A library of `results`, with the first face of picture 1 in a group called Zoë.
std::unique_ptr<Library> library_of(const TemporaryDirectory& folder, const std::string& name,
                                    const std::vector<PictureResult>& results) {
  auto library = open_for_test(folder / name);
  begin_test_run(*library);
  auto* writer = must(library->writer());
  for (const PictureResult& result : results) {
    must(writer->submit(result));
  }
  must(writer->change_people({.faces_analyzer = kFacesId,
                              .replace_all = true,
                              .people = {{.id = "p1", .name = "Zoë", .faces = {{digest_of(1), 0}}},
                                         {.id = "p2", .faces = {{digest_of(1), 1}}}}}));
  return library;
}

std::vector<PictureResult> some_results() {
  auto plain = made_up_result(1);
  auto bare = made_up_result(2);
  bare.file.path = "/photos/\xFF, \"bare\".jpg";
  bare.file.member = "in/side.jpg";
  bare.file.metadata = {};
  bare.findings.clear();
  bare.picture->complete = 0.625F;
  PictureResult failed{.file = made_up_result(3).file, .run = 1};
  failed.file.sha256.reset();
  failed.failures = {failure_from("decode", {ErrorCode::kTruncated, "ends, too soon"})};
  return {plain, bare, failed};
}

TEST(ExportTest, JsonlHasTheDocumentedFields) {
  const TemporaryDirectory folder;
  const auto library = library_of(folder, "a.db", some_results());
  std::istringstream lines{exported(*library, ExportFormat::kJsonl)};
  std::vector<nlohmann::ordered_json> objects;
  for (std::string line; std::getline(lines, line);) {
    objects.push_back(nlohmann::ordered_json::parse(line));
  }
  ASSERT_EQ(objects.size(), 3);
  for (const auto& object : objects) {
    std::string names;
    for (const auto& [name, value] : object.items()) {
      names += name + " ";
    }
    EXPECT_EQ(names,
              "path member id sha256 width height orientation taken_at camera gps phash faces "
              "failures complete ");
  }
  const auto& plain = objects.at(0);
  EXPECT_EQ(plain["path"], "/photos/1/1.jpg");
  EXPECT_TRUE(plain["member"].is_null());
  EXPECT_EQ(plain["id"], to_string(digest_of(1)));
  EXPECT_EQ(plain["width"], 3000);
  EXPECT_EQ(plain["height"], 4000);
  EXPECT_EQ(plain["orientation"], 6);
  EXPECT_EQ(plain["camera"]["model"], "Model 1");
  EXPECT_EQ(plain["gps"]["longitude"], -8.25);
  EXPECT_EQ(plain["phash"].get<std::string>().size(), 16);
  ASSERT_EQ(plain["faces"].size(), 2);
  EXPECT_EQ(plain["faces"][0]["id"], to_string(digest_of(1)) + "#0");
  EXPECT_EQ(plain["faces"][0]["box"].size(), 4);
  EXPECT_EQ(plain["faces"][0]["landmarks"].size(), 5);
  EXPECT_EQ(plain["faces"][0]["person_name"], "Zoë");
  EXPECT_EQ(plain["faces"][1]["person"], "p2");
  EXPECT_TRUE(plain["faces"][1]["person_name"].is_null());
  EXPECT_TRUE(plain["failures"].empty());
  EXPECT_EQ(plain["complete"], 1.0);

  const auto& failed = objects.at(1);
  EXPECT_EQ(failed["path"], "/photos/3/3.jpg");
  EXPECT_TRUE(failed["id"].is_null());
  EXPECT_TRUE(failed["width"].is_null());
  EXPECT_EQ(failed["failures"][0]["code"], "Truncated");
  EXPECT_TRUE(failed["complete"].is_null());

  const auto& bare = objects.at(2);
  EXPECT_EQ(must(path_from_text(bare["path"].get<std::string>())), "/photos/\xFF, \"bare\".jpg");
  EXPECT_EQ(bare["member"], "in/side.jpg");
  EXPECT_TRUE(bare["faces"].is_null());
  EXPECT_TRUE(bare["camera"].is_null());
  EXPECT_TRUE(bare["gps"].is_null());
  EXPECT_EQ(bare["complete"], 0.625) << "it was kept, and this is what says so";
}

TEST(ExportTest, TheBytesDoNotDependOnTheOrderOfWork) {
  const TemporaryDirectory folder;
  auto results = some_results();
  for (std::uint64_t seed = 10; seed < 60; ++seed) {
    results.push_back(made_up_result(seed, seed % 5));
  }
  std::vector<std::string> first;
  for (unsigned round = 0; round < 3; ++round) {
    std::ranges::shuffle(results, std::mt19937{round});
    const auto library = library_of(folder, std::to_string(round) + ".db", results);
    std::vector<std::string> texts;
    for (const auto format : {ExportFormat::kJsonl, ExportFormat::kCsv, ExportFormat::kPeopleCsv}) {
      texts.push_back(exported(*library, format));
    }
    if (round == 0) {
      first = texts;
    }
    EXPECT_EQ(texts, first);
  }
}

TEST(ExportTest, CsvHasOneRowAPicture) {
  const TemporaryDirectory folder;
  const auto library = library_of(folder, "a.db", some_results());
  const std::string text = exported(*library, ExportFormat::kCsv);
  EXPECT_THAT(text, StartsWith("path,member,id,"));
  EXPECT_THAT(text, HasSubstr("\r\n/photos/1/1.jpg,,"));
  EXPECT_THAT(text, HasSubstr(",2,Zoë; p2,,1.0000\r\n"));
  EXPECT_THAT(text, HasSubstr(",\"decode: Truncated: ends, too soon\",\r\n"));
  EXPECT_THAT(text, HasSubstr(",0.6250\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\n\"/photos/%ff, \"\"bare\"\".jpg\",in/side.jpg,"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 4);
}

TEST(ExportTest, PeopleCsvHasOneRowAFace) {
  const TemporaryDirectory folder;
  const auto library = library_of(folder, "a.db", some_results());
  const std::string text = exported(*library, ExportFormat::kPeopleCsv);
  EXPECT_EQ(std::ranges::count(text, '\n'), 3);
  EXPECT_THAT(text, HasSubstr("\r\np1,Zoë," + to_string(digest_of(1)) + "#0,/photos/1/1.jpg,,"));
  EXPECT_THAT(text, HasSubstr(",40.2,50.5,0.9700\r\n"));
}

TEST(ExportTest, AFileAppearsWholeOrNotAtAll) {
  const TemporaryDirectory folder;
  const auto library = library_of(folder, "a.db", some_results());
  const std::string path = folder / "out.jsonl";
  const auto count = must(export_pictures_to_file(*library, ExportFormat::kJsonl, path, {}));
  EXPECT_EQ(count.rows, 3);
  EXPECT_EQ(count.failed, 1);
  EXPECT_EQ(must(read_small_file(path, kMiB)), exported(*library, ExportFormat::kJsonl));

  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(code_of(export_pictures_to_file(*library, ExportFormat::kCsv, folder / "b.csv",
                                            stop.get_token())),
            ErrorCode::kCancelled);
  EXPECT_FALSE(std::filesystem::exists(folder / "b.csv"));
}

// --out took the place of whatever had that name: of an original photograph, and of the library.
TEST(ExportTest, OnlyAnExportIsReplaced) {
  const TemporaryDirectory folder;
  const auto library = library_of(folder, "a.db", some_results());
  const auto write = [&](const std::string& path, ExportFormat format) {
    return code_of(export_pictures_to_file(*library, format, path, {}));
  };
  for (const char* const text :
       {"\xFF\xD8\xFF\xE0 a photograph", "{", "{\"paths\": []}", "path",
        R"({"path":"a.jpg","label":"cat"})", R"({"path":"a\")", R"({"path":"a)"}) {
    const std::string path = folder.write("precious", text);
    EXPECT_EQ(write(path, ExportFormat::kJsonl), ErrorCode::kInvalidArgument) << text;
    EXPECT_EQ(must(read_small_file(path, kMiB)), text);
  }
  EXPECT_EQ(write(folder / "a.db", ExportFormat::kCsv), ErrorCode::kInvalidArgument);
  EXPECT_THAT(must(library->integrity_check({})), testing::IsEmpty());
  const std::string path = folder.write("out", "");
  for (const ExportFormat format : {ExportFormat::kCsv, ExportFormat::kPeopleCsv,
                                    ExportFormat::kJsonl, ExportFormat::kPeopleCsv}) {
    must(export_pictures_to_file(*library, format, path, {}));
    EXPECT_EQ(must(read_small_file(path, kMiB)), exported(*library, format));
  }
  EXPECT_EQ(write(folder.path(), ExportFormat::kCsv), ErrorCode::kInvalidArgument);
}

// A link was replaced by a file, and so was /dev/full.
TEST(ExportTest, LinksAreFollowedAndPipesWrittenInto) {
  const TemporaryDirectory folder;
  const auto library = library_of(folder, "a.db", some_results());
  std::filesystem::create_symlink("real.jsonl", folder / "link");
  EXPECT_EQ(code_of(export_pictures_to_file(*library, ExportFormat::kJsonl, folder / "link", {})),
            ErrorCode::kInvalidArgument);
  folder.write("real.jsonl", "");
  must(export_pictures_to_file(*library, ExportFormat::kJsonl, folder / "link", {}));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  const std::string expected = exported(*library, ExportFormat::kJsonl);
  EXPECT_EQ(must(read_small_file(folder / "real.jsonl", kMiB)), expected);

  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const FileDescriptor reader{::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  must(export_pictures_to_file(*library, ExportFormat::kJsonl, pipe, {}));
  std::string text(expected.size() + 1, '\0');
  ASSERT_EQ(::read(reader.value(), text.data(), text.size()),
            static_cast<ssize_t>(expected.size()));
  text.pop_back();
  EXPECT_EQ(text, expected);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

// /dev/stdout and what a shell makes of >(gzip) lead to a pipe without a name.
TEST(ExportTest, APipeWithoutANameIsWrittenInto) {
  const TemporaryDirectory folder;
  const auto library = library_of(folder, "a.db", some_results());
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const FileDescriptor reader{ends[0]};
  const FileDescriptor writer{ends[1]};
  const std::string path = "/dev/fd/" + std::to_string(writer.value());
  must(export_pictures_to_file(*library, ExportFormat::kJsonl, path, {}));
  const std::string expected = exported(*library, ExportFormat::kJsonl);
  std::string text(expected.size(), '\0');
  ASSERT_EQ(::read(reader.value(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  EXPECT_EQ(text, expected);
}

TEST(ExportTest, APipeThatNobodyReadsCanBeGivenUp) {
  const TemporaryDirectory folder;
  const auto library = library_of(folder, "a.db", some_results());
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(
      code_of(export_pictures_to_file(*library, ExportFormat::kJsonl, pipe, stop.get_token())),
      ErrorCode::kCancelled);
}

// To open one fails as for a pipe without a reader, for which it waited, without end.
TEST(ExportTest, ForASocketNobodyWaits) {
  const TemporaryDirectory folder;
  const auto library = library_of(folder, "a.db", some_results());
  struct sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const std::string path = folder / "socket";
  ASSERT_LT(path.size(), sizeof address.sun_path);
  path.copy(std::begin(address.sun_path), path.size());
  const FileDescriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  ASSERT_EQ(
      ::bind(socket.value(), reinterpret_cast<const struct sockaddr*>(&address), sizeof address),
      0);
  std::stop_source stop;
  stop.request_stop();  // else it would be without end still
  EXPECT_EQ(
      code_of(export_pictures_to_file(*library, ExportFormat::kJsonl, path, stop.get_token())),
      ErrorCode::kIo);
}

TEST(ExportTest, ASinkThatFailsEndsTheExport) {
  const TemporaryDirectory folder;
  const auto library = library_of(folder, "a.db", some_results());
  const auto result = export_pictures(
      *library, ExportFormat::kCsv,
      [](std::string_view) -> Result<void> { return fail(ErrorCode::kIo, "pipe is closed"); }, {});
  EXPECT_EQ(code_of(result), ErrorCode::kIo);
}

TEST(ExportTest, FormatsHaveNames) {
  EXPECT_EQ(must(parse_export_format("jsonl")), ExportFormat::kJsonl);
  EXPECT_EQ(must(parse_export_format("csv")), ExportFormat::kCsv);
  EXPECT_EQ(must(parse_export_format("people-csv")), ExportFormat::kPeopleCsv);
  EXPECT_EQ(code_of(parse_export_format("xml")), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace albumen
