// SPDX-License-Identifier: Apache-2.0
#include "encode/jpeg/internal/plain_transcode.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>

#include "encode/jpeg/internal/jpeg_head.h"
#include "encode/jpeg/internal/jpeg_room.h"
#include "encode/jpeg/internal/scan_rewriter.h"
#include "entropy/markers.h"
#include "entropy/zigzag.h"

namespace albumen {
namespace {

// A baseline picture has two codes of each kind (T.81, table B.5).
constexpr std::size_t kCodes = 2;

/// Everything that is made for one picture.
struct PlainTables {
  std::array<HuffmanTable, kCodes> dc;
  std::array<HuffmanTable, kCodes> ac;
  std::array<PairTable, kCodes> pairs;  // of `ac`
  std::array<ScanCode, kCodes> dc_out;
  std::array<ScanCode, kCodes> ac_out;
};

bool build(HuffmanTable& table, const JHUFF_TBL* code, bool is_dc) {
  if (code == nullptr) {
    return false;
  }
  std::size_t symbols = 0;
  for (std::size_t bits = 1; bits < std::size(code->bits); ++bits) {
    symbols += code->bits[bits];
  }
  return symbols <= std::size(code->huffval) &&
         table.build(std::as_bytes(std::span{code->bits}.subspan(1)),
                     std::as_bytes(std::span{code->huffval}.first(symbols)), is_dc);
}

ScanCode scan_code(const JHUFF_TBL& code) {
  return ScanCode{std::span<const std::uint8_t, 16>{&code.bits[1], 16}, code.huffval};
}

// How many MCUs stand side by side.
std::uint32_t mcus_along(JDIMENSION samples, int largest_factor) {
  const auto side =
      static_cast<std::uint64_t>(DCTSIZE) * static_cast<std::uint64_t>(largest_factor);
  return static_cast<std::uint32_t>(divide_up(samples, side));
}

Rounding in_scan_order(const Rounding& natural) {
  Rounding rounding{.ratios = {}, .keeps_all = natural.keeps_all};
  for (std::size_t at = 0; at < kBlockCoefficients; ++at) {
    rounding.ratios[at] = natural.ratios[kZigzag[at]];
  }
  return rounding;
}

/// One picture. False from any step: libjpeg is to do it.
class PlainTranscode {
 public:
  PlainTranscode(const jpeg_decompress_struct& from, const jpeg_compress_struct& to,
                 PlainTables& tables)
      : from_(from), to_(to), tables_(tables) {
    scan_.component_count = static_cast<std::size_t>(from.num_components);
    scan_.restart_interval = from.restart_interval;
    scan_.mcus = {.width = mcus_along(from.image_width, from.max_h_samp_factor),
                  .height = mcus_along(from.image_height, from.max_v_samp_factor)};
    if (scan_.component_count == 1) {  // then a block is an MCU (T.81, A.2.2)
      scan_.mcus = {.width = from.comp_info[0].width_in_blocks,
                    .height = from.comp_info[0].height_in_blocks};
    }
  }

  [[nodiscard]] bool prepare(std::span<const std::byte> data) {
    scan_.data = data;
    for (std::size_t place = 0; place < kCodes; ++place) {
      if (to_.dc_huff_tbl_ptrs[place] == nullptr || to_.ac_huff_tbl_ptrs[place] == nullptr) {
        return false;
      }
      tables_.dc_out[place] = scan_code(*to_.dc_huff_tbl_ptrs[place]);
      tables_.ac_out[place] = scan_code(*to_.ac_huff_tbl_ptrs[place]);
    }
    for (std::size_t index = 0; index < scan_.component_count; ++index) {
      if (!prepare_component(index)) {
        return false;
      }
    }
    return true;
  }

  [[nodiscard]] const ScanRewrite& scan() const { return scan_; }

