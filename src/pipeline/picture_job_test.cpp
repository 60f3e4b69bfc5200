// SPDX-License-Identifier: Apache-2.0
// Predictions of whole jobs, held against jobs that are carried out in exactly what was predicted:
// every step takes its memory from the one reservation, and fails where that is too small.
#include "pipeline/internal/picture_job.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <variant>

#include "analyze/hashes/hashes.h"
#include "analyze/quality/quality.h"
#include "decode/testing/test_pictures.h"
#include "files/testing/temporary_directory.h"
#include "govern/machine_memory.h"
#include "sources/source_lister.h"
#include "sources/source_reader.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

using testing::encode_jpeg;
using testing::encode_png;
using testing::encode_webp;
using testing::EncodedBytes;
using ::testing::HasSubstr;
using testing::photo_like;

// Wants a colour view and the decode itself, and takes all the memory that it announced.
class GreedyAnalyzer final : public Analyzer {
 public:
  const AnalyzerId& id() const override { return id_; }

  std::span<const ViewSpec> views() const override { return views_; }

  Bytes working_bytes(Size decoded, Size original) const override {
    return decoded.pixels().bytes(2) + Bytes{original.longest_side()} * 64;
  }

  void analyze(std::span<const AnalysisInput> batch, Reservation& job, const StopToken& /*stop*/,
               FindingSink& out) const override {
    for (std::size_t index = 0; index < batch.size(); ++index) {
      out.accept(index, take_memory(*batch[index].decoded, job));
    }
  }

 private:
  Result<Finding> take_memory(const DecodedImage& decoded, Reservation& job) const {
    const Bytes announced = working_bytes(decoded.size(), decoded.original_size());
    ByteBuffer work = TRY(ByteBuffer::allocate(job, MemoryTag::kTensor, announced.count()));
    work.release_to(job);
    return Finding{Faces{}};
  }

  AnalyzerId id_{.name = "greedy", .version = "1", .model_digest = "", .parameters = ""};
  std::array<ViewSpec, 2> views_{ViewSpec{.longest_side = 320, .layout = ViewLayout::kRgb8},
                                 ViewSpec{.longest_side = 500, .layout = ViewLayout::kDecoded}};
};

AnalyzerSet analyzers_of_a_run() {
  std::vector<std::unique_ptr<Analyzer>> analyzers;
  analyzers.push_back(make_hashes_analyzer());
  analyzers.push_back(make_quality_analyzer());
  analyzers.push_back(std::make_unique<GreedyAnalyzer>());
  return AnalyzerSet{std::move(analyzers)};
}

struct Shape {
  std::string name;
  EncodedBytes bytes;
};

EncodedBytes turned(const EncodedBytes& jpeg, std::uint16_t orientation) {
  EncodedBytes segment = testing::bytes_of(std::string{"Exif\0\0", 6});
  const EncodedBytes block = testing::exif_with_orientation(orientation);
  segment.insert(segment.end(), block.begin(), block.end());
  return testing::with_jpeg_segment(jpeg, 0xE1, segment);
}

// Every way of coding that costs memory in its own way.
std::vector<Shape> shapes_of(Size size) {
  const auto rgb = photo_like(size, 3, 1);
  const auto rgba = photo_like(size, 4, 2);
  const auto gray = photo_like(size, 1, 3);
  using enum testing::JpegScript;
  return {{"JPEG 4:2:0", encode_jpeg(rgb)},
          {"JPEG 4:4:4", encode_jpeg(rgb, {.horizontal = 1, .vertical = 1})},
          {"JPEG turned by 90 degrees", turned(encode_jpeg(rgb), 6)},
          {"JPEG grey", encode_jpeg(gray)},
          {"JPEG CMYK", encode_jpeg(rgba, {.space = testing::JpegSpace::kCmyk})},
          {"JPEG progressive", encode_jpeg(rgb, {.script = kProgressive})},
          {"JPEG of separate scans", encode_jpeg(rgb, {.script = kSeparateScans})},
          {"PNG", encode_png(rgb)},
          {"PNG with alpha, interlaced", encode_png(rgba, {.interlaced = true})},
          {"PNG grey, 16 bits", encode_png(gray, {.bit_depth = 16})},
          {"PNG of a palette", encode_png(rgb, {.palette = true})},
          {"WebP", encode_webp(rgb)},
          {"WebP lossless with alpha", encode_webp(rgba, {.lossless = true})}};
}

