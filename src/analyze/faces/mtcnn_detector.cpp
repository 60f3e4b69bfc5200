// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/mtcnn_detector.h"

#include <algorithm>
#include <fmt/core.h>

#include "analyze/faces/internal/mips.h"
#include "analyze/faces/internal/mtcnn_stages.h"
#include "analyze/faces/internal/pyramid_plan.h"
#include "govern/byte_buffer.h"
#include "prepare/resize.h"

namespace albumen {
namespace {

using faces::Candidate;
using faces::Level;
using faces::Mips;
using faces::PyramidPlan;

constexpr std::size_t kChannels = 3;
constexpr std::uint32_t kRefineSide = 24;
constexpr std::uint32_t kOutputSide = 48;
constexpr std::uint8_t kGrey = 128;  // between the levels

// R-Net sees 80 crops of a photograph in the mean, O-Net 3.
// NOLINTBEGIN(readability-identifier-naming): constants, though no vector can be constexpr
const std::vector<std::size_t> kRefineBatches = {8, 32};
const std::vector<std::size_t> kOutputBatches = {2, 8};
// NOLINTEND(readability-identifier-naming)

// The crops of a whole photograph never lie in memory together: they go to a net in chunks.
constexpr std::size_t kChunk = 32;

constexpr std::size_t crop_bytes(std::uint32_t side) {
  return std::size_t{side} * side * kChannels;
}

constexpr std::size_t kCropBufferBytes = kChunk * crop_bytes(kOutputSide);

struct MtcnnNets {
  std::unique_ptr<Network> proposal;
  std::unique_ptr<Network> refine;
  std::unique_ptr<Network> output;
};

// Places of the outputs by name, looked up once.
struct OutputPlaces {
  std::size_t proposal_boxes = 0;
  std::size_t proposal_scores = 0;
  std::size_t refine_boxes = 0;
  std::size_t refine_scores = 0;
  std::size_t output_boxes = 0;
  std::size_t output_scores = 0;
  std::size_t output_landmarks = 0;
};

Result<OutputPlaces> find_outputs(const MtcnnNets& nets) {
  return OutputPlaces{.proposal_boxes = TRY(nets.proposal->output_index("reg")),
                      .proposal_scores = TRY(nets.proposal->output_index("prob")),
                      .refine_boxes = TRY(nets.refine->output_index("reg")),
                      .refine_scores = TRY(nets.refine->output_index("prob")),
                      .output_boxes = TRY(nets.output->output_index("reg")),
                      .output_scores = TRY(nets.output->output_index("prob")),
                      .output_landmarks = TRY(nets.output->output_index("landmarks"))};
}

std::size_t canvas_bytes(const PyramidPlan& plan) {
  return std::size_t{plan.width} * plan.height() * kChannels;
}

// The part of the canvas where the level lies.
MutableImageView place_of(const Level& level, MutableImageView canvas) {
  return {canvas.row(level.y).data() + level.x * kChannels, level.size, static_cast<int>(kChannels),
          canvas.stride_bytes()};
}

// Each level from the one two above it, which is twice as large: all cover the whole picture, and
// the view itself is read twice only.
Result<void> draw_levels(MutableImageView canvas, ImageView view, const PyramidPlan& plan,
                         Reservation& job) {
  for (std::size_t index = 0; index < plan.levels.size(); ++index) {
    const ImageView source = index < 2 ? view : ImageView(place_of(plan.levels[index - 2], canvas));
    TRY(resize(place_of(plan.levels[index], canvas), source, Filter::kArea, job));
  }
  return {};
}

class MtcnnDetector final : public FaceDetector {
 public:
  MtcnnDetector(MtcnnNets nets, OutputPlaces places, const DetectorOptions& options)
      : nets_(std::move(nets)), places_(places), options_(options) {}

  [[nodiscard]] Bytes working_bytes(Size view) const override;
  [[nodiscard]] Result<std::unique_ptr<DetectorWorker>> make_worker() const override;

  [[nodiscard]] const DetectorOptions& options() const { return options_; }

  [[nodiscard]] const OutputPlaces& places() const { return places_; }

  [[nodiscard]] const Network& proposal_net() const { return *nets_.proposal; }

 private:
  const MtcnnNets nets_;
  const OutputPlaces places_;
  const DetectorOptions options_;
};

class MtcnnWorker final : public DetectorWorker {
 public:
  struct Contexts {
    std::unique_ptr<InferenceContext> proposal;
    std::unique_ptr<InferenceContext> refine;
    std::unique_ptr<InferenceContext> output;
  };

