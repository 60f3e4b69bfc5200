// SPDX-License-Identifier: Apache-2.0
// Error handling around libjpeg objects. libjpeg reports errors by a call that must not return;
// here it ends in a longjmp to `run`, so no function between the two may hold anything with a
// destructor.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/result.h"
#include "encode/byte_sink.h"
#include "encode/jpeg/internal/jpeg_room.h"
#include "encode/jpeg/internal/libjpeg.h"

namespace albumen {

/// One for all objects of a job. One thread; neither copied nor moved, since libjpeg points to it.
class JpegGuard {
 public:
  explicit JpegGuard(JpegRoom& room);
  JpegGuard(const JpegGuard&) = delete;
  JpegGuard& operator=(const JpegGuard&) = delete;

  /// Sets error manager and client data; call before jpeg_create_*.
  template <class Jpeg>
  void watch(Jpeg& jpeg) {
    jpeg.err = &errors_;
    jpeg.client_data = this;
  }

  /// Calls `step`, which calls libjpeg. False when it gave up; `error` then says why.
  /// REQUIRES: `step` keeps nothing that has a destructor.
  template <class Step>
  [[nodiscard]] bool run(Step step) {
    if (setjmp(jump_) != 0) {  // NOLINT(cert-err52-cpp): libjpeg's only way out
      return false;
    }
    step();
    return true;
  }

  /// Leaves `run` with this error; for callbacks. Does not return.
  [[noreturn]] void give_up();

  /// The room of the job that `jpeg` belongs to.
  static JpegRoom& room_of(j_common_ptr jpeg) { return of(jpeg).room_; }

  static JpegGuard& of(j_common_ptr jpeg) { return *static_cast<JpegGuard*>(jpeg->client_data); }

  /// The error of a sink, kept for `error`.
  void keep(Error error) { kept_ = std::move(error); }

  /// The source's bytes have all been read: what libjpeg finds wrong from here on is their end.
  void note_end() { at_end_ = true; }

  /// Why `run` was left.
  [[nodiscard]] Error error() const;

 private:
  static void on_error(j_common_ptr jpeg);
  static void on_message(j_common_ptr jpeg, int level);
  static void ignore(j_common_ptr jpeg);

  JpegRoom& room_;
  std::optional<Error> kept_;
  bool at_end_ = false;
  j_common_ptr failed_ = nullptr;
  std::jmp_buf jump_{};
  jpeg_error_mgr errors_{};
};

/// A libjpeg destination that passes its buffer on to a sink. One thread.
class JpegOutput {
 public:
  static constexpr std::size_t kBufferBytes = std::size_t{32} * 1024;

  /// REQUIRES: `sink` and the object live as long as this; `buffer` of kBufferBytes too.
  JpegOutput(ByteSink& sink, std::byte* buffer) : sink_(sink), buffer_(buffer) {}

  void connect(jpeg_compress_struct& jpeg);

 private:
  // libjpeg knows the manager only; the rest is found behind it.
  struct Manager {
    jpeg_destination_mgr base{};
    JpegOutput* owner = nullptr;
  };

  static JpegOutput& of(j_compress_ptr jpeg);
  static void begin(j_compress_ptr jpeg);
  static boolean full(j_compress_ptr jpeg);
  static void end(j_compress_ptr jpeg);
  [[nodiscard]] bool pass_on(std::size_t size, JpegGuard& guard);

  ByteSink& sink_;
  std::byte* buffer_;
  Manager manager_;
};

/// A compression object with its guard, whose room pays for it. Not movable.
class JpegWriter {
 public:
  explicit JpegWriter(JpegGuard& guard) { guard.watch(jpeg_); }

  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;

  ~JpegWriter() { jpeg_destroy_compress(&jpeg_); }

  /// Inside `run`, first.
  void create() {
    jpeg_create_compress(&jpeg_);
    JpegRoom::install(reinterpret_cast<jpeg_common_struct&>(jpeg_));
  }

  jpeg_compress_struct& jpeg() { return jpeg_; }

 private:
  jpeg_compress_struct jpeg_{};
};

}  // namespace albumen