class PictureJobTest : public ::testing::Test {
 protected:
  SourceEntry entry_of(const EncodedBytes& bytes) {
    return listed(
        folder_.write("picture", {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  }

  static SourceEntry listed(const std::string& path) {
    auto lister = SourceLister::create({path}, {}).value();
    auto event = lister.next({});
    return std::get<SourceEntry>(event.value());
  }

  // The header as a reader learns it before the job is planned.
  static ImageInfo header_of(const SourceEntry& entry) {
    Budget budget{kGiB};
    auto memory = budget.try_reserve(MemoryTag::kEncoded, entry.reading_bytes()).value();
    SourceReader reader;
    ImageInfo info = probe(reader.read(entry, memory).value()).value();
    info.encoded_bytes = entry.encoded_size;
    return info;
  }

  Result<JobPlan> plan_within(Bytes limit, const SourceEntry& entry, const ImageInfo& info) const {
    return plan_job(entry, info, analyzers_, wanted_, limit, {});
  }

  // What reader and worker do with a job, in a budget of exactly its peak.
  [[nodiscard]] Result<void> carry_out(const JobPlan& job, const SourceEntry& entry) const {
    Budget budget{job.peak};
    Reservation memory = TRY(budget.reserve(MemoryTag::kOther, job.peak, {}));
    SourceReader reader;
    EncodedImage encoded = TRY(reader.read(entry, memory));
    const ImageInfo info = TRY(probe(encoded));
    const DecodedImage decoded = TRY(decode(encoded, info, job.decode, {}, memory));
    encoded.bytes.release_to(memory);
    memory.shrink_to(job.after_decode - Bytes{decoded.buffer.size()});
    const std::vector<View> views = TRY(make_views(decoded, job.views, memory));
    for (auto& [index, finding] : analyzers_.analyze(wanted_, decoded, views, memory, {})) {
      TRY_CONTEXT(std::move(finding), analyzers_.ids().at(index).name);
    }
    return {};
  }

  TemporaryDirectory folder_;
  AnalyzerSet analyzers_ = analyzers_of_a_run();
  AnalyzerMask wanted_ = analyzers_.all();
};

TEST_F(PictureJobTest, EveryPlanIsCarriedOutInWhatItPredicts) {
  for (const Size size : {Size{800, 601}, Size{641, 480}, Size{33, 700}, Size{1, 1}}) {
    for (const auto& [name, bytes] : shapes_of(size)) {
      const SourceEntry entry = entry_of(bytes);
      const auto job = plan_within(kGiB, entry, header_of(entry));
      const std::string where = fmt::format("{}, {} x {}", name, size.width, size.height);
      ASSERT_TRUE(job.has_value()) << where << ": " << to_string(job.error());
      const auto done = carry_out(*job, entry);
      ASSERT_TRUE(done.has_value()) << where << ": " << to_string(done.error());
    }
  }
}

// Where memory was short, a smaller decode was taken that did not cover the views, and what the
// analyzers made of it was kept as if nothing were wrong with it.
TEST_F(PictureJobTest, LessMemoryIsARefusalAndNeverASmallerDecode) {
  for (const auto& [name, bytes] : shapes_of({.width = 800, .height = 601})) {
    const SourceEntry entry = entry_of(bytes);
    const ImageInfo info = header_of(entry);
    const JobPlan generous = plan_within(kGiB, entry, info).value();
    EXPECT_TRUE(generous.decode.covers_views) << name;
    const auto exact = plan_within(generous.peak, entry, info);
    ASSERT_TRUE(exact.has_value()) << name << ": exactly the peak is enough";
    EXPECT_EQ(exact->decode.decoded_size, generous.decode.decoded_size) << name;
    const auto tight = plan_within(generous.peak - Bytes{1}, entry, info);
    ASSERT_FALSE(tight.has_value()) << name;
    EXPECT_EQ(tight.error().code, ErrorCode::kBudgetExceeded) << name;
  }
}

// Views of the size that faces wants, and more memory than its nets' inputs take.
class FaceLikeAnalyzer final : public Analyzer {
 public:
  const AnalyzerId& id() const override { return id_; }

  std::span<const ViewSpec> views() const override { return views_; }

  Bytes working_bytes(Size /*decoded*/, Size /*original*/) const override { return kMiB * 6; }

  void analyze(std::span<const AnalysisInput> /*batch*/, Reservation& /*job*/,
               const StopToken& /*stop*/, FindingSink& /*out*/) const override {}

 private:
  AnalyzerId id_{.name = "faces", .version = "1", .model_digest = "", .parameters = ""};
  std::array<ViewSpec, 2> views_{ViewSpec{.longest_side = 640, .layout = ViewLayout::kRgb8},
                                 ViewSpec{.longest_side = 1000, .layout = ViewLayout::kDecoded}};
};

ImageInfo jpeg_header(Size size, std::uint8_t chroma) {
  ImageInfo info{.type = ContentType::kJpeg, .stored_size = size, .channels = 3};
  info.jpeg.component_count = 3;
  info.jpeg.components = {JpegComponent{1, chroma, chroma}, JpegComponent{2, 1, 1},
                          JpegComponent{3, 1, 1}};
  return info;
}

// Since nothing is made smaller for want of memory, the smallest budget must do for whatever a
// camera gives: its file, and little beside it.
TEST_F(PictureJobTest, TheSmallestBudgetIsEnoughForPhotographs) {
  std::vector<std::unique_ptr<Analyzer>> analyzers;
  analyzers.push_back(make_hashes_analyzer());
  analyzers.push_back(make_quality_analyzer());
  analyzers.push_back(std::make_unique<FaceLikeAnalyzer>());
  analyzers_ = AnalyzerSet{std::move(analyzers)};
  wanted_ = analyzers_.all();
  const std::array sizes{Size{1999, 1500}, Size{4000, 3000}, Size{6000, 4000},
                         Size{8192, 6144}, Size{6144, 8192}, Size{30000, 2000}};
  for (const Size size : sizes) {
    const ImageInfo png{.type = ContentType::kPng, .stored_size = size, .channels = 3};
    ImageInfo deep = png;
    deep.bit_depth = 16;
    deep.channels = 4;
    deep.has_alpha = true;
    for (const ImageInfo& info : {jpeg_header(size, 2), jpeg_header(size, 1), png, deep}) {
      SourceEntry entry;
      // Half a byte a pixel, which is a JPEG of quality 95, and no more than the budget leaves.
      entry.encoded_size = std::min(size.pixels().bytes(1) / 2, kMiB * 24);
      const auto job = plan_within(kSmallestBudget, entry, info);
      ASSERT_TRUE(job.has_value()) << size.width << " x " << size.height << ", "
                                   << name_of(info.type) << ": " << to_string(job.error());
    }
  }
}

TEST_F(PictureJobTest, ARefusalNamesNeedAndLimitAndHoldsForLessAsWell) {
  for (const auto& [name, bytes] : shapes_of({.width = 641, .height = 480})) {
    const SourceEntry entry = entry_of(bytes);
    const ImageInfo info = header_of(entry);
    bool refused = false;
    for (Bytes limit = kMiB * 4; limit > Bytes{512}; limit = limit * 9 / 10) {
      const auto job = plan_within(limit, entry, info);
      EXPECT_FALSE(refused && job.has_value()) << name << " at " << limit.count();
      if (!job) {
        refused = true;
        EXPECT_EQ(job.error().code, ErrorCode::kBudgetExceeded) << name;
        EXPECT_THAT(job.error().message, HasSubstr("needs ")) << name;
        EXPECT_THAT(job.error().message, HasSubstr(to_string(limit))) << name;
      }
    }
    EXPECT_TRUE(refused) << name;
  }
}

TEST_F(PictureJobTest, FewerAnalyzersNeedNoMore) {
  const SourceEntry entry = entry_of(encode_jpeg(photo_like({800, 601}, 3, 1)));
  const ImageInfo info = header_of(entry);
  const Bytes all = plan_within(kGiB, entry, info)->peak;
  for (wanted_ = 1; wanted_ < analyzers_.all(); ++wanted_) {
    const auto job = plan_within(kGiB, entry, info);
    ASSERT_TRUE(job.has_value());
    EXPECT_LE(job->peak, all);
    const auto done = carry_out(*job, entry);
    EXPECT_TRUE(done.has_value()) << to_string(done.error());
  }
}

// Inflating takes memory of its own beside the bytes that come out.
TEST_F(PictureJobTest, MembersOfArchivesPayForBeingInflated) {
  for (const auto& [name, bytes] : shapes_of({.width = 200, .height = 150})) {
    ZipWriter writer;
    writer.add({.name = "inside",
                .content = {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                .deflate = true});
    const SourceEntry entry = listed(folder_.write("set.zip", writer.finish()));
    ASSERT_TRUE(entry.is_member());
    const auto job = plan_within(kGiB, entry, header_of(entry));
    ASSERT_TRUE(job.has_value()) << name;
    EXPECT_GE(job->peak, entry.reading_bytes()) << name;
    const auto done = carry_out(*job, entry);
    EXPECT_TRUE(done.has_value()) << name << ": " << to_string(done.error());
  }
}

}  // namespace
}  // namespace albumen
