// SPDX-License-Identifier: Apache-2.0
#include "infer/network.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <thread>

#include "infer/runtime.h"
#include "infer/testing/model_files.h"
#include "infer/testing/small_nets.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::size_t kSide = 8;

ModelInput plain_input() { return {.size = {.width = kSide, .height = kSide}}; }

std::vector<std::uint8_t> flat_picture(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  std::vector<std::uint8_t> pixels;
  for (std::size_t index = 0; index < kSide * kSide; ++index) {
    pixels.insert(pixels.end(), {red, green, blue});
  }
  return pixels;
}

std::unique_ptr<Runtime> f32_runtime(unsigned workers = 1) {
  auto runtime = make_openvino_runtime({.workers = workers, .precision = Precision::kF32});
  EXPECT_TRUE(runtime.has_value()) << to_string(runtime.error());
  return std::move(runtime).value();
}

std::vector<float> run_mean_net(const ModelInput& input, const std::vector<std::uint8_t>& pixels,
                                std::size_t count, std::vector<std::size_t> batches) {
  const testing::TemporaryFolder folder;
  testing::write_mean_net(folder.file("mean.xml"), kSide);
  const auto runtime = f32_runtime();
  const auto network =
      runtime->load(folder.file("mean.xml"), {.input = input, .batches = std::move(batches)});
  EXPECT_TRUE(network.has_value()) << to_string(network.error());
  const auto context = (*network)->make_context();
  const auto done = (*context)->run(pixels, count);
  EXPECT_TRUE(done.has_value()) << to_string(done.error());
  const auto output = (*context)->output(0);
  return {output.begin(), output.end()};
}

TEST(NetworkTest, NormalisesEightBitPixels) {
  ModelInput input = plain_input();
  input.mean = {10, 20, 30};
  input.scale = {1, 2, 4};
  EXPECT_THAT(run_mean_net(input, flat_picture(11, 24, 42), 1, {1}), ElementsAre(1, 2, 3));
}

TEST(NetworkTest, TurnsRgbForANetThatWantsBgr) {
  ModelInput input = plain_input();
  input.channels = ChannelOrder::kBgr;
  input.mean = {1, 2, 3};  // in the net's order
  EXPECT_THAT(run_mean_net(input, flat_picture(100, 50, 10), 1, {1}), ElementsAre(9, 48, 97));
}

TEST(NetworkTest, SplitsAnyNumberOfSamplesIntoItsBatches) {
  for (const std::size_t count : {1U, 2U, 3U, 7U, 8U, 9U, 12U, 19U}) {
    std::vector<std::uint8_t> pixels;
    for (std::size_t index = 0; index < count; ++index) {
      const auto picture = flat_picture(static_cast<std::uint8_t>(index), 0, 1);
      pixels.insert(pixels.end(), picture.begin(), picture.end());
    }
    for (const auto& batches : std::vector<std::vector<std::size_t>>{{1}, {4}, {1, 8}, {2, 4, 8}}) {
      const auto means = run_mean_net(plain_input(), pixels, count, batches);
      ASSERT_EQ(means.size(), count * 3);
      for (std::size_t index = 0; index < count; ++index) {
        EXPECT_EQ(means[3 * index], static_cast<float>(index));
      }
    }
  }
}

