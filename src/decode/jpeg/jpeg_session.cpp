// SPDX-License-Identifier: Apache-2.0
#include "decode/jpeg/internal/jpeg_session.h"

#include <algorithm>
#include <array>
#include <string>

#include "entropy/markers.h"

namespace albumen {
namespace {

// Warnings about things beside the pixels: stray bytes between segments, odd version numbers, scans
// in an unusual order. Every other program shows such pictures whole, and so does albumen.
bool is_harmless(int message) {
  return message == JWRN_EXTRANEOUS_DATA || message == JWRN_JFIF_MAJOR ||
         message == JWRN_ADOBE_XFORM || message == JWRN_BOGUS_PROGRESSION ||
         message == JWRN_BOGUS_ICC;
}

ErrorCode code_of(int message) {
  switch (message) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
      return ErrorCode::kBudgetExceeded;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
      return ErrorCode::kUnsupported;
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
      return ErrorCode::kTooLarge;
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
    case JERR_NO_IMAGE:
      return ErrorCode::kTruncated;
    default:
      return ErrorCode::kCorrupt;
  }
}

// A coefficient known up to its lowest `shift` bits counts for 1 / (1 + shift) of itself.
float share_known(int shift) { return shift < 0 ? 0.0F : 1.0F / static_cast<float>(1 + shift); }

}  // namespace

JpegSession::JpegSession(std::span<const std::span<const std::byte>> pieces, JpegArena& memory,
                         DecodeWatch& watch, OnDamage on_damage)
    : JpegClient{&memory}, pieces_(pieces), watch_(watch), on_damage_(on_damage) {
  jpeg_.err = jpeg_std_error(&errors_);
  errors_.error_exit = on_error;
  errors_.emit_message = on_message;
  errors_.output_message = ignore;
  jpeg_.client_data = static_cast<JpegClient*>(this);
  const bool created = run([](jpeg_decompress_struct& jpeg) { jpeg_create_decompress(&jpeg); });
  if (!created) {
    return;  // the next call on it fails likewise: libjpeg checks its own state
  }
  JpegArena::install(reinterpret_cast<jpeg_common_struct&>(jpeg_));
  source_.init_source = ignore_source;
  source_.fill_input_buffer = fill;
  source_.skip_input_data = skip;
  source_.resync_to_restart = jpeg_resync_to_restart;
  source_.term_source = ignore_source;
  jpeg_.src = &source_;
  progress_.progress_monitor = ask_watch;
  jpeg_.progress = &progress_;
}

JpegSession::~JpegSession() { jpeg_destroy_decompress(&jpeg_); }

JpegSession& JpegSession::of(j_common_ptr jpeg) {
  return *static_cast<JpegSession*>(static_cast<JpegClient*>(jpeg->client_data));
}

JpegSession& JpegSession::of(j_decompress_ptr jpeg) {
  return of(reinterpret_cast<j_common_ptr>(jpeg));
}

void JpegSession::ignore(j_common_ptr /*jpeg*/) {}

void JpegSession::ignore_source(j_decompress_ptr /*jpeg*/) {}

// libjpeg calls this before it reads the next line of blocks of any scan, and before each row that
// it hands out.
void JpegSession::ask_watch(j_common_ptr jpeg) {
  JpegSession& session = of(jpeg);
  if (!session.watch_.may_go_on()) {
    session.gave_up_ = true;
    std::longjmp(session.jump_, 1);  // NOLINT(cert-err52-cpp): libjpeg's only way out
  }
}

void JpegSession::on_error(j_common_ptr jpeg) {
  JpegSession& session = of(jpeg);
  const ErrorCode code = code_of(session.errors_.msg_code);
  // Once the bytes have ended, libjpeg misreads what this module feeds it in their place.
  const bool ended = code == ErrorCode::kCorrupt && session.at_end_;
  session.note_damage(ended ? ErrorCode::kTruncated : code);
  session.gave_up_ = true;
  std::longjmp(session.jump_, 1);  // NOLINT(cert-err52-cpp): libjpeg's only way out
}

