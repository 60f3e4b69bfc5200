// SPDX-License-Identifier: Apache-2.0
// The loop that turns a baseline scan into samples. Most of the time of an index run is spent here,
// so there is one decode for it and one code path per vector target; what is damaged in the least
// is left to libjpeg. Tested by ../plain_scan_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/geometry.h"
#include "decode/internal/decode_watch.h"
#include "entropy/block_codes.h"

namespace albumen {

/// One component of a scan, and where its samples go.
struct PlainComponent {
  BlockCodes codes;
  const std::int32_t* basis = nullptr;  ///< as make_scaled_basis writes it
  int side = 8;                         ///< samples a side of a block
  std::uint32_t across = 1;             ///< blocks of an MCU
  std::uint32_t down = 1;
  Size blocks;  ///< of the component; MCUs may go beyond, those blocks are dropped
  std::uint8_t* samples = nullptr;
  std::size_t stride = 0;  ///< bytes
};

/// A scan of all components of a picture of one or three.
struct PlainScan {
  std::span<const std::byte> data;  ///< from the first entropy-coded byte to the end of the file
  std::array<PlainComponent, 3> components;
  std::size_t component_count = 0;
  Size mcus;
  std::uint32_t restart_interval = 0;  ///< in MCUs; 0: none
  DecodeWatch* watch = nullptr;        ///< asked after every line of MCUs
};

/// True when the scan is whole and followed by the end marker. Otherwise, also where the watch
/// ended it, the samples may be anything: nothing is concealed here. REQUIRES: scan.watch.
bool decode_plain_scan(const PlainScan& scan);

}  // namespace albumen
