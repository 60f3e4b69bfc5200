// SPDX-License-Identifier: Apache-2.0
// Segments of a JPEG: ITU-T T.81, annex B; JFIF 1.02.
#include "encode/jpeg/internal/jpeg_head.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "entropy/markers.h"
#include "entropy/zigzag.h"

namespace albumen {
namespace {

constexpr std::size_t kTables = 4;
constexpr unsigned kLargestByte = 255;

class Head {
 public:
  Head(const jpeg_compress_struct& jpeg, std::uint8_t* out)
      : jpeg_(jpeg),
        components_(jpeg.comp_info, static_cast<std::size_t>(jpeg.num_components)),
        begin_(out),
        next_(out) {}

  std::size_t write() {
    put_marker(kJpegSoi);
    put_jfif();
    for (const jpeg_component_info& component : components_) {
      put_steps(component.quant_tbl_no);
    }
    put_frame();
    for (const jpeg_component_info& component : components_) {
      put_code(component.dc_tbl_no, 0, *jpeg_.dc_huff_tbl_ptrs[component.dc_tbl_no]);
      put_code(component.ac_tbl_no, 1, *jpeg_.ac_huff_tbl_ptrs[component.ac_tbl_no]);
    }
    put_scan();
    return static_cast<std::size_t>(next_ - begin_);
  }

 private:
  void put(unsigned byte) { *next_++ = static_cast<std::uint8_t>(byte); }

  void put_two(std::size_t number) {
    put(static_cast<unsigned>(number >> 8U) & kLargestByte);
    put(static_cast<unsigned>(number) & kLargestByte);
  }

  void put_marker(std::uint8_t marker) {
    put(kLargestByte);
    put(marker);
  }

  // With two bytes for its own length.
  void put_segment(std::uint8_t marker, std::size_t payload) {
    put_marker(marker);
    put_two(payload + 2);
  }

  void put_jfif() {
    constexpr std::array<std::uint8_t, 5> kName{'J', 'F', 'I', 'F', 0};
    put_segment(kJpegApp0, kName.size() + 9);
    next_ = std::ranges::copy(kName, next_).out;
    put(jpeg_.JFIF_major_version);
    put(jpeg_.JFIF_minor_version);
    put(jpeg_.density_unit);
    put_two(jpeg_.X_density);
    put_two(jpeg_.Y_density);
    put_two(0);  // no preview
  }

  void put_steps(int place) {
    if (std::exchange(has_steps_[static_cast<std::size_t>(place)], true)) {
      return;
    }
    put_segment(kJpegDqt, 1 + kZigzag.size());
    put(static_cast<unsigned>(place));
    for (const std::uint8_t at : kZigzag) {
      put(jpeg_.quant_tbl_ptrs[place]->quantval[at]);
    }
  }

  void put_frame() {
    put_segment(kJpegSof0, 6 + (3 * components_.size()));
    put(BITS_IN_JSAMPLE);
    put_two(jpeg_.image_height);
    put_two(jpeg_.image_width);
    put(static_cast<unsigned>(components_.size()));
    for (const jpeg_component_info& component : components_) {
      put(static_cast<unsigned>(component.component_id));
      put((static_cast<unsigned>(component.h_samp_factor) << 4U) |
          static_cast<unsigned>(component.v_samp_factor));
      put(static_cast<unsigned>(component.quant_tbl_no));
    }
  }

  void put_code(int place, unsigned kind, const JHUFF_TBL& code) {
    if (std::exchange(has_code_[kind][static_cast<std::size_t>(place)], true)) {
      return;
    }
    const std::span counts = std::span{code.bits}.subspan(1);
    std::size_t symbols = 0;
    for (const UINT8 count : counts) {
      symbols += count;
    }
    put_segment(kJpegDht, 1 + counts.size() + symbols);
    put((kind << 4U) | static_cast<unsigned>(place));
    next_ = std::ranges::copy(counts, next_).out;
    next_ = std::ranges::copy(std::span{code.huffval}.first(symbols), next_).out;
  }

  void put_scan() {
    put_segment(kJpegSos, 1 + (2 * components_.size()) + 3);
    put(static_cast<unsigned>(components_.size()));
    for (const jpeg_component_info& component : components_) {
      put(static_cast<unsigned>(component.component_id));
      put((static_cast<unsigned>(component.dc_tbl_no) << 4U) |
          static_cast<unsigned>(component.ac_tbl_no));
    }
    put(0);  // all coefficients, with all their bits
    put(static_cast<unsigned>(kZigzag.size()) - 1);
    put(0);
  }

  const jpeg_compress_struct& jpeg_;  // outlives the head
  std::span<const jpeg_component_info> components_;
  std::uint8_t* begin_;
  std::uint8_t* next_;
  std::array<bool, kTables> has_steps_{};
  std::array<std::array<bool, kTables>, 2> has_code_{};
};

}  // namespace

bool has_plain_head(const jpeg_compress_struct& jpeg) {
  const std::span components{jpeg.comp_info, static_cast<std::size_t>(jpeg.num_components)};
  return jpeg.write_JFIF_header != FALSE && jpeg.write_Adobe_marker == FALSE &&
         jpeg.scan_info == nullptr && jpeg.arith_code == FALSE && jpeg.optimize_coding == FALSE &&
         jpeg.restart_interval == 0 && jpeg.restart_in_rows == 0 &&
         std::ranges::all_of(components, [&](const jpeg_component_info& component) {
           const JQUANT_TBL* const steps = jpeg.quant_tbl_ptrs[component.quant_tbl_no];
           return steps != nullptr && component.dc_tbl_no < 2 && component.ac_tbl_no < 2 &&
                  std::ranges::all_of(
                      steps->quantval, [](UINT16 step) { return step <= kLargestByte; });
         });
}

std::size_t write_jpeg_head(const jpeg_compress_struct& jpeg, std::uint8_t* out) {
  return Head{jpeg, out}.write();
}

}  // namespace albumen
