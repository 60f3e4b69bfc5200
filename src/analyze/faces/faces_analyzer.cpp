// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/faces_analyzer.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <future>
#include <tuple>
#include <utility>

#include "analyze/faces/face_aligner.h"
#include "analyze/faces/face_detector.h"
#include "analyze/faces/face_embedder.h"
#include "core/mutex.h"
#include "files/sha256.h"
#include "govern/byte_buffer.h"
#include "prepare/sample.h"

namespace albumen {
namespace {

// Raised when the code's answer changes.
constexpr std::string_view kVersion = "1";
// One vector class for f32 and bf16: their vectors of one chip differ by less than what a JPEG
// quality step does.
constexpr std::string_view kPrecisionClass = "float";

// What one thread needs while it works on a picture.
struct Worker {
  std::unique_ptr<DetectorWorker> detector;
  std::unique_ptr<EmbedderWorker> embedder;
};

struct Parts {
  std::unique_ptr<FaceDetector> detector;
  FaceEmbedder embedder;
  FacesPlan plan;
  float smallest_chip_source = 0;
};

Rect clipped(const Rect& box, Size picture) {
  const float x1 = std::clamp(box.x, 0.0F, static_cast<float>(picture.width));
  const float y1 = std::clamp(box.y, 0.0F, static_cast<float>(picture.height));
  const float x2 = std::clamp(box.x + box.width, x1, static_cast<float>(picture.width));
  const float y2 = std::clamp(box.y + box.height, y1, static_cast<float>(picture.height));
  return {.x = x1, .y = y1, .width = x2 - x1, .height = y2 - y1};
}

// Out of view pixels into those of the original, the box cut at the picture's edge.
FaceBox to_original(const FaceBox& face, const View& view) {
  const float x = view.original_per_view_x;
  const float y = view.original_per_view_y;
  FaceBox moved = face;
  moved.box = clipped({.x = face.box.x * x,
                       .y = face.box.y * y,
                       .width = face.box.width * x,
                       .height = face.box.height * y},
                      view.original);
  for (Point& point : moved.landmarks) {
    point = {.x = point.x * x, .y = point.y * y};
  }
  return moved;
}

class FacesAnalyzer final : public Analyzer {
 public:
  explicit FacesAnalyzer(Parts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] const AnalyzerId& id() const override { return parts_.plan.id; }

  [[nodiscard]] std::span<const ViewSpec> views() const override { return parts_.plan.views; }

  [[nodiscard]] Bytes working_bytes(Size decoded, Size original) const override {
    // The view is fitted to the original, but never larger than the decode.
    Size view = fit_inside(original, parts_.plan.views[0].longest_side);
    view = {.width = std::min(view.width, decoded.width),
            .height = std::min(view.height, decoded.height)};
    const std::uint32_t side = parts_.embedder.alignment().chip_side;
    const Bytes chips = Bytes{parts_.embedder.batch() * parts_.embedder.chip_bytes()} +
                        sample_scratch_bytes({.width = side, .height = side}, decoded);
    return std::max(parts_.detector->working_bytes(view), chips);
  }

  void analyze(std::span<const AnalysisInput> batch, Reservation& job, const StopToken& stop,
               FindingSink& out) const override {
    auto worker = take_worker();
    for (std::size_t index = 0; index < batch.size(); ++index) {
      if (!worker.has_value()) {
        out.accept(index, std::unexpected(worker.error()));
      } else {
        out.accept(index, analyze_one(batch[index], *worker, job, stop));
      }
    }
    if (worker.has_value()) {
      give_back(std::move(*worker));
    }
  }

 private:
  [[nodiscard]] Result<Worker> take_worker() const {
    {
      const MutexLock lock(mutex_);
      if (!idle_.empty()) {
        Worker worker = std::move(idle_.back());
        idle_.pop_back();
        return worker;
      }
    }
    Worker worker;
    worker.detector = TRY(parts_.detector->make_worker());
    worker.embedder = TRY(parts_.embedder.make_worker());
    return worker;
  }