TEST(NetworkTest, RefusesWrongSizesAndBatches) {
  const testing::TemporaryFolder folder;
  testing::write_mean_net(folder.file("mean.xml"), kSide);
  const auto runtime = f32_runtime();
  const auto network = runtime->load(folder.file("mean.xml"), {.input = plain_input()});
  ASSERT_TRUE(network.has_value()) << to_string(network.error());
  const auto context = (*network)->make_context();
  EXPECT_EQ((*context)->run(flat_picture(0, 0, 0), 2).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ((*network)->output_index("nothing").error().code, ErrorCode::kModelFailed);
  for (const auto& batches : std::vector<std::vector<std::size_t>>{{}, {0}, {4, 2}, {2, 2}}) {
    const auto refused =
        runtime->load(folder.file("mean.xml"), {.input = plain_input(), .batches = batches});
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(NetworkTest, NamesTheFileThatIsNoModel) {
  const auto missing = f32_runtime()->load("/nowhere/net.xml", {.input = plain_input()});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kModelFailed);
  EXPECT_THAT(missing.error().message, HasSubstr("/nowhere/net.xml"));
}

TEST(NetworkTest, ReportsAResultThatIsNotFinite) {
  const testing::TemporaryFolder folder;
  testing::write_fixed_net(folder.file("net.xml"), kSide, kSide,
                           {{"out", {1, 2}, {1.0F, std::numeric_limits<float>::infinity()}}});
  const auto runtime = f32_runtime();
  const auto network = runtime->load(folder.file("net.xml"), {.input = plain_input()});
  ASSERT_TRUE(network.has_value()) << to_string(network.error());
  const auto context = (*network)->make_context();
  const auto done = (*context)->run(flat_picture(0, 0, 0), 1);
  EXPECT_EQ(done.error().code, ErrorCode::kModelFailed);
}

TEST(NetworkTest, UsesThePrecisionThatItWasTold) {
  EXPECT_EQ(f32_runtime()->precision(), Precision::kF32);
  const auto automatic = make_openvino_runtime({});
  ASSERT_TRUE(automatic.has_value()) << to_string(automatic.error());
  EXPECT_EQ((*automatic)->precision(), precision_of_this_processor());
  EXPECT_THAT((*automatic)->description(), HasSubstr("OpenVINO 2026"));
  EXPECT_THAT((*automatic)->description(),
              HasSubstr(std::string(name_of((*automatic)->precision()))));
}

std::vector<std::filesystem::path> files_in(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  return files;
}

TEST(NetworkTest, KeepsCompiledNetsAndTrustsOnlyWholeOnes) {
  const testing::TemporaryFolder folder;
  testing::write_mean_net(folder.file("mean.xml"), kSide);
  const auto mean_of = [&folder](std::uint8_t value) {
    const auto runtime = make_openvino_runtime(
        {.precision = Precision::kF32, .compiled_cache = folder.file("compiled")});
    const auto network = (*runtime)->load(folder.file("mean.xml"), {.input = plain_input()});
    EXPECT_TRUE(network.has_value()) << to_string(network.error());
    const auto context = (*network)->make_context();
    EXPECT_TRUE((*context)->run(flat_picture(value, 0, 0), 1).has_value());
    EXPECT_EQ((*network)->outputs()[0].name, "embedding");
    return (*context)->output(0)[0];
  };
  EXPECT_EQ(mean_of(17), 17);
  ASSERT_EQ(files_in(folder.file("compiled")).size(), 1U);
  EXPECT_EQ(mean_of(18), 18);  // from the cache
  const std::string kept = files_in(folder.file("compiled"))[0].string();
  const auto size = std::filesystem::file_size(kept);
  for (const std::uintmax_t at : {std::uintmax_t{3}, std::uintmax_t{40}, size - 1}) {
    std::fstream file(kept, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file.put('\x5A');
    file.close();
    EXPECT_EQ(mean_of(19), 19);
  }
  std::filesystem::resize_file(kept, size / 2);
  EXPECT_EQ(mean_of(20), 20);
  EXPECT_GT(std::filesystem::file_size(kept), size / 2);  // written anew
}

TEST(NetworkTest, GivesTheSameNumbersOnManyThreads) {
  const auto model = testing::installed_model("mtcnn");
  ASSERT_TRUE(model.has_value()) << to_string(model.error());
  const auto runtime = make_openvino_runtime({.workers = 4});
  NetworkOptions options{.input = model->card.input, .batches = {8}};
  options.input.size = {.width = 24, .height = 24};
  const auto network = (*runtime)->load(model->network_path("rnet"), options);
  ASSERT_TRUE(network.has_value()) << to_string(network.error());
  std::vector<std::uint8_t> pixels(std::size_t{20} * 24 * 24 * 3);
  std::mt19937 random(5);
  for (std::uint8_t& value : pixels) {
    value = static_cast<std::uint8_t>(random());
  }
  std::vector<std::vector<float>> answers(4);
  {
    std::vector<std::jthread> threads;
    for (std::vector<float>& answer : answers) {
      threads.emplace_back([&network, &pixels, &answer] {
        const auto context = (*network)->make_context();
        for (int round = 0; round < 10; ++round) {
          if ((*context)->run(pixels, 20).has_value()) {
            answer.assign((*context)->output(0).begin(), (*context)->output(0).end());
          }
        }
      });
    }
  }
  ASSERT_EQ(answers[0].size() % 20, 0U);
  ASSERT_FALSE(answers[0].empty());
  for (const std::vector<float>& answer : answers) {
    EXPECT_EQ(answer, answers[0]);
  }
}

}  // namespace
}  // namespace albumen
