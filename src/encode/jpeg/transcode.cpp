// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/core.h>
#include <memory>
#include <utility>

#include "core/error.h"
#include "encode/jpeg.h"
#include "encode/jpeg/internal/jpeg_guard.h"
#include "encode/jpeg/internal/jpeg_room.h"
#include "encode/jpeg/internal/plain_transcode.h"
#include "encode/jpeg/requantise.h"
#include "entropy/markers.h"
#include "govern/byte_buffer.h"

namespace albumen {
namespace {

// What libjpeg keeps of one header: 12 KiB in libjpeg-turbo 2.1.5.
constexpr std::size_t kHeaderBytes = 32 * kKiB.count();
// A reading and a writing object with their tables: 61 KiB there.
constexpr std::uint64_t kTableBytes = 96 * kKiB.count();
// Real progressive files have 4 to 20; every scan is a pass over all blocks, however few bytes it
// has.
constexpr int kMostScans = 120;

/// A decompression object that reads from memory. Not movable.
class JpegReader {
 public:
  /// `sink`: its errors end the reading of many scans, too; null: none.
  JpegReader(JpegGuard& guard, std::span<const std::byte> file, ByteSink* sink)
      : file_(file), progress_{.base = {}, .sink = sink} {
    guard.watch(jpeg_);
  }

  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }

  /// Inside `run`, first. Reads up to the first scan.
  void open() {
    jpeg_create_decompress(&jpeg_);
    JpegRoom::install(reinterpret_cast<jpeg_common_struct&>(jpeg_));
    source_.next_input_byte = reinterpret_cast<const JOCTET*>(file_.data());
    source_.bytes_in_buffer = file_.size();
    source_.init_source = ignore;
    source_.fill_input_buffer = fill;
    source_.skip_input_data = skip;
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.term_source = ignore;
    jpeg_.src = &source_;
    progress_.base.progress_monitor = look;
    jpeg_.progress = &progress_.base;
    jpeg_read_header(&jpeg_, TRUE);
  }

  jpeg_decompress_struct& jpeg() { return jpeg_; }

 private:
  static void ignore(j_decompress_ptr /*jpeg*/) {}

  static boolean fill(j_decompress_ptr jpeg) {
    JpegGuard::of(reinterpret_cast<j_common_ptr>(jpeg)).note_end();
    jpeg->src->next_input_byte = kJpegEnd.data();
    jpeg->src->bytes_in_buffer = kJpegEnd.size();
    // Fatal, through the guard: a file that ends early is the decoder's to conceal or refuse.
    WARNMS(jpeg, JWRN_JPEG_EOF);
    return TRUE;
  }

  static void skip(j_decompress_ptr jpeg, long count) {
    const auto wanted = count > 0 ? static_cast<std::size_t>(count) : 0;
    if (wanted > jpeg->src->bytes_in_buffer) {
      fill(jpeg);
      return;
    }
    jpeg->src->next_input_byte += wanted;
    jpeg->src->bytes_in_buffer -= wanted;
  }

  // libjpeg knows the manager only; the rest is found behind it.
  struct Progress {
    jpeg_progress_mgr base{};
    ByteSink* sink = nullptr;
  };

  // Before each line of blocks of each scan.
  static void look(j_common_ptr jpeg) {
    if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > kMostScans) {
      refuse_scans(jpeg);
      JpegGuard::of(jpeg).give_up();
    }
    if (!sink_goes_on(jpeg)) {
      JpegGuard::of(jpeg).give_up();
    }
  }

  static bool sink_goes_on(j_common_ptr jpeg) {
    ByteSink* const sink = reinterpret_cast<Progress*>(jpeg->progress)->sink;
    if (sink == nullptr) {
      return true;
    }
    auto nothing_written = sink->write({});
    if (nothing_written) {
      return true;
    }
    JpegGuard::of(jpeg).keep(std::move(nothing_written).error());
    return false;
  }

  static void refuse_scans(j_common_ptr jpeg) {
    JpegGuard::of(jpeg).keep(
        {.code = ErrorCode::kTooLarge,
         .message = fmt::format("JPEG: the file has more than {} scans", kMostScans)});
  }

