// SPDX-License-Identifier: Apache-2.0
// The dataset job on a real file system, from pictures made by code.
#include "pipeline/dataset_run.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <stop_token>

#include "core/mutex.h"
#include "dataset/journal.h"
#include "decode/metadata.h"
#include "decode/testing/decode_all.h"
#include "decode/testing/exif_builder.h"
#include "decode/testing/test_pictures.h"
#include "files/testing/temporary_directory.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

std::string text_of(const testing::EncodedBytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class DatasetRunTest : public ::testing::Test {
 protected:
  DatasetRunTest() {
    request_.sources = {folder_ / "in"};
    request_.directory = folder_ / "out";
    request_.settings.frame.target = {.width = 64, .height = 64};
    request_.workers = 3;
  }

  static std::string jpeg(std::uint32_t seed, Size size = {.width = 100, .height = 80}) {
    return text_of(encode_jpeg(testing::photo_like(size, 3, seed)));
  }

  static std::string png(std::uint32_t seed, Size size = {.width = 40, .height = 60}) {
    return text_of(encode_png(testing::photo_like(size, 3, seed)));
  }

  void write(const std::string& name, const std::string& content) const {
    folder_.write("in/" + name, content);
  }

  // Every row by the name of its source below the folder.
  std::map<std::string, ManifestRow> run(const StopToken& stop = {}) {
    rows_.clear();
    DatasetProgress progress;
    StageClock clock{&budget_};
    const auto report = run_dataset(request_,
                                    {.reader = reader_,
                                     .budget = budget_,
                                     .clock = clock,
                                     .progress = progress,
                                     .listener = {}},
                                    stop);
    EXPECT_TRUE(report.has_value()) << to_string(report.error());
    EXPECT_EQ(budget_.used(), Bytes{});
    if (report && !report->interrupted) {
      report_ = *report;
      read_manifest();
    }
    return rows_;
  }

  // Every row of a dry run, likewise.
  std::map<std::string, ManifestRow> dry_run() {
    std::map<std::string, ManifestRow> rows;
    Mutex mutex;
    DatasetProgress progress;
    StageClock clock;
    const std::string prefix = folder_.path() + "/in/";
    const auto report = plan_dataset(request_,
                                     {.reader = reader_,
                                      .budget = budget_,
                                      .clock = clock,
                                      .progress = progress,
                                      .listener =
                                          [&](const ManifestRow& row) {
                                            const MutexLock lock{mutex};
                                            rows[row.source.substr(prefix.size())] = row;
                                          }},
                                     {});
    EXPECT_TRUE(report.has_value()) << to_string(report.error());
    return rows;
  }

  void read_manifest() {
    std::ifstream file{request_.directory + "/manifest.jsonl"};
    for (std::string line; std::getline(file, line);) {
      const auto row = parse_manifest_row(line);
      ASSERT_TRUE(row.has_value()) << line;
      const std::string prefix = folder_.path() + "/in/";
      rows_[row->source.starts_with(prefix) ? row->source.substr(prefix.size()) : row->source] =
          *row;
      order_.push_back(row->source);
    }
  }

  // Every file of the set but the manifest and the state, by its name.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator{request_.directory}) {
      const std::string name = entry.path().lexically_relative(request_.directory).native();
      if (entry.is_regular_file() && !name.starts_with(".albumen-dataset") &&
          name != "manifest.jsonl") {
        found[name] = read_small_file(entry.path(), kMiB * 16).value();
      }
    }
    return found;
  }

  std::string manifest() const {
    return read_small_file(request_.directory + "/manifest.jsonl", kMiB).value();
  }

  TemporaryDirectory folder_;
  DatasetRequest request_;
  SourceReader reader_;
  Budget budget_{kMiB * 64};
  std::map<std::string, ManifestRow> rows_;
  std::vector<std::string> order_;
  DatasetReport report_;
};

