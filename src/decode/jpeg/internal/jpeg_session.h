// SPDX-License-Identifier: Apache-2.0
// One libjpeg decompression object with this module's error handling, memory and source behind it.
// libjpeg reports errors by a call that must not return; they end in a longjmp to `run`, so no
// function between the two may hold anything with a destructor.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/result.h"
#include "decode/decoder.h"
#include "decode/internal/decode_watch.h"
#include "decode/jpeg/internal/jpeg_arena.h"
#include "decode/jpeg/internal/libjpeg.h"

namespace albumen {

/// The first thing found wrong with the data.
struct JpegDamage {
  ErrorCode code = ErrorCode::kCorrupt;
  int message = 0;     ///< libjpeg's code
  float complete = 0;  ///< share of the picture that was there before it, 0..1
};

/// REQUIRES: `pieces`, `memory` and `watch` outlive it. One thread. Not movable: libjpeg points
/// into it.
class JpegSession : private JpegClient {
 public:
  enum class OnDamage : std::uint8_t { kStop, kGoOn };

  JpegSession(std::span<const std::span<const std::byte>> pieces, JpegArena& memory,
              DecodeWatch& watch, OnDamage on_damage);
  ~JpegSession();
  JpegSession(const JpegSession&) = delete;
  JpegSession& operator=(const JpegSession&) = delete;

  /// Calls `step`, which calls libjpeg. False when libjpeg gave up; `error` then has words.
  /// REQUIRES: `step` keeps nothing that has a destructor.
  template <class Step>
  bool run(Step step) {
    if (setjmp(jump_) != 0) {  // NOLINT(cert-err52-cpp): libjpeg's only way out
      return false;
    }
    step(jpeg_);
    return true;
  }

  jpeg_decompress_struct& jpeg() { return jpeg_; }

  /// To be called when the header has been read and found to be as expected: from then on damage
  /// can be measured.
  void accept_header() { component_count_ = jpeg_.num_components; }

  /// The first damage so far, also when decoding went on after it.
  [[nodiscard]] const std::optional<JpegDamage>& damage() const { return damage_; }

  /// The watch's reason where it ended the decode, else libjpeg's words for what it last gave up
  /// on, or for the first damage.
  [[nodiscard]] Error error();

 private:
  static JpegSession& of(j_common_ptr jpeg);
  static JpegSession& of(j_decompress_ptr jpeg);
  static void on_error(j_common_ptr jpeg);
  static void on_message(j_common_ptr jpeg, int level);
  static void ask_watch(j_common_ptr jpeg);
  static void ignore(j_common_ptr jpeg);
  static void ignore_source(j_decompress_ptr jpeg);
  static boolean fill(j_decompress_ptr jpeg);
  static void skip(j_decompress_ptr jpeg, long count);

  void note_damage(ErrorCode code);
  [[nodiscard]] float complete_so_far() const;

  std::span<const std::span<const std::byte>> pieces_;
  std::size_t next_piece_ = 0;
  bool at_end_ = false;
  DecodeWatch& watch_;
  OnDamage on_damage_;
  std::optional<JpegDamage> damage_;
  bool gave_up_ = false;
  // Not libjpeg's own count: a second frame header overwrites that before it is refused.
  int component_count_ = 0;
  std::jmp_buf jump_{};
  jpeg_error_mgr errors_{};
  jpeg_source_mgr source_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct jpeg_{};
};

}  // namespace albumen
