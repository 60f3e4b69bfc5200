// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/mtcnn_detector.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "analyze/faces/internal/mtcnn_stages.h"
#include "analyze/faces/testing/photograph.h"
#include "infer/testing/model_files.h"
#include "prepare/resize.h"

namespace albumen {
namespace {

using faces::Candidate;
using faces::Level;
using faces::PyramidPlan;
using ::testing::SizeIs;

constexpr std::array kViews = {ViewSpec{.longest_side = 640, .layout = ViewLayout::kRgb8}};

Result<std::unique_ptr<testing::Photograph>> sample(const std::string& name) {
  return testing::load_photograph(testing::samples_directory() + "/" + name, kViews);
}

Result<std::vector<FaceBox>> detect(testing::Photograph& photograph,
                                    const DetectorOptions& options) {
  const InstalledModel model = TRY(testing::installed_model("mtcnn"));
  const auto runtime = TRY(make_openvino_runtime({.precision = Precision::kF32}));
  const auto detector = TRY(make_mtcnn_detector(*runtime, model, options));
  const auto worker = TRY(detector->make_worker());
  const ImageView view = photograph.views[0].pixels;
  photograph.job.shrink_to(detector->working_bytes(view.size()));  // the promise is enough
  return worker->detect(view, photograph.job);
}

TEST(MtcnnDetectorTest, FindsTheSixFacesOfAGroup) {
  const auto photograph = sample("insightface/t1.jpg");
  ASSERT_TRUE(photograph.has_value()) << to_string(photograph.error());
  const auto faces = detect(**photograph, {});
  ASSERT_TRUE(faces.has_value()) << to_string(faces.error());
  ASSERT_THAT(*faces, SizeIs(6));
  EXPECT_TRUE(std::ranges::is_sorted(*faces, std::ranges::greater(), &FaceBox::score));
  for (const FaceBox& face : *faces) {
    for (const Point& point : face.landmarks) {
      EXPECT_GT(intersection_area({point.x, point.y, 0.1F, 0.1F}, face.box), 0) << point.x;
    }
    EXPECT_LT(face.landmarks[0].x, face.landmarks[1].x);
    EXPECT_LT(face.landmarks[0].y, face.landmarks[3].y);
  }
}

TEST(MtcnnDetectorTest, FindsNothingWhereNothingIs) {
  for (const char* name : {"skimage/grass.png", "skimage/brick.png", "skimage/coffee.png"}) {
    const auto photograph = sample(name);
    ASSERT_TRUE(photograph.has_value()) << to_string(photograph.error());
    const auto faces = detect(**photograph, {});
    ASSERT_TRUE(faces.has_value()) << to_string(faces.error());
    EXPECT_THAT(*faces, SizeIs(0)) << name;
  }
}

TEST(MtcnnDetectorTest, AnswersTinyAndOddViews) {
  for (const Size size : {Size{1, 1}, Size{640, 1}, Size{19, 640}, Size{20, 20}, Size{37, 640}}) {
    std::vector<std::uint8_t> pixels(size.pixels().bytes(3).count());
    std::mt19937 random(9);
    std::ranges::generate(pixels, [&random] { return static_cast<std::uint8_t>(random()); });
    const auto photograph = testing::photograph_of(pixels, size, kViews);
    ASSERT_TRUE(photograph.has_value()) << to_string(photograph.error());
    EXPECT_TRUE(detect(**photograph, {}).has_value());
  }
}

TEST(MtcnnDetectorTest, RefusesOptionsOutOfRange) {
  const auto model = testing::installed_model("mtcnn");
  ASSERT_TRUE(model.has_value()) << to_string(model.error());
  const auto runtime = make_openvino_runtime({.precision = Precision::kF32});
  for (const DetectorOptions& options :
       {DetectorOptions{.min_face = 11}, DetectorOptions{.min_face = 700},
        DetectorOptions{.view_side = 100'000}, DetectorOptions{.min_score = 1.5F},
        DetectorOptions{.min_face = std::numeric_limits<float>::quiet_NaN()}}) {
    EXPECT_EQ(make_mtcnn_detector(**runtime, *model, options).error().code,
              ErrorCode::kInvalidArgument);
  }
}

TEST(MtcnnDetectorTest, FailsCleanlyWhenMemoryIsShort) {
  const auto photograph = sample("skimage/astronaut.png");
  ASSERT_TRUE(photograph.has_value()) << to_string(photograph.error());
  const auto model = testing::installed_model("mtcnn");
  const auto runtime = make_openvino_runtime({.precision = Precision::kF32});
  const auto detector = make_mtcnn_detector(**runtime, model.value(), {});
  const auto worker = (*detector)->make_worker();
  const ImageView view = (*photograph)->views[0].pixels;
  const Bytes wanted = (*detector)->working_bytes(view.size());
  for (const Bytes given : {Bytes{}, wanted / 4, wanted / 2}) {
    Reservation job = (*photograph)->job.split(MemoryTag::kTensor, given).value();
    EXPECT_FALSE((*worker)->detect(view, job).has_value());
    (*photograph)->job.merge(std::move(job));
  }
  EXPECT_THAT((*worker)->detect(view, (*photograph)->job).value(), SizeIs(1));
}

// The twin of the strips: every level through a P-Net of its own size.
class OneLevelNets {
 public:
  static Result<std::vector<Candidate>> proposals(ImageView level_pixels, const Level& level) {
    const InstalledModel model = TRY(testing::installed_model("mtcnn"));
    const auto runtime = TRY(make_openvino_runtime({.precision = Precision::kF32}));
    NetworkOptions options{.input = model.card.input};
    options.input.size = level.size;
    const auto network = TRY(runtime->load(model.network_path("pnet"), options));
    const auto context = TRY(network->make_context());
    TRY(context->run({level_pixels.data(), level.size.pixels().bytes(3).count()}, 1));
    const std::size_t boxes = TRY(network->output_index("reg"));
    const std::size_t scores = TRY(network->output_index("prob"));
    const auto& shape = network->outputs()[boxes].shape;
    const PyramidPlan alone{.levels = {{.scale = level.scale, .size = level.size}},
                            .width = level.size.width};
    std::vector<std::vector<Candidate>> found(1);
    faces::collect_proposals({.rows = static_cast<std::uint32_t>(shape[2]),
                              .columns = static_cast<std::uint32_t>(shape[3]),
                              .boxes = context->output(boxes),
                              .scores = context->output(scores)},
                             alone, found);
    return found[0];
  }
};

// The canvas as the detector draws it, cut into strips and run; proposals per level.
Result<std::vector<std::vector<Candidate>>> by_strips(MutableImageView canvas,
                                                      const PyramidPlan& plan) {
  const InstalledModel model = TRY(testing::installed_model("mtcnn"));
  const auto runtime = TRY(make_openvino_runtime({.precision = Precision::kF32}));
  NetworkOptions options{.input = model.card.input};
  options.input.size = {.width = plan.width, .height = faces::kStripRows};
  const auto network = TRY(runtime->load(model.network_path("pnet"), options));
  const auto context = TRY(network->make_context());
  const std::size_t boxes = TRY(network->output_index("reg"));
  const std::size_t scores = TRY(network->output_index("prob"));
  const auto& shape = network->outputs()[boxes].shape;
  std::vector<std::vector<Candidate>> found(plan.levels.size());
  for (std::uint32_t strip = 0; strip < plan.strips; ++strip) {
    const std::uint8_t* first = canvas.row(strip * faces::kStripStep).data();
    TRY(context->run({first, faces::kStripRows * canvas.stride_bytes()}, 1));
    faces::collect_proposals({.strip = strip,
                              .rows = static_cast<std::uint32_t>(shape[2]),
                              .columns = static_cast<std::uint32_t>(shape[3]),
                              .boxes = context->output(boxes),
                              .scores = context->output(scores)},
                             plan, found);
  }
  return found;
}

TEST(MtcnnDetectorTest, StripsGiveWhatEachLevelGivesAlone) {
  const auto photograph = sample("insightface/t1.jpg");
  ASSERT_TRUE(photograph.has_value()) << to_string(photograph.error());
  const ImageView view = (*photograph)->views[0].pixels;
  const PyramidPlan plan = faces::plan_pyramid(view.size(), 640, 20);
  const std::size_t stride = std::size_t{plan.width} * 3;
  std::vector<std::uint8_t> pixels(stride * plan.height(), 128);
  const MutableImageView canvas(pixels.data(), {.width = plan.width, .height = plan.height()}, 3,
                                stride);
  std::vector<std::vector<Candidate>> alone;
  for (const Level& level : plan.levels) {
    std::vector<std::uint8_t> one(level.size.pixels().bytes(3).count());
    const MutableImageView single(one.data(), level.size, 3, std::size_t{level.size.width} * 3);
    ASSERT_TRUE(resize(single, view, Filter::kArea, (*photograph)->job).has_value());
    for (std::uint32_t y = 0; y < level.size.height; ++y) {
      std::ranges::copy(single.row(y), canvas.row(level.y + y).data() + std::size_t{level.x} * 3);
    }
    alone.push_back(OneLevelNets::proposals(single, level).value());
  }
  const auto together = by_strips(canvas, plan);
  ASSERT_TRUE(together.has_value()) << to_string(together.error());
  std::size_t compared = 0;
  for (std::size_t index = 0; index < plan.levels.size(); ++index) {
    ASSERT_EQ(together->at(index).size(), alone[index].size()) << "level " << index;
    for (std::size_t box = 0; box < alone[index].size(); ++box) {
      EXPECT_NEAR(together->at(index)[box].score, alone[index][box].score, 1e-5);
      EXPECT_NEAR(together->at(index)[box].x1, alone[index][box].x1, 1e-2);
      EXPECT_NEAR(together->at(index)[box].y2, alone[index][box].y2, 1e-2);
      ++compared;
    }
  }
  EXPECT_GT(compared, 500U);
}

}  // namespace
}  // namespace albumen