TEST_F(DatasetRunTest, PicturesAreFittedConvertedAndTheirCaptionsCarriedAlong) {
  write("10_zwx/a.jpg", jpeg(1));
  write("10_zwx/a.txt", " a dog\n");
  write("b.png", png(2));
  request_.captions.trigger_word = "zwx";
  const auto rows = run();
  ASSERT_THAT(rows, SizeIs(3));
  const ManifestRow& first = rows.at("10_zwx/a.jpg");
  EXPECT_EQ(first.status, MemberStatus::kWritten) << first.reason;
  EXPECT_EQ(first.output, "10_zwx/a.png");
  EXPECT_EQ(first.format, "png");
  EXPECT_EQ(first.size, (Size{.width = 64, .height = 51}));
  EXPECT_EQ(first.caption, "zwx, a dog");
  EXPECT_THAT(first.caption_source, HasSubstr("10_zwx/a.txt"));
  EXPECT_EQ(first.repeats, 10U);
  EXPECT_EQ(first.concept_name, "zwx");
  EXPECT_EQ(rows.at("10_zwx/a.txt").status, MemberStatus::kSkipped);
  EXPECT_EQ(rows.at("b.png").size, (Size{.width = 40, .height = 60}));  // never enlarged
  const auto set = files();
  ASSERT_THAT(set, SizeIs(3));
  EXPECT_EQ(set.at("10_zwx/a.txt"), "zwx, a dog");
  EXPECT_EQ(to_string(*first.sha256),
            to_string(sha256(std::as_bytes(std::span{set.at("10_zwx/a.png")}))));
}

TEST_F(DatasetRunTest, TheOrientationIsAppliedAndNoMetadataIsLeft) {
  testing::EncodedBytes exif = testing::bytes_of(std::string{"Exif\0\0", 6});
  const testing::EncodedBytes block = testing::exif_with_orientation(6);
  exif.insert(exif.end(), block.begin(), block.end());
  constexpr std::uint8_t kApp1 = 0xE1;
  write("turned.jpg",
        text_of(testing::with_jpeg_segment(
            encode_jpeg(testing::photo_like({.width = 90, .height = 50}, 3, 1)), kApp1, exif)));
  request_.settings.format = OutputFormat::kJpeg;
  const auto rows = run();
  EXPECT_EQ(rows.at("turned.jpg").size, (Size{.width = 36, .height = 64}));
  EXPECT_THAT(files().at("turned.jpg"), Not(HasSubstr("Exif")));
}

TEST_F(DatasetRunTest, RunningItAgainDoesNothing) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a dog");
  write("b.png", png(2));
  run();
  const auto first = files();
  const std::string before = manifest();
  const auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").status, MemberStatus::kUnchanged);
  EXPECT_EQ(rows.at("b.png").status, MemberStatus::kUnchanged);
  EXPECT_EQ(files(), first);
  std::string expected = before;
  for (std::size_t at = 0; (at = expected.find("written", at)) != expected.npos;) {
    expected.replace(at, 7, "unchanged");
  }
  EXPECT_EQ(manifest(), expected);
}

TEST_F(DatasetRunTest, ADryRunSaysWhatTheRunThenDoesAndWritesNothing) {
  write("10_zwx/a.jpg", jpeg(1));
  write("10_zwx/a.txt", "a dog");
  write("b.png", png(2));
  write("c.jpg", "no picture at all, but words");
  write("d.jpg", "");
  const auto planned = dry_run();
  EXPECT_FALSE(fs::exists(request_.directory));
  const auto made = run();
  ASSERT_EQ(planned.size(), made.size());
  for (const auto& [name, row] : made) {
    ManifestRow expected = row;
    if (row.status == MemberStatus::kWritten) {
      expected.status = MemberStatus::kPlanned;
      expected.sha256.reset();
    }
    EXPECT_EQ(to_json_line(planned.at(name)), to_json_line(expected));
  }
}

TEST_F(DatasetRunTest, ADryRunOverASetSaysWhatIsDoneAlready) {
  write("a.jpg", jpeg(1));
  run();
  write("b.jpg", jpeg(2));
  write("c.jpg", jpeg(3));
  folder_.write("out/c.png", "precious");
  const auto before = files();
  const std::string rows = manifest();
  const auto planned = dry_run();
  EXPECT_EQ(planned.at("a.jpg").status, MemberStatus::kUnchanged);
  EXPECT_EQ(planned.at("b.jpg").status, MemberStatus::kPlanned);
  EXPECT_THAT(planned.at("c.jpg").reason, HasSubstr("--overwrite"));
  EXPECT_EQ(files(), before);
  EXPECT_EQ(manifest(), rows);
}