  std::span<const std::byte> file_;
  jpeg_source_mgr source_{};
  Progress progress_;
  jpeg_decompress_struct jpeg_{};
};

// Of whole MCUs.
std::uint64_t room_for_component(const jpeg_component_info& component) {
  const auto across = static_cast<std::uint64_t>(component.h_samp_factor);
  const auto down = static_cast<std::uint64_t>(component.v_samp_factor);
  return room_for_blocks(round_up(component.width_in_blocks, across),
                         round_up(component.height_in_blocks, down));
}

std::uint64_t room_after_header(const jpeg_decompress_struct& jpeg) {
  std::uint64_t sum = kTableBytes + plain_transcode_bytes();
  for (int index = 0; index < jpeg.num_components; ++index) {
    sum += room_for_component(jpeg.comp_info[index]);
  }
  return sum;
}

/// Room for a header, from the heap.
struct HeaderRoom {
  alignas(kBufferAlignment) std::array<std::byte, kHeaderBytes> memory;
};

using Steps = std::array<std::uint16_t, kBlockCoefficients>;

// libjpeg's tables for a quality, scaled from those of the standard's annex K.
struct QualityTables {
  Steps luma{};
  Steps chroma{};
};

QualityTables tables_for(jpeg_compress_struct& jpeg, int quality) {
  jpeg_set_quality(&jpeg, quality, TRUE);
  QualityTables tables;
  std::ranges::copy(jpeg.quant_tbl_ptrs[0]->quantval, tables.luma.begin());
  std::ranges::copy(jpeg.quant_tbl_ptrs[1]->quantval, tables.chroma.begin());
  return tables;
}

bool is_chroma(const jpeg_decompress_struct& jpeg, int component) {
  const bool has_chroma = jpeg.jpeg_color_space == JCS_YCbCr || jpeg.jpeg_color_space == JCS_YCCK;
  return has_chroma && (component == 1 || component == 2);
}

/// Gives the writer the coarser of a component's own steps and those `asked`. REQUIRES: inside
/// `run`.
void choose_steps(jpeg_decompress_struct& from, jpeg_compress_struct& to, int index,
                  const JQUANT_TBL* own, const Steps& asked) {
  if (own == nullptr) {
    ERREXIT1(&from, JERR_NO_QUANT_TABLE, from.comp_info[index].quant_tbl_no);
  }
  // A table for each component: the source may share one where the quality's differ.
  JQUANT_TBL*& table = to.quant_tbl_ptrs[index];
  if (table == nullptr) {
    table = jpeg_alloc_quant_table(reinterpret_cast<j_common_ptr>(&to));
  }
  table->sent_table = FALSE;
  to.comp_info[index].quant_tbl_no = index;
  for (std::size_t i = 0; i < kBlockCoefficients; ++i) {
    table->quantval[i] = std::max(own->quantval[i], asked[i]);
  }
}

/// Rounds one component's coefficients to the steps of choose_steps. Refuses what no scan can say,
/// for which libjpeg's vectorised writer does not look. REQUIRES: inside `run`.
void round_component(jpeg_decompress_struct& from, const JQUANT_TBL& steps, int index,
                     jvirt_barray_ptr blocks) {
  const jpeg_component_info& component = from.comp_info[index];
  const Rounding rounding = rounding_between(component.quant_table->quantval, steps.quantval);
  for (JDIMENSION row = 0; row < component.height_in_blocks; ++row) {
    JBLOCKARRAY line =
        from.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&from), blocks, row, 1, TRUE);
    if (!rounding.keeps_all) {
      requantise(line[0][0], component.width_in_blocks, rounding.ratios);
    }
    if (!fits_baseline(line[0][0], component.width_in_blocks)) {
      ERREXIT(&from, JERR_BAD_DCT_COEF);
    }
  }
}

// Components with equal steps share a table, and the file says it once.
void share_equal_tables(jpeg_compress_struct& to) {
  for (int index = 1; index < to.num_components; ++index) {
    for (int earlier = 0; earlier < index; ++earlier) {
      if (std::ranges::equal(to.quant_tbl_ptrs[index]->quantval,
                             to.quant_tbl_ptrs[earlier]->quantval)) {
        to.comp_info[index].quant_tbl_no = earlier;
        break;
      }
    }
  }
}