  void give_back(Worker worker) const {
    const MutexLock lock(mutex_);
    idle_.push_back(std::move(worker));
  }

  [[nodiscard]] Result<Finding> analyze_one(const AnalysisInput& input, Worker& worker,
                                            Reservation& job, const StopToken& stop) const;
  // Embeds all that are large enough.
  [[nodiscard]] Result<void> embed(std::vector<Face>& faces, const DecodedImage& image,
                                   Worker& worker, Reservation& job) const;
  // Cuts the chips of some faces into `chips` and embeds them.
  [[nodiscard]] Result<void> embed_batch(std::span<Face* const> faces, const DecodedImage& image,
                                         Worker& worker, Reservation& job) const;

  const Parts parts_;
  mutable Mutex mutex_;
  mutable std::vector<Worker> idle_ GUARDED_BY(mutex_);  // one for each thread that ever came
};

Result<Finding> FacesAnalyzer::analyze_one(const AnalysisInput& input, Worker& worker,
                                           Reservation& job, const StopToken& stop) const {
  TRY(check_stop(stop));
  ALBUMEN_ENSURE(input.decoded != nullptr && !input.views.empty() && input.views[0] != nullptr);
  const View& view = *input.views[0];
  Faces result;
  for (const FaceBox& found : TRY(worker.detector->detect(view.pixels, job))) {
    Face face{.where = to_original(found, view)};
    if (face.where.box.area() > 0) {
      result.faces.push_back(std::move(face));
    }
  }
  std::ranges::stable_sort(result.faces, std::ranges::less(), [](const Face& face) {
    return std::tuple(face.where.box.y, face.where.box.x, face.where.box.width);
  });
  TRY(check_stop(stop));
  TRY(embed(result.faces, *input.decoded, worker, job));
  return Finding(std::move(result));
}

Result<void> FacesAnalyzer::embed(std::vector<Face>& faces, const DecodedImage& image,
                                  Worker& worker, Reservation& job) const {
  const float decoded_per_original = static_cast<float>(image.size().longest_side()) /
                                     static_cast<float>(image.original_size().longest_side());
  std::vector<Face*> large;
  for (Face& face : faces) {
    const Rect& box = face.where.box;
    const float pixels = std::max(box.width, box.height) * decoded_per_original;
    const bool aligned =
        chip_to_picture(face.where.landmarks, parts_.embedder.alignment()).has_value();
    if (pixels >= parts_.smallest_chip_source && aligned) {
      face.chip_pixels = pixels;
      large.push_back(&face);
    }
  }
  const std::size_t batch = parts_.embedder.batch();
  for (std::size_t done = 0; done < large.size(); done += batch) {
    const std::size_t count = std::min(batch, large.size() - done);
    TRY(embed_batch(std::span(large).subspan(done, count), image, worker, job));
  }
  return {};
}

Result<void> FacesAnalyzer::embed_batch(std::span<Face* const> faces, const DecodedImage& image,
                                        Worker& worker, Reservation& job) const {
  const AlignmentTemplate& alignment = parts_.embedder.alignment();
  const Size side{.width = alignment.chip_side, .height = alignment.chip_side};
  const std::size_t one = parts_.embedder.chip_bytes();
  ByteBuffer chips = TRY(ByteBuffer::allocate(job, MemoryTag::kTensor, faces.size() * one));
  for (std::size_t index = 0; index < faces.size(); ++index) {
    const MutableImageView chip(chips.data() + index * one, side, 3, std::size_t{side.width} * 3);
    const Affine map = TRY(chip_to_picture(faces[index]->where.landmarks, alignment));
    TRY(sample_affine(chip, image, map, job));
  }
  auto vectors = TRY(worker.embedder->embed({chips.data(), chips.size()}, faces.size()));
  for (std::size_t index = 0; index < faces.size(); ++index) {
    faces[index]->vector = std::move(vectors[index]);
  }
  chips.release_to(job);
  return {};
}

// MTCNN searches at the size that is asked for; other nets have one of their own, and with it the
// smallest face that they see.
bool searches_any_size(const ModelCard& detector) {
  return detector.layout == OutputLayout::kMtcnn;
}

AnalyzerId make_id(const InstalledModel& detector, const InstalledModel& embedder,
                   const DetectorOptions& found_by, const FaceOptions& options) {
  const std::string digests = detector.digest + embedder.digest;
  const std::string min_face =
      searches_any_size(detector.card) ? fmt::format("min_face={};", found_by.min_face) : "";
  return {.name = "faces",
          .version = std::string(kVersion),
          .model_digest = to_string(sha256(std::as_bytes(std::span(digests)))),
          .parameters = fmt::format("chip_min={};chip_source={};class={};detector={};embedder={};{}"
                                    "min_score={};view={}",
                                    options.smallest_chip_source, options.chip_source_side,
                                    kPrecisionClass, detector.card.name, embedder.card.name,
                                    min_face, found_by.min_score, found_by.view_side)};
}

std::uint32_t view_side_of(const ModelCard& detector, const FaceOptions& options) {
  if (searches_any_size(detector)) {
    return options.thorough ? kThoroughFaceViewSide : kFaceViewSide;
  }
  return detector.input.size.longest_side();
}

DetectorOptions detector_options(const ModelCard& detector, const FaceOptions& options) {
  return {.view_side = view_side_of(detector, options),
          .min_face = options.min_face,
          .min_score = options.min_score.value_or(detector.min_score)};
}

// A wish that cannot be met is refused, rather than answered with what would be found without it.
Result<void> check_size_options(const ModelCard& detector, const FaceOptions& options) {
  std::string_view flag;
  if (options.thorough) {
    flag = "--thorough";
  } else if (options.min_face != FaceOptions{}.min_face) {
    flag = "--min-face";
  }
  if (flag.empty() || searches_any_size(detector)) {
    return {};
  }
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{} means nothing to the detector {}, which searches at the one size "
                          "that its card names; leave it out",
                          flag, detector.name));
}

}  // namespace

