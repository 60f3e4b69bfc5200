// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/faces_analyzer.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>
#include <thread>

#include "analyze/faces/testing/photograph.h"
#include "analyze/faces/testing/small_models.h"
#include "infer/testing/model_files.h"

namespace albumen {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

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

const Face& largest(const Faces& faces) {
  return *std::ranges::max_element(faces.faces, std::ranges::less(),
                                   [](const Face& face) { return face.where.box.area(); });
}

class FacesPrecisionTest : public ::testing::TestWithParam<Precision> {};

TEST_P(FacesPrecisionTest, TellsOnePersonFromAnother) {
  const auto made = make({}, GetParam());
  ASSERT_TRUE(made.has_value()) << to_string(made.error());
  std::vector<std::vector<float>> vectors;
  for (const char* name : {"obama.jpg", "obama2.jpg", "biden.jpg"}) {
    const auto faces = analyze(*made->analyzer, name);
    ASSERT_TRUE(faces.has_value()) << to_string(faces.error());
    ASSERT_FALSE(faces->faces.empty()) << name;
    const Face& face = largest(*faces);
    ASSERT_EQ(face.vector.size(), 128U);
    EXPECT_NEAR(
        std::inner_product(face.vector.begin(), face.vector.end(), face.vector.begin(), 0.0), 1.0,
        1e-5);
    EXPECT_GT(face.where.score, 0.9F);
    vectors.push_back(face.vector);
  }
  EXPECT_LT(cosine_distance(vectors[0], vectors[1]), 0.065F);
  EXPECT_GT(cosine_distance(vectors[0], vectors[2]), 0.1F);
  EXPECT_GT(cosine_distance(vectors[1], vectors[2]), 0.1F);
  RecordProperty("same", std::to_string(cosine_distance(vectors[0], vectors[1])));
  RecordProperty("different", std::to_string(cosine_distance(vectors[0], vectors[2])));
}

INSTANTIATE_TEST_SUITE_P(Precisions, FacesPrecisionTest,
                         ::testing::Values(Precision::kF32, Precision::kBf16),
                         [](const auto& precision) {
                           return std::string(name_of(precision.param));
                         });

TEST(FacesAnalyzerTest, Bf16VectorsAreOfTheClassOfF32) {
  const auto exact = make({}, Precision::kF32);
  const auto fast = make({}, Precision::kBf16);
  ASSERT_TRUE(exact.has_value() && fast.has_value());
  EXPECT_EQ(exact->analyzer->id(), fast->analyzer->id());
  for (const char* name : {"obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"}) {
    const auto a = analyze(*exact->analyzer, name);
    const auto b = analyze(*fast->analyzer, name);
    ASSERT_TRUE(a.has_value() && b.has_value());
    // The points move a little, too. Two photographs of one person are 0.033 apart.
    EXPECT_LT(cosine_distance(largest(*a).vector, largest(*b).vector), 5e-4F) << name;
  }
}

TEST(FacesAnalyzerTest, GivesFacesInOrderInsideThePicture) {
  const auto made = make({}, Precision::kF32);
  ASSERT_TRUE(made.has_value()) << to_string(made.error());
  const std::string path = testing::samples_directory() + "/insightface/t1.jpg";
  const auto photograph = testing::load_photograph(path, made->analyzer->views());
  ASSERT_TRUE(photograph.has_value()) << to_string(photograph.error());
  const Size size = (*photograph)->decoded.original_size();
  const auto faces = testing::faces_of(*made->analyzer, **photograph);
  ASSERT_TRUE(faces.has_value()) << to_string(faces.error());
  ASSERT_EQ(faces->faces.size(), 6U);
  EXPECT_TRUE(std::ranges::is_sorted(faces->faces, std::ranges::less(), [](const Face& face) {
    return std::pair(face.where.box.y, face.where.box.x);
  }));
  for (const Face& face : faces->faces) {
    const Rect& box = face.where.box;
    EXPECT_GE(box.x, 0);
    EXPECT_LE(box.x + box.width, static_cast<float>(size.width));
    EXPECT_GT(face.chip_pixels, 90);
    EXPECT_EQ(face.vector.size(), 128U);
  }
}

TEST(FacesAnalyzerTest, SmallFacesKeepTheirBoxWithoutAVector) {
  const auto made = make({.smallest_chip_source = 125}, Precision::kF32);
  ASSERT_TRUE(made.has_value()) << to_string(made.error());
  const std::string path = testing::samples_directory() + "/insightface/t1.jpg";
  const auto photograph = testing::load_photograph(path, made->analyzer->views());
  ASSERT_TRUE(photograph.has_value()) << to_string(photograph.error());
  const auto faces = testing::faces_of(*made->analyzer, **photograph);
  ASSERT_TRUE(faces.has_value()) << to_string(faces.error());
  for (const Face& face : faces->faces) {
    const bool large = std::max(face.where.box.width, face.where.box.height) >= 125;
    EXPECT_EQ(face.vector.empty(), !large);
    EXPECT_EQ(face.chip_pixels == 0, !large);
  }
  const auto without =
      std::ranges::count_if(faces->faces, [](const Face& face) { return face.vector.empty(); });
  EXPECT_GT(without, 0);
  EXPECT_LT(without, 6);
}

TEST(FacesAnalyzerTest, SameAnswerOnManyThreadsAndInAnyBatch) {
  const auto made = make({}, precision_of_this_processor(), 3);
  ASSERT_TRUE(made.has_value()) << to_string(made.error());
  const Analyzer& analyzer = *made->analyzer;
  std::vector<Faces> answers(6);
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 3; ++thread) {
      threads.emplace_back([&answers, &analyzer, thread] {
        const auto first = static_cast<std::size_t>(2 * thread);
        answers[first] = analyze(analyzer, "obama.jpg").value_or(Faces{});
        answers[first + 1] = analyze(analyzer, "biden.jpg").value_or(Faces{});
      });
    }
  }
  for (std::size_t index = 0; index < answers.size(); ++index) {
    ASSERT_FALSE(answers[index].faces.empty());
    EXPECT_EQ(answers[index].faces[0].vector, answers[index % 2].faces[0].vector);
    EXPECT_EQ(answers[index].faces[0].where.box, answers[index % 2].faces[0].where.box);
  }
}

