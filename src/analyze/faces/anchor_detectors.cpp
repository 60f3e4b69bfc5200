// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/anchor_detectors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/core.h>
#include <functional>
#include <numeric>

#include "analyze/faces/internal/anchor_decode.h"
#include "govern/byte_buffer.h"
#include "prepare/resize.h"

namespace albumen {
namespace {

using faces::Candidate;
using faces::GridMaps;

constexpr std::size_t kChannels = 3;
constexpr std::size_t kGrids = std::size(faces::kStrides);
// As the makers' own code has them.
constexpr float kYunetOverlap = 0.3F;
constexpr float kScrfdOverlap = 0.4F;
constexpr std::size_t kMostFaces = 5000;

// Places of one grid's outputs.
struct GridOutputs {
  std::size_t scores = 0;
  std::size_t objectness = 0;
  std::size_t boxes = 0;
  std::size_t points = 0;
};

using AllOutputs = std::array<GridOutputs, kGrids>;

Result<std::size_t> sized_output(const Network& network, const std::string& name,
                                 std::size_t values) {
  const std::size_t index = TRY(network.output_index(name));
  const std::size_t found = network.outputs()[index].values;
  if (found != values) {
    return fail(ErrorCode::kModelFailed,
                fmt::format("output \"{}\" has {} values where {} belong; the net has {}", name,
                            found, values, network.describe_outputs()));
  }
  return index;
}

Result<AllOutputs> yunet_outputs(const Network& network, Size input) {
  AllOutputs all;
  for (std::size_t grid = 0; grid < kGrids; ++grid) {
    const std::uint32_t stride = faces::kStrides[grid];
    const std::size_t cells = faces::cells_of(input, stride);
    const auto name = [stride](std::string_view part) {
      return fmt::format("{}_{}", part, stride);
    };
    all[grid] = {.scores = TRY(sized_output(network, name("cls"), cells)),
                 .objectness = TRY(sized_output(network, name("obj"), cells)),
                 .boxes = TRY(sized_output(network, name("bbox"), 4 * cells)),
                 .points = TRY(sized_output(network, name("kps"), 10 * cells))};
  }
  return all;
}

// SCRFD's exports number their outputs; the last dimension and the count tell them apart.
Result<std::size_t> shaped_output(const Network& network, std::size_t rows, std::size_t columns) {
  const auto outputs = network.outputs();
  const auto found = std::ranges::find_if(outputs, [&](const OutputInfo& output) {
    return !output.shape.empty() && output.shape.back() == columns &&
           output.values == rows * columns;
  });
  if (found == outputs.end()) {
    return fail(ErrorCode::kModelFailed,
                fmt::format("no output of {} rows and {} columns; the net has {}", rows, columns,
                            network.describe_outputs()));
  }
  return static_cast<std::size_t>(found - outputs.begin());
}

Result<AllOutputs> scrfd_outputs(const Network& network, Size input) {
  AllOutputs all;
  for (std::size_t grid = 0; grid < kGrids; ++grid) {
    const std::size_t anchors = 2 * faces::cells_of(input, faces::kStrides[grid]);
    all[grid] = {.scores = TRY(shaped_output(network, anchors, 1)),
                 .boxes = TRY(shaped_output(network, anchors, 4)),
                 .points = TRY(shaped_output(network, anchors, 10))};
  }
  return all;
}

struct AnchorModel {
  std::unique_ptr<Network> network;
  AllOutputs outputs;
  OutputLayout layout = OutputLayout::kYunet;
  Size input;
  float min_score = 0;
};

// The view's size on the net's input; never enlarged.
Size fitted(Size view, Size input) {
  const double scale =
      std::min({1.0, 1.0 * input.width / view.width, 1.0 * input.height / view.height});
  const auto side = [scale](std::uint32_t length) {
    return std::max(1U, static_cast<std::uint32_t>(std::floor(length * scale + 1e-6)));
  };
  return {.width = side(view.width), .height = side(view.height)};
}

std::size_t input_bytes(Size input) {
  return static_cast<std::size_t>(input.pixels().bytes(kChannels).count());
}

// Boxes in input pixels to boxes in view pixels.
void scale_to_view(std::vector<Candidate>& boxes, Size view, Size on_input) {
  const float x = static_cast<float>(view.width) / static_cast<float>(on_input.width);
  const float y = static_cast<float>(view.height) / static_cast<float>(on_input.height);
  for (Candidate& box : boxes) {
    box.x1 *= x;
    box.x2 *= x;
    box.y1 *= y;
    box.y2 *= y;
    for (Point& point : box.landmarks) {
      point = {.x = point.x * x, .y = point.y * y};
    }
  }
}

class AnchorWorker final : public DetectorWorker {
 public:
  AnchorWorker(const AnchorModel& model, std::unique_ptr<InferenceContext> context)
      : model_(model), context_(std::move(context)) {}

