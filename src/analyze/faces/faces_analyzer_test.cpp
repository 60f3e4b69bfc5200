// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/faces_analyzer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "analyze/faces/testing/photograph.h"
#include "infer/testing/model_files.h"

namespace albumen {
namespace {

using ::testing::HasSubstr;

struct Made {
  std::unique_ptr<Runtime> runtime;
  std::unique_ptr<Analyzer> analyzer;
};

Result<Made> make(const FaceOptions& options, Precision precision, unsigned workers = 1) {
  Made made;
  const InstalledModel detector = TRY(testing::installed_model("mtcnn"));
  const InstalledModel embedder = TRY(testing::installed_model("dlib-resnet29"));
  made.runtime = TRY(make_openvino_runtime({.workers = workers, .precision = precision}));
  made.analyzer = TRY(make_faces_analyzer(*made.runtime, detector, embedder, options));
  return made;
}

Result<Faces> analyze(const Analyzer& analyzer, const std::string& photograph) {
  const std::string path = testing::samples_directory() + "/face_recognition/" + photograph;
  return testing::faces_of(analyzer, *TRY(testing::load_photograph(path, analyzer.views())));
}

float cosine_distance(const std::vector<float>& a, const std::vector<float>& b) {
  return 1.0F - std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

class FacesAnalyzerTest : public ::testing::TestWithParam<Precision> {};

TEST_P(FacesAnalyzerTest, TellsOnePersonFromAnother) {
  const auto made = make({}, GetParam());
  ASSERT_TRUE(made.has_value()) << to_string(made.error());
  std::vector<std::vector<float>> vectors;
  for (const char* name : {"obama.jpg", "obama2.jpg", "biden.jpg"}) {
    const auto faces = analyze(*made->analyzer, name);
    ASSERT_TRUE(faces.has_value()) << to_string(faces.error());
    ASSERT_EQ(faces->faces.size(), 1U) << name;
    const Face& face = faces->faces[0];
    ASSERT_EQ(face.vector.size(), 128U);
    EXPECT_NEAR(std::inner_product(face.vector.begin(), face.vector.end(), face.vector.begin(), 0.0),
                1.0, 1e-5);
    EXPECT_GT(face.where.score, 0.9F);
    vectors.push_back(face.vector);
  }
  EXPECT_LT(cosine_distance(vectors[0], vectors[1]), 0.065F);
  EXPECT_GT(cosine_distance(vectors[0], vectors[2]), 0.1F);
  EXPECT_GT(cosine_distance(vectors[1], vectors[2]), 0.1F);
  RecordProperty("same", std::to_string(cosine_distance(vectors[0], vectors[1])));
  RecordProperty("different", std::to_string(cosine_distance(vectors[0], vectors[2])));
}

INSTANTIATE_TEST_SUITE_P(Precisions, FacesAnalyzerTest,
                         ::testing::Values(Precision::kF32, Precision::kBf16),
                         [](const auto& precision) { return std::string(name_of(precision.param)); });

TEST(FacesAnalyzerTest, Bf16VectorsAreOfTheClassOfF32) {
  const auto exact = make({}, Precision::kF32);
  const auto fast = make({}, Precision::kBf16);
  ASSERT_TRUE(exact.has_value() && fast.has_value());
  EXPECT_EQ(exact->analyzer->id(), fast->analyzer->id());
  for (const char* name : {"obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"}) {
    const auto a = analyze(*exact->analyzer, name);
    const auto b = analyze(*fast->analyzer, name);
    ASSERT_TRUE(a.has_value() && b.has_value());
    ASSERT_EQ(a->faces.size(), b->faces.size());
    for (std::size_t index = 0; index < a->faces.size(); ++index) {
      const float distance = cosine_distance(a->faces[index].vector, b->faces[index].vector);
      std::printf("%s drift %g\n", name, double{distance});
    }
  }
}

}  // namespace
}  // namespace albumen