class CountingSink final : public FindingSink {
 public:
  void accept(std::size_t index, Result<Finding> finding) override {
    EXPECT_EQ(index, codes_.size());
    codes_.push_back(finding.has_value() ? ErrorCode::kInternal : finding.error().code);
  }

  [[nodiscard]] const std::vector<ErrorCode>& codes() const { return codes_; }

 private:
  std::vector<ErrorCode> codes_;
};

TEST(FacesAnalyzerTest, EveryPictureOfAStoppedBatchIsCancelled) {
  const auto made = make({}, Precision::kF32);
  ASSERT_TRUE(made.has_value()) << to_string(made.error());
  const std::string path = testing::samples_directory() + "/face_recognition/obama.jpg";
  const auto photograph = testing::load_photograph(path, made->analyzer->views());
  ASSERT_TRUE(photograph.has_value()) << to_string(photograph.error());
  const std::vector<AnalysisInput> batch(3, (*photograph)->input());
  std::stop_source stop;
  stop.request_stop();
  CountingSink sink;
  made->analyzer->analyze(batch, (*photograph)->job, stop.get_token(), sink);
  EXPECT_THAT(sink.codes(), ::testing::ElementsAre(ErrorCode::kCancelled, ErrorCode::kCancelled,
                                                   ErrorCode::kCancelled));
}

TEST(FacesAnalyzerTest, TheIdNamesEverythingThatChangesTheAnswer) {
  const auto plain = make({}, Precision::kF32);
  const auto thorough = make({.thorough = true}, Precision::kF32);
  const auto larger = make({.min_face = 40}, Precision::kF32);
  const auto surer = make({.min_score = 0.95F}, Precision::kF32);
  ASSERT_TRUE(plain.has_value() && thorough.has_value() && larger.has_value() && surer.has_value());
  const AnalyzerId id = plain->analyzer->id();
  EXPECT_EQ(id.model_digest.size(), 64U);
  EXPECT_THAT(id.parameters, HasSubstr("min_face=20;min_score=0.9;view=640"));
  EXPECT_NE(thorough->analyzer->id(), id);
  EXPECT_NE(larger->analyzer->id(), id);
  EXPECT_NE(surer->analyzer->id(), id);
  EXPECT_EQ(thorough->analyzer->views()[0].longest_side, kThoroughFaceViewSide);
}

// Both did nothing, and the one in the id had everything done again.
TEST(FacesAnalyzerTest, OptionsThatADetectorCannotHeedAreRefusedAndInNoId) {
  const auto embedder = testing::installed_model("dlib-resnet29");
  ASSERT_TRUE(embedder.has_value()) << to_string(embedder.error());
  for (const char* layout : {"yunet", "scrfd"}) {
    const testing::TemporaryFolder folder;
    const std::vector<testing::FixedOutput> outputs{{"any", {1, 1}, {0.0F}}};
    const auto detector = testing::install_detector(folder.path(), layout, outputs);
    ASSERT_TRUE(detector.has_value()) << to_string(detector.error());
    const auto plan = plan_faces(*detector, *embedder, {.min_score = 0.8F});
    ASSERT_TRUE(plan.has_value()) << to_string(plan.error());
    EXPECT_THAT(plan->id.parameters, HasSubstr(";min_score=0.8;view=64"));
    EXPECT_THAT(plan->id.parameters, Not(HasSubstr("min_face")));
    EXPECT_EQ(embedder_of(plan->id), "dlib-resnet29");
    const auto thorough = plan_faces(*detector, *embedder, {.thorough = true});
    ASSERT_FALSE(thorough.has_value());
    EXPECT_EQ(thorough.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(thorough.error().message, AllOf(HasSubstr("--thorough"), HasSubstr("small")));
    const auto larger = plan_faces(*detector, *embedder, {.min_face = 40});
    ASSERT_FALSE(larger.has_value());
    EXPECT_EQ(larger.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(larger.error().message, AllOf(HasSubstr("--min-face"), HasSubstr("small")));
  }
}

TEST(FacesAnalyzerTest, RefusesModelsOfTheWrongRole) {
  const auto detector = testing::installed_model("mtcnn");
  const auto runtime = make_openvino_runtime({.precision = Precision::kF32});
  ASSERT_TRUE(detector.has_value() && runtime.has_value());
  EXPECT_EQ(make_faces_analyzer(**runtime, *detector, *detector, {}).error().code,
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace albumen
