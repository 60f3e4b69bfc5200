// SPDX-License-Identifier: Apache-2.0
#include "encode/jpeg/internal/jpeg_guard.h"

#include <array>
#include <fmt/core.h>
#include <span>
#include <utility>

namespace albumen {
namespace {

// What every program shows whole: bytes beside the pixels, or scans in an unusual order.
bool is_harmless(int message) {
  switch (message) {
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_ICC:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
      return true;
    default:
      return false;
  }
}

ErrorCode code_of(int message) {
  switch (message) {
    case JERR_OUT_OF_MEMORY:
      return ErrorCode::kBudgetExceeded;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_DCT_COEF:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_MISMATCHED_QUANT_TABLE:
    case JERR_NOT_COMPILED:
    case JERR_NOTIMPL:
    case JERR_NO_SOI:
    case JERR_SOF_UNSUPPORTED:
      return ErrorCode::kUnsupported;
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
      return ErrorCode::kTooLarge;
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
    case JERR_NO_IMAGE:
    case JWRN_HIT_MARKER:
    case JWRN_JPEG_EOF:
      return ErrorCode::kTruncated;
    default:
      return ErrorCode::kCorrupt;
  }
}

}  // namespace

JpegGuard::JpegGuard(JpegRoom& room) : room_(room) {
  jpeg_std_error(&errors_);
  errors_.error_exit = on_error;
  errors_.emit_message = on_message;
  errors_.output_message = ignore;
}

void JpegGuard::ignore(j_common_ptr /*jpeg*/) {}

void JpegGuard::give_up() {
  std::longjmp(jump_, 1);  // NOLINT(cert-err52-cpp): libjpeg's only way out
}

void JpegGuard::on_error(j_common_ptr jpeg) {
  JpegGuard& guard = of(jpeg);
  guard.failed_ = jpeg;
  guard.give_up();
}

void JpegGuard::on_message(j_common_ptr jpeg, int level) {
  JpegGuard& guard = of(jpeg);
  if (level < 0 && !is_harmless(guard.errors_.msg_code)) {
    on_error(jpeg);
  }
}

Error JpegGuard::error() const {
  if (kept_) {
    return *kept_;
  }
  std::array<char, JMSG_LENGTH_MAX> words{};
  if (failed_ != nullptr) {
    errors_.format_message(failed_, words.data());
  }
  ErrorCode code = code_of(errors_.msg_code);
  if (at_end_ && code == ErrorCode::kCorrupt) {
    code = ErrorCode::kTruncated;
  }
  return {.code = code, .message = fmt::format("JPEG: {}", words.data())};
}

void JpegOutput::connect(jpeg_compress_struct& jpeg) {
  manager_.base.init_destination = begin;
  manager_.base.empty_output_buffer = full;
  manager_.base.term_destination = end;
  manager_.owner = this;
  jpeg.dest = &manager_.base;
}

JpegOutput& JpegOutput::of(j_compress_ptr jpeg) {
  return *reinterpret_cast<Manager*>(jpeg->dest)->owner;
}

void JpegOutput::begin(j_compress_ptr jpeg) {
  JpegOutput& output = of(jpeg);
  output.manager_.base.next_output_byte = reinterpret_cast<JOCTET*>(output.buffer_);
  output.manager_.base.free_in_buffer = kBufferBytes;
}

bool JpegOutput::pass_on(std::size_t size, JpegGuard& guard) {
  auto written = sink_.write(std::span{buffer_, size});
  if (!written.has_value()) {
    guard.keep(std::move(written).error());
    return false;
  }
  return true;
}

boolean JpegOutput::full(j_compress_ptr jpeg) {
  // libjpeg asks for the whole buffer to be taken, whatever the manager says is free.
  JpegGuard& guard = JpegGuard::of(reinterpret_cast<j_common_ptr>(jpeg));
  if (!of(jpeg).pass_on(kBufferBytes, guard)) {
    guard.give_up();
  }
  begin(jpeg);
  return TRUE;
}

void JpegOutput::end(j_compress_ptr jpeg) {
  JpegGuard& guard = JpegGuard::of(reinterpret_cast<j_common_ptr>(jpeg));
  if (!of(jpeg).pass_on(kBufferBytes - jpeg->dest->free_in_buffer, guard)) {
    guard.give_up();
  }
}

}  // namespace albumen
