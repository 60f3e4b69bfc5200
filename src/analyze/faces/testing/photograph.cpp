// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/testing/photograph.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "decode/decoder.h"
#include "infer/testing/model_files.h"

namespace albumen::testing {
namespace {

class OneFinding final : public FindingSink {
 public:
  void accept(std::size_t /*index*/, Result<Finding> finding) override {
    finding_ = std::move(finding);
  }

  Result<Finding> take() { return std::move(finding_); }

 private:
  Result<Finding> finding_ = fail(ErrorCode::kInternal, "no finding was made");
};

Result<void> add_views(Photograph& photograph, std::span<const ViewSpec> specs) {
  photograph.views = TRY(make_views(photograph.decoded, specs, photograph.job));
  for (const ViewSpec& spec : specs) {
    photograph.pointers.push_back(find_view(photograph.views, spec));
  }
  return {};
}

Result<std::unique_ptr<Photograph>> empty_photograph() {
  auto photograph = std::make_unique<Photograph>();
  photograph->job = TRY(photograph->budget.reserve(MemoryTag::kPixels, kMiB * 512, StopToken()));
  return photograph;
}

}  // namespace

Result<std::unique_ptr<Photograph>> load_photograph(const std::string& path,
                                                    std::span<const ViewSpec> specs) {
  const std::vector<std::byte> bytes = TRY(read_fetched(path));
  auto photograph = TRY(empty_photograph());
  EncodedImage encoded{.name = path};
  encoded.bytes = TRY(ByteBuffer::allocate(photograph->job, MemoryTag::kEncoded, bytes.size()));
  std::ranges::copy(bytes, encoded.bytes.bytes().begin());
  const ImageInfo info = TRY(probe(encoded));
  const DecodePlan how = TRY(plan(info, specs, photograph->job.size()));
  photograph->decoded = TRY(decode(encoded, info, how, {}, photograph->job));
  TRY(add_views(*photograph, specs));
  return photograph;
}

Result<std::unique_ptr<Photograph>> photograph_of(std::span<const std::uint8_t> pixels, Size size,
                                                  std::span<const ViewSpec> specs) {
  auto photograph = TRY(empty_photograph());
  DecodedImage& image = photograph->decoded;
  image.stored_original = size;
  image.stored_size = size;
  image.buffer = TRY(ByteBuffer::allocate(photograph->job, MemoryTag::kPixels, pixels.size()));
  std::ranges::copy(pixels, image.buffer.data());
  image.planes[0] = ImageView(image.buffer.data(), size, 3, std::size_t{size.width} * 3);
  TRY(add_views(*photograph, specs));
  return photograph;
}

Result<Faces> faces_of(const Analyzer& analyzer, Photograph& photograph) {
  const Bytes wanted =
      analyzer.working_bytes(photograph.decoded.size(), photograph.decoded.original_size());
  photograph.job.shrink_to(wanted);
  OneFinding sink;
  const AnalysisInput input = photograph.input();
  analyzer.analyze(std::span(&input, 1), photograph.job, StopToken(), sink);
  Finding finding = TRY(sink.take());
  return std::get<Faces>(std::move(finding));
}

}  // namespace albumen::testing