  Result<std::vector<FaceBox>> detect(ImageView view, Reservation& job) override {
    ByteBuffer buffer =
        TRY(ByteBuffer::allocate(job, MemoryTag::kTensor, input_bytes(model_.input)));
    std::ranges::fill(buffer.bytes(), std::byte{0});
    const Size size = fitted(view.size(), model_.input);
    const MutableImageView place(buffer.data(), size, static_cast<int>(kChannels),
                                 model_.input.width * kChannels);
    TRY(resize(place, view, Filter::kArea, job));
    TRY(context_->run({buffer.data(), buffer.size()}, 1));
    buffer.release_to(job);
    std::vector<Candidate> boxes = decode();
    scale_to_view(boxes, view.size(), size);
    const bool yunet = model_.layout == OutputLayout::kYunet;
    return faces::to_face_boxes(faces::suppress(std::move(boxes),
                                                yunet ? kYunetOverlap : kScrfdOverlap,
                                                faces::Overlap::kUnion, kMostFaces));
  }

 private:
  [[nodiscard]] std::vector<Candidate> decode() const {
    std::vector<Candidate> boxes;
    for (std::size_t grid = 0; grid < kGrids; ++grid) {
      const GridOutputs& places = model_.outputs[grid];
      const bool yunet = model_.layout == OutputLayout::kYunet;
      const GridMaps maps{
          .stride = faces::kStrides[grid],
          .scores = context_->output(places.scores),
          .objectness = yunet ? context_->output(places.objectness) : std::span<const float>(),
          .boxes = context_->output(places.boxes),
          .points = context_->output(places.points)};
      const auto decode_grid = yunet ? faces::decode_yunet : faces::decode_scrfd;
      decode_grid(maps, model_.input, model_.min_score, boxes);
    }
    return boxes;
  }

  const AnchorModel& model_;  // the detector's, which outlives its workers
  std::unique_ptr<InferenceContext> context_;
};

class AnchorDetector final : public FaceDetector {
 public:
  explicit AnchorDetector(AnchorModel model) : model_(std::move(model)) {}

  [[nodiscard]] Bytes working_bytes(Size view) const override {
    return Bytes{input_bytes(model_.input)} +
           resize_scratch_bytes(fitted(view, model_.input), view, 3, Filter::kArea);
  }

  [[nodiscard]] Result<std::unique_ptr<DetectorWorker>> make_worker() const override {
    return std::make_unique<AnchorWorker>(model_, TRY(model_.network->make_context()));
  }

 private:
  const AnchorModel model_;
};

}  // namespace

Result<std::unique_ptr<FaceDetector>> make_anchor_detector(const Runtime& runtime,
                                                           const InstalledModel& model,
                                                           const DetectorOptions& options) {
  const ModelCard& card = model.card;
  if (card.layout != OutputLayout::kYunet && card.layout != OutputLayout::kScrfd) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("model {} is neither YuNet nor SCRFD", card.name));
  }
  AnchorModel anchor{
      .layout = card.layout, .input = card.input.size, .min_score = options.min_score};
  const std::string& file = card.files.front().name;
  anchor.network =
      TRY(runtime.load(model.network_path(file.substr(0, file.rfind('.'))), {.input = card.input}));
  anchor.outputs = TRY_CONTEXT(card.layout == OutputLayout::kYunet
                                   ? yunet_outputs(*anchor.network, anchor.input)
                                   : scrfd_outputs(*anchor.network, anchor.input),
                               "model " + card.name);
  return std::make_unique<AnchorDetector>(std::move(anchor));
}

}  // namespace albumen