std::string_view embedder_of(const AnalyzerId& id) {
  constexpr std::string_view kKey = ";embedder=";
  const std::string_view all = id.parameters;
  const std::size_t at = all.find(kKey);
  if (id.name != "faces" || at == all.npos) {
    return {};
  }
  const std::string_view rest = all.substr(at + kKey.size());
  return rest.substr(0, rest.find(';'));
}

Result<FacesPlan> plan_faces(const InstalledModel& detector, const InstalledModel& embedder,
                             const FaceOptions& options) {
  if (!(options.smallest_chip_source >= 1) || options.chip_source_side < 64) {
    return fail(ErrorCode::kInvalidArgument,
                "faces: chips need a decode of 64 pixels and faces of one");
  }
  TRY(check_size_options(detector.card, options));
  const DetectorOptions found_by = detector_options(detector.card, options);
  return FacesPlan{
      .id = make_id(detector, embedder, found_by, options),
      .views = {
          ViewSpec{.longest_side = found_by.view_side, .layout = ViewLayout::kRgb8},
          ViewSpec{.longest_side = options.chip_source_side, .layout = ViewLayout::kDecoded}}};
}

Result<std::unique_ptr<Analyzer>> make_faces_analyzer(const Runtime& runtime,
                                                      const InstalledModel& detector,
                                                      const InstalledModel& embedder,
                                                      const FaceOptions& options) {
  FacesPlan plan = TRY(plan_faces(detector, embedder, options));
  auto loading = std::async(
      std::launch::async, [&] { return FaceEmbedder::create(runtime, embedder, options.sharing); });
  // One after the other: what an early return leaves inside an expression is not destroyed.
  auto finder =
      TRY(make_face_detector(runtime, detector, detector_options(detector.card, options)));
  auto vectors = TRY(loading.get());
  return std::make_unique<FacesAnalyzer>(
      Parts{.detector = std::move(finder),
            .embedder = std::move(vectors),
            .plan = std::move(plan),
            .smallest_chip_source = options.smallest_chip_source});
}

}  // namespace albumen