void JpegSession::on_message(j_common_ptr jpeg, int level) {
  JpegSession& session = of(jpeg);
  const int message = session.errors_.msg_code;
  if (level >= 0 || is_harmless(message)) {
    return;
  }
  // Entropy-coded data that stops at the end of the picture is missing; before it, it is wrong.
  const bool ends =
      session.at_end_ || (message == JWRN_HIT_MARKER && session.jpeg_.unread_marker == JPEG_EOI);
  session.note_damage(ends ? ErrorCode::kTruncated : ErrorCode::kCorrupt);
  if (session.on_damage_ == OnDamage::kStop) {
    session.gave_up_ = true;
    std::longjmp(session.jump_, 1);  // NOLINT(cert-err52-cpp): libjpeg's only way out
  }
}

boolean JpegSession::fill(j_decompress_ptr jpeg) {
  JpegSession& session = of(jpeg);
  if (session.next_piece_ < session.pieces_.size()) {
    const auto piece = session.pieces_[session.next_piece_];
    ++session.next_piece_;
    if (piece.empty()) {
      return fill(jpeg);
    }
    session.source_.next_input_byte = reinterpret_cast<const JOCTET*>(piece.data());
    session.source_.bytes_in_buffer = piece.size();
    return TRUE;
  }
  session.at_end_ = true;
  session.source_.next_input_byte = kJpegEnd.data();
  session.source_.bytes_in_buffer = kJpegEnd.size();
  return TRUE;
}

void JpegSession::skip(j_decompress_ptr jpeg, long count) {
  JpegSession& session = of(jpeg);
  auto left = count > 0 ? static_cast<std::size_t>(count) : 0;
  while (left > session.source_.bytes_in_buffer && !session.at_end_) {
    left -= session.source_.bytes_in_buffer;
    fill(jpeg);
  }
  const std::size_t step = std::min(left, session.source_.bytes_in_buffer);
  session.source_.next_input_byte += step;
  session.source_.bytes_in_buffer -= step;
}

void JpegSession::note_damage(ErrorCode code) {
  if (!damage_) {
    damage_ = JpegDamage{.code = code, .message = errors_.msg_code, .complete = complete_so_far()};
  }
}

// Baseline: MCU rows. Progressive: how many bits of how many coefficients, the running scan
// counted by its rows.
float JpegSession::complete_so_far() const {
  if (component_count_ == 0 || jpeg_.input_scan_number == 0) {
    return 0;
  }
  const float rows =
      static_cast<float>(jpeg_.input_iMCU_row) / static_cast<float>(jpeg_.total_iMCU_rows);
  if (jpeg_.coef_bits == nullptr) {
    return jpeg_.comps_in_scan == component_count_
               ? rows
               : (static_cast<float>(jpeg_.input_scan_number - 1) + rows) /
                     static_cast<float>(component_count_);
  }
  float sum = 0;
  int counted = 0;
  for (int index = 0; index < component_count_; ++index) {
    const jpeg_component_info& component = jpeg_.comp_info[index];
    bool in_scan = false;
    for (int at = 0; at < jpeg_.comps_in_scan; ++at) {
      in_scan = in_scan || jpeg_.cur_comp_info[at] == &component;
    }
    const int coefficients = component.DCT_scaled_size == 1 ? 1 : DCTSIZE2;
    for (int coefficient = 0; coefficient < coefficients; ++coefficient) {
      const float known = share_known(jpeg_.coef_bits[index][coefficient]);
      const bool running = in_scan && coefficient >= jpeg_.Ss && coefficient <= jpeg_.Se;
      const float before = jpeg_.Ah == 0 ? 0.0F : share_known(jpeg_.Ah);
      sum += running ? rows * known + (1 - rows) * before : known;
      ++counted;
    }
  }
  return counted == 0 ? 0.0F : sum / static_cast<float>(counted);
}

Error JpegSession::error() {
  if (watch_.has_ended()) {
    return watch_.reason();
  }
  std::array<char, JMSG_LENGTH_MAX> words{};
  if (!gave_up_ && damage_) {
    errors_.msg_code = damage_->message;  // its parameters are gone; the two in use have none
  }
  errors_.format_message(reinterpret_cast<j_common_ptr>(&jpeg_), words.data());
  const ErrorCode code = damage_ ? damage_->code : code_of(errors_.msg_code);
  return {.code = code, .message = std::string{"JPEG: "} + words.data()};
}

}  // namespace albumen