TEST_F(DatasetRunTest, OnlyWhatChangedOrIsMissingIsMadeAgain) {
  write("a.jpg", jpeg(1));
  write("b.jpg", jpeg(2));
  write("c.jpg", jpeg(3));
  run();
  const auto first = files();
  write("a.jpg", jpeg(4));
  fs::remove(request_.directory + "/b.png");
  fs::last_write_time(folder_ / "in/c.jpg", fs::file_time_type::clock::now());
  const auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(rows.at("b.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(rows.at("c.jpg").status, MemberStatus::kUnchanged);  // touched: the same picture
  EXPECT_EQ(files().at("b.png"), first.at("b.png"));
  request_.settings.frame.target = {.width = 32, .height = 32};
  for (const auto& [name, row] : run()) {
    EXPECT_EQ(row.status, MemberStatus::kWritten) << name;
  }
}

TEST_F(DatasetRunTest, ACaptionThatChangedIsWrittenWithoutThePicture) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a dog");
  run();
  write("a.txt", "a cat");
  auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").status, MemberStatus::kUnchanged);
  EXPECT_EQ(rows.at("a.jpg").caption, "a cat");
  EXPECT_EQ(files().at("a.txt"), "a cat");
  fs::remove(folder_ / "in/a.txt");
  rows = run();
  EXPECT_EQ(rows.at("a.jpg").caption, "");
  EXPECT_THAT(files(), Not(Contains(Key("a.txt"))));
}

TEST_F(DatasetRunTest, StoppedAnywhereAndRunAgainItIsTheSetOfOneRun) {
  for (std::uint32_t picture = 0; picture < 12; ++picture) {
    write(std::to_string(picture) + ".jpg", jpeg(picture));
    write(std::to_string(picture) + ".txt", "caption " + std::to_string(picture));
  }
  const std::string once = folder_ / "once";
  request_.directory = once;
  run();
  const auto whole = files();
  const std::string rows = manifest();
  request_.directory = folder_ / "out";
  // Each run is stopped when a few more pictures stand there.
  for (std::size_t stopped = 0; stopped < 4; ++stopped) {
    std::stop_source stop;
    DatasetProgress progress;
    StageClock clock;
    std::atomic<int> news = 0;
    const auto report =
        run_dataset(request_,
                    {.reader = reader_,
                     .budget = budget_,
                     .clock = clock,
                     .progress = progress,
                     .listener =
                         [&](const ManifestRow& row) {
                           if (row.status == MemberStatus::kWritten && ++news == 3) {
                             stop.request_stop();
                           }
                         }},
                    stop.get_token());
    ASSERT_TRUE(report.has_value()) << to_string(report.error());
    EXPECT_THAT(report->skipped, UnorderedElementsAre(Pair("caption", 12)));
  }
  run();
  EXPECT_EQ(files(), whole);
  std::string last = manifest();
  for (std::size_t at = 0; (at = last.find("unchanged", at)) != last.npos;) {
    last.replace(at, 9, "written");
  }
  EXPECT_EQ(last, rows);
}

TEST_F(DatasetRunTest, NamesNeverMeet) {
  write("a/x.jpg", jpeg(1));
  write("a/x.png", png(2));
  write("b/x.png", png(3));
  write("caf\xE9.jpg", jpeg(4));
  const auto rows = run();
  EXPECT_THAT(files(), SizeIs(4));
  EXPECT_EQ(rows.at("a/x.jpg").output, "a/x.png");
  EXPECT_EQ(rows.at("a/x.png").output, "a/x-2.png");
  EXPECT_EQ(rows.at("b/x.png").output, "b/x.png");
  EXPECT_EQ(rows.at("caf%e9.jpg").output, "caf%e9.png");
  EXPECT_THAT(files(), Contains(Key("caf\xE9.png")));
}

TEST_F(DatasetRunTest, MembersOfAnArchiveNeedNoUnpacking) {
  ZipWriter writer;
  const std::string picture = jpeg(1);
  writer.add({.name = "5_zwx/a.jpg", .content = picture});
  writer.add({.name = "5_zwx/a.caption", .content = "a dog"});
  writer.add({.name = "meta.json", .content = R"({"b.jpg": {"caption": "a cat"}})"});
  writer.add({.name = "b.jpg", .content = jpeg(2)});
  writer.add({.name = "__MACOSX/._b.jpg", .content = "junk"});
  request_.sources = {folder_.write("set.zip", writer.finish())};
  run();
  const std::string zip = folder_ / "set.zip";
  EXPECT_EQ(rows_.at(zip + "!5_zwx/a.jpg").caption, "a dog");
  EXPECT_EQ(rows_.at(zip + "!b.jpg").caption, "a cat");
  EXPECT_EQ(rows_.at(zip + "!__MACOSX/._b.jpg").status, MemberStatus::kSkipped);
  EXPECT_THAT(files(), AllOf(Contains(Key("5_zwx/a.png")), Contains(Key("b.png"))));
  EXPECT_THAT(order_, ElementsAre(zip + "!5_zwx/a.jpg", zip + "!5_zwx/a.caption",
                                  zip + "!meta.json", zip + "!b.jpg", zip + "!__MACOSX/._b.jpg"));
}

TEST_F(DatasetRunTest, OneBadMemberCostsOneMember) {
  write("good.jpg", jpeg(1));
  write("empty.jpg", "");
  write("text.jpg", "no picture at all, but words");
  write("cut.jpg", jpeg(2).substr(0, 700));
  write("words.jpg", jpeg(3));
  write("words.txt", "\xFF\xFE\xFF");
  const auto rows = run();
  EXPECT_EQ(rows.at("good.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(rows.at("empty.jpg").code, "Truncated");
  EXPECT_EQ(rows.at("text.jpg").status, MemberStatus::kSkipped);
  EXPECT_EQ(rows.at("cut.jpg").code, "Truncated");
  EXPECT_EQ(rows.at("words.jpg").code, "Corrupt");
  EXPECT_EQ(rows.at("words.jpg").output, "words.png");  // the picture stands; its caption does not
  write("words.txt", "now it is text");
  const auto again = run();
  EXPECT_EQ(again.at("words.jpg").status, MemberStatus::kUnchanged);
  EXPECT_EQ(again.at("words.jpg").caption, "now it is text");
}

TEST_F(DatasetRunTest, AJpegOfTheSameSizeIsMadeFromItsCoefficients) {
  write("a.jpg", jpeg(1, {.width = 64, .height = 48}));
  request_.settings.format = OutputFormat::kJpeg;
  request_.settings.quality = 100;
  run();
  // Finer tables than the source's change nothing: the same pixels to the last bit.
  const auto samples = [](const std::string& bytes) {
    testing::TestDecode decode{std::as_bytes(std::span{bytes.data(), bytes.size()})};
    return testing::visible_samples(decode.decode_to(64).value());
  };
  EXPECT_EQ(samples(files().at("a.jpg")), samples(jpeg(1, {.width = 64, .height = 48})));
}

TEST_F(DatasetRunTest, WhatNeedsNoChangeIsCopiedWithoutItsMetadata) {
  const Size fits{.width = 64, .height = 48};
  const auto photo = testing::photo_like(fits, 3, 1);
  const auto exif = testing::ExifBuilder{ByteOrder::kLittleEndian}.build(
      {.main = {{0x0110, "NIKON D90 "}}, .exif = {}, .gps = {}});
  testing::EncodedBytes app1 = testing::bytes_of(std::string{"Exif\0\0", 6});
  app1.insert(app1.end(), exif.begin(), exif.end());
  const auto plain_webp = encode_webp(photo, {.lossless = true});
  write("a.jpg", text_of(testing::with_jpeg_segment(encode_jpeg(photo), 0xE1, app1)));
  write("b.png", text_of(testing::with_png_chunk(encode_png(photo), "eXIf", exif)));
  write("c.webp", text_of(testing::with_webp_chunk(plain_webp, "EXIF", exif, fits)));
  write("d.webp", text_of(plain_webp));
  request_.settings.format = OutputFormat::kKeep;
  const auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").size, fits);
  const auto set = files();
  EXPECT_EQ(set.at("a.jpg"), text_of(encode_jpeg(photo)));
  EXPECT_EQ(set.at("b.png"), text_of(encode_png(photo)));
  EXPECT_THAT(set.at("c.webp"), HasSubstr(text_of(plain_webp).substr(12)));  // behind RIFF's header
  EXPECT_THAT(set.at("c.webp"), Not(HasSubstr("NIKON")));
  EXPECT_EQ(set.at("d.webp"), text_of(plain_webp));
}

TEST_F(DatasetRunTest, WhatNeedsAChangeIsNotCopied) {
  const Size fits{.width = 64, .height = 48};
  testing::EncodedBytes turned = testing::bytes_of(std::string{"Exif\0\0", 6});
  const testing::EncodedBytes block = testing::exif_with_orientation(6);
  turned.insert(turned.end(), block.begin(), block.end());
  const auto photo = testing::photo_like(fits, 3, 1);
  const auto inks = testing::photo_like(fits, 4, 1);
  write("large.png", png(1, {.width = 100, .height = 60}));
  write("turned.jpg", text_of(testing::with_jpeg_segment(encode_jpeg(photo), 0xE1, turned)));
  write("inks.jpg", text_of(encode_jpeg(inks, {.space = testing::JpegSpace::kCmyk})));
  write("clear.png", text_of(encode_png(testing::photo_like(fits, 4, 1))));
  write("cut.png", png(3, fits).substr(0, 900));
  // A quarter of the light of sRGB: its numbers mean other colours.
  write("dark.png",
        text_of(testing::with_png_chunk(encode_png(photo), "gAMA",
                                        testing::bytes_of(std::string{"\0\0\xFF\xFF", 4}))));
  request_.settings.format = OutputFormat::kKeep;
  request_.settings.frame.alpha = AlphaUse::kFlatten;
  const auto rows = run();
  EXPECT_EQ(rows.at("large.png").size, (Size{.width = 64, .height = 38}));
  EXPECT_EQ(rows.at("turned.jpg").size, (Size{.width = 48, .height = 64}));
  EXPECT_EQ(rows.at("cut.png").code, "Truncated");
  const auto set = files();
  for (const auto& name : {"inks.jpg", "clear.png", "dark.png"}) {
    const auto source = read_small_file(folder_ / ("in/" + std::string{name}), kMiB).value();
    EXPECT_NE(set.at(name), source) << name;
  }
  EXPECT_THAT(set.at("dark.png"), Not(HasSubstr("gAMA")));
}

TEST_F(DatasetRunTest, AskedForMetadataExifGoesAlongUpright) {
  const auto exif = testing::ExifBuilder{ByteOrder::kLittleEndian}.build(testing::typical_exif());
  testing::EncodedBytes app1 = testing::bytes_of(std::string{"Exif\0\0", 6});
  app1.insert(app1.end(), exif.begin(), exif.end());
  const auto photo = encode_jpeg(testing::photo_like({.width = 90, .height = 50}, 3, 1));
  write("a.jpg", text_of(testing::with_jpeg_segment(photo, 0xE1, app1)));
  request_.settings.keep_metadata = true;
  for (const OutputFormat format : {OutputFormat::kPng, OutputFormat::kJpeg, OutputFormat::kWebp}) {
    request_.settings.format = format;
    const auto rows = run();
    ASSERT_EQ(rows.at("a.jpg").status, MemberStatus::kWritten) << rows.at("a.jpg").reason;
    EXPECT_EQ(rows.at("a.jpg").size, (Size{.width = 36, .height = 64}));
    const std::string output = files().at("a" + std::string{extension_of(format)});
    const auto image = testing::as_image(
        budget_, std::as_bytes(std::span{output.data(), output.size()}), "output");
    const Metadata metadata = read_metadata(image).value();
    EXPECT_EQ(metadata.orientation, Orientation::kUpright);
    EXPECT_EQ(metadata.camera_model, "NIKON D90");
    EXPECT_TRUE(metadata.gps.has_value());
    EXPECT_EQ(probe(image).value().size(), (Size{.width = 36, .height = 64}));
  }
}

TEST_F(DatasetRunTest, AskedForMetadataACopyIsTheFile) {
  const auto photo = encode_jpeg(testing::photo_like({.width = 60, .height = 50}, 3, 1));
  const auto with_words = testing::with_jpeg_segment(photo, 0xFE, testing::bytes_of("words"));
  write("a.jpg", text_of(with_words));
  request_.settings.format = OutputFormat::kKeep;
  request_.settings.keep_metadata = true;
  run();
  EXPECT_EQ(files().at("a.jpg"), text_of(with_words));
  // Only what stands beside the pixels changes, and goes along.
  const auto others = testing::with_jpeg_segment(photo, 0xFE, testing::bytes_of("more words"));
  write("a.jpg", text_of(others));
  run();
  EXPECT_EQ(files().at("a.jpg"), text_of(others));
}

TEST_F(DatasetRunTest, WhatAnEarlierRunLeftIsNamedUntilItIsPruned) {
  write("a.jpg", jpeg(1));
  write("b.jpg", jpeg(2));
  write("b.txt", "a dog");
  run();
  EXPECT_THAT(report_.stale, IsEmpty());
  fs::remove(folder_ / "in/b.jpg");
  for (int times = 0; times < 2; ++times) {
    run();
    EXPECT_THAT(report_.stale, ElementsAre("b.png"));
    EXPECT_THAT(files(), Contains(Key("b.png")));
  }
  request_.prune = true;
  run();
  EXPECT_THAT(report_.pruned, ElementsAre("b.png"));
  EXPECT_THAT(files(), ElementsAre(Key("a.png")));
  run();
  EXPECT_THAT(report_.pruned, IsEmpty());
}

TEST_F(DatasetRunTest, APictureThatComesBackFindsItsOutput) {
  write("a.jpg", jpeg(1));
  write("b.jpg", jpeg(2));
  run();
  fs::rename(folder_ / "in/b.jpg", folder_ / "b.jpg");
  run();
  fs::rename(folder_ / "b.jpg", folder_ / "in/b.jpg");
  EXPECT_EQ(run().at("b.jpg").status, MemberStatus::kUnchanged);
  // One that could not be read meanwhile, too.
  write("b.jpg", "");
  EXPECT_EQ(run().at("b.jpg").status, MemberStatus::kFailed);
  EXPECT_THAT(report_.stale, IsEmpty());
  write("b.jpg", jpeg(3));
  EXPECT_EQ(run().at("b.jpg").status, MemberStatus::kWritten);
}

TEST_F(DatasetRunTest, ARunThatFindsNothingPrunesNothing) {
  write("a.jpg", jpeg(1));
  run();
  fs::remove(folder_ / "in/a.jpg");
  request_.prune = true;
  run();
  EXPECT_THAT(report_.stale, ElementsAre("a.png"));
  EXPECT_THAT(files(), Contains(Key("a.png")));
}

TEST_F(DatasetRunTest, WhatStandsThereAlreadyIsNotReplacedUnasked) {
  write("a.jpg", jpeg(1));
  folder_.write("out/a.png", "precious");
  EXPECT_THAT(run().at("a.jpg").reason, HasSubstr("--overwrite"));
  EXPECT_EQ(files().at("a.png"), "precious");
  request_.overwrite = true;
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kWritten);
}

TEST_F(DatasetRunTest, ACaptionThatStandsThereAlreadyIsNotReplacedUnasked) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a dog");
  folder_.write("out/a.txt", "precious");
  EXPECT_THAT(dry_run().at("a.jpg").reason, HasSubstr("a.txt"));
  EXPECT_THAT(run().at("a.jpg").reason, HasSubstr("--overwrite"));
  EXPECT_THAT(files(), ElementsAre(Pair("a.txt", "precious")));
  request_.overwrite = true;
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kWritten);
  request_.overwrite = false;
  write("a.txt", "a cat");
  EXPECT_EQ(run().at("a.jpg").caption, "a cat");
  EXPECT_EQ(files().at("a.txt"), "a cat");
}

