// SPDX-License-Identifier: Apache-2.0
#include "decode/jpeg/jpeg_plain.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "decode/jpeg/internal/plain_scan.h"
#include "decode/jpeg/internal/scaled_basis.h"
#include "decode/jpeg/jpeg_markers.h"

namespace albumen {
namespace {

constexpr std::size_t kComponents = 3;
// A baseline picture has two codes of each kind (T.81, table B.5).
constexpr std::size_t kCodes = 2;
constexpr std::size_t kQuantisers = 4;
constexpr std::size_t kCoefficients = 64;
constexpr int kMostBlocks = 10;  // of an MCU of several components (T.81, B.2.3)
// libjpeg reads subsampled chroma at 5/8 to 7/8 into blocks of more; no plan asks for that first.
constexpr int kBlockSide = 8;

/// Everything that is made for one picture.
struct PlainTables {
  std::array<HuffmanTable, kCodes> dc;
  std::array<HuffmanTable, kCodes> ac;
  std::array<PairTable, kCodes> pairs;  // of `ac`
  std::array<std::array<std::uint16_t, kCoefficients>, kQuantisers> quantisers;
  std::array<bool, kQuantisers> has_quantisers;
  std::array<std::array<std::int32_t, kCoefficients * basis_samples(kBlockSide)>, kComponents>
      bases;
};

// libjpeg's memory, which is planned for, is not taken at the same time.
static_assert(sizeof(PlainTables) <= (kJpegSessionBytes + kJpegTableBytes).count());

// Segments that mean nothing to libjpeg; any other that has no reader here ends it.
bool is_passed_over(std::uint8_t marker) {
  return (marker >= kJpegApp0 && marker <= kJpegApp15) || marker == kJpegCom ||
         marker == kJpegDnl || marker == kJpegTem || is_jpeg_restart(marker);
}

unsigned number_at(ByteSpan bytes, std::size_t at) { return std::to_integer<unsigned>(bytes[at]); }

/// Reads the segments before the scan. Every function is false for what libjpeg shall judge.
class PlainHeader {
 public:
  PlainHeader(const ImageInfo& info, PlainTables& tables) : info_(info), tables_(tables) {}

  /// The scan's header, where its entropy-coded data begins; tables are built on the way.
  bool read(ByteSpan bytes) {
    JpegMarkers markers{bytes};
    const auto first = markers.next();
    if (!first || first->marker != kJpegSoi) {
      return false;
    }
    while (true) {
      const auto segment = markers.next();
      if (!segment) {
        return false;
      }
      if (segment->marker == kJpegSos) {
        data_begin_ = segment->end;
        return read_scan(segment->payload);
      }
      if (!read_segment(*segment)) {
        return false;
      }
    }
  }

  [[nodiscard]] std::size_t data_begin() const { return data_begin_; }

  [[nodiscard]] std::uint32_t restart_interval() const { return restart_interval_; }

  struct Selection {
    std::size_t dc = 0;
    std::size_t ac = 0;
    std::size_t quantisers = 0;
  };

  [[nodiscard]] const Selection& selection(std::size_t component) const {
    return selections_.at(component);
  }

 private:
  bool read_segment(const JpegSegment& segment) {
    switch (segment.marker) {
      case kJpegSof0:
      case kJpegSof1:
        return read_frame(segment.payload);
      case kJpegDht:
        return read_codes(segment.payload);
      case kJpegDqt:
        return read_quantisers(segment.payload);
      case kJpegDri:
        return read_restart_interval(segment.payload);
      default:
        return is_passed_over(segment.marker);
    }
  }

  bool read_restart_interval(ByteSpan payload) {
    if (payload.size() != 2) {
      return false;
    }
    restart_interval_ = *read_number(payload, 0, 2, ByteOrder::kBigEndian);
    return true;
  }

  // Precision, height, width, count, then id, sampling, quantisers of each component.
  bool read_frame(ByteSpan payload) {
    constexpr std::size_t kFixed = 6;
    constexpr std::size_t kPerComponent = 3;
    const auto count = static_cast<std::size_t>(info_.jpeg.component_count);
    if (has_frame_ || payload.size() != kFixed + count * kPerComponent ||
        number_at(payload, 0) != 8 ||
        read_number(payload, 1, 2, ByteOrder::kBigEndian) != info_.stored_size.height ||
        read_number(payload, 3, 2, ByteOrder::kBigEndian) != info_.stored_size.width) {
      return false;
    }
    has_frame_ = true;
    int blocks = 0;
    for (std::size_t index = 0; index < count; ++index) {
      const ByteSpan one = payload.subspan(kFixed + index * kPerComponent, kPerComponent);
      const JpegComponent& component = info_.jpeg.components[index];
      const unsigned sampling = component.horizontal * 16U + component.vertical;
      if (number_at(one, 0) != component.id || number_at(one, 1) != sampling ||
          number_at(one, 2) >= kQuantisers) {
        return false;
      }
      selections_[index].quantisers = number_at(one, 2);
      blocks += component.horizontal * component.vertical;
    }
    return count == 1 || blocks <= kMostBlocks;
  }

  // Class and place, counts of 16 lengths, symbols; several in one segment.
  bool read_codes(ByteSpan payload) {
    constexpr std::size_t kLengths = HuffmanTable::kLongestCode;
    while (!payload.empty()) {
      if (payload.size() < 1 + kLengths) {
        return false;
      }
      const unsigned kind = number_at(payload, 0) >> 4U;
      const std::size_t place = number_at(payload, 0) & 0x0FU;
      const ByteSpan counts = payload.subspan(1, kLengths);
      std::size_t total = 0;
      for (const std::byte count : counts) {
        total += std::to_integer<std::size_t>(count);
      }
      if (kind > 1 || place >= kCodes || payload.size() - 1 - kLengths < total) {
        return false;
      }
      HuffmanTable& table = kind == 0 ? tables_.dc.at(place) : tables_.ac.at(place);
      if (!table.build(counts, payload.subspan(1 + kLengths, total), kind == 0)) {
        return false;
      }
      payload = payload.subspan(1 + kLengths + total);
    }
    return true;
  }

