// SPDX-License-Identifier: Apache-2.0
#include "infer/model_store.h"

#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infer/internal/convert.h"
#include "infer/testing/model_files.h"

namespace albumen {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string toml_of(std::string_view name) {
  for (const BuiltInCard& card : built_in_cards()) {
    if (card.name == name) {
      return std::string(card.toml);
    }
  }
  return "";
}

void write_text(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

TEST(ModelStoreTest, InstallsBothDefaultModelsWithGoldenValues) {
  const testing::TemporaryFolder folder;
  const ModelStore store(folder.path());
  for (const std::string name : {"mtcnn", "dlib-resnet29"}) {
    const auto installed = store.install(toml_of(name), name, testing::package_of(name));
    ASSERT_TRUE(installed.has_value()) << to_string(installed.error());
    EXPECT_LE(installed->golden_difference, 5e-6F) << name;  // measured: 1e-6
    EXPECT_GT(installed->golden_difference, 0.0F) << "compared nothing";
    EXPECT_TRUE(std::filesystem::exists(installed->model.network_path(
        name == "mtcnn" ? "onet" : "dlib_face_recognition_resnet_model_v1")));
  }
  EXPECT_THAT(store.list().value(), ElementsAre("dlib-resnet29", "mtcnn"));
  EXPECT_EQ(store.open("mtcnn")->digest, digest_of(built_in_card("mtcnn").value()));
}

TEST(ModelStoreTest, RefusesASourceThatIsNotTheCards) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"pnet.lz4", "rnet.lz4", "onet.lz4"}) {
    write_text(folder.file(name), "something else");
  }
  const ModelStore store(folder.file("store"));
  const auto installed = store.install(toml_of("mtcnn"), "mtcnn", folder.path());
  ASSERT_FALSE(installed.has_value());
  EXPECT_EQ(installed.error().code, ErrorCode::kModelFailed);
  EXPECT_THAT(
      installed.error().message,
      AllOf(HasSubstr("pnet.lz4"), HasSubstr("expected sha256 ea6b0c3e"), HasSubstr("found ")));
  EXPECT_TRUE(store.list()->empty());
}

TEST(ModelStoreTest, RefusesAnAlteredOrMissingInstalledFile) {
  const testing::TemporaryFolder folder;
  const ModelStore store(folder.path());
  const auto installed = store.install(toml_of("mtcnn"), "mtcnn", testing::package_of("mtcnn"));
  ASSERT_TRUE(installed.has_value()) << to_string(installed.error());
  const std::string weights = installed->model.directory + "/rnet.bin";
  {
    std::fstream file(weights, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(100);
    file.put('\x55');
  }
  const auto altered = store.open("mtcnn");
  EXPECT_EQ(altered.error().code, ErrorCode::kModelFailed);
  EXPECT_THAT(altered.error().message,
              AllOf(HasSubstr("rnet.bin"), HasSubstr("expected sha256"), HasSubstr("found")));
  std::filesystem::remove(weights);
  EXPECT_THAT(store.open("mtcnn").error().message, HasSubstr("rnet.bin"));
}

TEST(ModelStoreTest, RefusesWhatIsNoModelOfTheStore) {
  const testing::TemporaryFolder folder;
  const ModelStore store(folder.path());
  for (const char* name : {"mtcnn", "", "..", "../other", ".hidden"}) {
    EXPECT_EQ(store.open(name).error().code, ErrorCode::kNotFound) << name;
  }
  EXPECT_TRUE(ModelStore(folder.file("nothing")).list()->empty());
}

// The folder of compiled nets was listed as a model that would not open, and `models list` failed
// after the first index.
TEST(ModelStoreTest, ListsModelsAndNothingElseThatLiesThere) {
  const testing::TemporaryFolder folder;
  const ModelStore store(folder.path());
  for (const std::string& other : {folder.file(".compiled"), folder.file("compiled")}) {
    std::filesystem::create_directory(other);
    write_text(other + "/0123.blob", "a net");
  }
  write_text(folder.file("notes.txt"), "mine");
  EXPECT_TRUE(store.list()->empty());
  EXPECT_EQ(store.open(".compiled").error().code, ErrorCode::kNotFound);
}

TEST(ModelStoreTest, LeavesNothingBehindWhenConversionFails) {
  const testing::TemporaryFolder folder;
  write_text(folder.file("net.onnx"), "no protobuf at all");
  const std::string digest = to_string(sha256_of_file(folder.file("net.onnx")).value());
  const std::string card = fmt::format(R"(
name = "broken"
role = "face-detector"
format = "onnx"
layout = "yunet"
package = "mine"
min_score = 0.5
licence = {{name = "MIT", from = "here"}}
files = [{{name = "net.onnx", sha256 = "{}", bytes = 18}}]
input = {{width = 64, height = 64, channels = "bgr", mean = [0, 0, 0], scale = [1, 1, 1]}}
)",
                                       digest);
  const ModelStore store(folder.file("store"));
  const auto installed = store.install(card, "broken", folder.path());
  EXPECT_EQ(installed.error().code, ErrorCode::kModelFailed);
  EXPECT_THAT(installed.error().message, HasSubstr("net.onnx"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.file("store")));
}