/// What `to` is to write but its coefficients. `arrays`: of these, which are rounded; null where
/// the head of `from` is all that was read.
void set_up(jpeg_decompress_struct& from, jpeg_compress_struct& to,
            const JpegTranscodeOptions& options, jvirt_barray_ptr* arrays) {
  jpeg_copy_critical_parameters(&from, &to);
  to.optimize_coding = options.codes == JpegCodes::kOptimised ? TRUE : FALSE;
  const QualityTables tables = tables_for(to, options.quality);
  for (int index = 0; index < from.num_components; ++index) {
    const jpeg_component_info& component = from.comp_info[index];
    const JQUANT_TBL* const own =
        arrays == nullptr ? from.quant_tbl_ptrs[component.quant_tbl_no] : component.quant_table;
    choose_steps(from, to, index, own, is_chroma(from, index) ? tables.chroma : tables.luma);
    if (arrays != nullptr) {
      round_component(from, *to.quant_tbl_ptrs[index], index, arrays[index]);
    }
  }
  share_equal_tables(to);
}

void transcode_by_libjpeg(JpegReader& reader, JpegWriter& writer,
                          const JpegTranscodeOptions& options) {
  jpeg_decompress_struct& from = reader.jpeg();
  jpeg_compress_struct& to = writer.jpeg();
  jvirt_barray_ptr* const arrays = jpeg_read_coefficients(&from);
  set_up(from, to, options, arrays);
  jpeg_write_coefficients(&to, arrays);
  jpeg_finish_compress(&to);
}

}  // namespace

Result<Bytes> jpeg_transcode_bytes(std::span<const std::byte> file) {
  const auto memory = std::make_unique_for_overwrite<HeaderRoom>();
  JpegRoom room{memory->memory};
  JpegGuard guard{room};
  JpegReader reader{guard, file, nullptr};
  if (!guard.run([&reader] { reader.open(); })) {
    return std::unexpected(guard.error());
  }
  return Bytes{JpegOutput::kBufferBytes + room_after_header(reader.jpeg())};
}

Result<void> transcode_jpeg(std::span<const std::byte> file, const JpegTranscodeOptions& options,
                            ByteSink& sink, Reservation& job) {
  if (options.quality < 1 || options.quality > 100) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("JPEG: quality {} is not in 1..100", options.quality));
  }
  const Bytes need = TRY(jpeg_transcode_bytes(file));
  ByteBuffer buffer = TRY(ByteBuffer::allocate(job, MemoryTag::kEncoded, need.count()));
  Result<void> done;
  {
    JpegRoom room{buffer.bytes().subspan(JpegOutput::kBufferBytes)};
    JpegGuard guard{room};
    JpegReader reader{guard, file, &sink};
    JpegOutput output{sink, buffer.bytes().data()};
    JpegWriter writer{guard};
    bool is_plain = false;
    const bool is_open = guard.run([&reader, &writer, &output, &options, &is_plain] {
      reader.open();
      writer.create();
      output.connect(writer.jpeg());
      is_plain = options.codes == JpegCodes::kStandard && is_plain_jpeg(reader.jpeg());
      if (is_plain) {
        set_up(reader.jpeg(), writer.jpeg(), options, nullptr);
      }
    });
    Result<bool> is_done = is_open ? Result<bool>{false} : std::unexpected(guard.error());
    if (is_open && is_plain) {
      is_done = transcode_plain_jpeg(reader.jpeg(), writer.jpeg(), file, room.unused(), sink);
    }
    const auto rest = [&reader, &writer, &options] {
      transcode_by_libjpeg(reader, writer, options);
    };
    if (!is_done) {
      done = std::unexpected(std::move(is_done).error());
    } else if (!*is_done && !guard.run(rest)) {
      done = std::unexpected(guard.error());
    }
  }
  buffer.release_to(job);  // also where the caller goes on to decode
  return done;
}

}  // namespace albumen