  MtcnnWorker(const MtcnnDetector& detector, Contexts contexts)
      : detector_(detector), contexts_(std::move(contexts)) {}

  Result<std::vector<FaceBox>> detect(ImageView view, Reservation& job) override {
    if (view.channels() != 3 || view.size().longest_side() > detector_.options().view_side) {
      return fail(ErrorCode::kInvalidArgument, "MTCNN wants an RGB view of the size it was told");
    }
    const std::vector<Candidate> proposals = TRY(propose(view, job));
    if (proposals.empty()) {
      return std::vector<FaceBox>{};
    }
    Mips mips = TRY(Mips::build(view, job));
    ByteBuffer crops = TRY(ByteBuffer::allocate(job, MemoryTag::kTensor, kCropBufferBytes));
    const std::vector<Candidate> refined = TRY(run_refine(proposals, mips, crops));
    const std::vector<Candidate> found = TRY(run_output(refined, mips, crops));
    crops.release_to(job);
    mips.release_to(job);
    return faces::to_face_boxes(found);
  }

 private:
  Result<std::vector<Candidate>> propose(ImageView view, Reservation& job);
  Result<std::vector<Candidate>> run_refine(const std::vector<Candidate>& squares, const Mips& mips,
                                            ByteBuffer& crops);
  Result<std::vector<Candidate>> run_output(const std::vector<Candidate>& squares, const Mips& mips,
                                            ByteBuffer& crops);