// Where the picture stands and a caption cannot take the place of somebody's file, the next run
// must not take that for the one that was written.
TEST_F(DatasetRunTest, ACaptionThatWasRefusedIsNotTakenForItsOwn) {
  write("a.jpg", jpeg(1));
  run();
  folder_.write("out/a.txt", "precious");
  write("a.txt", "a dog");
  for (int times = 0; times < 3; ++times) {
    EXPECT_EQ(run().at("a.jpg").code, "InvalidArgument");
    EXPECT_EQ(files().at("a.txt"), "precious");
  }
  fs::remove(folder_ / "in/a.txt");
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kUnchanged);
  EXPECT_EQ(files().at("a.txt"), "precious");
}

TEST_F(DatasetRunTest, ACaptionThatAKilledRunHadJustWrittenIsItsOwn) {
  write("a.jpg", jpeg(1));
  write("a.txt", "a dog");
  folder_.write("out/a.txt", "a d");
  folder_.write("out/.albumen-dataset/journal.jsonl",
                to_claim_line("a.png") + "\n" + to_claim_line("a.txt") + "\n");
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(files().at("a.txt"), "a dog");
}

// Killed between a picture and its line in the journal, a run left a picture that the next one took
// for somebody else's, and failed on.
TEST_F(DatasetRunTest, APictureThatAKilledRunHadJustWrittenIsMadeAgain) {
  write("a.jpg", jpeg(1));
  write("b.jpg", jpeg(2));
  const auto whole = run();
  fs::remove(request_.directory + "/manifest.jsonl");
  std::ofstream{request_.directory + "/.albumen-dataset/journal.jsonl"} << to_claim_line("a.png")
                                                                        << '\n';
  const auto rows = run();
  EXPECT_EQ(rows.at("a.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(rows.at("a.jpg").sha256, whole.at("a.jpg").sha256);
  EXPECT_EQ(rows.at("b.jpg").code, "InvalidArgument") << "of nobody that the journal knows";
}

TEST_F(DatasetRunTest, ASetInItsOwnSourceIsRefused) {
  write("a.jpg", jpeg(1));
  for (const std::string& directory : {folder_ / "in", folder_ / "in/set", folder_.path()}) {
    request_.directory = directory;
    DatasetProgress progress;
    StageClock clock;
    const auto refused = run_dataset(request_,
                                     {.reader = reader_,
                                      .budget = budget_,
                                      .clock = clock,
                                      .progress = progress,
                                      .listener = {}},
                                     {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(fs::exists(folder_ / "in/set"));
}

TEST_F(DatasetRunTest, AnOutputSpoiltByAPowerCutIsMadeAgain) {
  write("a.jpg", jpeg(1));
  run();
  const auto whole = files();
  // As if the run had been killed before its end, and the disk had lost the bytes.
  const std::string journal = request_.directory + "/.albumen-dataset/journal.jsonl";
  std::string lines = read_small_file(journal, kMiB).value();
  lines.erase(lines.find("{\"synced\""));
  std::ofstream{journal} << lines << "{\"torn";
  std::ofstream{request_.directory + "/a.png"} << std::string(whole.at("a.png").size(), '\0');
  EXPECT_EQ(run().at("a.jpg").status, MemberStatus::kWritten);
  EXPECT_EQ(files(), whole);
}

TEST_F(DatasetRunTest, ThreadsAndMemoryChangeNothing) {
  for (std::uint32_t picture = 0; picture < 6; ++picture) {
    write(std::to_string(picture) + ".jpg", jpeg(picture, {.width = 300, .height = 200}));
  }
  run();
  const auto whole = files();
  request_.directory = folder_ / "other";
  request_.workers = 1;
  Budget small{kMiB * 2};
  DatasetProgress progress;
  StageClock clock;
  const auto report = run_dataset(
      request_,
      {.reader = reader_, .budget = small, .clock = clock, .progress = progress, .listener = {}},
      {});
  ASSERT_TRUE(report.has_value()) << to_string(report.error());
  EXPECT_EQ(files(), whole);
  EXPECT_LE(small.peak(), small.limit());
}

}  // namespace
}  // namespace albumen