  // Width and place, 64 numbers; several in one segment.
  bool read_quantisers(ByteSpan payload) {
    while (!payload.empty()) {
      const std::size_t width = (number_at(payload, 0) >> 4U) + 1;
      const std::size_t place = number_at(payload, 0) & 0x0FU;
      if (width > 2 || place >= kQuantisers || payload.size() - 1 < kCoefficients * width) {
        return false;
      }
      for (std::size_t at = 0; at < kCoefficients; ++at) {
        tables_.quantisers.at(place).at(at) = static_cast<std::uint16_t>(
            *read_number(payload, 1 + at * width, width, ByteOrder::kBigEndian));
      }
      tables_.has_quantisers.at(place) = true;
      payload = payload.subspan(1 + kCoefficients * width);
    }
    return true;
  }

  // Count, then id and codes of each component in the order of the frame, then 0, 63, 0.
  bool read_scan(ByteSpan payload) {
    const auto count = static_cast<std::size_t>(info_.jpeg.component_count);
    if (!has_frame_ || payload.size() != 1 + count * 2 + 3 || number_at(payload, 0) != count ||
        number_at(payload, 1 + count * 2) != 0 ||
        number_at(payload, 2 + count * 2) != kCoefficients - 1 ||
        number_at(payload, 3 + count * 2) != 0) {
      return false;
    }
    for (std::size_t index = 0; index < count; ++index) {
      Selection& selection = selections_[index];
      selection.dc = number_at(payload, 2 + index * 2) >> 4U;
      selection.ac = number_at(payload, 2 + index * 2) & 0x0FU;
      const bool is_there = selection.dc < kCodes && selection.ac < kCodes &&
                            tables_.dc.at(selection.dc).is_built() &&
                            tables_.ac.at(selection.ac).is_built() &&
                            tables_.has_quantisers.at(selection.quantisers);
      if (number_at(payload, 1 + index * 2) != info_.jpeg.components[index].id || !is_there) {
        return false;
      }
    }
    return true;
  }

  const ImageInfo& info_;  // outlive the reader
  PlainTables& tables_;
  bool has_frame_ = false;
  std::size_t data_begin_ = 0;
  std::uint32_t restart_interval_ = 0;
  std::array<Selection, kComponents> selections_{};
};

// Luma has the largest sampling factors of a planar picture, so its blocks are the most.
Size mcus_of(const PlainComponent& luma) {
  return {.width = divide_up(luma.blocks.width, luma.across),
          .height = divide_up(luma.blocks.height, luma.down)};
}

}  // namespace

Result<bool> decode_plain_jpeg(const DecodeRequest& request, const JpegGeometry& geometry,
                               Reservation& job, std::uint8_t* out) {
  const ImageInfo& info = request.info;
  const auto is_enlarged = [](const JpegPlane& plane) { return plane.block_side > kBlockSide; };
  if (!geometry.planar || info.progressive || info.jpeg.multi_scan ||
      std::ranges::any_of(geometry.planes, is_enlarged)) {
    return false;
  }
  ByteBuffer memory = TRY(ByteBuffer::allocate(job, MemoryTag::kPixels, sizeof(PlainTables)));
  auto* const tables = std::construct_at(reinterpret_cast<PlainTables*>(memory.data()));
  tables->has_quantisers = {};
  PlainHeader header{info, *tables};
  bool done = false;
  if (header.read(request.bytes)) {
    PlainScan scan{.data = request.bytes.subspan(header.data_begin()),
                   .components = {},
                   .component_count = static_cast<std::size_t>(info.jpeg.component_count),
                   .mcus = {},
                   .restart_interval = header.restart_interval(),
                   .watch = &request.watch};
    for (std::size_t index = 0; index < scan.component_count; ++index) {
      const auto& selection = header.selection(index);
      const JpegPlane& plane = geometry.planes[index];
      make_scaled_basis(plane.block_side, tables->quantisers.at(selection.quantisers),
                        tables->bases.at(index));
      const bool alone = scan.component_count == 1;  // then a block is an MCU (T.81, A.2.2)
      const JpegComponent& component = info.jpeg.components[index];
      scan.components.at(index) = {.codes = {.dc = &tables->dc.at(selection.dc),
                                             .ac = &tables->ac.at(selection.ac),
                                             .pairs = &tables->pairs.at(selection.ac)},
                                   .basis = tables->bases.at(index).data(),
                                   .side = plane.block_side,
                                   .across = alone ? 1U : component.horizontal,
                                   .down = alone ? 1U : component.vertical,
                                   .blocks = plane.blocks,
                                   .samples = out + plane.offset,
                                   .stride = plane.stride};
    }
    scan.mcus = mcus_of(scan.components[0]);
    // Now, not with each code: a file may define codes by the thousand before its scan.
    for (std::size_t place = 0; place < kCodes; ++place) {
      if (tables->ac.at(place).is_built()) {
        tables->pairs.at(place).build(tables->ac.at(place));
      }
    }
    done = decode_plain_scan(scan);
  }
  std::destroy_at(tables);
  memory.release_to(job);
  if (request.watch.has_ended()) {
    return std::unexpected(request.watch.reason());
  }
  return done;
}

}  // namespace albumen