// Protocol-buffer coding, as much as an ONNX file of one operation needs (onnx.proto3).
std::string field(char number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}

std::string field(char number, char value) { return {static_cast<char>(number << 3), value}; }

std::string tensor_info(const std::string& name, std::initializer_list<char> sides) {
  std::string shape = field(1, field(2, "N"));
  for (const char side : sides) {
    shape += field(1, field(1, side));
  }
  return field(1, name) + field(2, field(1, field(1, char{1}) + field(2, shape)));
}

// "pixels" [N,3,112,112] to "mean" [N,3,1,1].
std::string mean_onnx() {
  const std::string node = field(1, "pixels") + field(2, "mean") + field(4, "GlobalAveragePool");
  const std::string graph = field(1, node) + field(2, "g") +
                            field(11, tensor_info("pixels", {3, 112, 112})) +
                            field(12, tensor_info("mean", {3, 1, 1}));
  return field(1, char{8}) + field(7, graph) + field(8, field(2, char{13}));
}

TEST(ModelStoreTest, InstallsAndRunsAUsersOnnxEmbedder) {
  const testing::TemporaryFolder folder;
  write_text(folder.file("mine.onnx"), mean_onnx());
  const std::string digest = to_string(sha256_of_file(folder.file("mine.onnx")).value());
  const std::string card = fmt::format(R"(
name = "mine"
role = "face-embedder"
format = "onnx"
layout = "embedding"
package = "mine"
licence = {{name = "MIT", from = "here"}}
files = [{{name = "mine.onnx", sha256 = "{}", bytes = {}}}]
input = {{width = 112, height = 112, channels = "bgr", mean = [0, 0, 0], scale = [2, 2, 2]}}
[alignment]
chip_side = 112
points = [38.8, 52.2, 74.0, 52.0, 56.5, 72.2, 42.0, 92.9, 71.2, 92.7]
[comparison]
dimensions = 3
metric = "cosine"
same_person = 0.5
eps = [0.8, 1.1]
)",
                                       digest, mean_onnx().size());
  const ModelStore store(folder.file("store"));
  const auto installed = store.install(card, "mine", folder.path());
  ASSERT_TRUE(installed.has_value()) << to_string(installed.error());
  const auto runtime = make_openvino_runtime({.precision = Precision::kF32});
  const auto network = (*runtime)->load(installed->model.network_path("mine"),
                                        {.input = installed->model.card.input, .batches = {1, 4}});
  ASSERT_TRUE(network.has_value()) << to_string(network.error());
  const auto context = (*network)->make_context();
  std::vector<std::uint8_t> pixels(std::size_t{3} * 112 * 112 * 3);
  for (std::size_t index = 0; index < pixels.size(); ++index) {
    pixels[index] = static_cast<std::uint8_t>(20 * (index % 3));
  }
  ASSERT_TRUE((*context)->run(pixels, 3).has_value());
  EXPECT_THAT((*context)->output(0), ElementsAre(20, 10, 0, 20, 10, 0, 20, 10, 0));
}

TEST(ModelStoreTest, TheDefaultFolderFollowsTheXdgRule) {
  const char* old = std::getenv("XDG_CACHE_HOME");
  const std::string saved = old == nullptr ? "" : old;
  ::setenv("XDG_CACHE_HOME", "/somewhere", 1);
  EXPECT_EQ(ModelStore::default_directory().value(), "/somewhere/albumen/models");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_THAT(ModelStore::default_directory().value_or(""), ::testing::Not(HasSubstr("relative")));
  old == nullptr ? ::unsetenv("XDG_CACHE_HOME") : ::setenv("XDG_CACHE_HOME", saved.c_str(), 1);
}

}  // namespace
}  // namespace albumen