  const MtcnnDetector& detector_;  // outlives its workers
  Contexts contexts_;
};

// Cuts the squares into `crops` and runs them.
Result<void> run_crops(InferenceContext& context, std::span<const Candidate> squares,
                       std::uint32_t side, const Mips& mips, ByteBuffer& crops) {
  const std::size_t one = crop_bytes(side);
  const std::span<std::uint8_t> pixels(crops.data(), squares.size() * one);
  for (std::size_t index = 0; index < squares.size(); ++index) {
    const Candidate& square = squares[index];
    mips.crop(pixels.subspan(index * one, one), side,
              {.x = square.x1, .y = square.y1, .side = square.width()});
  }
  return context.run(pixels, squares.size());
}

void append(std::vector<float>& all, std::span<const float> values) {
  all.insert(all.end(), values.begin(), values.end());
}

// Calls `run` for every kChunk squares.
template <class Run>
Result<void> in_chunks(std::span<const Candidate> squares, const Run& run) {
  for (std::size_t done = 0; done < squares.size(); done += kChunk) {
    TRY(run(squares.subspan(done, std::min(kChunk, squares.size() - done))));
  }
  return {};
}

Result<std::vector<Candidate>> MtcnnWorker::propose(ImageView view, Reservation& job) {
  const DetectorOptions& options = detector_.options();
  const PyramidPlan plan = faces::plan_pyramid(view.size(), options.view_side, options.min_face);
  ByteBuffer buffer = TRY(ByteBuffer::allocate(job, MemoryTag::kTensor, canvas_bytes(plan)));
  std::ranges::fill(buffer.bytes(), std::byte{kGrey});
  const std::size_t stride = plan.width * kChannels;
  if (plan.levels.empty()) {
    return std::vector<Candidate>{};
  }
  const MutableImageView canvas(buffer.data(), {.width = plan.width, .height = plan.height()},
                                static_cast<int>(kChannels), stride);
  TRY(draw_levels(canvas, view, plan, job));
  std::vector<std::vector<Candidate>> per_level(plan.levels.size());
  const auto& shape = detector_.proposal_net().outputs()[detector_.places().proposal_boxes].shape;
  for (std::uint32_t strip = 0; strip < plan.strips; ++strip) {
    const std::uint8_t* first = canvas.row(strip * faces::kStripStep).data();
    TRY(contexts_.proposal->run({first, faces::kStripRows * stride}, 1));
    faces::collect_proposals(
        {.strip = strip,
         .rows = static_cast<std::uint32_t>(shape[2]),
         .columns = static_cast<std::uint32_t>(shape[3]),
         .boxes = contexts_.proposal->output(detector_.places().proposal_boxes),
         .scores = contexts_.proposal->output(detector_.places().proposal_scores)},
        plan, per_level);
  }
  buffer.release_to(job);
  return faces::merge_proposals(std::move(per_level));
}

Result<std::vector<Candidate>> MtcnnWorker::run_refine(const std::vector<Candidate>& squares,
                                                       const Mips& mips, ByteBuffer& crops) {
  InferenceContext& context = *contexts_.refine;
  const OutputPlaces& places = detector_.places();
  std::vector<float> boxes;
  std::vector<float> scores;
  TRY(in_chunks(squares, [&](std::span<const Candidate> chunk) -> Result<void> {
    TRY(run_crops(context, chunk, kRefineSide, mips, crops));
    append(boxes, context.output(places.refine_boxes));
    append(scores, context.output(places.refine_scores));
    return {};
  }));
  return faces::refine(squares, boxes, scores);
}

Result<std::vector<Candidate>> MtcnnWorker::run_output(const std::vector<Candidate>& squares,
                                                       const Mips& mips, ByteBuffer& crops) {
  InferenceContext& context = *contexts_.output;
  const OutputPlaces& places = detector_.places();
  std::vector<float> boxes;
  std::vector<float> scores;
  std::vector<float> landmarks;
  TRY(in_chunks(squares, [&](std::span<const Candidate> chunk) -> Result<void> {
    TRY(run_crops(context, chunk, kOutputSide, mips, crops));
    append(boxes, context.output(places.output_boxes));
    append(scores, context.output(places.output_scores));
    append(landmarks, context.output(places.output_landmarks));
    return {};
  }));
  return faces::finish(squares, {.boxes = boxes, .scores = scores, .landmarks = landmarks},
                       detector_.options().min_score);
}

Bytes MtcnnDetector::working_bytes(Size view) const {
  const PyramidPlan plan = faces::plan_pyramid(view, options_.view_side, options_.min_face);
  if (plan.levels.empty()) {
    return Bytes{};
  }
  const Bytes canvas =
      Bytes{canvas_bytes(plan)} + resize_scratch_bytes(plan.levels[0].size, view, 3, Filter::kArea);
  const Bytes crops = Mips::bytes_for(view) + Bytes{kCropBufferBytes};
  return std::max(canvas, crops);
}

Result<std::unique_ptr<DetectorWorker>> MtcnnDetector::make_worker() const {
  MtcnnWorker::Contexts contexts;
  contexts.proposal = TRY(nets_.proposal->make_context());
  contexts.refine = TRY(nets_.refine->make_context());
  contexts.output = TRY(nets_.output->make_context());
  return std::make_unique<MtcnnWorker>(*this, std::move(contexts));
}

NetworkOptions network_options(const InstalledModel& model, Size size,
                               std::vector<std::size_t> batches) {
  NetworkOptions options{.input = model.card.input, .batches = std::move(batches)};
  options.input.size = size;
  return options;
}

// Smaller faces than P-Net's window would be enlarged; a view of 8192 needs 400 MB of canvas.
constexpr float kSmallestMinFace = 12;
constexpr std::uint32_t kLargestView = 4096;

}  // namespace

Result<std::unique_ptr<FaceDetector>> make_mtcnn_detector(const Runtime& runtime,
                                                          const InstalledModel& model,
                                                          const DetectorOptions& options) {
  const auto side = static_cast<float>(options.view_side);
  if (!(options.min_face >= kSmallestMinFace && options.min_face <= side) ||
      options.view_side > kLargestView || !(options.min_score >= 0 && options.min_score <= 1)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("faces: the view's side must be at most {}, the least face {} to the "
                            "view's side, the score 0 to 1",
                            kLargestView, kSmallestMinFace));
  }
  const Size strip{.width = faces::canvas_width(options.view_side, options.min_face),
                   .height = faces::kStripRows};
  const Size refine{.width = kRefineSide, .height = kRefineSide};
  const Size output{.width = kOutputSide, .height = kOutputSide};
  MtcnnNets nets;
  nets.proposal = TRY(runtime.load(model.network_path("pnet"), network_options(model, strip, {1})));
  nets.refine =
      TRY(runtime.load(model.network_path("rnet"), network_options(model, refine, kRefineBatches)));
  nets.output =
      TRY(runtime.load(model.network_path("onet"), network_options(model, output, kOutputBatches)));
  const OutputPlaces places = TRY(find_outputs(nets));
  return std::make_unique<MtcnnDetector>(std::move(nets), places, options);
}

}  // namespace albumen
