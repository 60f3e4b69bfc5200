// SPDX-License-Identifier: Apache-2.0
// A baseline scan read, its coefficients rounded to coarser steps, and written again with other
// codes, one line of MCUs after the other: no coefficient is held longer. Tested by
// ../transcode_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/geometry.h"
#include "core/result.h"
#include "encode/byte_sink.h"
#include "encode/jpeg/internal/scan_writer.h"
#include "encode/jpeg/requantise.h"
#include "entropy/block_codes.h"

namespace albumen {

/// One component of the scan.
struct RewriteComponent {
  BlockCodes from;
  const ScanCode* dc = nullptr;  ///< to write with
  const ScanCode* ac = nullptr;
  Rounding rounding;         ///< in the order of the scan
  std::uint32_t across = 1;  ///< blocks of an MCU
  std::uint32_t down = 1;
  Size blocks;  ///< that show something; MCUs may go beyond, those blocks are written flat
};

/// A scan of all components of a picture of one or three.
struct ScanRewrite {
  std::span<const std::byte> data;  ///< from the first entropy-coded byte to the end of the file
  std::array<RewriteComponent, 3> components;
  std::size_t component_count = 0;
  Size mcus;
  std::uint32_t restart_interval = 0;  ///< of the source in MCUs; 0: none
};

/// Coefficients of one line of MCUs.
std::size_t line_coefficients(const ScanRewrite& scan);

/// Writes the scan's data, without a marker behind, to the beginning of `out`; returns its bytes.
/// 0, and `out` means nothing, where the source is not whole and followed by the end marker, has
/// what a baseline scan cannot, or gets larger than `out`: then libjpeg is to judge. `line`:
/// line_coefficients of them. `sink` is asked after every line whether it still wants the file;
/// errors are its. REQUIRES: tables and memory outlive the call.
Result<std::size_t> rewrite_scan(const ScanRewrite& scan, std::span<std::int16_t> line,
                                 std::span<std::uint8_t> out, ByteSink& sink);

}  // namespace albumen