 private:
  bool prepare_component(std::size_t index) {
    const jpeg_component_info& source = from_.comp_info[index];
    const jpeg_component_info& target = to_.comp_info[index];
    const auto dc = static_cast<std::size_t>(source.dc_tbl_no);
    const auto ac = static_cast<std::size_t>(source.ac_tbl_no);
    const JQUANT_TBL* const steps = from_.quant_tbl_ptrs[source.quant_tbl_no];
    if (dc >= kCodes || ac >= kCodes || steps == nullptr || !build_codes(dc, ac)) {
      return false;
    }
    RewriteComponent& component = scan_.components[index];
    component.from = {.dc = &tables_.dc[dc], .ac = &tables_.ac[ac], .pairs = &tables_.pairs[ac]};
    component.dc = &tables_.dc_out[static_cast<std::size_t>(target.dc_tbl_no)];
    component.ac = &tables_.ac_out[static_cast<std::size_t>(target.ac_tbl_no)];
    component.blocks = {.width = source.width_in_blocks, .height = source.height_in_blocks};
    if (scan_.component_count > 1) {
      component.across = static_cast<std::uint32_t>(source.h_samp_factor);
      component.down = static_cast<std::uint32_t>(source.v_samp_factor);
    }
    const JQUANT_TBL& coarser = *to_.quant_tbl_ptrs[target.quant_tbl_no];
    component.rounding = in_scan_order(rounding_between(steps->quantval, coarser.quantval));
    return true;
  }

  bool build_codes(std::size_t dc, std::size_t ac) {
    if (!tables_.dc[dc].is_built() && !build(tables_.dc[dc], from_.dc_huff_tbl_ptrs[dc], true)) {
      return false;
    }
    if (tables_.ac[ac].is_built()) {
      return true;
    }
    if (!build(tables_.ac[ac], from_.ac_huff_tbl_ptrs[ac], false)) {
      return false;
    }
    tables_.pairs[ac].build(tables_.ac[ac]);
    return true;
  }

  const jpeg_decompress_struct& from_;  // these outlive the picture
  const jpeg_compress_struct& to_;
  PlainTables& tables_;
  ScanRewrite scan_;
};

Result<bool> rewrite(PlainTranscode& transcode, std::span<const std::byte> data,
                     const jpeg_compress_struct& to, JpegRoom& room, ByteSink& sink) {
  if (!transcode.prepare(data)) {
    return false;
  }
  const std::size_t count = line_coefficients(transcode.scan());
  auto* const line = static_cast<std::int16_t*>(room.take(count * sizeof(std::int16_t)));
  const std::span<std::byte> rest = room.unused();
  if (line == nullptr || rest.size() < kMostJpegHeadBytes + kJpegEnd.size()) {
    return false;
  }
  auto* const out = reinterpret_cast<std::uint8_t*>(rest.data());
  const std::size_t head = write_jpeg_head(to, out);
  const std::span data_out{out + head, rest.size() - head - kJpegEnd.size()};
  const std::size_t size = TRY(rewrite_scan(transcode.scan(), {line, count}, data_out, sink));
  if (size == 0) {
    return false;
  }
  std::memcpy(out + head + size, kJpegEnd.data(), kJpegEnd.size());
  TRY(sink.write(rest.first(head + size + kJpegEnd.size())));
  return true;
}

}  // namespace

std::size_t plain_transcode_bytes() { return sizeof(PlainTables) + kMostJpegHeadBytes; }

bool is_plain_jpeg(const jpeg_decompress_struct& from) {
  const bool is_grey = from.num_components == 1 && from.jpeg_color_space == JCS_GRAYSCALE;
  const bool is_ycc = from.num_components == 3 && from.jpeg_color_space == JCS_YCbCr;
  if (from.progressive_mode != FALSE || from.arith_code != FALSE ||
      from.data_precision != BITS_IN_JSAMPLE || !(is_grey || is_ycc) ||
      from.comps_in_scan != from.num_components || from.Ss != 0 || from.Se != DCTSIZE2 - 1 ||
      from.Ah != 0 || from.Al != 0) {
    return false;
  }
  int blocks = 0;
  for (int index = 0; index < from.num_components; ++index) {
    const jpeg_component_info& component = from.comp_info[index];
    blocks += component.h_samp_factor * component.v_samp_factor;
    if (from.cur_comp_info[index] != &component) {
      return false;
    }
  }
  return is_grey || blocks <= D_MAX_BLOCKS_IN_MCU;
}

Result<bool> transcode_plain_jpeg(const jpeg_decompress_struct& from,
                                  const jpeg_compress_struct& to, std::span<const std::byte> file,
                                  std::span<std::byte> memory, ByteSink& sink) {
  static_assert(std::is_trivially_destructible_v<PlainTables>);
  JpegRoom room{memory};
  void* const place = room.take(sizeof(PlainTables));
  if (place == nullptr || !has_plain_head(to)) {
    return false;
  }
  auto* const tables = std::construct_at(static_cast<PlainTables*>(place));
  PlainTranscode transcode{from, to, *tables};
  return rewrite(transcode, file.last(from.src->bytes_in_buffer), to, room, sink);
}

}  // namespace albumen
