// SPDX-License-Identifier: Apache-2.0
#include "decode/longtail/longtail_client.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/core.h>
#include <utility>

#include "colour/colour_source.h"
#include "core/check.h"
#include "decode/internal/format.h"
#include "decode/longtail/shared_memory.h"

namespace albumen {
namespace {

using std::chrono::steady_clock;

/// Loading the libraries and one tiny picture of each format: 0.2 s on an idle machine.
constexpr std::chrono::seconds kStartPatience{60};

std::unexpected<Error> refusal(const LongtailAnswer& answer) {
  const auto words = [&answer](std::string_view otherwise) {
    return answer.text.empty() ? std::string{otherwise} : answer.text;
  };
  switch (answer.status) {
    case LongtailStatus::kUnreadable:
      return fail(ErrorCode::kCorrupt, words("cannot be read"));
    case LongtailStatus::kUnsupported:
      return fail(ErrorCode::kUnsupported, words("not read by this build"));
    case LongtailStatus::kNoMemory:
      return fail(ErrorCode::kBudgetExceeded, words("its decoder needs more memory than planned"));
    default:
      return fail(ErrorCode::kCorrupt, words("its decoder refused it"));
  }
}

std::unexpected<Error> contradiction() {
  return fail(ErrorCode::kCorrupt, "its decoder contradicts itself");
}

}  // namespace

Size shrunk_size(Size stored, std::uint32_t shrink) {
  return {.width = divide_up(stored.width, shrink), .height = divide_up(stored.height, shrink)};
}

LongtailClient::LongtailClient(LongtailOptions options) : options_(std::move(options)) {}

Result<std::uint32_t> LongtailClient::formats() {
  TRY(start_if_needed());
  return process_->hello().formats;
}

Result<LongtailAnswer> LongtailClient::probe(LongtailFormat format, ByteSpan file, Bytes memory) {
  const FileDescriptor shared = TRY(share_copy_of(file));
  const std::array descriptors{shared.value()};
  LongtailRequest request;
  request.kind = LongtailRequestKind::kProbe;
  request.format = format;
  request.file_bytes = file.size();
  LongtailAnswer answer = TRY(ask(request, descriptors, memory + Bytes{file.size()}));
  TRY(check_size({.width = answer.width, .height = answer.height}));
  if (answer.profile_bytes > kMaxProfileBytes) {
    return fail(ErrorCode::kTooLarge, fmt::format("a colour profile of {} bytes exceeds {}",
                                                  answer.profile_bytes, kMaxProfileBytes));
  }
  return answer;
}

Result<void> LongtailClient::decode(const LongtailPicture& picture, ByteSpan file, Bytes memory,
                                    MutableImageView out) {
  ALBUMEN_ENSURE(out.size() == shrunk_size(picture.size, picture.shrink));
  ALBUMEN_ENSURE(out.channels() == picture.bands);
  const FileDescriptor shared = TRY(share_copy_of(file));
  const std::size_t pixel_bytes = out.stride_bytes() * out.height();
  const SharedPixels pixels = TRY(SharedPixels::create(pixel_bytes));
  const std::array descriptors{shared.value(), pixels.file().value()};
  LongtailRequest request;
  request.kind = LongtailRequestKind::kDecode;
  request.format = picture.format;
  request.file_bytes = file.size();
  request.width = picture.size.width;
  request.height = picture.size.height;
  request.shrink = picture.shrink;
  request.bands = static_cast<std::uint32_t>(picture.bands);
  request.stride_bytes = out.stride_bytes();
  request.pixel_bytes = pixel_bytes;
  const LongtailAnswer answer =
      TRY(ask(request, descriptors, memory + Bytes{file.size() + pixel_bytes}));
  if (answer.width != request.width || answer.height != request.height ||
      answer.bands != request.bands) {
    process_.reset();
    return contradiction();
  }
  for (std::uint32_t y = 0; y < out.height(); ++y) {
    const auto row = out.row(y);
    std::memcpy(row.data(), pixels.bytes().data() + y * out.stride_bytes(), row.size());
  }
  return {};
}

std::optional<pid_t> LongtailClient::child() const {
  return process_ ? std::optional{process_->id()} : std::nullopt;
}

Result<void> LongtailClient::start_if_needed() {
  if (!process_) {
    process_.emplace(TRY(LongtailProcess::start(
        options_.program,
        {.deadline = steady_clock::now() + kStartPatience, .stop = options_.stop})));
  }
  return {};
}

Result<LongtailAnswer> LongtailClient::ask(LongtailRequest request,
                                           std::span<const int> descriptors, Bytes memory) {
  const auto processor_time = std::chrono::ceil<std::chrono::seconds>(options_.deadline);
  const auto hand_over = [&]() -> Result<void> {
    TRY(start_if_needed());
    if ((process_->hello().formats & bit_of(request.format)) == 0) {
      return fail(ErrorCode::kUnsupported, "the libvips of this machine does not read it");
    }
    TRY(process_->limit(memory, processor_time));
    return process_->send(request, descriptors);
  };
  request.sequence = ++sequence_;
  const bool was_running = process_.has_value();
  auto handed_over = hand_over();
  if (!handed_over && handed_over.error().code == ErrorCode::kUnavailable) {
    process_.reset();
    // It died between two pictures, which is not this one's fault.
    handed_over = was_running ? hand_over() : std::move(handed_over);
  }
  TRY(std::move(handed_over));
  auto answer = process_->receive(
      {.deadline = steady_clock::now() + options_.deadline, .stop = options_.stop});
  if (!answer) {
    process_.reset();
    return answer;
  }
  if (answer->sequence != request.sequence || answer->status == LongtailStatus::kHello) {
    process_.reset();
    return contradiction();
  }
  if (answer->status == LongtailStatus::kNoMemory || answer->status == LongtailStatus::kRefused) {
    process_.reset();  // who knows in which state it is
  }
  return answer->status == LongtailStatus::kDone ? std::move(answer)
                                                 : Result<LongtailAnswer>{refusal(*answer)};
}

}  // namespace albumen
